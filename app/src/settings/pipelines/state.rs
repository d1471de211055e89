//! What the page of pipelines knows, and what it does.

use domain::live::LiveMessage;
use domain::pipeline::{Pipeline, Stage};
use domain::pipeline_settings::{
    PipelineChange, PipelineSettings, PipelinesChanged, ReasonState, in_order,
};
use domain::{Error, Kind, OperationId, PipelineId, StageId};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::api::{change_pipelines, load_pipelines};
use crate::i18n::{t_string, use_i18n};
use crate::labels::{self, I18n};
use crate::layout::{WorkspaceSignal, use_workspace};
use crate::settings::reorder::moved;
use crate::ui::{Toast, ToastStore};
use crate::undo::api::undo_operation;

/// What is being asked in a dialog.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Asked {
    /// The name of a new pipeline, and what it begins with.
    NewPipeline(Kind),
    /// Another name.
    RenamePipeline(Pipeline),
    /// Whether it may go, and where its records go.
    DeletePipeline(Pipeline),
    /// A new stage, or all of one.
    Stage(Pipeline, Option<Stage>),
    /// Whether it may go, and where its records go.
    DeleteStage(Pipeline, Stage),
    /// The name of a new reason.
    NewReason,
    /// Another name.
    RenameReason(ReasonState),
}

/// A list that can be ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Pipelines(Kind),
    Stages(PipelineId),
    Reasons,
}

/// The settings of pipelines. Cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct State {
    pub(super) settings: RwSignal<PipelineSettings>,
    /// What is asked.
    pub(super) asked: RwSignal<Option<Asked>>,
    /// What was done last, for those who do not see it.
    pub(super) said: RwSignal<String>,
    pub(super) i18n: I18n,
    pub(super) workspace: WorkspaceSignal,
    toasts: ToastStore,
    /// Orders on their way: they arrive one after the other, the last one last.
    sending: StoredValue<bool>,
}

impl State {
    /// The state of what was just read, kept up to date while it is shown.
    pub(super) fn of(settings: PipelineSettings) -> Self {
        let state = Self {
            settings: RwSignal::new(settings),
            asked: RwSignal::new(None),
            said: RwSignal::new(String::new()),
            i18n: use_i18n(),
            workspace: use_workspace(),
            toasts: expect_context(),
            sending: StoredValue::new(false),
        };
        crate::live::use_live(move |message| {
            if matches!(message, LiveMessage::Workspace | LiveMessage::Reload { .. }) {
                state.reload();
            }
        });
        state
    }

    /// Reads everything again; what is being typed stays.
    pub(super) fn reload(self) {
        // While an order is on its way, the answer would be the old one.
        if self.sending.try_get_value() != Some(false) {
            return;
        }
        spawn_local(async move {
            // Where the server does not answer, what is shown stays.
            if let Ok(settings) = load_pipelines().await.flatten()
                && self.sending.try_get_value() == Some(false)
            {
                self.settings.try_set(settings);
            }
        });
    }

    /// A pipeline as it is now.
    pub(super) fn pipeline(self, id: PipelineId) -> Option<Pipeline> {
        self.settings.with(|settings| {
            let found = settings.pipelines.iter().find(|it| it.id == id);
            found.cloned()
        })
    }

    /// A stage as it is now.
    pub(super) fn stage(self, id: StageId) -> Option<Stage> {
        self.settings.with(|settings| {
            settings
                .pipelines
                .iter()
                .find_map(|it| it.stage(id))
                .cloned()
        })
    }

    /// The pipelines of a kind, in order.
    pub(super) fn pipelines(self, kind: Kind) -> Vec<Pipeline> {
        self.settings.with(|settings| {
            let of_kind = settings.pipelines.iter().filter(|it| it.kind == kind);
            of_kind.cloned().collect()
        })
    }

    /// What a list has, in order.
    pub(super) fn ids(self, list: List) -> Vec<i64> {
        match list {
            List::Pipelines(kind) => self.pipelines(kind).iter().map(|it| it.id).collect(),
            List::Stages(id) => self.pipeline(id).map_or_else(Vec::new, |pipeline| {
                pipeline.stages.iter().map(|stage| stage.id).collect()
            }),
            List::Reasons => self.settings.with(|settings| {
                let offered = settings.lost_reasons.iter().filter(|it| !it.retired);
                offered.map(|it| it.id).collect()
            }),
        }
    }

