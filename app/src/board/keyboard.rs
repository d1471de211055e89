//! The board by keyboard: space lifts a card, arrows move it, space drops it, Escape takes it
//! back. With nothing lifted, arrows go from card to card.

use domain::{RecordId, StageId};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::Element;

use super::reveal::{card_of, focus_card, show_place};
use super::state::{BoardState, Hand};

/// A way to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Up,
    Down,
    /// To the column before, or the one after.
    Aside(bool),
    First,
    Last,
}

impl Way {
    fn of(key: &str) -> Option<Self> {
        Some(match key {
            "ArrowUp" => Self::Up,
            "ArrowDown" => Self::Down,
            "ArrowLeft" => Self::Aside(false),
            "ArrowRight" => Self::Aside(true),
            "Home" => Self::First,
            "End" => Self::Last,
            _ => return None,
        })
    }
}

/// A key pressed somewhere on the board.
pub fn on_key(board: BoardState, event: &KeyboardEvent) {
    let held = board
        .lift
        .get_untracked()
        .filter(|held| held.hand == Hand::Keyboard);
    if let Some(held) = held {
        let key = event.key();
        match (key.as_str(), Way::of(&key)) {
            (" " | "Enter", _) => {
                board.drop_it();
                focus_card(board, held.id);
            }
            ("Escape", _) => {
                board.put_back();
                focus_card(board, held.id);
            }
            (_, Some(way)) => {
                let (stage, index) = next_place(
                    &board.stages(),
                    |stage| {
                        board
                            .order(stage)
                            .iter()
                            .filter(|id| **id != held.id)
                            .count()
                            + 1
                    },
                    (held.stage, held.index),
                    way,
                );
                board.aim(stage, index);
                show_place(board, stage, index);
            }
            // The card is in hand: the focus does not wander off.
            ("Tab", _) => {}
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
        return;
    }
    let Some(id) = card_in_focus(event) else {
        return;
    };
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let key = event.key();
    if key == " " {
        if board.pick_up(id, Hand::Keyboard) {
            event.prevent_default();
        }
    } else if let Some(way) = Way::of(&key) {
        event.prevent_default();
        go(board, id, way);
    }
}

/// The card whose link has the focus; keys on its button are the button's.
fn card_in_focus(event: &KeyboardEvent) -> Option<RecordId> {
    let element = event.target()?.dyn_into::<Element>().ok()?;
    element
        .class_list()
        .contains("card__link")
        .then(|| card_of(&element))?
}

fn go(board: BoardState, id: RecordId, way: Way) {
    let Some(stage) = board.model.with_untracked(|model| model.stage_of(id)) else {
        return;
    };
    let Some(index) = board.order(stage).iter().position(|other| *other == id) else {
        return;
    };
    let all = board.stages();
    let filled: Vec<StageId> = all
        .into_iter()
        .filter(|stage| !board.order(*stage).is_empty())
        .collect();
    let (stage, index) = next_place(
        &filled,
        |stage| board.order(stage).len(),
        (stage, index),
        way,
    );
    if let Some(next) = board.order(stage).get(index) {
        focus_card(board, *next);
    }
}

/// The place one goes to; `count` says how many places a stage has. At an edge one stays.
fn next_place(
    stages: &[StageId],
    count: impl Fn(StageId) -> usize,
    (stage, index): (StageId, usize),
    way: Way,
) -> (StageId, usize) {
    let last = count(stage).saturating_sub(1);
    match way {
        Way::Up => (stage, index.saturating_sub(1)),
        Way::Down => (stage, (index + 1).min(last)),
        Way::First => (stage, 0),
        Way::Last => (stage, last),
        Way::Aside(onward) => {
            let at = stages.iter().position(|other| *other == stage);
            let to = at.and_then(|at| {
                if onward {
                    at.checked_add(1)
                } else {
                    at.checked_sub(1)
                }
            });
            match to.and_then(|to| stages.get(to)) {
                Some(&to) => (to, index.min(count(to).saturating_sub(1))),
                None => (stage, index),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_stay_on_the_board() {
        let count = |stage| if stage == 2 { 1 } else { 4 };
        let step = |from, way| next_place(&[1, 2, 3], count, from, way);
        assert_eq!(step((1, 0), Way::Up), (1, 0));
        assert_eq!(step((1, 3), Way::Down), (1, 3));
        assert_eq!(step((1, 1), Way::Down), (1, 2));
        assert_eq!(step((1, 3), Way::Aside(true)), (2, 0));
        assert_eq!(step((2, 0), Way::Aside(true)), (3, 0));
        assert_eq!(step((3, 2), Way::Aside(true)), (3, 2));
        assert_eq!(step((1, 2), Way::Aside(false)), (1, 2));
        assert_eq!(step((1, 2), Way::Last), (1, 3));
        assert_eq!(step((1, 2), Way::First), (1, 0));
    }
}
