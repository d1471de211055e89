//! The changes of many records that this user has under way, wherever in the application one is.
//! How far they have got is asked once a second; what they change is told live.

use std::time::Duration;

use domain::bulk::{Run, RunId, RunState, Task};
use domain::{Error, OperationId};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::api::{cancel_run, dismiss_run, my_runs, run_progress, start_undo};
use super::words;
use crate::i18n::{t_string, use_i18n};
use crate::labels::{self, I18n};
use crate::ui::{Toast, ToastStore};

/// Time between two questions.
const PAUSE: Duration = Duration::from_secs(1);

/// The runs of the frame; get it with `expect_context`.
#[derive(Clone, Copy, Debug)]
pub struct BulkRuns {
    shown: RwSignal<Vec<Run>>,
    ends: StoredValue<Vec<(RunId, Callback<()>)>>,
    toasts: ToastStore,
    i18n: I18n,
}

impl BulkRuns {
    /// Makes the store and gives it to everything below. A page that was loaded anew finds what is
    /// under way.
    pub fn provide() -> Self {
        let runs = Self {
            shown: RwSignal::new(Vec::new()),
            ends: StoredValue::new(Vec::new()),
            toasts: expect_context(),
            i18n: use_i18n(),
        };
        provide_context(runs);
        Effect::new(move |_| {
            spawn_local(async move {
                for run in my_runs().await.unwrap_or_default() {
                    runs.take(run);
                }
            });
        });
        runs
    }

    /// What is under way, and what has ended with something to tell.
    pub(super) const fn shown(self) -> RwSignal<Vec<Run>> {
        self.shown
    }

    /// Shows a run, follows it to its end, and then tells what came of it.
    pub fn take(self, run: Run) {
        let id = run.id;
        let is_running = run.state == RunState::Running;
        let stays = is_running || run.refused > 0 || !run.kept.is_empty();
        let words = words::run(self.i18n, &run);
        let (state, task, operation) = (run.state, run.task.clone(), run.operation);
        let known = self.shown.try_update(|shown| {
            let at = shown.iter().position(|other| other.id == id);
            match at {
                Some(at) if stays => shown[at] = run,
                Some(at) => {
                    shown.remove(at);
                }
                None if stays => shown.push(run),
                None => {}
            }
        });
        if known.is_none() {
            // The frame is gone.
            return;
        }
        if is_running {
            set_timeout(move || spawn_local(self.ask(id)), PAUSE);
            return;
        }
        if state == RunState::Failed {
            self.toasts.error(words);
        } else {
            let mut toast = Toast::new(words);
            if let (Task::Change(_), Some(operation)) = (task, operation) {
                let undo = Callback::new(move |()| self.undo(operation));
                toast = toast.undo(t_string!(self.i18n, bulk.undo).to_owned(), undo);
            }
            self.toasts.push(toast);
        }
        if !stays {
            Self::seen(id);
        }
        let ends = self.ends.try_update_value(|ends| {
            let (now, later) = std::mem::take(ends)
                .into_iter()
                .partition(|(of, _)| *of == id);
            *ends = later;
            let now: Vec<(RunId, Callback<()>)> = now;
            now
        });
        for (_, end) in ends.unwrap_or_default() {
            // The page that asked may be gone.
            end.try_run(());
        }
    }

    /// The same, and calls back when it has ended.
    pub fn take_until(self, run: Run, end: Callback<()>) {
        self.ends.update_value(|ends| ends.push((run.id, end)));
        self.take(run);
    }

    async fn ask(self, id: RunId) {
        match run_progress(id).await {
            Ok(Ok(run)) => self.take(run),
            // Signed out, or another user has come: it goes on without us.
            Ok(Err(_)) | Err(Error::Unauthenticated) => self.forget(id),
            Err(_) => set_timeout(move || spawn_local(self.ask(id)), PAUSE),
        }
    }

    fn forget(self, id: RunId) {
        self.shown
            .try_update(|shown| shown.retain(|run| run.id != id));
    }

    fn seen(id: RunId) {
        spawn_local(async move {
            // Told once more at the next visit, if this does not arrive.
            let _ = dismiss_run(id).await;
        });
    }

    /// Takes away what has been read.
    pub(super) fn close(self, id: RunId) {
        self.forget(id);
        Self::seen(id);
    }

    /// Stops a run.
    pub(super) fn cancel(self, id: RunId) {
        spawn_local(async move {
            // Its end is told by the question that is asked every second.
            if let Err(error) = cancel_run(id).await.flatten() {
                self.toasts.error(labels::error(self.i18n, &error));
            }
        });
    }

    /// Takes an operation back, however many records it has.
    pub fn undo(self, operation: OperationId) {
        spawn_local(async move {
            match start_undo(operation).await.flatten() {
                Ok(run) => self.take(run),
                Err(error) => {
                    self.toasts.error(labels::error(self.i18n, &error));
                }
            }
        });
    }
}
