//! All of a stage in one form.

use domain::pipeline::{Gate, Meaning, Pipeline, Stage};
use domain::pipeline_settings::{COLORS, PipelineChange, StageDraft};
use domain::{Error, StageId};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::attempt::Attempt;
use super::names;
use super::parts::{MoversPart, NextPart, RequiredPart};
use super::state::State;
use crate::i18n::{t, t_string};
use crate::settings::color::color_name;
use crate::ui::{
    Button, ButtonKind, ButtonVariant, Choice, Field, FormError, InputKind, Select, TextInput,
};

/// The parts of a stage that have an input of their own.
const PARTS: [&str; 8] = [
    "name",
    "color",
    "meaning",
    "probability",
    "stale_days",
    "required",
    "next",
    "movers",
];

/// What is typed of a stage.
#[derive(Clone, Copy)]
pub(super) struct Typed {
    name: RwSignal<String>,
    color: RwSignal<String>,
    meaning: RwSignal<Meaning>,
    probability: RwSignal<String>,
    stale_days: RwSignal<String>,
    /// What the gate asks for.
    pub(super) gate: RwSignal<Gate>,
}

impl Typed {
    fn of(draft: StageDraft) -> Self {
        Self {
            name: RwSignal::new(draft.name),
            color: RwSignal::new(draft.color),
            meaning: RwSignal::new(draft.meaning),
            probability: RwSignal::new(draft.probability),
            stale_days: RwSignal::new(draft.stale_days),
            gate: RwSignal::new(draft.gate),
        }
    }

    fn draft(self) -> StageDraft {
        StageDraft {
            name: self.name.get_untracked(),
            color: self.color.get_untracked(),
            meaning: self.meaning.get_untracked(),
            probability: self.probability.get_untracked(),
            stale_days: self.stale_days.get_untracked(),
            gate: self.gate.get_untracked(),
        }
    }
}

/// The form of a new stage, or of one that is there.
#[component]
pub(super) fn StageForm(state: State, pipeline: Pipeline, stage: Option<Stage>) -> impl IntoView {
    let i18n = state.i18n;
    let id: Option<StageId> = stage.as_ref().map(|stage| stage.id);
    let draft = match &stage {
        Some(stage) => StageDraft::from(stage),
        None => StageDraft {
            color: fresh_color(&pipeline).to_owned(),
            ..StageDraft::default()
        },
    };
    let typed = Typed::of(draft);
    // The stage as it was when the form was opened, or as a conflict has shown it.
    let seen = RwSignal::new(stage);
    let attempt = Attempt::new(state);
    let of = pipeline.id;
    let change = move || {
        let draft = typed.draft();
        match seen.get_untracked() {
            Some(seen) => PipelineChange::ChangeStage { seen, draft },
            None => PipelineChange::AddStage {
                pipeline: of,
                draft,
            },
        }
    };
    let submit = move |event: SubmitEvent| {
        let name = typed.name.get_untracked().trim().to_owned();
        let made = move |changed| attempt.saved(name, &changed);
        attempt.send(&event, change, made, move |error| {
            // Who has seen what the other one did may overrule it.
            if matches!(error, Error::Conflict(_))
                && let Some(now) = id.and_then(|id| untrack(|| state.stage(id)))
            {
                seen.try_set(Some(now));
            }
        });
    };
    let meanings = [Meaning::Open, Meaning::Won, Meaning::Lost]
        .map(|meaning| Choice::new(meaning.as_str(), names::meaning(i18n, meaning)));
    let is_open = Memo::new(move |_| typed.meaning.get() == Meaning::Open);
    view! {
        <form class="form stageform" on:submit=submit novalidate>
            <FormError text=attempt.whole(&PARTS) />
            <Field
                id="stage-name"
                label=move || t_string!(i18n, pipelines.name)
                error=attempt.problem("name")
                required=true
            >
                <TextInput
                    value=typed.name
                    on_input=move |text: String| typed.name.set(text)
                    autocomplete="off"
                    autofocus=true
                />
            </Field>
            {colors(state, typed)}
            <Field
                id="stage-meaning"
                label=move || t_string!(i18n, pipelines.meaning)
                help=move || t_string!(i18n, pipelines.meaning_help)
                error=attempt.problem("meaning")
            >
                <Select
                    options=meanings.to_vec()
                    value=Signal::derive(move || typed.meaning.get().as_str().to_owned())
                    on_change=move |word: String| {
                        typed.meaning.set(Meaning::parse(&word).unwrap_or(Meaning::Open));
                    }
                />
            </Field>
            <Show when=move || is_open.get()>
                <div class="stageform__numbers">
                    <Field
                        id="stage-probability"
                        label=move || t_string!(i18n, pipelines.probability)
                        error=attempt.problem("probability")
                    >
                        <TextInput
                            kind=InputKind::Number
                            value=typed.probability
                            on_input=move |text: String| typed.probability.set(text)
                            autocomplete="off"
                        />
                    </Field>
                    <Field
                        id="stage-stale"
                        label=move || t_string!(i18n, pipelines.stale_days)
                        help=move || t_string!(i18n, pipelines.stale_help)
                        error=attempt.problem("stale_days")
                    >
                        <TextInput
                            kind=InputKind::Number
                            value=typed.stale_days
                            on_input=move |text: String| typed.stale_days.set(text)
                            autocomplete="off"
                        />
                    </Field>
                </div>
            </Show>
            <h3 class="stageform__head">{t!(i18n, pipelines.gate)}</h3>
            <RequiredPart state gate=typed.gate kind=pipeline.kind problem=attempt.problem("required") />
            <NextPart state gate=typed.gate pipeline=of stage=id problem=attempt.problem("next") />
            <MoversPart state gate=typed.gate problem=attempt.problem("movers") />
            <div class="dialog__actions">
                <Button on:click=move |_| state.asked.set(None)>{t!(i18n, settings.cancel)}</Button>
                <Button kind=ButtonKind::Submit variant=ButtonVariant::Primary busy=attempt.busy>
                    {if id.is_some() {
                        t_string!(i18n, pipelines.save)
                    } else {
                        t_string!(i18n, pipelines.create)
                    }}
                </Button>
            </div>
        </form>
    }
}

/// A colour that the pipeline does not have yet.
fn fresh_color(pipeline: &Pipeline) -> &'static str {
    let has = |color: &str| pipeline.stages.iter().any(|stage| stage.color == color);
    let free = COLORS.into_iter().find(|color| !has(color));
    free.unwrap_or("blue")
}

/// The colours, each a radio button.
fn colors(state: State, typed: Typed) -> AnyView {
    let i18n = state.i18n;
    let swatches = COLORS
        .map(|color| {
            let name = color_name(i18n, color);
            let title = name.clone();
            view! {
                <label class="swatches__one" title=title data-color=color>
                    <input
                        class="swatches__radio"
                        type="radio"
                        name="stage-color"
                        value=color
                        checked=move || typed.color.with(|chosen| chosen == color)
                        prop:checked=move || typed.color.with(|chosen| chosen == color)
                        on:change=move |_| typed.color.set(color.to_owned())
                    />
                    <span class="visually-hidden">{name}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="swatches">
            <legend class="field__label">{t!(i18n, pipelines.color)}</legend>
            <div class="swatches__all">{swatches}</div>
        </fieldset>
    }
    .into_any()
}
