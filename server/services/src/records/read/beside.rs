//! What the write path asks of the read path: which ids a writer may point to, and a written
//! record as its writer sees it.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Kind, Record, RecordId};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::Query;

use super::reach;
use super::select::{RECORD, Selection, Titles};
use super::sql::{among, fill, name, plain};
use crate::failure::Result;
use crate::{Ctx, schema};

/// Those of the ids whose records are in use and may be seen.
pub(crate) async fn visible_ids(
    ctx: &Ctx,
    db: &impl ConnectionTrait,
    kind: Kind,
    ids: &[RecordId],
) -> Result<BTreeSet<RecordId>> {
    let mut query = Query::select();
    query.expr(plain("r.id")).from_as(kind.as_str(), RECORD);
    query.and_where(among("r.id", ids.to_vec()));
    query.and_where(plain("r.deleted_at IS NULL"));
    if let Some(visible) = reach::visible(&ctx.actor, kind, RECORD) {
        query.and_where(visible);
    }
    let rows = db.query_all(&query).await?;
    rows.iter()
        .map(|row| row.try_get_by(0).map_err(Into::into))
        .collect()
}

/// A record whole, with its place on the board where its kind has stages; none where it does not
/// exist, lies in the recycle bin or may not be seen.
pub(crate) async fn get_with_position(
    ctx: &Ctx,
    kind: Kind,
    id: RecordId,
) -> Result<Option<(Record, Option<String>)>> {
    let schema = schema::load(ctx, kind).await?;
    let selection = Selection::all(&schema, Titles::SeenBy(&ctx.actor));
    let mut query = Query::select();
    query.expr(if kind.has_stages() {
        plain("r.position")
    } else {
        plain("NULL::text")
    });
    query
        .exprs(selection.columns())
        .from_as(kind.as_str(), RECORD);
    query.and_where(fill("r.id = $1", [sea_orm::sea_query::Expr::val(id)]));
    query.and_where(plain("r.deleted_at IS NULL"));
    if let Some(visible) = reach::visible(&ctx.actor, kind, RECORD) {
        query.and_where(visible);
    }
    let rows = ctx.db.query_all(&query).await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    Ok(Some((selection.record(row, 1)?, row.try_get_by(0)?)))
}

/// The titles of those of the records that are in use and may be seen, as this transaction sees
/// them.
pub(crate) async fn visible_titles(
    ctx: &Ctx,
    db: &impl ConnectionTrait,
    kind: Kind,
    ids: &[RecordId],
) -> Result<BTreeMap<RecordId, String>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut query = Query::select();
    query.expr(plain("r.id"));
    query.expr(plain(format!("r.{}", name(kind.title_field()))));
    query.from_as(kind.as_str(), RECORD);
    query.and_where(among("r.id", ids.to_vec()));
    query.and_where(plain("r.deleted_at IS NULL"));
    if let Some(visible) = reach::visible(&ctx.actor, kind, RECORD) {
        query.and_where(visible);
    }
    let mut titles = BTreeMap::new();
    for row in db.query_all(&query).await? {
        titles.insert(row.try_get_by(0)?, row.try_get_by(1)?);
    }
    Ok(titles)
}
