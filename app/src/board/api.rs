//! What the board asks the server.
//!
//! That a move is refused, or a pipeline gone, is an answer like another, not a failed request:
//! browsers write every request that fails to their console. So the answer is a result in a result;
//! the outer one fails only when nobody is signed in or nothing works.

use domain::board::{Board, BoardQuery, Card, Column, Written};
use domain::query::Cursor;
use domain::{Draft, Error, Kind, RecordId, StageId};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

use crate::answer::Answer;

/// A board: each column's totals and first cards.
#[server(input = Json)]
pub async fn load_board(query: BoardQuery) -> Result<Answer<Board>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::records::read::board(&ctx, &query).await)
}

/// More cards of a column.
#[server(input = Json)]
pub async fn load_column(
    query: BoardQuery,
    stage: StageId,
    cursor: Option<Cursor>,
) -> Result<Answer<Column>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::records::read::column(&ctx, &query, stage, cursor).await)
}

/// Those of the records that are on the board, as they are now.
#[server(input = Json)]
pub async fn load_cards(query: BoardQuery, ids: Vec<RecordId>) -> Result<Answer<Vec<Card>>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::records::read::cards(&ctx, &query, &ids).await)
}

/// Moves a card, with the values that its new stage asks for.
#[server(input = Json)]
pub async fn move_card(kind: Kind, id: RecordId, draft: Draft) -> Result<Answer<Written>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::records::write::change(&ctx, BOARD, kind, id, draft).await)
}

/// Makes a record in a column.
#[server(input = Json)]
pub async fn add_card(kind: Kind, draft: Draft) -> Result<Answer<Written>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::records::write::create(&ctx, BOARD, kind, draft).await)
}

#[cfg(feature = "ssr")]
const BOARD: domain::timeline::Via = domain::timeline::Via::Board;
