//! Where one was on a board: who leaves it and comes back finds it scrolled as it was.

use std::cell::RefCell;
use std::collections::BTreeMap;

use domain::board::BoardQuery;
use domain::{Kind, StageId};
use leptos::prelude::*;

use super::state::BoardState;

/// How far a board was scrolled, in pixels.
struct Place {
    query: BoardQuery,
    aside: i32,
    columns: BTreeMap<StageId, i32>,
}

thread_local! {
    // Only browsers scroll; on the server nothing ever comes in here.
    static PLACES: RefCell<BTreeMap<Kind, Place>> = const { RefCell::new(BTreeMap::new()) };
}

fn remember(board: BoardState, change: impl FnOnce(&mut Place)) {
    let Some(query) = board.query.try_get_untracked() else {
        return;
    };
    PLACES.with_borrow_mut(|places| {
        let new = || Place {
            query: query.clone(),
            aside: 0,
            columns: BTreeMap::new(),
        };
        let place = places.entry(board.kind).or_insert_with(new);
        if place.query != query {
            *place = new();
        }
        change(place);
    });
}

/// Remembers how far a column is scrolled.
pub fn scrolled(board: BoardState, stage: StageId, to: i32) {
    remember(board, |place| {
        place.columns.insert(stage, to);
    });
}

/// Remembers how far the board is scrolled sideways.
pub fn scrolled_aside(board: BoardState, to: i32) {
    remember(board, |place| place.aside = to);
}

fn recall<T>(board: BoardState, read: impl FnOnce(&Place) -> T) -> Option<T> {
    let query = board.query.try_get_untracked()?;
    PLACES.with_borrow(|places| {
        places
            .get(&board.kind)
            .filter(|place| place.query == query)
            .map(read)
    })
}

/// How far a column was scrolled when one left this board.
pub fn column(board: BoardState, stage: StageId) -> i32 {
    recall(board, |place| place.columns.get(&stage).copied())
        .flatten()
        .unwrap_or(0)
}

/// How far the board was scrolled sideways when one left it.
pub fn aside(board: BoardState) -> i32 {
    recall(board, |place| place.aside).unwrap_or(0)
}
