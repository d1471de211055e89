//! What a condition compares with: the inputs by the field's type.

use domain::field::FieldType;
use domain::query::builder::{Key, field_at};
use domain::query::filter::{FieldPath, Operator};
use domain::value::Linked;
use domain::{FieldDef, Kind, Problem, Value};
use leptos::prelude::*;

use super::period::period_input;
use super::picker::{Line, Picker};
use super::state::FilterState;
use super::typed::typed;
use super::words::choices;
use crate::fields::LinkPicker;
use crate::i18n::t_string;
use crate::ui::{Choice, Field, Select};

/// The inputs of a row.
pub(super) fn operands(
    state: FilterState,
    key: Key,
    path: &FieldPath,
    operator: Operator,
) -> AnyView {
    let catalogue = state.catalogue.get_untracked();
    let Some((field, hop)) = field_at(path, state.kind, &catalogue) else {
        return ().into_any();
    };
    let kind = hop.map_or(state.kind, |(_, kind)| kind);
    match (operator, field.field_type) {
        (Operator::Empty | Operator::Filled, _) => ().into_any(),
        (Operator::During, _) => period_input(state, key),
        (Operator::Contains | Operator::StartsWith, _) => typed(state, key, field, operator),
        (_, FieldType::YesNo) => yes_or_no(state, key),
        (_, FieldType::Link(to) | FieldType::Links(to)) => records(state, key, to),
        (
            _,
            FieldType::Choice
            | FieldType::Choices
            | FieldType::User
            | FieldType::Users
            | FieldType::Stage
            | FieldType::Pipeline
            | FieldType::LostReason,
        ) => several(state, key, field.clone(), kind),
        _ => typed(state, key, field, operator),
    }
}

/// The operands of a row as they are now.
fn told(state: FilterState, key: Key) -> Signal<Vec<String>> {
    Signal::derive(move || {
        state.builder.with(|builder| {
            builder
                .row(key)
                .map_or_else(Vec::new, |row| row.operands.clone())
        })
    })
}

/// Several of a list.
fn several(state: FilterState, key: Key, field: FieldDef, kind: Kind) -> AnyView {
    let i18n = state.i18n;
    let chosen = told(state, key);
    // What is gone stays in the list for as long as it is chosen, so that it can be taken out.
    let options = Signal::derive(move || {
        let mut options: Vec<Line> = state.workspace.with(|workspace| {
            choices(i18n, workspace, &field, kind)
                .into_iter()
                .map(|(value, label)| Line { value, label })
                .collect()
        });
        for value in chosen.get() {
            if !value.is_empty() && !options.iter().any(|option| option.value == value) {
                let label = t_string!(i18n, filter.gone_choice, choice = value.clone());
                options.push(Line { value, label });
            }
        }
        options
    });
    let shown = Signal::derive(move || {
        options.with(|options| {
            let labels: Vec<String> = chosen
                .get()
                .iter()
                .filter_map(|value| options.iter().find(|option| option.value == *value))
                .map(|option| option.label.clone())
                .collect();
            labels.join(", ")
        })
    });
    let on_change = Callback::new(move |values: Vec<String>| {
        state.change_row(key, |row| row.operands = values);
    });
    view! {
        <Picker
            id=format!("filter-{}-{key}-value", state.kind)
            button_id=format!("filter-{}-{key}-value-button", state.kind)
            label=t_string!(i18n, filter.value)
            placeholder=t_string!(i18n, filter.choose_values)
            options=options
            chosen=chosen
            shown=shown
            several=true
            on_change=on_change
        />
    }
    .into_any()
}

fn yes_or_no(state: FilterState, key: Key) -> AnyView {
    let i18n = state.i18n;
    let chosen = told(state, key);
    let value = Signal::derive(move || chosen.with(|it| it.first().cloned().unwrap_or_default()));
    let options = vec![
        Choice::new("", t_string!(i18n, filter.choose_values)),
        Choice::new("yes", t_string!(i18n, fields.yes)),
        Choice::new("no", t_string!(i18n, fields.no)),
    ];
    let on_change = move |word: String| {
        state.change_row(key, |row| row.operands = vec![word]);
    };
    view! { <Select options=options value=value on_change=on_change label=t_string!(i18n, filter.value) /> }
        .into_any()
}

/// Records, found by their titles.
fn records(state: FilterState, key: Key, to: Kind) -> AnyView {
    let i18n = state.i18n;
    let first = state.titles.with_untracked(|titles| {
        let ids = told(state, key).get_untracked();
        ids.iter()
            .filter_map(|id| id.trim().parse().ok())
            .map(|id| Linked {
                id,
                title: Some(
                    titles
                        .get(&(to, id))
                        .cloned()
                        .unwrap_or_else(|| format!("#{id}")),
                ),
            })
            .collect::<Vec<_>>()
    });
    let on_value = Callback::new(move |value: Result<Value, Problem>| {
        let links = match value {
            Ok(Value::Links(links)) => links,
            _ => Vec::new(),
        };
        state.titles.update(|titles| {
            titles.extend(
                links
                    .iter()
                    .filter_map(|link| Some(((to, link.id), link.title.clone()?))),
            );
        });
        let ids = links.iter().map(|link| link.id.to_string()).collect();
        state.change_row(key, |row| row.operands = ids);
    });
    let label = t_string!(i18n, filter.value);
    view! {
        <Field id=format!("filter-{}-{key}-records", state.kind) label=label hide_label=true>
            <LinkPicker kind=to several=true initial=Value::Links(first) on_value=on_value creates=false />
        </Field>
    }
    .into_any()
}
