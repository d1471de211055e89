//! The form of a new record, made of the fields' descriptions.

use std::collections::{BTreeMap, BTreeSet};

use domain::board::Written;
use domain::field::{FieldType, Group, Storage};
use domain::record::{Begun, Values};
use domain::{Draft, Error, FieldDef, Kind, Problem, Value};
use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use web_sys::HtmlElement;

use super::alike::AlikeHint;
use super::api::add_record;
use super::begun::Kept;
use super::leave::LeaveGuard;
use super::row::{Filled, Row, input_id};
use crate::i18n::{t, t_string, use_i18n};
use crate::layout::{Failed, record_path, use_workspace};
use crate::record::{done, sections};
use crate::ui::{
    Banner, Button, ButtonKind, ButtonSize, ButtonVariant, Choice, Field, FormError, Glyph, Select,
    ToastStore,
};

/// The form.
#[component]
pub(super) fn NewForm(
    kind: Kind,
    begun: Begun,
    /// The fields that the address named: they are shown whatever they are.
    asked: Vec<String>,
) -> impl IntoView {
    let i18n = use_i18n();
    if !begun.may_add {
        let error = Error::Forbidden(t_string!(i18n, new_record.may_not).to_owned());
        return view! { <Failed error=error /> }.into_any();
    }
    let kept = Kept::of(
        kind,
        use_workspace().with_untracked(|workspace| workspace.me.id),
    );
    // Known in the browser alone, once the page is alive.
    let left_behind = RwSignal::new(Values::new());
    Effect::new(move |_| {
        if let Some(values) = kept.read().filter(|values| !values.is_empty()) {
            left_behind.set(values);
        }
    });
    let afresh = move |_| {
        kept.forget();
        left_behind.set(Values::new());
    };
    view! {
        {move || left_behind.with(|values| !values.is_empty()).then(|| view! {
            <Banner>
                {t!(i18n, new_record.left_behind)}
                " "
                <Button size=ButtonSize::Small on:click=afresh>{t!(i18n, new_record.afresh)}</Button>
            </Banner>
        })}
        {move || view! {
            <Form
                kind=kind
                begun=begun.clone()
                asked=asked.clone()
                kept=kept
                typed=left_behind.get()
            />
        }}
    }
    .into_any()
}

