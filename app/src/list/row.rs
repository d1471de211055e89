//! A row and its cells. On a phone the same row is a card: each cell says what its place on it is.

use std::sync::Arc;

use domain::field::FieldType;
use domain::{FieldDef, Record, RecordId};
use leptos::prelude::*;

use super::cell_editor::CellEditor;
use super::grid::is_number;
use super::selecting::RowCheckbox;
use super::state::{ListState, with_open};
use crate::fields::FieldValue;
use crate::i18n::t_string;

/// Fields that a card on a phone shows beside title and stage.
const FACTS: usize = 3;

/// A row.
#[component]
pub fn GridRow(
    /// The list.
    list: ListState,
    /// The record.
    id: RecordId,
) -> impl IntoView {
    let record = Memo::new(move |before: Option<&Option<Arc<Record>>>| {
        let now = list.model.with(|model| model.record(id).cloned());
        // While a row leaves, its element has a moment more to live.
        now.or_else(|| before.cloned().flatten())
    });
    let editing = Memo::new(move |_| {
        list.editing.with(|edit| {
            edit.as_ref()
                .filter(|edit| edit.id == id)
                .map(|edit| edit.key.clone())
        })
    });
    let selected = Memo::new(move |_| list.selection.with(|selection| selection.has(id)));
    let place = Memo::new(move |_| list.model.with(|model| model.place(id)));
    let cells = move || {
        let columns = list.columns.get();
        let places = places(&columns);
        columns
            .into_iter()
            .zip(places)
            .enumerate()
            .map(|(at, (field, place))| cell(list, id, at, field, place, record, editing))
            .collect_view()
    };
    view! {
        <tr
            class="grid__row"
            class=("grid__row--selected", move || selected.get())
            class=("grid__row--open", move || list.open.get() == Some(id))
            class=("grid__row--outside", move || list.model.with(|model| model.is_outside(id)))
            class=("grid__row--busy", move || list.busy.with(|busy| busy.contains(&id)))
            role="row"
            data-id=id.to_string()
            aria-rowindex=move || place.get().map(|place| (place + 2).to_string())
            aria-selected=move || selected.get().to_string()
        >
            <td class="grid__check" role="gridcell">
                <RowCheckbox list id selected />
            </td>
            {cells}
            <td class="grid__fill" role="presentation"></td>
        </tr>
    }
}

/// What each column is on a card: the title, the stage, one of the few facts, or not there.
fn places(columns: &[FieldDef]) -> Vec<&'static str> {
    let mut facts = 0;
    let mut has_stage = false;
    columns
        .iter()
        .enumerate()
        .map(|(at, field)| match field.field_type {
            _ if at == 0 => "title",
            FieldType::Stage if !has_stage => {
                has_stage = true;
                "stage"
            }
            _ if facts < FACTS => {
                facts += 1;
                "fact"
            }
            _ => "rest",
        })
        .collect()
}

fn cell(
    list: ListState,
    id: RecordId,
    at: usize,
    field: FieldDef,
    place: &'static str,
    record: Memo<Option<Arc<Record>>>,
    editing: Memo<Option<String>>,
) -> AnyView {
    let label = (place == "fact").then(|| crate::labels::field(list.i18n, &field));
    let class = if is_number(&field) {
        "grid__cell grid__num num"
    } else {
        "grid__cell"
    };
    let key = field.key.clone();
    let is_edited =
        Memo::new(move |_| editing.with(|editing| editing.as_deref() == Some(key.as_ref())));
    let content = move || {
        if is_edited.get() {
            // Not from the record as it goes on changing: what one types stays.
            view! { <CellEditor list id field=field.clone() /> }.into_any()
        } else {
            record
                .get()
                .map(|record| shown(list, at, &field, &record))
                .into_any()
        }
    };
    let cell_id = format!("cell-{id}-{at}");
    let column = at.to_string();
    if at == 0 {
        view! {
            <th
                class="grid__cell grid__title"
                role="rowheader"
                scope="row"
                id=cell_id
                data-col=column
                data-place=place
            >
                {content}
            </th>
        }
        .into_any()
    } else {
        view! {
            <td
                class=class
                role="gridcell"
                id=cell_id
                data-col=column
                data-place=place
                data-label=label
            >
                {content}
            </td>
        }
        .into_any()
    }
}

/// A value in its cell.
fn shown(list: ListState, at: usize, field: &FieldDef, record: &Record) -> AnyView {
    let id = record.id;
    if at == 0 {
        let href = move || with_open(&list.address(), id);
        let outside = move || {
            list.model.with(|model| model.is_outside(id)).then(|| {
                view! { <span class="visually-hidden">{t_string!(list.i18n, list.outside)}</span> }
            })
        };
        return view! {
            <span class="grid__value">
                <a class="grid__link" tabindex="-1" href=href dir="auto">
                    {record.title()}
                </a>
                {outside}
            </span>
        }
        .into_any();
    }
    let value = record.value(&field.key).clone();
    if value.is_empty() {
        return ().into_any();
    }
    view! {
        <span class="grid__value">
            <FieldValue field=field.clone() value today=list.today() />
        </span>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Kind;

    #[test]
    fn a_card_has_its_title_its_stage_and_three_facts() {
        let fields = Kind::Deal.fields();
        let keys = [
            "title",
            "amount",
            "stage_id",
            "company_id",
            "owner_id",
            "next_step",
        ];
        let columns: Vec<FieldDef> = keys
            .iter()
            .filter_map(|key| domain::field::find(fields, key).cloned())
            .collect();
        assert_eq!(
            places(&columns),
            ["title", "fact", "stage", "fact", "fact", "rest"]
        );
    }
}
