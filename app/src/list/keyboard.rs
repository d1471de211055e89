//! The table by keyboard alone: arrows go from cell to cell, Enter or typing edits, space selects.

use domain::field::{FieldType, Storage};
use domain::{FieldDef, RecordId, Value};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use web_sys::{FocusOptions, HtmlElement, ScrollIntoViewOptions, ScrollLogicalPosition};

use super::state::{Edit, ListState};
use crate::i18n::t_string;
use crate::ui::Toast;

/// Rows that page up and down leave in sight.
const LEFT: usize = 3;

/// A key pressed while the table itself has the focus.
pub fn on_key(list: ListState, event: &KeyboardEvent) {
    let is_table = list
        .table
        .get_untracked()
        .is_some_and(|table| event.target().as_ref() == Some(table.as_ref()));
    let Some((id, column)) = list.active.get_untracked().filter(|_| is_table) else {
        return;
    };
    let (rows, place) = list
        .model
        .with_untracked(|model| (model.len(), model.place(id).unwrap_or(0)));
    let columns = list.columns.with_untracked(Vec::len);
    let key = event.key();
    let far = event.ctrl_key() || event.meta_key();
    let page = list.rows_in_sight().saturating_sub(LEFT).max(1);
    let (last_row, last_column) = (rows.saturating_sub(1), columns.saturating_sub(1));
    let to = match key.as_str() {
        "ArrowUp" => (place.saturating_sub(1), column),
        "ArrowDown" => ((place + 1).min(last_row), column),
        "ArrowLeft" => (place, column.saturating_sub(1)),
        "ArrowRight" => (place, (column + 1).min(last_column)),
        "Home" if far => (0, 0),
        "End" if far => (last_row, last_column),
        "Home" => (place, 0),
        "End" => (place, last_column),
        "PageUp" => (place.saturating_sub(page), column),
        "PageDown" => ((place + page).min(last_row), column),
        _ => {
            if act(list, event, &key, far, (id, column)) {
                event.prevent_default();
            }
            return;
        }
    };
    // The browser's own ways with these keys.
    if event.alt_key() {
        return;
    }
    event.prevent_default();
    list.go_to(to.0, to.1);
}

/// What a key does with the cell or its row; whether it does anything.
fn act(
    list: ListState,
    event: &KeyboardEvent,
    key: &str,
    far: bool,
    (id, column): (RecordId, usize),
) -> bool {
    match key {
        "Enter" if far || event.alt_key() => list.open_record(Some(id), false),
        // The title of some kinds is made of other fields: there is nothing to edit but to open.
        "Enter" if column == 0 && list.why_not(id, 0).is_some() => {
            list.open_record(Some(id), false);
        }
        "Enter" | "F2" => list.edit(id, column, None),
        " " if event.shift_key() => list.select_to(id),
        " " => list.toggle(id),
        "a" | "A" if far => list.select_loaded(),
        "Escape"
            if !list
                .selection
                .with_untracked(domain::bulk::Selection::is_empty) =>
        {
            list.select_none();
        }
        typed if !far && !event.alt_key() && typed.chars().count() == 1 => {
            list.edit(id, column, Some(typed));
        }
        _ => return false,
    }
    true
}

