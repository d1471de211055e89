//! The dialogs of the page: one at a time, over the lists.

use domain::Error;
use domain::pipeline::Pipeline;
use domain::pipeline_settings::{PipelineChange, PipelinesChanged};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::attempt::Attempt;
use super::names::records;
use super::stage_form::StageForm;
use super::state::{Asked, State};
use crate::i18n::{t, t_string};
use crate::ui::{
    Button, ButtonKind, ButtonVariant, Choice, Dialog, Field, FormError, Select, TextInput,
};

/// The dialog; open while something is asked.
#[component]
pub(super) fn Dialogs(state: State) -> impl IntoView {
    let i18n = state.i18n;
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(state.asked.with(Option::is_some)));
    let title = move || match state.asked.get() {
        Some(Asked::NewPipeline(_)) => t_string!(i18n, pipelines.new).to_owned(),
        Some(Asked::RenamePipeline(pipeline)) => {
            t_string!(i18n, pipelines.rename_of, name = pipeline.name)
        }
        Some(Asked::DeletePipeline(pipeline)) => {
            t_string!(i18n, pipelines.delete_title, name = pipeline.name)
        }
        Some(Asked::DeleteStage(_, stage)) => {
            t_string!(i18n, pipelines.delete_title, name = stage.name)
        }
        Some(Asked::Stage(pipeline, None)) => {
            t_string!(i18n, pipelines.new_stage, name = pipeline.name)
        }
        Some(Asked::Stage(_, Some(stage))) => {
            t_string!(i18n, pipelines.change_of, name = stage.name)
        }
        Some(Asked::NewReason) => t_string!(i18n, pipelines.new_reason).to_owned(),
        Some(Asked::RenameReason(reason)) => {
            t_string!(i18n, pipelines.rename_of, name = reason.name)
        }
        None => String::new(),
    };
    view! {
        <Dialog
            id="pipelines-dialog"
            title=Signal::derive(title)
            close_label=move || t_string!(i18n, settings.close)
            open=open
            on_close=move |()| {
                state.asked.try_set(None);
            }
        >
            {move || state.asked.get().map(|asked| body(state, asked))}
        </Dialog>
    }
}

fn body(state: State, asked: Asked) -> AnyView {
    match asked {
        Asked::Stage(pipeline, stage) => view! { <StageForm state pipeline stage /> }.into_any(),
        Asked::DeletePipeline(pipeline) => {
            let leaving = pipeline.stages.iter().map(|stage| stage.id).collect();
            let count = untrack(|| state.settings.with(|it| it.records_of(&pipeline)));
            let (id, name) = (pipeline.id, pipeline.name.clone());
            let change = move |records_to| PipelineChange::DeletePipeline { id, records_to };
            view! { <DeleteForm state pipeline leaving count name change /> }.into_any()
        }
        Asked::DeleteStage(pipeline, stage) => {
            let count = untrack(|| state.settings.with(|it| it.records_in(stage.id)));
            let (id, name) = (stage.id, stage.name);
            let change = move |records_to| PipelineChange::DeleteStage { id, records_to };
            view! { <DeleteForm state pipeline leaving=vec![id] count name change /> }.into_any()
        }
        named => view! { <NameForm state asked=named /> }.into_any(),
    }
}

/// A name, and for a new pipeline what it begins with.
#[component]
fn NameForm(state: State, asked: Asked) -> impl IntoView {
    let i18n = state.i18n;
    let before = match &asked {
        Asked::RenamePipeline(pipeline) => pipeline.name.clone(),
        Asked::RenameReason(reason) => reason.name.clone(),
        _ => String::new(),
    };
    let (name, preset) = (RwSignal::new(before.clone()), RwSignal::new(String::new()));
    // The name that was there when the form was opened, or that a conflict has shown.
    let seen = RwSignal::new(before);
    let attempt = Attempt::new(state);
    let kind = match &asked {
        Asked::NewPipeline(kind) => Some(*kind),
        _ => None,
    };
    let is_new = matches!(asked, Asked::NewPipeline(_) | Asked::NewReason);
    let change = move || {
        let (name, seen) = (name.get_untracked(), seen.get_untracked());
        match &asked {
            Asked::NewPipeline(kind) => PipelineChange::AddPipeline {
                kind: *kind,
                name,
                preset: preset.get_untracked(),
            },
            Asked::RenamePipeline(pipeline) => PipelineChange::RenamePipeline {
                id: pipeline.id,
                seen,
                name,
            },
            Asked::RenameReason(reason) => PipelineChange::RenameReason {
                id: reason.id,
                seen,
                name,
            },
            _ => PipelineChange::AddReason { name },
        }
    };
    let submit = move |event: SubmitEvent| {
        let typed = name.get_untracked();
        let made = move |changed| attempt.saved(typed, &changed);
        attempt.send(&event, &change, made, move |error| {
            if let Error::Conflict(conflicts) = error
                && let Some(theirs) = conflicts.first()
            {
                // Who has seen it may overrule it.
                seen.try_set(theirs.theirs.as_text().unwrap_or_default().to_owned());
            }
        });
    };
    let begin = kind.map(|kind| {
        let options = presets(state, kind);
        view! {
            <Field
                id="pipeline-preset"
                label=move || t_string!(i18n, pipelines.begin)
                error=attempt.problem("preset")
            >
                <Select options value=preset on_change=move |key: String| preset.set(key) />
            </Field>
        }
    });
    view! {
        <form class="form" on:submit=submit novalidate>
            <FormError text=attempt.whole(&["name", "preset"]) />
            <Field
                id="pipeline-name"
                label=move || t_string!(i18n, pipelines.name)
                error=attempt.problem("name")
                required=true
            >
                <TextInput
                    value=name
                    on_input=move |text: String| name.set(text)
                    autocomplete="off"
                    autofocus=true
                />
            </Field>
            {begin}
            <div class="dialog__actions">
                <Button on:click=move |_| state.asked.set(None)>{t!(i18n, settings.cancel)}</Button>
                <Button kind=ButtonKind::Submit variant=ButtonVariant::Primary busy=attempt.busy>
                    {if is_new { t_string!(i18n, pipelines.create) } else { t_string!(i18n, pipelines.save) }}
                </Button>
            </div>
        </form>
    }
}

