//! The one read path: every record that leaves the database leaves it here, with the reader's
//! rights in the statement.

mod aggregate;
mod beside;
mod board;
mod condition;
mod cursor;
mod decode;
mod index;
mod list;
mod lock;
pub(crate) mod meant;
mod names;
mod nearest;
mod operand;
mod order;
mod over;
mod owned;
mod place;
mod question;
mod reach;
mod rows;
mod search;
mod select;
mod sql;
mod totals;

use std::collections::{BTreeMap, BTreeSet};

use domain::board::{Board, BoardQuery, Card, Column};
use domain::list::Row;
use domain::query::aggregate::{AggregateQuery, Group};
use domain::query::{Count, Cursor, Page, Query};
use domain::value::Linked;
use domain::{Error, EventId, Kind, Record, RecordId, StageId};

pub(crate) use beside::{get_with_position, visible_ids, visible_titles};
pub(crate) use index::{Served, served};
pub(crate) use lock::standing;
pub use lock::{Stored, fetch_for_update};
pub(crate) use names::{titles, titles_in_bin};
pub(crate) use over::{over, understands};
pub(crate) use owned::{Owned, only_observed, owned};
pub(crate) use search::search;

use crate::Ctx;
use crate::failure::settle;

/// A page of records.
pub async fn list(ctx: &Ctx, kind: Kind, query: &Query) -> Result<Page, Error> {
    settle(ctx, "records.list", list::list(ctx, kind, query).await)
}

/// One record with all its fields; [`Error::NotFound`] where it does not exist, was deleted or may
/// not be seen.
pub async fn get(ctx: &Ctx, kind: Kind, id: RecordId) -> Result<Record, Error> {
    settle(ctx, "records.get", list::get(ctx, kind, id).await)
}

/// How many records a query has; up to the cap unless `exact`.
pub async fn count(ctx: &Ctx, kind: Kind, query: &Query, exact: bool) -> Result<Count, Error> {
    settle(
        ctx,
        "records.count",
        list::count(ctx, kind, query, exact).await,
    )
}

/// Count and sum of a query's records, all together or by the values of a field; the groups with
/// most records first.
pub async fn aggregate(
    ctx: &Ctx,
    kind: Kind,
    query: &Query,
    wanted: &AggregateQuery,
) -> Result<Vec<Group>, Error> {
    settle(
        ctx,
        "records.aggregate",
        aggregate::aggregate(ctx, kind, query, wanted).await,
    )
}

/// A board: each column's totals and first cards.
pub async fn board(ctx: &Ctx, query: &BoardQuery) -> Result<Board, Error> {
    settle(ctx, "records.board", board::board(ctx, query).await)
}

/// More cards of a column, from a cursor on (none: from the top), with its totals when from the
/// top.
pub async fn column(
    ctx: &Ctx,
    query: &BoardQuery,
    stage: StageId,
    cursor: Option<Cursor>,
) -> Result<Column, Error> {
    settle(
        ctx,
        "records.column",
        board::column(ctx, query, stage, cursor.as_ref()).await,
    )
}

/// The cards of these records that are on this board (its pipeline, its filter) and may be seen.
pub async fn cards(ctx: &Ctx, query: &BoardQuery, ids: &[RecordId]) -> Result<Vec<Card>, Error> {
    settle(ctx, "records.cards", board::cards(ctx, query, ids).await)
}

/// Records of a kind whose title has a text, for link pickers: at most 20, best first.
pub async fn find(ctx: &Ctx, kind: Kind, text: &str) -> Result<Vec<Linked>, Error> {
    settle(ctx, "records.find", list::find(ctx, kind, text).await)
}

/// Those of the records that may be seen, at most [`domain::query::LARGEST_PAGE`], each with
/// whether the query's filter and text still let it through.
pub async fn rows(
    ctx: &Ctx,
    kind: Kind,
    query: &Query,
    ids: &[RecordId],
) -> Result<Vec<Row>, Error> {
    settle(ctx, "records.rows", rows::rows(ctx, kind, query, ids).await)
}

/// The newest event there is.
pub(crate) async fn newest_event(ctx: &Ctx) -> Result<EventId, Error> {
    settle(ctx, "records.newest_event", rows::newest_event(ctx).await)
}

/// The titles of these records, as far as they are in use and may be seen; of two hundred at most,
/// since nobody names more in a filter.
pub async fn named(ctx: &Ctx, records: &[(Kind, RecordId)]) -> Result<Vec<(Kind, Linked)>, Error> {
    const MOST: usize = 200;
    let mut ids: BTreeMap<Kind, BTreeSet<RecordId>> = BTreeMap::new();
    for (kind, id) in records.iter().take(MOST) {
        ids.entry(*kind).or_default().insert(*id);
    }
    let titles = settle(ctx, "records.named", titles(ctx, &ids).await)?;
    Ok(titles
        .into_iter()
        .map(|((kind, id), title)| {
            let title = Some(title);
            (kind, Linked { id, title })
        })
        .collect())
}
