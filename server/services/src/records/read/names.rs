//! Titles of records of any kinds, as far as the asker may see them, in one statement.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Kind, RecordId};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::Expr;

use super::reach;
use super::sql::{fill, join, list, name, word};
use crate::Ctx;
use crate::failure::Result;

/// The titles of those of the records that are in use and within the asker's reach.
pub(crate) async fn titles(
    ctx: &Ctx,
    ids: &BTreeMap<Kind, BTreeSet<RecordId>>,
) -> Result<BTreeMap<(Kind, RecordId), String>> {
    titles_of(ctx, ids, false).await
}

/// The titles of those of the records that lie in the recycle bin and within the asker's reach.
pub(crate) async fn titles_in_bin(
    ctx: &Ctx,
    ids: &BTreeMap<Kind, BTreeSet<RecordId>>,
) -> Result<BTreeMap<(Kind, RecordId), String>> {
    titles_of(ctx, ids, true).await
}

async fn titles_of(
    ctx: &Ctx,
    ids: &BTreeMap<Kind, BTreeSet<RecordId>>,
    in_bin: bool,
) -> Result<BTreeMap<(Kind, RecordId), String>> {
    let parts: Vec<Expr> = ids
        .iter()
        .filter(|(_, ids)| !ids.is_empty())
        .map(|(&kind, ids)| {
            let start = format!(
                "(SELECT {word} AS kind, t.id, t.{title} AS title FROM {table} t \
                 WHERE t.id = ANY($1) AND (t.deleted_at IS NOT NULL) = {in_bin}",
                word = word(kind.as_str()),
                title = name(kind.title_field()),
                table = name(kind.as_str()),
            );
            let ids = list(ids.iter().copied().collect());
            match reach::visible(&ctx.actor, kind, "t") {
                None => fill(format!("{start})"), [ids]),
                Some(visible) => fill(format!("{start} AND $2)"), [ids, visible]),
            }
        })
        .collect();
    if parts.is_empty() {
        return Ok(BTreeMap::new());
    }
    let all = join(parts, " UNION ALL ", "");
    let select = super::sql::statement("n.kind, n.id, n.title FROM $1 n", [all]);
    let mut titles = BTreeMap::new();
    for row in ctx.db.query_all(&select).await? {
        let kind: String = row.try_get_by(0)?;
        if let Some(kind) = Kind::parse(&kind) {
            titles.insert((kind, row.try_get_by(1)?), row.try_get_by(2)?);
        }
    }
    Ok(titles)
}