#[component]
fn Form(
    kind: Kind,
    begun: Begun,
    asked: Vec<String>,
    kept: Kept,
    /// What was typed before the page was left by mistake.
    typed: Values,
) -> impl IntoView {
    let i18n = use_i18n();
    let workspace = use_workspace().get_untracked();
    let toasts = expect_context::<ToastStore>();
    let navigate = use_navigate();
    let fields: Vec<FieldDef> = workspace
        .fields(kind)
        .into_iter()
        .filter(|field| field.editable() && !matches!(field.storage, Storage::LinksBack { .. }))
        .collect();
    let problems: BTreeMap<String, Problem> = begun
        .refused
        .iter()
        .map(|error| (error.field.clone(), error.problem.clone()))
        .collect();
    let mut values = begun.values;
    if kind.has_stages() {
        place(&workspace, kind, &mut values);
    }
    // What is shown at once; the rest waits behind "more".
    let shown: BTreeSet<String> = fields
        .iter()
        .filter(|field| {
            let is_first = field.group == Group::Main && field.section.is_empty();
            is_first
                || field.required
                || asked.iter().any(|key| *key == field.key)
                || typed.contains_key(field.key.as_ref())
        })
        .filter(|field| field.field_type != FieldType::LostReason)
        .map(|field| field.key.to_string())
        .collect();
    let filled = Filled {
        begun: StoredValue::new(values),
        typed: RwSignal::new(
            typed
                .into_iter()
                .map(|(key, value)| (key, Ok(value)))
                .collect(),
        ),
        problems: RwSignal::new(problems),
    };
    let shown = RwSignal::new(shown);
    let whole = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let saved = RwSignal::new(false);
    let failure = RwSignal::new(None::<String>);
    let dirty = Memo::new(move |_| !saved.get() && filled.typed.with(|typed| !typed.is_empty()));
    Effect::new(move |_| {
        filled.typed.with(|typed| {
            if !typed.is_empty() {
                kept.write(typed);
            }
        });
    });
    let defs = StoredValue::new(fields.clone());

    let after = move |written: Written| {
        let text = t_string!(i18n, new_record.added).to_owned();
        toasts.push(done(i18n, toasts, text, &written));
        let to = match &written.record {
            Some(record) => record_path(kind, record.id),
            // Given to somebody else: the writer may not see it.
            None => format!("/{}", kind.plural()),
        };
        let options = NavigateOptions {
            replace: true,
            ..NavigateOptions::default()
        };
        navigate(&to, options);
    };
    let refuse = move |found: BTreeMap<String, Problem>| {
        shown.update(|shown| shown.extend(found.keys().cloned()));
        let first = defs.with_value(|defs| {
            let keys = defs.iter().map(|field| field.key.to_string());
            keys.into_iter().find(|key| found.contains_key(key))
        });
        filled.problems.set(found);
        if let Some(first) = first {
            // In the next frame the field is there.
            request_animation_frame(move || focus(&first));
        }
    };
    let send = Callback::new(move |()| {
        if busy.get_untracked() {
            return;
        }
        failure.set(None);
        let values = match collect(filled, &defs.get_value()) {
            Ok(values) => values,
            Err(found) => {
                refuse(found);
                return;
            }
        };
        busy.set(true);
        let after = after.clone();
        spawn_local(async move {
            let draft = Draft {
                values,
                ..Draft::default()
            };
            let added = add_record(kind, draft).await.flatten();
            let _ = busy.try_set(false);
            match added {
                Ok(written) => {
                    kept.forget();
                    let _ = saved.try_set(true);
                    after(written);
                }
                Err(Error::Invalid(errors)) => {
                    let known = |key: &str| {
                        defs.try_with_value(|defs| defs.iter().any(|field| field.key == key))
                            .unwrap_or_default()
                    };
                    let (own, other): (Vec<_>, Vec<_>) =
                        errors.into_iter().partition(|error| known(&error.field));
                    if !other.is_empty() {
                        let told = crate::labels::error(i18n, &Error::Invalid(other));
                        let _ = failure.try_set(Some(told));
                    }
                    refuse(own.into_iter().map(|e| (e.field, e.problem)).collect());
                }
                Err(error) => {
                    let _ = failure.try_set(Some(crate::labels::error(i18n, &error)));
                }
            }
        });
    });
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            send.run(());
        }
    };
    let is_there = move |key: &str| whole.get() || shown.with(|shown| shown.contains(key));
    let first = fields
        .iter()
        .find(|field| untrack(|| is_there(&field.key)) && filled_is_empty(filled, field))
        .map(|field| field.key.to_string());
    let has_more = fields.iter().any(|field| {
        !is_placed(field)
            && field.field_type != FieldType::LostReason
            && shown.with_untracked(|shown| !shown.contains(field.key.as_ref()))
    });
    let parts = sections(fields)
        .into_iter()
        .map(|(group, heading, fields)| {
            let is_main = group == Group::Main && heading.is_empty();
            let keys: Vec<String> = fields.iter().map(|field| field.key.to_string()).collect();
            let name = if heading.is_empty() {
                crate::labels::group(i18n, group)
            } else {
                heading
            };
            let any = move || keys.iter().any(|key| is_there(key));
            let any = Memo::new(move |_| any());
            let rows = fields
                .into_iter()
                .filter(|field| !is_placed(field))
                .map(|field| {
                    let key = field.key.to_string();
                    let takes_focus = first.as_deref() == Some(field.key.as_ref());
                    // Why something was lost is asked when it is.
                    let is_late = field.field_type == FieldType::LostReason;
                    let here = Memo::new(move |_| {
                        shown.with(|shown| shown.contains(&key)) || (whole.get() && !is_late)
                    });
                    let row = move || {
                        here.get().then(|| {
                            view! { <Row filled=filled field=field.clone() autofocus=takes_focus /> }
                        })
                    };
                    row.into_any()
                })
                .collect_view();
            view! {
                <fieldset class="newrecord__part" hidden=move || !any.get()>
                    <legend class="newrecord__head" class=("visually-hidden", is_main) dir="auto">{name}</legend>
                    {rows}
                    {(is_main && kind.has_stages()).then(|| view! { <Standing kind=kind filled=filled /> })}
                </fieldset>
                {is_main.then(|| view! { <AlikeHint kind=kind filled=filled /> })}
            }
        })
        .collect_view();
    view! {
        <form
            class="form newrecord"
            novalidate=true
            on:submit=move |event: SubmitEvent| {
                event.prevent_default();
                send.run(());
            }
            on:keydown=on_key
        >
            <FormError text=Signal::derive(move || failure.get()) />
            {parts}
            {has_more.then(|| view! {
                <p class="newrecord__more" hidden=move || whole.get()>
                    <Button variant=ButtonVariant::Quiet icon=Glyph::ChevronDown on:click=move |_| whole.set(true)>
                        {t!(i18n, new_record.more)}
                    </Button>
                </p>
            })}
            <div class="form__actions newrecord__actions">
                <Button
                    variant=ButtonVariant::Primary
                    kind=ButtonKind::Submit
                    busy=Signal::derive(move || busy.get())
                >
                    {t!(i18n, new_record.save)}
                </Button>
                <span class="muted newrecord__key">{t!(i18n, new_record.key)}</span>
            </div>
        </form>
        <LeaveGuard dirty=dirty on_leave=Callback::new(move |()| kept.forget()) />
    }
    .into_any()
}

/// Pipeline and stage have a row of their own, where the one decides what the other can be.
fn is_placed(field: &FieldDef) -> bool {
    matches!(field.field_type, FieldType::Stage | FieldType::Pipeline)
}

fn filled_is_empty(filled: Filled, field: &FieldDef) -> bool {
    !is_placed(field) && untrack(|| filled.value(&field.key)).is_empty()
}

