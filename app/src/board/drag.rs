//! The board by mouse, pen and finger: pointer events, since HTML's own drag and drop has no
//! touch.
//!
//! A mouse lifts a card after four pixels, so that a click still opens it; a finger after a rest,
//! so that a swipe still scrolls. While a card is lifted, each frame scrolls what is near an edge
//! and looks where the card would land.

use std::time::Duration;

use domain::{RecordId, StageId};
use leptos::ev::{self, MouseEvent, PointerEvent};
use leptos::html::Div;
use leptos::leptos_dom::helpers::{TimeoutHandle, WindowListenerHandle};
use leptos::prelude::*;
use leptos::reactive::send_wrapper_ext::SendOption;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::closure::Closure;
use web_sys::{AddEventListenerOptions, Element, Event, HtmlElement, js_sys};

use super::geometry::{edge_scroll, landing_index, nearest};
use super::reveal::{card_of, column_list};
use super::state::{BoardState, Hand};

/// Pixels a mouse moves before it drags.
const SLACK: f64 = 4.0;
/// Pixels a finger may tremble while it rests.
const TREMBLE: f64 = 8.0;
/// How long a finger rests before it lifts a card.
const REST: Duration = Duration::from_millis(300);
/// Pixels a second that an edge scrolls at most.
const FASTEST: f64 = 1400.0;
/// The class of the board while something on it is dragged.
const DRAGGING: &str = "board__scroller--panning";

/// The dragging on one board.
#[derive(Clone, Copy)]
pub struct Dragging {
    board: BoardState,
    /// The copy of the card under the pointer.
    ghost: NodeRef<Div>,
    press: StoredValue<SendOption<Press>>,
    /// Whether the click that ends a drag is still to come.
    swallows: StoredValue<bool>,
}

/// A pointer that is down.
struct Press {
    pointer: i32,
    /// The card, or none where the board itself is taken.
    card: Option<Taken>,
    start: (f64, f64),
    at: (f64, f64),
    lifted: bool,
    rest: Option<TimeoutHandle>,
    listeners: Vec<WindowListenerHandle>,
    /// When the last frame was drawn, in milliseconds.
    frame: f64,
    /// How far the board was scrolled when it was taken.
    scrolled: i32,
}

/// What a pointer that moved has come to.
enum Turn {
    Nothing,
    Lift,
    Leave,
    Pan(i32),
}

struct Taken {
    id: RecordId,
    touch: bool,
    /// From the card's corner to the pointer.
    grip: (f64, f64),
    width: f64,
}

impl Dragging {
    /// Dragging on a board, with the element that follows the pointer.
    #[must_use]
    pub fn new(board: BoardState, ghost: NodeRef<Div>) -> Self {
        let this = Self {
            board,
            ghost,
            press: StoredValue::new(SendOption::new_local(None)),
            swallows: StoredValue::new(false),
        };
        Effect::new(move |_| {
            if let Some(scroller) = board.scroller.get() {
                this.hold_still(&scroller);
            }
        });
        on_cleanup(move || this.end());
        this
    }