impl ListState {
    /// Rows that are in sight at once.
    fn rows_in_sight(self) -> usize {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "negative becomes zero, and no screen shows 2^52 rows"
        )]
        let rows =
            (self.height.get_untracked() / self.pitch.get_untracked().unwrap_or(36.0)) as usize;
        rows
    }

    /// Gives the table the focus.
    pub fn focus(self) {
        if let Some(Some(table)) = self.table.try_get_untracked() {
            let options = FocusOptions::new();
            options.set_prevent_scroll(true);
            // Nothing is lost when the browser refuses the focus.
            let _ = HtmlElement::focus_with_options(&table, &options);
        }
    }

    /// The table has got the focus: there is a cell that it is at.
    pub fn wake(self) {
        let is_there = self
            .active
            .get_untracked()
            .is_some_and(|(id, _)| self.model.with_untracked(|model| model.place(id).is_some()));
        if is_there {
            return;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "negative becomes zero, and no list is longer than usize"
        )]
        let first = (self.scrolled.get_untracked() / self.pitch.get_untracked().unwrap_or(36.0))
            .ceil() as usize;
        let id = self
            .model
            .with_untracked(|model| model.at(first).or_else(|| model.at(0)));
        self.active.set(id.map(|id| (id, 0)));
    }

    /// Goes to a cell, and scrolls to it.
    pub fn go_to(self, place: usize, column: usize) {
        if let Some(id) = self.model.with_untracked(|model| model.at(place)) {
            self.active.set(Some((id, column)));
            request_animation_frame(move || show(id, column));
        }
    }

    /// Goes to the cell beside.
    pub fn go_aside(self, onward: bool) {
        let Some((id, column)) = self.active.get_untracked() else {
            return;
        };
        let last = self.columns.with_untracked(Vec::len).saturating_sub(1);
        let place = self
            .model
            .with_untracked(|model| model.place(id))
            .unwrap_or(0);
        match (onward, column) {
            (true, column) if column < last => self.go_to(place, column + 1),
            (true, _) => self.go_to(place + 1, 0),
            (false, 0) if place > 0 => self.go_to(place - 1, last),
            (false, column) => self.go_to(place, column.saturating_sub(1)),
        }
    }

    /// Why a cell cannot be edited; nothing where it can.
    #[must_use]
    pub fn why_not(self, id: RecordId, column: usize) -> Option<String> {
        let field = self
            .columns
            .with_untracked(|columns| columns.get(column).cloned())?;
        if !field.editable() || matches!(field.storage, Storage::LinksBack { .. }) {
            let name = crate::labels::field(self.i18n, &field);
            return Some(t_string!(self.i18n, list.read_only, field = name));
        }
        let record = self
            .model
            .with_untracked(|model| model.record(id).cloned())?;
        (!self.may_change(&record)).then(|| t_string!(self.i18n, list.not_yours).to_owned())
    }

    /// Edits a cell, or says why that cannot be; what was typed stands in it.
    pub fn edit(self, id: RecordId, column: usize, typed: Option<&str>) {
        if let Some(reason) = self.why_not(id, column) {
            self.say(reason.clone());
            self.toasts.push(Toast::new(reason));
            return;
        }
        let Some(field) = self
            .columns
            .with_untracked(|columns| columns.get(column).cloned())
        else {
            return;
        };
        let Some((now, version)) = self.model.with_untracked(|model| {
            let record = model.record(id)?;
            Some((record.value(&field.key).clone(), record.version))
        }) else {
            return;
        };
        let is_sending = self.busy.with_untracked(|busy| busy.contains(&id));
        let typed = typed.and_then(|typed| typed_value(&field, typed, &now, self));
        self.active.set(Some((id, column)));
        self.editing.set(Some(Edit {
            id,
            key: field.key.to_string(),
            typed: typed.is_some(),
            initial: typed.unwrap_or(now),
            version: (!is_sending).then_some(version),
            problem: None,
        }));
        request_animation_frame(move || show(id, column));
    }
}

/// What a first key makes of a cell, where it is typed into.
fn typed_value(field: &FieldDef, typed: &str, now: &Value, list: ListState) -> Option<Value> {
    match field.field_type {
        FieldType::Text | FieldType::LongText | FieldType::Url => {
            Some(Value::Text(typed.to_owned()))
        }
        FieldType::Integer | FieldType::Decimal | FieldType::Percent => field.parse(typed).ok(),
        FieldType::Money => {
            let home = list.workspace.with_untracked(|it| it.currency);
            let currency = now.as_money().map_or(home, |money| money.currency);
            field.parse(&format!("{typed} {}", currency.code())).ok()
        }
        _ => None,
    }
}

fn show(id: RecordId, column: usize) {
    let Some(cell) = document().get_element_by_id(&format!("cell-{id}-{column}")) else {
        return;
    };
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Nearest);
    options.set_inline(ScrollLogicalPosition::Nearest);
    cell.scroll_into_view_with_scroll_into_view_options(&options);
}
