//! One part of the dialog: what exists already, or the fields of a new one.

use domain::conversion::{Part, Same, Twin};
use domain::{Kind, RecordId, Value};
use leptos::prelude::*;

use super::state::PartState;
use crate::dates::I18n;
use crate::fields::FieldInput;
use crate::i18n::{t, t_string, use_i18n};
use crate::labels;
use crate::layout::{record_path, use_workspace};
use crate::ui::{Checkbox, Choice, Field, Glyph, Icon, Select};

/// Whether a lead becomes this, and which one.
#[component]
pub(super) fn PartView(
    /// Its state.
    state: PartState,
    /// What there is to choose from.
    part: Part,
) -> impl IntoView {
    let i18n = use_i18n();
    let kind = state.kind;
    let Part { may_add, twins, .. } = part;
    let name = labels::kind_one(i18n, kind);
    if !may_add && twins.is_empty() {
        return ().into_any();
    }
    let twins = StoredValue::new(twins);
    let body = move || {
        state.wanted.get().then(|| {
            view! {
                {(!twins.with_value(Vec::is_empty))
                    .then(|| view! { <Twins state twins=twins.get_value() may_add /> })}
                {move || state.link.get().is_none().then(|| view! { <PartFields state /> })}
            }
        })
    };
    view! {
        <fieldset
            class="conversion__part"
            class:conversion__part--off=move || !state.wanted.get()
            data-kind=kind.as_str()
        >
            <legend class="visually-hidden">{name.clone()}</legend>
            <div class="conversion__head">
                <Checkbox
                    label=name
                    checked=state.wanted
                    on_change=move |yes| state.wanted.set(yes)
                />
            </div>
            {body}
        </fieldset>
    }
    .into_any()
}

/// What exists already, and "a new one".
#[component]
fn Twins(state: PartState, twins: Vec<Twin>, may_add: bool) -> impl IntoView {
    let i18n = use_i18n();
    let group = format!("convert-{}", state.kind);
    let radio = move |id: Option<RecordId>, group: String| {
        view! {
            <input
                type="radio"
                name=group
                prop:checked=move || state.link.get() == id
                on:change=move |_| state.link.set(id)
            />
        }
    };
    let known = if state.kind == Kind::Company {
        t_string!(i18n, conversion.known_company)
    } else {
        t_string!(i18n, conversion.known)
    };
    let rows = twins
        .into_iter()
        .map(|twin| {
            let id = twin.record.id;
            let title = twin.record.title.unwrap_or_default();
            let same: Vec<_> = twin
                .same
                .iter()
                .map(|same| same_name(i18n, *same))
                .collect();
            view! {
                <li>
                    <label class="conversion__twin">
                        {radio(Some(id), group.clone())}
                        <span>{t!(i18n, conversion.link_to)}</span>
                        <b class="conversion__name cut" dir="auto">
                            {title}
                        </b>
                        <span class="conversion__same">{same.join(", ")}</span>
                    </label>
                    <a
                        class="button button--quiet button--icon"
                        href=record_path(state.kind, id)
                        target="_blank"
                        rel="noopener"
                        aria-label=t_string!(i18n, conversion.open)
                        title=t_string!(i18n, conversion.open)
                    >
                        <Icon glyph=Glyph::FullScreen />
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <p class="field__help">{known}</p>
        <ul class="conversion__twins">
            {rows}
            {may_add
                .then(|| {
                    view! {
                        <li>
                            <label class="conversion__twin">
                                {radio(None, group.clone())}
                                <span>{t!(i18n, conversion.make_new)}</span>
                            </label>
                        </li>
                    }
                })}
        </ul>
    }
}

fn same_name(i18n: I18n, same: Same) -> &'static str {
    match same {
        Same::Phone => t_string!(i18n, conversion.same_phone),
        Same::Email => t_string!(i18n, conversion.same_email),
        Same::Name => t_string!(i18n, conversion.same_name),
    }
}

/// The fields of a new record, or those that the lead still needs.
#[component]
pub(super) fn PartFields(state: PartState) -> impl IntoView {
    let row = move |key: String| {
        state
            .fields
            .with_value(|fields| fields.iter().find(|field| field.key == key).cloned())
            .map(|field| view! { <PartField state field /> })
    };
    view! {
        <div class="conversion__fields">
            <For each=move || state.shown.get() key=String::clone children=row />
            {(state.kind == Kind::Deal).then(|| view! { <PipelineField state /> })}
        </div>
    }
}

#[component]
fn PartField(state: PartState, field: domain::FieldDef) -> impl IntoView {
    let i18n = use_i18n();
    let key = field.key.to_string();
    let initial = state
        .values
        .with_untracked(|values| values.get(&key).cloned().unwrap_or_default());
    let error = {
        let key = key.clone();
        Signal::derive(move || {
            let problem = state.problems.with(|problems| problems.get(&key).cloned());
            problem.map(|problem| labels::problem(i18n, &problem))
        })
    };
    let id = format!("convert-{}-{key}", state.kind);
    let label = labels::field(i18n, &field);
    let required = field.required;
    let on_value = Callback::new(move |value| state.type_in(&key, value));
    view! {
        <Field id label error required>
            <FieldInput field initial on_value />
        </Field>
    }
}

/// The deal's pipeline: the lead's own is another kind's.
#[component]
fn PipelineField(state: PartState) -> impl IntoView {
    let i18n = use_i18n();
    let options: Vec<Choice> = use_workspace().with_untracked(|workspace| {
        workspace
            .pipelines_of(Kind::Deal)
            .map(|pipeline| Choice::new(pipeline.id.to_string(), pipeline.name.clone()))
            .collect()
    });
    if options.len() < 2 {
        return ().into_any();
    }
    let chosen = move || {
        let id = state
            .values
            .with(|values| values.get("pipeline_id").and_then(Value::as_id));
        id.map_or_else(String::new, |id| id.to_string())
    };
    let choose = move |id: String| {
        if let Ok(id) = id.parse() {
            state.type_in("pipeline_id", Ok(Value::Id(id)));
        }
    };
    view! {
        <Field id="convert-deal-pipeline" label=move || t_string!(i18n, conversion.pipeline)>
            <Select options value=Signal::derive(chosen) on_change=choose />
        </Field>
    }
    .into_any()
}
