//! Moves a record to another pipeline: which one, and to which stage of it.

use domain::pipeline::Pipeline;
use domain::record::Values;
use domain::{PipelineId, StageId, Value};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::state::RecordState;
use crate::i18n::{t, t_string, use_i18n};
use crate::layout::use_workspace;
use crate::ui::{Button, ButtonKind, ButtonVariant, Choice, Dialog, Field, Select};

/// The dialog; open while [`RecordState::changes_pipeline`] says so.
#[component]
pub(super) fn PipelineDialog(
    state: RecordState,
    /// Moves it to a stage, with further values.
    go: Callback<(StageId, Values)>,
) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Dialog
            id=format!("pipeline-dialog-{}", state.id)
            title=move || t_string!(i18n, record.move_to_pipeline)
            close_label=move || t_string!(i18n, record.close)
            open=state.changes_pipeline
        >
            <PipelineForm state=state go=go />
        </Dialog>
    }
}

#[component]
fn PipelineForm(state: RecordState, go: Callback<(StageId, Values)>) -> impl IntoView {
    let i18n = use_i18n();
    let current = state
        .record
        .with_untracked(|record| record.value("pipeline_id").as_id());
    let workspace = use_workspace().get_untracked();
    let others: Vec<Pipeline> = workspace
        .pipelines_of(state.kind)
        .filter(|pipeline| Some(pipeline.id) != current)
        .cloned()
        .collect();
    let first_stage = |pipeline: Option<&Pipeline>| {
        pipeline
            .and_then(Pipeline::first_stage)
            .map(|stage| stage.id)
    };
    let chosen = RwSignal::new(others.first().map(|pipeline| pipeline.id));
    let stage = RwSignal::new(first_stage(others.first()));
    let choices: Vec<Choice> = others
        .iter()
        .map(|pipeline| Choice::new(pipeline.id.to_string(), pipeline.name.clone()))
        .collect();
    let others = StoredValue::new(others);
    let find = move |id: Option<PipelineId>| {
        others.with_value(|others| others.iter().find(|p| Some(p.id) == id).cloned())
    };
    let choose_pipeline = Callback::new(move |id: String| {
        let id = id.parse().ok();
        chosen.set(id);
        stage.set(first_stage(find(id).as_ref()));
    });
    let choose_stage = Callback::new(move |id: String| stage.set(id.parse().ok()));
    let stages = Signal::derive(move || {
        let pipeline = find(chosen.get());
        let stages = pipeline.map(|pipeline| pipeline.stages).unwrap_or_default();
        stages
            .into_iter()
            .map(|stage| Choice::new(stage.id.to_string(), stage.name))
            .collect::<Vec<_>>()
    });
    let text_of = |id: Option<i64>| id.map_or_else(String::new, |id| id.to_string());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let (Some(pipeline), Some(stage)) = (chosen.get_untracked(), stage.get_untracked()) {
            state.changes_pipeline.set(false);
            let values = Values::from([("pipeline_id".to_owned(), Value::Id(pipeline))]);
            go.run((stage, values));
        }
    };
    view! {
        <form class="form" on:submit=submit>
            <Field id=format!("pipeline-{}", state.id) label=move || t_string!(i18n, record.pipeline)>
                <Select
                    options=choices
                    value=Signal::derive(move || text_of(chosen.get()))
                    on_change=choose_pipeline
                />
            </Field>
            <Field id=format!("pipeline-stage-{}", state.id) label=move || t_string!(i18n, record.stage)>
                <Select options=stages value=Signal::derive(move || text_of(stage.get())) on_change=choose_stage />
            </Field>
            <p class="muted">{t!(i18n, record.pipeline_keeps)}</p>
            <div class="dialog__actions">
                <Button on:click=move |_| state.changes_pipeline.set(false)>{t!(i18n, record.cancel)}</Button>
                <Button variant=ButtonVariant::Primary kind=ButtonKind::Submit>{t!(i18n, record.move_it)}</Button>
            </div>
        </form>
    }
}
