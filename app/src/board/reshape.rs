//! A pipeline that is reshaped while its board is open: the board takes the new shape, and what is
//! dragged or typed stays.
//!
//! A column is the same column as long as its stage is there: a new name, colour or gate changes it
//! in place. Columns that come, go or change their order wait until nothing is held: an element
//! that moves in the document loses the finger on it.

use domain::StageId;
use domain::board::BoardQuery;
use domain::pipeline::Stage;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use web_sys::{FocusOptions, HtmlElement};

use super::query::{self, OPEN, PIPELINE};
use super::state::{BoardState, Lift};
use crate::i18n::t_string;

/// Frames in which columns find their places.
const PATIENCE: u8 = 20;

/// The stages as the board shows them.
pub fn stages(board: BoardState) -> Memo<Vec<Stage>> {
    let held = Memo::new(move |_| board.lift.with(Option::is_some));
    Memo::new(move |before: Option<&Vec<Stage>>| {
        let now = board
            .pipeline
            .with(|pipeline| pipeline.as_ref().map(|it| it.stages.clone()))
            .unwrap_or_default();
        let Some(before) = before else {
            return now;
        };
        let shown = if held.get() {
            while_held(before, now)
        } else {
            now
        };
        // Here the columns stand as they did, and what has the focus has it still.
        if !ids(&shown).eq(ids(before))
            && let Some(element) = document().active_element()
            && let Ok(element) = element.dyn_into::<HtmlElement>()
        {
            give_back(element, PATIENCE);
        }
        shown
    })
}

fn ids(stages: &[Stage]) -> impl Iterator<Item = StageId> {
    stages.iter().map(|stage| stage.id)
}

/// The new shape without any column coming from its place: those that were there stay as they
/// stood, gone ones too, and new ones stand at the end.
fn while_held(before: &[Stage], mut now: Vec<Stage>) -> Vec<Stage> {
    let same_board = now.iter().any(|stage| {
        before
            .iter()
            .any(|old| old.pipeline_id == stage.pipeline_id)
    });
    if !same_board {
        return now;
    }
    let mut shown: Vec<Stage> = Vec::with_capacity(now.len());
    for old in before {
        let at = now.iter().position(|stage| stage.id == old.id);
        shown.push(at.map_or_else(|| old.clone(), |at| now.remove(at)));
    }
    shown.extend(now);
    shown
}

/// A card that is held over a stage that has gone is held over its own again.
pub fn keep_hold(board: BoardState) {
    Effect::new(move |_| {
        let Some(pipeline) = board.pipeline.get() else {
            return;
        };
        let Some(held) = board.lift.get_untracked() else {
            return;
        };
        if pipeline.stage(held.stage).is_some() {
            return;
        }
        let own = board
            .model
            .with_untracked(|model| model.stage_of(held.id))
            .filter(|own| pipeline.stage(*own).is_some())
            .or_else(|| pipeline.stages.first().map(|stage| stage.id));
        match own {
            Some(stage) => board.lift.set(Some(Lift {
                stage,
                index: 0,
                ..held
            })),
            None => board.put_back(),
        }
    });
}

/// A board whose pipeline has been put away goes to the kind's first one, and says so.
pub fn leave_what_is_gone(board: BoardState) {
    let params = use_query_map();
    let navigate = use_navigate();
    let there = Memo::new(move |_| {
        let id = board.model.with(super::model::Model::pipeline);
        board
            .workspace
            .with(|workspace| workspace.pipelines_of(board.kind).any(|it| it.id == id))
    });
    Effect::new(move |before: Option<bool>| {
        let is_there = there.get();
        if before == Some(true) && !is_there {
            board.lift.set(None);
            board.complain(t_string!(board.i18n, board.pipeline_gone).to_owned());
            let address = params.with_untracked(|params| {
                query::with(board.kind, params, &[(PIPELINE, ""), (OPEN, "")])
            });
            let named = params.with_untracked(|params| params.get_str(PIPELINE).is_some());
            if named {
                let options = NavigateOptions {
                    replace: true,
                    scroll: false,
                    ..NavigateOptions::default()
                };
                navigate(&address, options);
            } else {
                board.ask_for(BoardQuery {
                    pipeline: None,
                    ..board.query.get_untracked()
                });
            }
        }
        is_there
    });
}

/// Gives an element the focus again that its column lost by moving among the others, if nothing
/// else has it; in one of the next frames, when the columns stand where they belong.
fn give_back(element: HtmlElement, patience: u8) {
    request_animation_frame(move || {
        let nowhere = document()
            .active_element()
            .is_none_or(|it| it.tag_name() == "BODY");
        if nowhere && element.is_connected() {
            let options = FocusOptions::new();
            options.set_prevent_scroll(true);
            // A refused focus loses nothing.
            let _ = element.focus_with_options(&options);
        } else if patience > 0 {
            give_back(element, patience - 1);
        }
    });
}

#[cfg(test)]
mod tests {
    use domain::pipeline::{Gate, Meaning};

    use super::*;

    fn stage(id: StageId, pipeline_id: i64, name: &str) -> Stage {
        Stage {
            id,
            pipeline_id,
            name: name.to_owned(),
            color: "blue".to_owned(),
            meaning: Meaning::Open,
            probability: 50,
            stale_days: None,
            gate: Gate::default(),
        }
    }

    #[test]
    fn while_a_card_is_held_no_column_leaves_its_place() {
        let before = [stage(1, 1, "New"), stage(2, 1, "Offer"), stage(3, 1, "Won")];
        let now = vec![
            stage(3, 1, "Done"),
            stage(4, 1, "Talks"),
            stage(1, 1, "Fresh"),
        ];
        let shown = while_held(&before, now);
        let names: Vec<_> = shown.iter().map(|stage| stage.name.as_str()).collect();
        assert_eq!(names, ["Fresh", "Offer", "Done", "Talks"]);
        let elsewhere = while_held(&before, vec![stage(9, 2, "Other")]);
        assert_eq!(elsewhere.len(), 1, "another board");
    }
}
