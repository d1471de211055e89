//! A page that is older than its server: pages stay open over night, on desks and on walls, and the
//! server is upgraded meanwhile. Such a page works on for as long as the two understand each other,
//! and says that there is a new version. One that nobody works with loads itself anew: the funnel
//! on the wall.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Date, Math};
use leptos::leptos_dom::helpers::{IntervalHandle, set_interval_with_handle};
use leptos::prelude::*;
use web_sys::Event;

/// How long, in milliseconds, nobody must have touched a page before it loads itself anew.
const UNTOUCHED: f64 = 5.0 * 60_000.0;
/// Within how many milliseconds more: pages of one server do not all ask it at once.
const SPREAD: f64 = 60_000.0;
/// How often an old page looks whether somebody works with it.
const LOOK: Duration = Duration::from_secs(10);
/// What a new load would take from whoever has it open.
const OPEN: &str = "dialog[open], :popover-open";

/// What somebody does with a page.
#[derive(Clone)]
struct Work {
    /// When it was last touched; by the clock, which goes on in sleep.
    touched: Rc<Cell<f64>>,
    /// Whether anything was ever typed that may not be saved.
    typed: Rc<Cell<bool>>,
    patience: f64,
}

impl Work {
    fn watched() -> Self {
        let work = Self {
            touched: Rc::new(Cell::new(Date::now())),
            typed: Rc::default(),
            patience: UNTOUCHED + SPREAD * Math::random(),
        };
        for event in ["pointerdown", "keydown", "wheel", "touchstart"] {
            let touched = work.touched.clone();
            listen(event, move |_| touched.set(Date::now()));
        }
        // Of text alone: a choice or a tick is quickly made again.
        let typed = work.typed.clone();
        listen("beforeinput", move |_| typed.set(true));
        work
    }

    fn is_done(&self) -> bool {
        let idle = Date::now() - self.touched.get() > self.patience;
        let open = || {
            document()
                .query_selector(OPEN)
                .is_ok_and(|open| open.is_some())
        };
        idle && !self.typed.get() && !open()
    }
}

fn listen(event: &'static str, heard: impl Fn(Event) + 'static) {
    let listener = window_event_listener_untyped(event, heard);
    on_cleanup(move || listener.remove());
}

/// Hears of what version the server is, and says whether there is a newer one than the page's.
pub(super) fn watch(is_old: RwSignal<bool>) -> impl Fn(&str) + 'static {
    let ours = document()
        .document_element()
        .and_then(|html| html.get_attribute("data-version"));
    let work = Work::watched();
    let looks = StoredValue::new(None::<IntervalHandle>);
    let stop = move || {
        if let Some(looks) = looks.try_update_value(Option::take).flatten() {
            looks.clear();
        }
    };
    on_cleanup(stop);
    move |theirs: &str| {
        stop();
        let old = ours.as_deref().is_some_and(|ours| ours != theirs);
        is_old.try_set(old);
        if old {
            let work = work.clone();
            let look = move || {
                if work.is_done() {
                    reload();
                }
            };
            looks.try_set_value(set_interval_with_handle(look, LOOK).ok());
        }
    }
}

/// Loads the page anew, where it is.
pub(super) fn reload() {
    // Refused only to a document that is going already.
    let _ = window().location().reload();
}
