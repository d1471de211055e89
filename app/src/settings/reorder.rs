//! Putting the rows of a list in order: by mouse, pen and finger on a row's handle, and by arrow
//! keys on the same handle.
//!
//! While a row is held it follows the pointer, and the others stay where they are; a line shows
//! where it would go. So nothing moves in the document under a finger, which would end the touch.

use leptos::ev::{self, KeyboardEvent, PointerEvent};
use leptos::html;
use leptos::leptos_dom::helpers::WindowListenerHandle;
use leptos::prelude::*;
use leptos::reactive::send_wrapper_ext::SendOption;
use leptos::wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// Pixels from an edge at which the page begins to scroll.
const EDGE: f64 = 56.0;
/// Pixels that it scrolls with each movement.
const STEP: f64 = 14.0;

/// The order of one list. Its rows are the children of an element with [`Reorder::list`], each with
/// its key in `data-key`.
#[derive(Clone, Copy)]
pub struct Reorder {
    /// The element whose children are the rows.
    pub list: NodeRef<html::Ul>,
    keys: Signal<Vec<i64>>,
    on_move: Callback<(i64, usize)>,
    held: RwSignal<Option<Held>>,
    listeners: StoredValue<SendOption<Vec<WindowListenerHandle>>>,
}

/// A row in the hand.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Held {
    key: i64,
    pointer: i32,
    /// Its place among the others, where it would go now.
    to: usize,
    /// Where the pointer came down, and how far the page was scrolled then.
    start: f64,
    scrolled: f64,
}

impl Reorder {
    /// The order of rows with these keys. `on_move` gets a row's key, and its new place among the
    /// others.
    #[must_use]
    pub fn new(keys: Signal<Vec<i64>>, on_move: Callback<(i64, usize)>) -> Self {
        let this = Self {
            list: NodeRef::new(),
            keys,
            on_move,
            held: RwSignal::new(None),
            listeners: StoredValue::new(SendOption::new_local(None)),
        };
        on_cleanup(move || this.let_go());
        this
    }

    /// Whether this row is in the hand.
    #[must_use]
    pub fn holds(self, key: i64) -> bool {
        self.held.get().is_some_and(|held| held.key == key)
    }

    /// Whether the held row would go directly before this one.
    #[must_use]
    pub fn goes_before(self, key: i64) -> bool {
        self.target(key, |at, held| at == held.to)
    }

    /// Whether the held row would go after this one, the last.
    #[must_use]
    pub fn goes_after(self, key: i64) -> bool {
        let last = self.keys.with(Vec::len).saturating_sub(2);
        self.target(key, |at, held| at == last && held.to > last)
    }

    fn target(self, key: i64, is: impl Fn(usize, Held) -> bool) -> bool {
        let Some(held) = self.held.get() else {
            return false;
        };
        let at = self.keys.with(|keys| {
            let mut others = keys.iter().filter(|other| **other != held.key);
            others.position(|other| *other == key)
        });
        at.is_some_and(|at| is(at, held))
    }

    /// A pointer comes down on a row's handle.
    pub fn on_down(self, key: i64, event: &PointerEvent) {
        if event.button() != 0 || !event.is_primary() {
            return;
        }
        // Neither a selection nor a scroll begins here.
        event.prevent_default();
        self.let_go();
        if let Some(handle) = event
            .target()
            .and_then(|it| it.dyn_into::<HtmlElement>().ok())
        {
            let _ = handle.focus();
        }
        let keys = self.keys.get_untracked();
        let Some(from) = keys.iter().position(|other| *other == key) else {
            return;
        };
        self.held.set(Some(Held {
            key,
            pointer: event.pointer_id(),
            to: from,
            start: f64::from(event.client_y()),
            scrolled: self.scrolled(),
        }));
        let listeners = vec![
            window_event_listener(ev::pointermove, move |event| self.on_drag(&event)),
            window_event_listener(ev::pointerup, move |event| self.on_up(&event)),
            window_event_listener(ev::pointercancel, move |_| self.let_go()),
            window_event_listener(ev::keydown, move |event| {
                if event.key() == "Escape" {
                    event.prevent_default();
                    self.let_go();
                }
            }),
        ];
        self.listeners
            .set_value(SendOption::new_local(Some(listeners)));
    }

