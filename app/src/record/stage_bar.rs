//! The stages of the record's pipeline, as buttons: where it is, where it can go.

use domain::pipeline::{Meaning, Stage};
use domain::record::Values;
use domain::{Draft, Error, StageId, Value};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::pipeline_dialog::PipelineDialog;
use super::state::{RecordState, undo_with_toast};
use crate::fields::{Ask, MissingDialog};
use crate::i18n::{t_string, use_i18n};
use crate::layout::use_workspace;
use crate::ui::{Toast, ToastStore};

/// The stage bar.
#[component]
pub(super) fn StageBar(state: RecordState) -> impl IntoView {
    let i18n = use_i18n();
    let workspace = use_workspace();
    let ask = RwSignal::new(None::<Ask>);
    let go = mover(state, ask);
    let current = Memo::new(move |_| state.record.with(|record| record.value("stage_id").as_id()));
    let pipeline = Memo::new(move |_| state.record.with(|r| r.value("pipeline_id").as_id()));
    let days = move || {
        let since = state
            .record
            .with(|record| record.value("stage_since").as_date_time());
        since.map(|since| (state.now.get() - since).num_days().max(0))
    };
    let steps = move || {
        let workspace = workspace.get();
        let stages: Vec<Stage> = workspace
            .pipelines
            .iter()
            .find(|candidate| Some(candidate.id) == pipeline.get())
            .map(|pipeline| pipeline.stages.clone())
            .unwrap_or_default();
        let here = stages
            .iter()
            .position(|stage| Some(stage.id) == current.get());
        let closed = here.is_some_and(|here| stages[here].meaning.is_closed());
        stages
            .iter()
            .enumerate()
            .map(|(at, stage)| {
                let is_here = here == Some(at);
                let class = match (is_here, stage.meaning) {
                    (true, Meaning::Won) => "stagebar__step stagebar__step--current stagebar__step--won",
                    (true, Meaning::Lost) => "stagebar__step stagebar__step--current stagebar__step--lost",
                    (true, Meaning::Open) => "stagebar__step stagebar__step--current",
                    (false, Meaning::Open) if here.is_some_and(|here| at < here) && !closed => {
                        "stagebar__step stagebar__step--done"
                    }
                    _ => "stagebar__step",
                };
                let id = stage.id;
                view! {
                    <li class="stagebar__item">
                        <button
                            class=class
                            type="button"
                            data-color=stage.color.clone()
                            data-stage=id
                            aria-current=is_here.then_some("step")
                            disabled=move || !state.may_change.get()
                            on:click=move |_| if !is_here { go.run((id, Values::new())) }
                        >
                            <span class="stagebar__name" dir="auto">{stage.name.clone()}</span>
                            {is_here.then(|| view! {
                                <span class="stagebar__days">
                                    {move || days().map(|n| t_string!(i18n, record.days_short, count = n))}
                                </span>
                            })}
                        </button>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <ol class="stagebar" aria-label=t_string!(i18n, record.stages)>
            {steps}
        </ol>
        <MissingDialog ask=ask />
        <PipelineDialog state=state go=go />
    }
}

/// Moves the record to a stage; where the stage asks for something, so does the dialog.
fn mover(state: RecordState, ask: RwSignal<Option<Ask>>) -> Callback<(StageId, Values)> {
    let i18n = use_i18n();
    let workspace = use_workspace();
    let toasts = expect_context::<ToastStore>();
    let undo = undo_with_toast();
    let again: StoredValue<Option<Callback<(StageId, Values)>>> = StoredValue::new(None);
    let go = Callback::new(move |(stage, values): (StageId, Values)| {
        spawn_local(async move {
            let name = workspace
                .get_untracked()
                .stage(stage)
                .map(|stage| stage.name.clone());
            let name = name.unwrap_or_default();
            let mut draft = Draft::of([("stage_id", Value::Id(stage))]);
            draft.values.extend(values.clone());
            match state.save(draft).await {
                Ok(written) => {
                    let text = t_string!(i18n, record.moved_to, stage = name);
                    let mut toast = Toast::new(text);
                    if let Some(operation) = written.operation {
                        let take_back = Callback::new(move |()| undo(operation, state));
                        toast = toast.undo(t_string!(i18n, record.undo).to_owned(), take_back);
                    }
                    toasts.push(toast);
                }
                Err(Error::Invalid(errors)) if errors.iter().all(|e| e.field != "stage_id") => {
                    let on_values = Callback::new(move |filled: Values| {
                        let mut values = values.clone();
                        values.extend(filled);
                        if let Some(again) = again.get_value() {
                            again.run((stage, values));
                        }
                    });
                    let title = t_string!(i18n, record.move_to, stage = name);
                    let on_cancel = Callback::new(|()| {});
                    ask.set(Some(Ask {
                        creates: false,
                        kind: state.kind,
                        title,
                        errors,
                        on_values,
                        on_cancel,
                    }));
                }
                Err(error) => {
                    toasts.error(crate::labels::error(i18n, &error));
                    state.reload();
                }
            }
        });
    });
    again.set_value(Some(go));
    go
}
