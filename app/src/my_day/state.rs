//! What my day knows, how it stays up to date, and what one does from it.

use std::time::Duration;

use domain::board::Written;
use domain::live::LiveMessage;
use domain::my_day::{Item, MyDay, Topic};
use domain::{Draft, Error, Kind, OperationId, RecordId};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::api::load_my_day;
use crate::i18n::{t_string, use_i18n};
use crate::labels::{self, I18n};
use crate::record::api::change_record;
use crate::ui::{Toast, ToastStore};
use crate::undo::api::undo_operation;

/// Changes that come in a row are read once.
const REST: Duration = Duration::from_millis(400);

/// A line: its section and its record.
pub(super) type Line = (Topic, Kind, RecordId);

/// The state of the page. Cheap to copy.
#[derive(Debug, Clone, Copy)]
pub(super) struct DayState {
    pub(super) day: RwSignal<MyDay>,
    /// The line whose next step is being written. Until that is done nothing moves on the page.
    pub(super) editing: RwSignal<Option<Line>>,
    i18n: I18n,
    toasts: ToastStore,
    /// Whether it is to be read again soon.
    waits: StoredValue<bool>,
}

impl DayState {
    /// The state of what was just read, kept up to date while it is shown.
    pub(super) fn of(day: MyDay) -> Self {
        let seen = day.seen;
        let state = Self {
            day: RwSignal::new(day),
            editing: RwSignal::new(None),
            i18n: use_i18n(),
            toasts: expect_context(),
            waits: StoredValue::new(false),
        };
        crate::live::use_live_since(seen, move |message| {
            // Which lists a change belongs to is the server's to say.
            let concerns = match message {
                LiveMessage::Changed(change) => change.kind != Kind::Product,
                LiveMessage::Reload { .. } | LiveMessage::Workspace => true,
            };
            if concerns {
                state.soon();
            }
        });
        state
    }

    /// A line's record.
    pub(super) fn item(self, (topic, kind, id): Line) -> Option<Item> {
        self.day.with(|day| {
            let items = &day.section(topic)?.items;
            let is_it = |item: &&Item| item.record.kind == kind && item.record.id == id;
            items.iter().find(is_it).cloned()
        })
    }

    fn soon(self) {
        if self.waits.try_get_value().unwrap_or(true) {
            return;
        }
        self.waits.set_value(true);
        set_timeout(
            move || {
                // What somebody is typing stays where it is; afterwards everything is read.
                if self
                    .editing
                    .try_get_untracked()
                    .is_some_and(|editing| editing.is_none())
                {
                    self.reload();
                }
            },
            REST,
        );
    }

    /// Reads everything again.
    pub(super) fn reload(self) {
        self.waits.try_set_value(false);
        spawn_local(async move {
            // Where the server does not answer, what is shown stays.
            if let Ok(day) = load_my_day().await
                && self
                    .editing
                    .try_get_untracked()
                    .is_some_and(|editing| editing.is_none())
                && self.day.with_untracked(|shown| *shown != day)
            {
                self.day.set(day);
            }
        });
    }

    /// Ends the writing of a next step, and catches up with what came meanwhile.
    pub(super) fn stop_editing(self) {
        self.editing.try_set(None);
        self.reload();
    }

    /// Changes a record; the notice takes it back.
    pub(super) async fn change(self, item: &Item, draft: Draft, done: String) -> Result<(), Error> {
        let draft = draft.at_version(item.record.version);
        let written: Written = change_record(item.record.kind, item.record.id, draft).await??;
        let toast = Toast::new(done);
        self.toasts.push(match written.operation {
            Some(operation) => {
                let undo = Callback::new(move |()| self.undo(operation));
                toast.undo(t_string!(self.i18n, my_day.undo), undo)
            }
            None => toast,
        });
        Ok(())
    }

    /// Tells what went wrong.
    pub(super) fn failed(self, error: &Error) {
        self.toasts.error(labels::error(self.i18n, error));
        self.reload();
    }

    fn undo(self, operation: OperationId) {
        spawn_local(async move {
            match undo_operation(operation).await.flatten() {
                Ok(undone) => {
                    if !undone.kept.is_empty() {
                        self.toasts.push(Toast::new(undone.kept.join(" ")));
                    }
                    self.reload();
                }
                Err(error) => self.failed(&error),
            }
        });
    }
}