    fn on_drag(self, event: &PointerEvent) {
        let Some(held) = self.held.get_untracked() else {
            return;
        };
        if held.pointer != event.pointer_id() {
            return;
        }
        let y = f64::from(event.client_y());
        if let Some(scroller) = self.scroller() {
            let edges = scroller.get_bounding_client_rect();
            if y < edges.top() + EDGE {
                scroller.scroll_by_with_x_and_y(0.0, -STEP);
            } else if y > edges.bottom() - EDGE {
                scroller.scroll_by_with_x_and_y(0.0, STEP);
            }
        }
        let mut to = 0;
        for (key, row) in self.rows() {
            if key == held.key {
                let moved = y - held.start + self.scrolled() - held.scrolled;
                // A style that the browser refuses changes nothing.
                let _ = row
                    .style()
                    .set_property("translate", &format!("0 {moved}px"));
            } else {
                let bounds = row.get_bounding_client_rect();
                if y > bounds.top() + bounds.height() / 2.0 {
                    to += 1;
                }
            }
        }
        if to != held.to {
            self.held.set(Some(Held { to, ..held }));
        }
    }

    fn on_up(self, event: &PointerEvent) {
        let Some(held) = self.held.get_untracked() else {
            return;
        };
        if held.pointer != event.pointer_id() {
            return;
        }
        self.let_go();
        let from = self
            .keys
            .with_untracked(|keys| keys.iter().position(|key| *key == held.key));
        if from.is_some_and(|from| from != held.to) {
            self.on_move.run((held.key, held.to));
            self.focus(held.key);
        }
    }

    /// Puts the row back where it was.
    fn let_go(self) {
        // The page may be gone.
        let Some(held) = self.held.try_get_untracked().flatten() else {
            return;
        };
        self.listeners.try_update_value(|listeners| {
            let taken = std::mem::replace(listeners, SendOption::new_local(None));
            for listener in taken.take().into_iter().flatten() {
                listener.remove();
            }
        });
        for (key, row) in self.rows() {
            if key == held.key {
                let _ = row.style().remove_property("translate");
            }
        }
        self.held.try_set(None);
    }

    /// Arrow keys move the row; the focus stays on its handle.
    pub fn on_key(self, key: i64, event: &KeyboardEvent) {
        let keys = self.keys.get_untracked();
        let Some(at) = keys.iter().position(|other| *other == key) else {
            return;
        };
        let to = match event.key().as_str() {
            "ArrowUp" => at.checked_sub(1),
            "ArrowDown" => Some(at + 1).filter(|to| *to < keys.len()),
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        if let Some(to) = to {
            self.on_move.run((key, to));
            self.focus(key);
        }
    }

    /// Gives the focus back to a handle, which loses it where its row moves in the document.
    fn focus(self, key: i64) {
        request_animation_frame(move || {
            let row = self.rows().into_iter().find(|(other, _)| *other == key);
            let handle = row.and_then(|(_, row)| row.query_selector(".handle").ok().flatten());
            if let Some(handle) = handle.and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
                let _ = handle.focus();
            }
        });
    }

    fn rows(self) -> Vec<(i64, HtmlElement)> {
        let Some(list) = self.list.try_get_untracked().flatten() else {
            return Vec::new();
        };
        let rows = list.children();
        (0..rows.length())
            .filter_map(|at| {
                let row: HtmlElement = rows.item(at)?.dyn_into().ok()?;
                let key = row.get_attribute("data-key")?.parse().ok()?;
                Some((key, row))
            })
            .collect()
    }

    /// What scrolls around the list: a dialog's body, or the page.
    fn scroller(self) -> Option<Element> {
        let list = self.list.get_untracked()?;
        list.closest(".dialog__body, .page--scroll").ok().flatten()
    }

    fn scrolled(self) -> f64 {
        self.scroller()
            .map_or(0.0, |scroller| f64::from(scroller.scroll_top()))
    }
}

/// The order after a row has moved to a place among the others.
#[must_use]
pub fn moved(mut keys: Vec<i64>, key: i64, to: usize) -> Vec<i64> {
    keys.retain(|other| *other != key);
    keys.insert(to.min(keys.len()), key);
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_goes_to_its_place_among_the_others() {
        assert_eq!(moved(vec![1, 2, 3], 1, 2), [2, 3, 1]);
        assert_eq!(moved(vec![1, 2, 3], 3, 0), [3, 1, 2]);
        assert_eq!(moved(vec![1, 2, 3], 2, 1), [1, 2, 3]);
        assert_eq!(moved(vec![1, 2], 1, 9), [2, 1]);
    }
}
