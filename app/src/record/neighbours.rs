//! The records before and after one, in the list or column that it was opened from.

use domain::RecordId;
use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::i18n::{t_string, use_i18n};
use crate::ui::{ButtonSize, Glyph, IconButton};

/// Where one can go from an open record, as the list or board around it says.
#[derive(Debug, Clone, Copy)]
pub struct Neighbours {
    /// The one before; none at the beginning.
    pub previous: Signal<Option<RecordId>>,
    /// The one after; none at the end.
    pub next: Signal<Option<RecordId>>,
    /// Opens another one instead.
    pub go: Callback<RecordId>,
}

/// Neighbours, and which of the two buttons was pressed last: the record is made anew, and the
/// focus goes on where it was.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Walk {
    neighbours: Neighbours,
    pressed: StoredValue<Option<&'static str>>,
    /// Whether there is none before, or after. They live as long as the panel: a record that is
    /// about to be made anew is asked once more.
    at_start: Signal<bool>,
    at_end: Signal<bool>,
}

const PREVIOUS: &str = "record-previous";
const NEXT: &str = "record-next";

impl Walk {
    /// Walks by key too, as long as the component that calls this lives and `open` says so:
    /// J and K, or Alt with the arrows, when one is not typing and no editor is open.
    pub(super) fn listen(neighbours: Neighbours, open: Memo<bool>) -> Self {
        let walk = Self {
            neighbours,
            pressed: StoredValue::new(None),
            at_start: Signal::derive(move || neighbours.previous.get().is_none()),
            at_end: Signal::derive(move || neighbours.next.get().is_none()),
        };
        Effect::new(move |_| {
            if open.get() {
                let listener = window_event_listener(ev::keydown, move |event| {
                    let Some(target) = way(&event).filter(|_| !is_occupied(&event)) else {
                        return;
                    };
                    event.prevent_default();
                    walk.go(target);
                });
                on_cleanup(move || listener.remove());
            }
        });
        walk
    }

    fn go(self, button: &'static str) {
        let target = match button {
            NEXT => self.neighbours.next,
            _ => self.neighbours.previous,
        };
        if let Some(id) = target.get_untracked() {
            self.pressed.set_value(Some(button));
            self.neighbours.go.run(id);
        }
    }
}

/// The two buttons in the head of a record.
#[component]
pub(super) fn WalkButtons(walk: Walk) -> impl IntoView {
    let i18n = use_i18n();
    Effect::new(move |_| {
        // After a walk the button that led here has the focus again; at the end of the way, the
        // panel itself, so that the keys and Escape go on working.
        if let Some(pressed) = walk.pressed.try_update_value(Option::take).flatten() {
            request_animation_frame(move || focus(pressed));
        }
    });
    view! {
        <IconButton
            glyph=Glyph::ChevronUp
            label=move || t_string!(i18n, record.previous)
            size=ButtonSize::Medium
            disabled=walk.at_start
            attr:id=PREVIOUS
            attr:aria-keyshortcuts="K Alt+ArrowUp"
            on:click=move |_| walk.go(PREVIOUS)
        />
        <IconButton
            glyph=Glyph::ChevronDown
            label=move || t_string!(i18n, record.next)
            size=ButtonSize::Medium
            disabled=walk.at_end
            attr:id=NEXT
            attr:aria-keyshortcuts="J Alt+ArrowDown"
            on:click=move |_| walk.go(NEXT)
        />
    }
}

fn way(event: &ev::KeyboardEvent) -> Option<&'static str> {
    if event.default_prevented() || event.ctrl_key() || event.meta_key() || event.shift_key() {
        return None;
    }
    match (event.key().as_str(), event.alt_key()) {
        ("j" | "J", false) | ("ArrowDown", true) => Some(NEXT),
        ("k" | "K", false) | ("ArrowUp", true) => Some(PREVIOUS),
        _ => None,
    }
}

/// Whether the keys belong to something else now: an input, an open editor, a dialog, a menu.
fn is_occupied(event: &ev::KeyboardEvent) -> bool {
    let typing = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .is_some_and(|element| {
            element
                .closest("input, textarea, select, [contenteditable]")
                .is_ok_and(|found| found.is_some())
        });
    typing
        || document()
            .query_selector("dialog[open], :popover-open, .record form.fieldrow__edit")
            .is_ok_and(|found| found.is_some())
}

fn focus(button: &str) {
    let found = document().get_element_by_id(button);
    let usable = found.filter(|button| !button.has_attribute("disabled"));
    let target = usable.or_else(|| document().query_selector(".panel").ok().flatten());
    if let Some(target) = target.and_then(|target| target.dyn_into::<HtmlElement>().ok()) {
        // Nothing is lost when the browser refuses the focus.
        let _ = target.focus();
    }
}