/// Where it begins when nobody says where: the stage that is given, else the first one of the
/// pipeline that is given, else of the first pipeline.
fn place(workspace: &domain::workspace::Workspace, kind: Kind, values: &mut Values) {
    let id = |values: &Values, key: &str| values.get(key).and_then(Value::as_id);
    let stage = id(values, "stage_id");
    let of_stage = stage.and_then(|stage| {
        workspace
            .pipelines_of(kind)
            .find(|pipeline| pipeline.stage(stage).is_some())
    });
    let pipeline = of_stage.or_else(|| workspace.pipeline(kind, id(values, "pipeline_id")));
    let Some(pipeline) = pipeline else {
        return;
    };
    let stage = stage
        .and_then(|stage| pipeline.stage(stage))
        .or_else(|| pipeline.first_stage());
    values.insert("pipeline_id".into(), Value::Id(pipeline.id));
    if let Some(stage) = stage {
        values.insert("stage_id".into(), Value::Id(stage.id));
    }
}

/// Pipeline and stage.
#[component]
fn Standing(kind: Kind, filled: Filled) -> impl IntoView {
    let i18n = use_i18n();
    let workspace = use_workspace();
    let pipelines = move || {
        workspace.with(|workspace| {
            workspace
                .pipelines_of(kind)
                .cloned()
                .collect::<Vec<domain::pipeline::Pipeline>>()
        })
    };
    let several = move || pipelines().len() > 1;
    let pipeline = move || filled.value("pipeline_id").as_id();
    let choices = Signal::derive(move || {
        pipelines()
            .into_iter()
            .map(|pipeline| Choice::new(pipeline.id.to_string(), pipeline.name))
            .collect::<Vec<_>>()
    });
    let stages = Signal::derive(move || {
        let here = pipelines().into_iter().find(|p| Some(p.id) == pipeline());
        let stages = here.map(|pipeline| pipeline.stages).unwrap_or_default();
        stages
            .into_iter()
            .map(|stage| Choice::new(stage.id.to_string(), stage.name))
            .collect::<Vec<_>>()
    });
    let text = move |key: &'static str| {
        Signal::derive(move || {
            filled
                .value(key)
                .as_id()
                .map_or_else(String::new, |id| id.to_string())
        })
    };
    let choose = Callback::new(move |id: String| {
        let Ok(id) = id.parse::<i64>() else { return };
        filled.put("pipeline_id", Ok(Value::Id(id)));
        let pipeline = pipelines().into_iter().find(|pipeline| pipeline.id == id);
        if let Some(stage) = pipeline
            .as_ref()
            .and_then(|pipeline| pipeline.first_stage())
        {
            filled.put("stage_id", Ok(Value::Id(stage.id)));
        }
    });
    let choose_stage = Callback::new(move |id: String| {
        if let Ok(id) = id.parse() {
            filled.put("stage_id", Ok(Value::Id(id)));
        }
    });
    view! {
        {move || several().then(|| view! {
            <div class="newrecord__row" data-field="pipeline_id">
                <Field
                    id=input_id("pipeline_id")
                    label=move || t_string!(i18n, record.pipeline)
                    error=filled.told("pipeline_id".to_owned())
                >
                    <Select options=choices value=text("pipeline_id") on_change=choose />
                </Field>
            </div>
        })}
        <div class="newrecord__row" data-field="stage_id">
            <Field
                id=input_id("stage_id")
                label=move || t_string!(i18n, record.stage)
                error=filled.told("stage_id".to_owned())
            >
                <Select options=stages value=text("stage_id") on_change=choose_stage />
            </Field>
        </div>
    }
    .into_any()
}

/// What is sent: everything that stands in the form, and what was emptied that had something.
fn collect(filled: Filled, fields: &[FieldDef]) -> Result<Values, BTreeMap<String, Problem>> {
    let mut values = filled.begun.get_value();
    let mut problems = BTreeMap::new();
    for (key, typed) in filled.typed.get_untracked() {
        match typed {
            Ok(value) if value.is_empty() && !values.contains_key(&key) => {}
            Ok(value) => {
                values.insert(key, value);
            }
            Err(problem) => {
                problems.insert(key, problem);
            }
        }
    }
    for field in fields {
        let value = values.get(field.key.as_ref()).unwrap_or(&Value::Empty);
        if field.missing_in(value) && !problems.contains_key(field.key.as_ref()) {
            problems.insert(field.key.to_string(), Problem::Required);
        }
    }
    if problems.is_empty() {
        Ok(values)
    } else {
        Err(problems)
    }
}

fn focus(key: &str) {
    let inputs = format!("[data-field=\"{key}\"] :is(input, select, textarea, button)");
    let found = document()
        .get_element_by_id(&input_id(key))
        .or_else(|| document().query_selector(&inputs).ok().flatten());
    if let Some(input) = found.and_then(|input| input.dyn_into::<HtmlElement>().ok()) {
        // Nothing is lost when the browser refuses the focus.
        let _ = input.focus();
    }
}
