//! The head of a column: a click sorts by it, with shift it is added to what is sorted by; its
//! edge is dragged for the width.

use domain::FieldDef;
use domain::list::{WIDEST, can_sort};
use domain::query::Sort;
use domain::view::ViewColumn;
use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::Element;

use super::grid::{elements, is_number};
use super::state::ListState;
use crate::i18n::t_string;
use crate::ui::{Glyph, Icon};

/// Room around a head's words, and for the mark of the order, in CSS pixels, as the style sheet has
/// it.
const AROUND: i32 = 40;

/// The head of a column.
#[component]
pub fn HeaderCell(
    /// The list.
    list: ListState,
    /// Its place.
    at: usize,
    /// Its field.
    field: FieldDef,
) -> impl IntoView {
    let i18n = list.i18n;
    let label = crate::labels::field(i18n, &field);
    let key = StoredValue::new(field.key.to_string());
    let sorted = Memo::new(move |_| {
        list.spec.with(|spec| {
            let place = key.with_value(|key| spec.sort.iter().position(|it| it.field == *key))?;
            let several = spec.sort.len() > 1;
            Some((several.then_some(place + 1), spec.sort[place].descending))
        })
    });
    let aria_sort = move || {
        sorted.get().map(|(_, descending)| {
            if descending {
                "descending"
            } else {
                "ascending"
            }
        })
    };
    let mark = move || {
        sorted.get().map(|(number, descending)| {
            let glyph = if descending {
                Glyph::ArrowDown
            } else {
                Glyph::ArrowUp
            };
            view! {
                <Icon glyph />
                {number.map(|number| view! { <span class="grid__order">{number}</span> })}
            }
        })
    };
    let on_sort = move |event: ev::MouseEvent| {
        let key = key.get_value();
        let add = event.shift_key();
        list.change(false, |spec| sort_by(&mut spec.sort, &key, add));
    };
    let name = label.clone();
    let inner = if can_sort(&field) {
        view! {
            <button class="grid__sort" type="button" title=label.clone() on:click=on_sort>
                <span class="cut" dir="auto">{label.clone()}</span>
                {mark}
            </button>
        }
        .into_any()
    } else {
        view! { <span class="grid__sort cut" dir="auto" title=label.clone()>{label.clone()}</span> }
            .into_any()
    };
    let dragged = StoredValue::new(None::<(i32, u16)>);
    let width = move || list.widths.with_untracked(|all| all.get(at).copied());
    let on_down = move |event: ev::PointerEvent| {
        if event.button() != 0 {
            return;
        }
        event.prevent_default();
        event.stop_propagation();
        if let Some(edge) = element(&event) {
            // Without the capture the drag ends where the pointer leaves the edge.
            let _ = edge.set_pointer_capture(event.pointer_id());
        }
        dragged.set_value(width().map(|width| (event.client_x(), width)));
    };
    let on_move = move |event: ev::PointerEvent| {
        if let Some((from, width)) = dragged.get_value() {
            let wide = i32::from(width) + event.client_x() - from;
            list.resizing.set(Some((key.get_value(), clamp(wide))));
        }
    };
    let on_up = move |_: ev::PointerEvent| {
        dragged.set_value(None);
        if let Some((key, width)) = list.resizing.get_untracked() {
            list.set_width(&key, Some(width));
        }
    };
    let on_fit = move |event: ev::MouseEvent| {
        event.stop_propagation();
        if let Some(width) = fitting(list, at) {
            list.set_width(&key.get_value(), Some(width));
        }
    };
    view! {
        <th
            class=if is_number(&field) { "grid__head grid__num" } else { "grid__head" }
            role="columnheader"
            scope="col"
            data-head=at.to_string()
            data-key=field.key.to_string()
            aria-sort=aria_sort
        >
            {inner}
            <span
                class="grid__edge"
                aria-hidden="true"
                title=t_string!(i18n, list.resize, field = name)
                on:pointerdown=on_down
                on:pointermove=on_move
                on:pointerup=on_up
                on:pointercancel=on_up
                on:dblclick=on_fit
            ></span>
        </th>
    }
}

