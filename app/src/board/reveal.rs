//! Bringing a card into sight, and the focus to it.

use domain::{RecordId, StageId};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::{Element, FocusOptions, HtmlElement};

use super::geometry::{Measure, reveal};
use super::state::BoardState;

/// Frames to wait for a card to come into the document.
const PATIENCE: u8 = 20;

/// The section of a column.
pub fn column_element(board: BoardState, stage: StageId) -> Option<Element> {
    let scroller = board.scroller.try_get_untracked()??;
    scroller
        .query_selector(&format!("[data-column=\"{stage}\"]"))
        .ok()?
}

/// The list of a column, which scrolls.
pub fn column_list(board: BoardState, stage: StageId) -> Option<HtmlElement> {
    let list = column_element(board, stage)?
        .query_selector(".board__cards")
        .ok()??;
    list.dyn_into().ok()
}

/// Scrolls so that a place in a column is in sight.
pub fn show_place(board: BoardState, stage: StageId, index: usize) {
    if let Some(column) = column_element(board, stage) {
        show_column(board, &column);
    }
    let Some((list, pitch)) = column_list(board, stage).zip(board.pitch.get_untracked()) else {
        return;
    };
    let measure = Measure {
        pitch,
        height: f64::from(list.client_height()),
    };
    if let Some(to) = reveal(measure, f64::from(list.scroll_top()), index) {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a list is some thousand pixels long"
        )]
        list.set_scroll_top(to as i32);
    }
}

/// Scrolls the board sideways as little as needed for a column to be in sight.
fn show_column(board: BoardState, column: &Element) {
    let Some(scroller) = board.scroller.get_untracked() else {
        return;
    };
    let (outer, inner) = (
        scroller.get_bounding_client_rect(),
        column.get_bounding_client_rect(),
    );
    let by = if inner.left() < outer.left() {
        inner.left() - outer.left() - 16.0
    } else if inner.right() > outer.right() {
        inner.right() - outer.right() + 16.0
    } else {
        return;
    };
    scroll_aside(&scroller, by);
}

/// Scrolls the board sideways. To a place, not by a distance: by a distance a phone would stop at
/// the next column.
pub fn scroll_aside(scroller: &Element, by: f64) {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a board is some thousand pixels wide"
    )]
    scroller.set_scroll_left(scroller.scroll_left() + by.round() as i32);
}

/// Gives the focus to a card: at once where it is in the document, else when it has come there.
pub fn focus_card(board: BoardState, id: RecordId) {
    let place = board.model.try_with_untracked(|model| {
        let stage = model.stage_of(id)?;
        Some((
            stage,
            model.order(stage).iter().position(|other| *other == id)?,
        ))
    });
    if let Some(Some((stage, index))) = place {
        show_place(board, stage, index);
        try_focus(board, id, PATIENCE);
    }
}

/// Gives a card the focus again that its element lost, if nothing else has it.
pub fn refocus(board: BoardState, list: &Element, id: RecordId) {
    let nowhere = document()
        .active_element()
        .is_none_or(|it| it.tag_name() == "BODY");
    let link = format!("[data-id=\"{id}\"] .card__link");
    if nowhere
        && board.lift.try_with_untracked(|_| ()).is_some()
        && let Some(link) = list.query_selector(&link).ok().flatten()
    {
        focus(&link);
    }
}

fn focus(link: &Element) {
    let options = FocusOptions::new();
    options.set_prevent_scroll(true);
    if let Some(link) = link.dyn_ref::<HtmlElement>() {
        // A refused focus loses nothing.
        let _ = link.focus_with_options(&options);
    }
}

fn try_focus(board: BoardState, id: RecordId, patience: u8) {
    let Some(Some(scroller)) = board.scroller.try_get_untracked() else {
        return;
    };
    let link = format!("[data-id=\"{id}\"]:not(.visually-hidden) .card__link");
    match scroller.query_selector(&link).ok().flatten() {
        Some(link) => focus(&link),
        None if patience > 0 => {
            request_animation_frame(move || try_focus(board, id, patience - 1));
        }
        None => {}
    }
}

/// The record whose card an element is part of.
pub fn card_of(element: &Element) -> Option<RecordId> {
    element
        .closest("[data-id]")
        .ok()??
        .get_attribute("data-id")?
        .parse()
        .ok()
}
