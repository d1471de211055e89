//! The one read path.

mod beside;
mod decode;
mod lock;
mod reach;
mod select;
mod sql;

use domain::board::{Board, BoardQuery, Card, Column};
use domain::query::{Count, Cursor, Page, Query};
use domain::value::Linked;
use domain::{Error, Kind, Record, RecordId, StageId};

pub(crate) use beside::{get_with_position, visible_ids};
pub use lock::{Stored, fetch_for_update};

use crate::Ctx;

/// A page of records.
pub async fn list(_ctx: &Ctx, _kind: Kind, _query: &Query) -> Result<Page, Error> {
    Err(Error::Unavailable)
}
/// One record with all its fields; [`Error::NotFound`] where it does not exist or may not be seen.
pub async fn get(_ctx: &Ctx, _kind: Kind, _id: RecordId) -> Result<Record, Error> {
    Err(Error::Unavailable)
}
/// How many records a query has; up to the cap unless `exact`.
pub async fn count(_ctx: &Ctx, _kind: Kind, _query: &Query, _exact: bool) -> Result<Count, Error> {
    Err(Error::Unavailable)
}
/// A board: each column's totals and first cards.
pub async fn board(_ctx: &Ctx, _query: &BoardQuery) -> Result<Board, Error> {
    Err(Error::Unavailable)
}
/// More cards of a column, from a cursor on (none: from the top), with its totals when from the top.
pub async fn column(
    _ctx: &Ctx,
    _query: &BoardQuery,
    _stage: StageId,
    _cursor: Option<Cursor>,
) -> Result<Column, Error> {
    Err(Error::Unavailable)
}
/// The cards of these records that are on this board (its pipeline, its filter) and may be seen.
pub async fn cards(_ctx: &Ctx, _query: &BoardQuery, _ids: &[RecordId]) -> Result<Vec<Card>, Error> {
    Err(Error::Unavailable)
}
/// Records of a kind whose title has a text, for link pickers: at most 20, best first.
pub async fn find(_ctx: &Ctx, _kind: Kind, _text: &str) -> Result<Vec<Linked>, Error> {
    Err(Error::Unavailable)
}