/// Sorts by a key: upwards, then downwards, then not. Alone, or as one more.
pub fn sort_by(sort: &mut Vec<Sort>, key: &str, add: bool) {
    let before = sort.iter().position(|it| it.field == key);
    let was_down = before.map(|at| sort[at].descending);
    if !add {
        let alone = sort.len() == 1;
        sort.clear();
        match was_down {
            Some(true) if alone => {}
            Some(false) if alone => sort.push(by(key, true)),
            _ => sort.push(by(key, false)),
        }
        return;
    }
    match (before, was_down) {
        (Some(at), Some(false)) => sort[at].descending = true,
        (Some(at), _) => {
            sort.remove(at);
        }
        (None, _) => sort.push(by(key, false)),
    }
}

fn by(key: &str, descending: bool) -> Sort {
    Sort {
        field: key.to_owned(),
        descending,
    }
}

fn clamp(width: i32) -> u16 {
    u16::try_from(width)
        .unwrap_or(if width < 0 { 0 } else { u16::MAX })
        .clamp(*WIDEST.start(), *WIDEST.end())
}

fn element(event: &ev::PointerEvent) -> Option<Element> {
    event.current_target()?.dyn_into().ok()
}

/// The width at which everything in the column that is in the document can be read.
fn fitting(list: ListState, at: usize) -> Option<u16> {
    let table = list.table.get_untracked()?;
    let head = elements(&table, &format!("[data-head=\"{at}\"] .cut"));
    let cells = elements(&table, &format!("tbody [data-col=\"{at}\"] .grid__value"));
    let head = head.iter().map(|it| it.scroll_width() + AROUND);
    let cells = cells.iter().map(|value| {
        let inner = elements(value, ".cut, .grid__link");
        let cut: i32 = inner
            .iter()
            .map(|it| it.scroll_width() - it.client_width())
            .sum();
        // Its own room is in it; a pixel more, since widths are rounded.
        value.scroll_width() + cut.max(0) + 1
    });
    head.chain(cells).max().map(clamp)
}

impl ListState {
    /// The columns that are shown, each with its width where somebody has set one.
    #[must_use]
    pub fn chosen(self) -> Vec<ViewColumn> {
        self.spec.with_untracked(|spec| {
            self.columns.with_untracked(|columns| {
                columns
                    .iter()
                    .map(|field| ViewColumn {
                        field: field.key.to_string(),
                        width: spec
                            .columns
                            .iter()
                            .find(|it| it.field == field.key)
                            .and_then(|it| it.width),
                    })
                    .collect()
            })
        })
    }

    /// Sets a column's width; none is the usual one.
    pub fn set_width(self, key: &str, width: Option<u16>) {
        let mut columns = self.chosen();
        if let Some(column) = columns.iter_mut().find(|it| it.field == key) {
            column.width = width;
        }
        self.change(true, |spec| spec.columns = columns);
        self.resizing.set(None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(sort: &[Sort]) -> String {
        let keys: Vec<String> = sort
            .iter()
            .map(|it| format!("{}{}", if it.descending { "-" } else { "" }, it.field))
            .collect();
        keys.join(",")
    }

    #[test]
    fn clicks_sort_upwards_downwards_and_not_at_all() {
        let mut sort = Vec::new();
        for then in ["amount", "-amount", "", "amount"] {
            sort_by(&mut sort, "amount", false);
            assert_eq!(told(&sort), then);
        }
        for then in ["amount,title", "amount,-title", "amount"] {
            sort_by(&mut sort, "title", true);
            assert_eq!(told(&sort), then);
        }
        sort_by(&mut sort, "title", true);
        sort_by(&mut sort, "amount", false);
        assert_eq!(told(&sort), "amount", "alone again");
    }

    #[test]
    fn a_column_is_never_too_narrow_or_too_wide() {
        assert_eq!(clamp(-40), 56);
        assert_eq!(clamp(99), 99);
        assert_eq!(clamp(1_000_000), 800);
    }
}
