//! The parts of a gate: what is asked for, where records may go, who may bring them in.

use domain::pipeline::Gate;
use domain::pipeline_settings::gate_fields;
use domain::rights::Role;
use domain::{Kind, PipelineId, StageId};
use leptos::prelude::*;

use super::state::State;
use crate::i18n::{t, t_string};
use crate::labels;
use crate::ui::{Checkbox, Glyph, Icon, InputKind, TextInput};

/// Fields from which on one is found by typing rather than by looking.
const MANY: usize = 12;

/// The fields that must be filled to come in.
#[component]
pub(super) fn RequiredPart(
    state: State,
    gate: RwSignal<Gate>,
    kind: Kind,
    problem: Signal<Option<String>>,
) -> impl IntoView {
    let i18n = state.i18n;
    let sought = RwSignal::new(String::new());
    let fields: Vec<(String, String)> = state.workspace.with_untracked(|workspace| {
        let fields = workspace.fields(kind);
        gate_fields(&fields)
            .map(|field| (field.key.to_string(), labels::field(i18n, field)))
            .collect()
    });
    let many = fields.len() > MANY;
    let boxes = fields
        .into_iter()
        .map(|(key, label)| {
            let found = label.to_lowercase();
            let is_in = {
                let key = key.clone();
                Signal::derive(move || gate.with(|gate| gate.required.contains(&key)))
            };
            let hidden = move || {
                !is_in.get()
                    && sought.with(|text| !found.contains(text.trim().to_lowercase().as_str()))
            };
            view! {
                <li hidden=hidden>
                    <Checkbox
                        label=label
                        checked=is_in
                        on_change=move |asks: bool| {
                            gate.update(|gate| toggle(&mut gate.required, key.clone(), asks));
                        }
                    />
                </li>
            }
        })
        .collect_view();
    let search = many.then(|| {
        view! {
            <TextInput
                kind=InputKind::Search
                label=move || t_string!(i18n, pipelines.find_field)
                placeholder=move || t_string!(i18n, pipelines.find_field)
                value=sought
                on_input=move |text: String| sought.set(text)
                autocomplete="off"
            />
        }
    });
    view! {
        <fieldset class="gatepart">
            <legend class="field__label">{t!(i18n, pipelines.required)}</legend>
            {search}
            <ul class="gatepart__boxes" role="list">{boxes}</ul>
            {wrong(problem)}
        </fieldset>
    }
}

/// The stages that records may go to from here.
#[component]
pub(super) fn NextPart(
    state: State,
    gate: RwSignal<Gate>,
    pipeline: PipelineId,
    stage: Option<StageId>,
    problem: Signal<Option<String>>,
) -> impl IntoView {
    let i18n = state.i18n;
    let only = Signal::derive(move || gate.with(|gate| gate.next.is_some()));
    let boxes = move || {
        state
            .pipeline(pipeline)
            .map(|pipeline| pipeline.stages)
            .unwrap_or_default()
            .into_iter()
            .filter(|other| Some(other.id) != stage)
            .map(|other| {
                let id = other.id;
                let is_in = Signal::derive(move || {
                    gate.with(|gate| gate.next.as_ref().is_some_and(|next| next.contains(&id)))
                });
                view! {
                    <li data-color=other.color>
                        <Checkbox
                            label=other.name
                            checked=is_in
                            on_change=move |goes: bool| {
                                gate.update(|gate| {
                                    toggle(gate.next.get_or_insert_default(), id, goes);
                                });
                            }
                        />
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <fieldset class="gatepart">
            <legend class="field__label">{t!(i18n, pipelines.next)}</legend>
            <Checkbox
                label=move || t_string!(i18n, pipelines.next_only)
                checked=only
                on_change=move |only: bool| {
                    gate.update(|gate| gate.next = only.then(Vec::new));
                }
            />
            <Show when=move || only.get()>
                <ul class="gatepart__boxes" role="list">{boxes}</ul>
            </Show>
            {wrong(problem)}
        </fieldset>
    }
}

/// The roles that may bring records in.
#[component]
pub(super) fn MoversPart(
    state: State,
    gate: RwSignal<Gate>,
    problem: Signal<Option<String>>,
) -> impl IntoView {
    let i18n = state.i18n;
    let only = Signal::derive(move || gate.with(|gate| gate.movers.is_some()));
    let boxes = move || {
        // Administrators always may, directors change nothing.
        [Role::HeadOfSales, Role::Salesperson]
            .map(|role| {
                let is_in = Signal::derive(move || {
                    let has = |movers: &Vec<Role>| movers.contains(&role);
                    gate.with(|gate| gate.movers.as_ref().is_some_and(has))
                });
                view! {
                    <li>
                        <Checkbox
                            label=labels::role(i18n, role)
                            checked=is_in
                            on_change=move |may: bool| {
                                gate.update(|gate| {
                                    toggle(gate.movers.get_or_insert_default(), role, may);
                                });
                            }
                        />
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <fieldset class="gatepart">
            <legend class="field__label">{t!(i18n, pipelines.movers)}</legend>
            <Checkbox
                label=move || t_string!(i18n, pipelines.movers_only)
                checked=only
                on_change=move |only: bool| {
                    gate.update(|gate| gate.movers = only.then(Vec::new));
                }
            />
            <Show when=move || only.get()>
                <ul class="gatepart__boxes" role="list">{boxes}</ul>
            </Show>
            {wrong(problem)}
        </fieldset>
    }
}

fn toggle<T: PartialEq>(list: &mut Vec<T>, one: T, is_in: bool) {
    list.retain(|other| *other != one);
    if is_in {
        list.push(one);
    }
}

fn wrong(problem: Signal<Option<String>>) -> impl IntoView {
    move || {
        problem.get().map(|text| {
            view! {
                <p class="field__error" role="alert">
                    <Icon glyph=Glyph::Warning />
                    <span>{text}</span>
                </p>
            }
        })
    }
}