/// What a new pipeline can begin with.
fn presets(state: State, kind: domain::Kind) -> Vec<Choice> {
    let i18n = state.i18n;
    let mut choices = vec![Choice::new("", t_string!(i18n, pipelines.begin_empty))];
    let presets = untrack(|| state.settings.with(|settings| settings.presets.clone()));
    if kind == domain::Kind::Lead {
        // Leads are the same whatever is sold.
        if let Some(preset) = presets.first() {
            let label = t_string!(i18n, pipelines.begin_leads);
            choices.push(Choice::new(preset.key.clone(), label));
        }
        return choices;
    }
    choices.extend(presets.into_iter().map(|preset| {
        let name = match preset.key.as_str() {
            "sales" => t_string!(i18n, set_up.sales),
            "services" => t_string!(i18n, set_up.services),
            _ => t_string!(i18n, set_up.wholesale),
        };
        let stages: Vec<String> = preset.stages.into_iter().map(|(stage, _)| stage).collect();
        Choice::new(preset.key, format!("{name}: {}", stages.join(", ")))
    }));
    choices
}

/// Whether something may go, and where its records go.
#[component]
fn DeleteForm(
    state: State,
    /// The pipeline that goes, or that the stage is of.
    pipeline: Pipeline,
    /// The stages that go.
    leaving: Vec<domain::StageId>,
    /// Records in them.
    count: u64,
    /// What goes.
    name: String,
    /// The change, with where the records go.
    change: impl Fn(Option<domain::StageId>) -> PipelineChange + Clone + Send + Sync + 'static,
) -> impl IntoView {
    let i18n = state.i18n;
    let target = RwSignal::new(String::new());
    let attempt = Attempt::new(state);
    let gone = leaving.clone();
    let targets = Signal::derive(move || {
        let mut choices = vec![Choice::new("", t_string!(i18n, pipelines.choose_stage))];
        for other in state.pipelines(pipeline.kind) {
            for stage in other.stages {
                if !gone.contains(&stage.id) {
                    let label = if other.id == pipeline.id {
                        stage.name
                    } else {
                        format!("{}: {}", other.name, stage.name)
                    };
                    choices.push(Choice::new(stage.id.to_string(), label));
                }
            }
        }
        choices
    });
    let submit = move |event: SubmitEvent| {
        let name = name.clone();
        let made = move |changed: PipelinesChanged| {
            let text = match changed.moved {
                0 => t_string!(i18n, pipelines.deleted, name = name),
                moved => t_string!(
                    i18n,
                    pipelines.deleted_moved,
                    name = name,
                    records = records(i18n, moved)
                ),
            };
            state.tell(text, changed.operation);
        };
        let to = || change(target.get_untracked().parse().ok());
        attempt.send(&event, to, made, |_| ());
    };
    let where_to = (count > 0).then(|| {
        view! {
            <Field
                id="records-to"
                label=t_string!(i18n, pipelines.records_to, records = records(i18n, count))
                error=attempt.problem("records_to")
                required=true
            >
                <Select
                    options=targets
                    value=target
                    on_change=move |id: String| target.set(id)
                />
            </Field>
        }
    });
    view! {
        <form class="form" on:submit=submit novalidate>
            <FormError text=attempt.whole(&["records_to"]) />
            {(count == 0).then(|| view! { <p>{t!(i18n, pipelines.delete_empty)}</p> })}
            {where_to}
            <p class="muted">{t!(i18n, pipelines.delete_text)}</p>
            <div class="dialog__actions">
                <Button on:click=move |_| state.asked.set(None)>{t!(i18n, settings.cancel)}</Button>
                <Button kind=ButtonKind::Submit variant=ButtonVariant::Danger busy=attempt.busy>
                    {t!(i18n, pipelines.delete)}
                </Button>
            </div>
        </form>
    }
}
