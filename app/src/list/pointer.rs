//! The table by mouse and finger: a click goes to a cell, a double click edits it, shift and
//! control select; a finger that rests on a row selects it, and further taps take more.

use std::time::Duration;

use domain::RecordId;
use leptos::ev::{MouseEvent, PointerEvent};
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::{Element, EventTarget};

use super::state::ListState;

/// How long a finger rests on a row to select it.
const REST: Duration = Duration::from_millis(500);
/// How far it may tremble meanwhile, in CSS pixels.
const TREMOR: i32 = 10;

/// A finger on the list.
#[derive(Clone, Copy)]
pub struct Press {
    list: ListState,
    timer: StoredValue<Option<TimeoutHandle>>,
    from: StoredValue<(i32, i32)>,
    /// Whether the last one to touch the list was a finger.
    is_touch: StoredValue<bool>,
    /// Whether it has selected a row, so that its end is no tap.
    took: StoredValue<bool>,
}

impl Press {
    /// No finger yet.
    #[must_use]
    pub fn new(list: ListState) -> Self {
        Self {
            list,
            timer: StoredValue::new(None),
            from: StoredValue::new((0, 0)),
            is_touch: StoredValue::new(false),
            took: StoredValue::new(false),
        }
    }

    /// Something touches the list.
    pub fn down(self, event: &PointerEvent) {
        self.up();
        self.took.set_value(false);
        self.is_touch.set_value(event.pointer_type() == "touch");
        let Some(id) = row_at(event.target()).filter(|_| self.is_touch.get_value()) else {
            return;
        };
        self.from.set_value((event.client_x(), event.client_y()));
        let rested = move || {
            if self.took.try_set_value(true).is_none() {
                self.list.toggle(id);
            }
        };
        self.timer
            .set_value(set_timeout_with_handle(rested, REST).ok());
    }

    /// It moves: then it scrolls.
    pub fn moved(self, event: &PointerEvent) {
        let (x, y) = self.from.get_value();
        if (event.client_x() - x).abs() > TREMOR || (event.client_y() - y).abs() > TREMOR {
            self.up();
        }
    }

    /// It is gone.
    pub fn up(self) {
        if let Some(timer) = self.timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    }

    /// The browser's own menu of a finger that rests would come in between.
    pub fn menu(self, event: &MouseEvent) {
        if self.is_touch.get_value() {
            event.prevent_default();
        }
    }
}

/// A click or a tap somewhere on the table.
pub fn on_click(list: ListState, press: Press, event: &MouseEvent) {
    if press.took.get_value() {
        press.took.set_value(false);
        event.prevent_default();
        return;
    }
    if is_in(event.target(), ".grid__editor, .grid__check, thead, tfoot") {
        return;
    }
    let is_selecting = !list
        .selection
        .with_untracked(domain::bulk::Selection::is_empty);
    if let Some(id) = row_at(event.target()).filter(|_| press.is_touch.get_value() && is_selecting)
    {
        event.prevent_default();
        list.toggle(id);
        return;
    }
    let Some((_, id, column)) = cell_at(event.target()) else {
        return;
    };
    let to_link = is_in(event.target(), "a, button");
    if event.shift_key() {
        event.prevent_default();
        list.select_to(id);
    } else if to_link {
        list.active.set(Some((id, column)));
        return;
    } else if event.ctrl_key() || event.meta_key() {
        list.toggle(id);
    }
    list.active.set(Some((id, column)));
    list.focus();
}

/// A double click edits.
pub fn on_double_click(list: ListState, event: &MouseEvent) {
    if is_in(event.target(), "a, button, input, .grid__editor") {
        return;
    }
    if let Some((_, id, column)) = cell_at(event.target()) {
        event.prevent_default();
        list.edit(id, column, None);
    }
}

/// The cell in which something happens: its element, row and column.
#[must_use]
pub fn cell_at(target: Option<EventTarget>) -> Option<(Element, RecordId, usize)> {
    let cell = closest(target, "tbody [data-col]")?;
    let row = cell.closest("[data-id]").ok()??;
    let column = cell.get_attribute("data-col")?.parse().ok()?;
    let id = row.get_attribute("data-id")?.parse().ok()?;
    Some((cell, id, column))
}

fn row_at(target: Option<EventTarget>) -> Option<RecordId> {
    closest(target, "tbody [data-id]")?
        .get_attribute("data-id")?
        .parse()
        .ok()
}

fn is_in(target: Option<EventTarget>, selector: &str) -> bool {
    closest(target, selector).is_some()
}

fn closest(target: Option<EventTarget>, selector: &str) -> Option<Element> {
    target?
        .dyn_into::<Element>()
        .ok()?
        .closest(selector)
        .ok()
        .flatten()
}