    /// While a card is lifted, the finger does not scroll. The browser asks only listeners that
    /// were there when the finger came down.
    fn hold_still(self, scroller: &Element) {
        let still = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            if self.lifted() && event.cancelable() {
                event.prevent_default();
            }
        });
        let options = AddEventListenerOptions::new();
        options.set_passive(false);
        let added = scroller.add_event_listener_with_callback_and_add_event_listener_options(
            "touchmove",
            still.as_ref().unchecked_ref(),
            &options,
        );
        // The element may live longer than this board; then nothing is lifted and nothing happens.
        if added.is_ok() {
            still.forget();
        }
    }

    fn lifted(self) -> bool {
        self.press
            .try_with_value(|press| press.as_ref().is_some_and(|press| press.lifted))
            .unwrap_or(false)
    }

    /// A pointer comes down on the board.
    pub fn on_down(self, event: &PointerEvent) {
        if event.button() != 0 || !event.is_primary() {
            return;
        }
        self.end();
        let Some(target) = event.target().and_then(|it| it.dyn_into::<Element>().ok()) else {
            return;
        };
        let is_control = target.closest("button, input, select, textarea, form");
        if is_control.ok().flatten().is_some() {
            return;
        }
        let touch = event.pointer_type() != "mouse";
        let at = (f64::from(event.client_x()), f64::from(event.client_y()));
        let card = self
            .board
            .may_change()
            .then(|| take(&target, at, touch))
            .flatten();
        let on_card = card.is_some() || card_of(&target).is_some();
        if !on_card && touch {
            // A finger scrolls the board by itself.
            return;
        }
        let scrolled = self
            .board
            .scroller
            .get_untracked()
            .map_or(0, |it| it.scroll_left());
        let rest = (touch && card.is_some())
            .then(|| set_timeout_with_handle(move || self.rested(), REST).ok())
            .flatten();
        let listeners = vec![
            window_event_listener(ev::pointermove, move |event| self.on_move(&event)),
            window_event_listener(ev::pointerup, move |event| self.on_up(&event)),
            window_event_listener(ev::pointercancel, move |event| {
                if self.is_mine(&event) {
                    self.cancel();
                }
            }),
            window_event_listener(ev::keydown, move |event| {
                if event.key() == "Escape" && self.lifted() {
                    event.prevent_default();
                    self.cancel();
                }
            }),
        ];
        self.press.set_value(SendOption::new_local(Some(Press {
            pointer: event.pointer_id(),
            card,
            start: at,
            at,
            lifted: false,
            rest,
            listeners,
            frame: 0.0,
            scrolled,
        })));
    }

    fn is_mine(self, event: &PointerEvent) -> bool {
        let pointer = event.pointer_id();
        self.press
            .try_with_value(|press| press.as_ref().is_some_and(|press| press.pointer == pointer))
            .unwrap_or(false)
    }

    fn on_move(self, event: &PointerEvent) {
        if !self.is_mine(event) {
            return;
        }
        let at = (f64::from(event.client_x()), f64::from(event.client_y()));
        let turn = self.press.try_update_value(|press| {
            let Some(press) = press.as_mut() else {
                return Turn::Nothing;
            };
            press.at = at;
            let (dx, dy) = (at.0 - press.start.0, at.1 - press.start.1);
            let far = dx.hypot(dy);
            match &press.card {
                Some(_) if press.lifted => Turn::Nothing,
                Some(taken) if taken.touch && far > TREMBLE => Turn::Leave,
                Some(taken) if !taken.touch && far >= SLACK => Turn::Lift,
                None if press.lifted || far >= SLACK => {
                    press.lifted = true;
                    #[expect(clippy::cast_possible_truncation, reason = "pixels of a screen")]
                    Turn::Pan(press.scrolled - dx as i32)
                }
                _ => Turn::Nothing,
            }
        });
        match turn {
            Some(Turn::Lift) => self.lift(),
            Some(Turn::Leave) => self.end(),
            Some(Turn::Pan(to)) => {
                if let Some(scroller) = self.board.scroller.get_untracked() {
                    let _ = scroller.class_list().add_1(DRAGGING);
                    scroller.set_scroll_left(to);
                }
            }
            _ => {}
        }
    }

    fn rested(self) {
        if self.press.try_with_value(|press| press.is_some()) == Some(true) && !self.lifted() {
            self.lift();
        }
    }

    fn lift(self) {
        let id = self
            .press
            .with_value(|press| Some(press.as_ref()?.card.as_ref()?.id));
        let Some(id) = id else { return };
        if !self.board.pick_up(id, Hand::Pointer) {
            self.end();
            return;
        }
        self.press.update_value(|press| {
            if let Some(press) = press.as_mut() {
                press.lifted = true;
            }
        });
        if let Some(scroller) = self.board.scroller.get_untracked() {
            let _ = scroller.class_list().add_1(DRAGGING);
        }
        self.next_frame();
    }

    fn next_frame(self) {
        request_animation_frame(move || {
            if self.lifted() {
                self.step();
                self.next_frame();
            }
        });
    }

    /// Draws the card under the pointer, scrolls at the edges, and finds where it would land.
    fn step(self) {
        let now = js_sys::Date::now();
        let state = self.press.try_update_value(|press| {
            let press = press.as_mut()?;
            let elapsed = if press.frame > 0.0 {
                now - press.frame
            } else {
                0.0
            };
            press.frame = now;
            let taken = press.card.as_ref()?;
            Some((press.at, taken.grip, taken.width, elapsed))
        });
        let Some(Some((at, grip, width, elapsed))) = state else {
            return;
        };
        if self.board.lift.with_untracked(Option::is_none) {
            self.end();
            return;
        }
        if let Some(ghost) = self.ghost.get_untracked() {
            let style = HtmlElement::style(&ghost);
            // A style that the browser refuses changes nothing.
            let _ = style.set_property("width", &format!("{width}px"));
            let moved = format!("translate({}px, {}px)", at.0 - grip.0, at.1 - grip.1);
            let _ = style.set_property("transform", &moved);
        }
        self.aim(at, elapsed);
    }

    fn aim(self, at: (f64, f64), elapsed: f64) {
        let board = self.board;
        let Some(scroller) = board.scroller.get_untracked() else {
            return;
        };
        let outer = scroller.get_bounding_client_rect();
        scroller.scroll_by_with_x_and_y(
            edge_scroll(at.0, outer.left(), outer.right(), FASTEST / 1.5, elapsed),
            0.0,
        );
        let columns: Vec<(StageId, (f64, f64))> = board
            .stages()
            .into_iter()
            .filter_map(|stage| {
                let bounds =
                    super::reveal::column_element(board, stage)?.get_bounding_client_rect();
                Some((stage, (bounds.left(), bounds.right())))
            })
            .collect();
        // What is scrolled away is not meant, wherever the pointer is.
        let x = at.0.clamp(outer.left() + 1.0, outer.right() - 1.0);
        let Some(column) = nearest(x, columns.iter().map(|(_, span)| *span)) else {
            return;
        };
        let stage = columns[column].0;
        let Some(list) = column_list(board, stage) else {
            return;
        };
        let bounds = list.get_bounding_client_rect();
        let by = edge_scroll(at.1, bounds.top(), bounds.bottom(), FASTEST, elapsed);
        if by != 0.0 && at.1 > bounds.top() - 60.0 {
            list.scroll_by_with_x_and_y(0.0, by);
        }
        let Some(held) = board.lift.get_untracked() else {
            return;
        };
        let others = board
            .order(stage)
            .iter()
            .filter(|id| **id != held.id)
            .count();
        let hole = (held.stage == stage).then_some(held.index);
        let y = at.1 - bounds.top() + f64::from(list.scroll_top());
        let index = match board.pitch.get_untracked() {
            Some(pitch) => landing_index(y, pitch, hole, others),
            None => 0,
        };
        board.aim(stage, index);
    }

    fn on_up(self, event: &PointerEvent) {
        if !self.is_mine(event) {
            return;
        }
        if self.lifted() {
            self.swallow_click();
            let at = (f64::from(event.client_x()), f64::from(event.client_y()));
            let holds_card = self
                .press
                .with_value(|press| press.as_ref().is_some_and(|press| press.card.is_some()));
            if holds_card {
                self.aim(at, 0.0);
                self.board.drop_it();
            }
        }
        self.end();
    }

    fn cancel(self) {
        if self.lifted() {
            self.swallow_click();
            self.board.put_back();
        }
        self.end();
    }

    /// The click that follows a drag opens nothing.
    fn swallow_click(self) {
        self.swallows.set_value(true);
        set_timeout(
            move || {
                self.swallows.try_set_value(false);
            },
            Duration::from_millis(60),
        );
    }

    /// A click on the board, before anything under it hears of it.
    pub fn on_click(self, event: &MouseEvent) {
        if self.swallows.get_value() {
            event.prevent_default();
            event.stop_propagation();
        }
    }

    /// A long press opens no menu where it lifts a card.
    pub fn on_context_menu(self, event: &MouseEvent) {
        let touches = self.press.with_value(|press| {
            press
                .as_ref()
                .is_some_and(|press| press.card.as_ref().is_some_and(|taken| taken.touch))
        });
        if touches {
            event.prevent_default();
        }
    }

    fn end(self) {
        let Some(Some(press)) = self.press.try_update_value(|press| Option::take(press)) else {
            return;
        };
        if let Some(rest) = press.rest {
            rest.clear();
        }
        for listener in press.listeners {
            listener.remove();
        }
        if let Some(Some(scroller)) = self.board.scroller.try_get_untracked() {
            let _ = scroller.class_list().remove_1(DRAGGING);
        }
    }
}

fn take(target: &Element, at: (f64, f64), touch: bool) -> Option<Taken> {
    let id = card_of(target)?;
    let card = target.closest(".card").ok()??;
    let bounds = card.get_bounding_client_rect();
    let grip = (at.0 - bounds.left(), at.1 - bounds.top());
    Some(Taken {
        id,
        touch,
        grip,
        width: bounds.width(),
    })
}