    fn name(self, list: List, id: i64) -> String {
        let name = match list {
            List::Pipelines(_) => self.pipeline(id).map(|it| it.name),
            List::Stages(_) => self.stage(id).map(|it| it.name),
            List::Reasons => self.settings.with(|settings| {
                let found = settings.lost_reasons.iter().find(|it| it.id == id);
                found.map(|it| it.name.clone())
            }),
        };
        name.unwrap_or_default()
    }

    /// Makes a change; `done` hears what came of it.
    pub(super) fn change(
        self,
        change: PipelineChange,
        done: impl FnOnce(Result<PipelinesChanged, Error>) + 'static,
    ) {
        spawn_local(async move {
            let answer = change_pipelines(change).await.flatten();
            if let Ok(changed) = &answer {
                self.settings.try_set(changed.settings.clone());
                self.workspace.reload();
            }
            done(answer);
        });
    }

    /// Tells what was done, and offers to take it back.
    pub(super) fn tell(self, text: String, operation: Option<OperationId>) {
        let toast = Toast::new(text);
        self.toasts.push(match operation {
            None => toast,
            Some(operation) => toast.undo(
                t_string!(self.i18n, pipelines.undo),
                Callback::new(move |()| self.undo(operation)),
            ),
        });
    }

    /// Says what went wrong.
    pub(super) fn complain(self, error: &Error) {
        self.toasts.error(labels::error(self.i18n, error));
    }

    fn undo(self, operation: OperationId) {
        spawn_local(async move {
            match undo_operation(operation).await.flatten() {
                Ok(undone) if undone.kept.is_empty() => {
                    self.toasts
                        .push(Toast::new(t_string!(self.i18n, pipelines.undone)));
                }
                Ok(undone) => {
                    self.toasts.error(undone.kept.join(" "));
                }
                Err(error) => self.complain(&error),
            }
            self.reload();
            self.workspace.reload();
        });
    }

    /// Puts something at another place of its list, here at once and then on the server.
    pub(super) fn put(self, list: List, id: i64, to: usize) {
        let before = untrack(|| self.ids(list));
        let order = moved(before.clone(), id, to);
        self.settings
            .update(|settings| arrange(settings, list, &order));
        let now = untrack(|| self.ids(list));
        let name = untrack(|| self.name(list, id));
        let at = now
            .iter()
            .position(|other| *other == id)
            .unwrap_or_default();
        self.said.set(if now == before {
            t_string!(self.i18n, pipelines.stays, name = name)
        } else {
            t_string!(
                self.i18n,
                pipelines.moved,
                name = name,
                at = at + 1,
                of = now.len()
            )
        });
        if now != before {
            self.send_order(list, before);
        }
    }

    fn send_order(self, list: List, mut seen: Vec<i64>) {
        if self.sending.get_value() {
            return;
        }
        self.sending.set_value(true);
        spawn_local(async move {
            let mut last = None;
            let failed = loop {
                // What was ordered meanwhile goes with the next one.
                let Some(order) = self
                    .settings
                    .try_with_untracked(|_| untrack(|| self.ids(list)))
                    .filter(|order| *order != seen)
                else {
                    break None;
                };
                let change = ordering(list, seen, order.clone());
                match change_pipelines(change).await.flatten() {
                    Ok(changed) => last = Some(changed),
                    Err(error) => break Some(error),
                }
                seen = order;
            };
            self.sending.try_set_value(false);
            if let Some(error) = failed {
                self.complain(&error);
                self.reload();
            } else if let Some(changed) = last {
                self.settings.try_set(changed.settings);
                self.workspace.reload();
            }
        });
    }
}

/// Puts a list into an order, as the server would.
fn arrange(settings: &mut PipelineSettings, list: List, order: &[i64]) {
    let place = |id: i64| order.iter().position(|other| *other == id);
    match list {
        List::Pipelines(_) => settings.pipelines.sort_by_key(|it| (it.kind, place(it.id))),
        List::Stages(id) => {
            if let Some(pipeline) = settings.pipelines.iter_mut().find(|it| it.id == id) {
                pipeline.stages.sort_by_key(|stage| place(stage.id));
                pipeline.stages = in_order(std::mem::take(&mut pipeline.stages));
            }
        }
        List::Reasons => settings
            .lost_reasons
            .sort_by_key(|it| (it.retired, place(it.id))),
    }
}

fn ordering(list: List, seen: Vec<i64>, order: Vec<i64>) -> PipelineChange {
    match list {
        List::Pipelines(kind) => PipelineChange::OrderPipelines { kind, seen, order },
        List::Stages(pipeline) => PipelineChange::OrderStages {
            pipeline,
            seen,
            order,
        },
        List::Reasons => PipelineChange::OrderReasons { seen, order },
    }
}
