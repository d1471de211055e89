//! One row: field, operator, operands, and what is still missing.

use domain::field::FieldType;
use domain::query::builder::{Key, Lack};
use domain::query::filter::{FieldPath, Operator};
use leptos::prelude::*;

use super::bar::field_button;
use super::operands::operands;
use super::picker::{Line, Picker};
use super::state::FilterState;
use super::words::{field_name, lack_words, operator_name};
use crate::i18n::t_string;
use crate::ui::{Choice, Glyph, IconButton, Select};

/// A row of the builder.
pub(super) fn row(state: FilterState, key: Key) -> AnyView {
    let i18n = state.i18n;
    let path = Memo::new(move |_| {
        state
            .builder
            .with(|builder| builder.row(key).and_then(|row| row.path.clone()))
    });
    let operator = Memo::new(move |_| {
        state
            .builder
            .with(|builder| builder.row(key).map_or(Operator::Is, |row| row.operator))
    });
    let name = Memo::new(move |_| {
        path.get().map(|path| {
            let catalogue = state.catalogue.get();
            field_name(i18n, state.kind, &catalogue, &path).ok_or_else(|| path.to_string())
        })
    });
    let lack = Memo::new(move |_| {
        let catalogue = state.catalogue.get();
        state.builder.with(|builder| {
            builder
                .row(key)
                .and_then(|row| row.lack(state.kind, &catalogue))
        })
    });
    let lack_view = move || {
        lack.get().map(|lack| {
            let wrong = matches!(lack, Lack::Gone | Lack::Wrong(_));
            let words = lack_words(i18n, operator.get(), &lack);
            view! { <p class="filter__lack" class=("filter__lack--wrong", wrong)>{words}</p> }
        })
    };
    let remove_label = move || match name.get() {
        Some(Ok(name) | Err(name)) => t_string!(i18n, filter.remove_of, field = name),
        None => t_string!(i18n, filter.remove).to_owned(),
    };
    let group_label = move || match name.get() {
        Some(Ok(name) | Err(name)) => name,
        None => t_string!(i18n, filter.new_condition).to_owned(),
    };
    view! {
        <li>
            <div class="filter__row" role="group" aria-label=group_label>
            {field_picker(state, key, path, name)}
            {move || operator_select(state, key, path.get(), operator)}
            <div class="filter__operands">
                {move || path.get().map(|path| operands(state, key, &path, operator.get()))}
            </div>
            <IconButton
                glyph=Glyph::Close
                label=remove_label
                class="filter__remove"
                on:click=move |_| state.change_now(|builder| builder.remove(key))
            />
            <div class="filter__lacks" role="status">{lack_view}</div>
            </div>
        </li>
    }
    .into_any()
}

fn field_picker(
    state: FilterState,
    key: Key,
    path: Memo<Option<FieldPath>>,
    name: Memo<Option<Result<String, String>>>,
) -> AnyView {
    let i18n = state.i18n;
    let options = Signal::derive(move || fields(state));
    let chosen = Signal::derive(move || {
        path.get()
            .map(|path| path.to_string())
            .into_iter()
            .collect::<Vec<_>>()
    });
    let shown = Signal::derive(move || match name.get() {
        Some(Ok(name)) => name,
        Some(Err(path)) => t_string!(i18n, filter.gone_field, field = path),
        None => String::new(),
    });
    let choose = Callback::new(move |chosen: Vec<String>| {
        let Some(path) = chosen.first().map(|path| FieldPath::parse(path)) else {
            return;
        };
        let catalogue = state.catalogue.get_untracked();
        state.change(|builder| builder.choose(key, path, state.kind, &catalogue));
    });
    view! {
        <div class="filter__field">
            <Picker
                id=format!("filter-{}-{key}-field", state.kind)
                button_id=field_button(state.kind, key)
                label=t_string!(i18n, filter.field)
                placeholder=t_string!(i18n, filter.choose_field)
                options=options
                chosen=chosen
                shown=shown
                several=false
                on_change=choose
            />
        </div>
    }
    .into_any()
}

/// Own fields first, then those one hop away, link by link.
fn fields(state: FilterState) -> Vec<Line> {
    let i18n = state.i18n;
    let catalogue = state.catalogue.get();
    let own = catalogue.fields(state.kind);
    let mut options: Vec<Line> = own
        .iter()
        .map(|field| Line {
            value: field.key.to_string(),
            label: crate::labels::field(i18n, field),
        })
        .collect();
    for link in own {
        let (FieldType::Link(kind) | FieldType::Links(kind)) = link.field_type else {
            continue;
        };
        options.extend(catalogue.fields(kind).iter().map(|field| {
            let path = FieldPath {
                link: Some(link.key.to_string()),
                field: field.key.to_string(),
            };
            Line {
                label: field_name(i18n, state.kind, &catalogue, &path).unwrap_or_default(),
                value: path.to_string(),
            }
        }));
    }
    options
}

fn operator_select(
    state: FilterState,
    key: Key,
    path: Option<FieldPath>,
    operator: Memo<Operator>,
) -> Option<AnyView> {
    let i18n = state.i18n;
    let catalogue = state.catalogue.get();
    let (field, _) = domain::query::builder::field_at(&path?, state.kind, &catalogue)?;
    let field_type = field.field_type;
    let mut offered = Operator::of(field_type);
    // One from an address that makes no sense here is shown, so that it can be changed.
    let now = operator.get_untracked();
    if !offered.contains(&now) {
        offered.push(now);
    }
    let options: Vec<Choice> = offered
        .into_iter()
        .map(|operator| Choice::new(operator.as_str(), operator_name(i18n, operator, field_type)))
        .collect();
    let value = Signal::derive(move || operator.get().as_str().to_owned());
    let choose = move |word: String| {
        if let Some(operator) = Operator::parse(&word) {
            state.change_row(key, |row| row.operator = operator);
        }
    };
    Some(
        view! {
            <div class="filter__operator">
                <Select
                    options=options
                    value=value
                    on_change=choose
                    label=t_string!(i18n, filter.compare)
                />
            </div>
        }
        .into_any(),
    )
}
