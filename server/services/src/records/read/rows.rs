//! Records that a list shows already, read again after somebody changed them.

use domain::query::{LARGEST_PAGE, Query};
use domain::{EventId, Kind, RecordId};
use sea_orm::ConnectionTrait;

use super::question::Question;
use super::select::{Selection, Titles};
use super::sql::{among, fill, join, plain, statement};
use crate::Ctx;
use crate::failure::Result;

/// Those of the records that may be seen, each with whether the query's filter and text still let
/// it through.
pub(super) async fn rows(
    ctx: &Ctx,
    kind: Kind,
    query: &Query,
    ids: &[RecordId],
) -> Result<Vec<domain::list::Row>> {
    let ids: Vec<RecordId> = ids.iter().copied().take(LARGEST_PAGE as usize).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let question = Question::about(ctx, kind, &query.filter).await?;
    let selection = Selection::of(&question.schema, &query.columns, Titles::SeenBy(&ctx.actor))?;
    let meets = question.meets(&query.filter, query.text.as_deref(), query.deleted)?;
    let fits = fill("coalesce($1, FALSE)", [join(meets, " AND ", "TRUE")]);
    let mut conditions = vec![
        among("r.id", ids),
        plain(if query.deleted {
            "r.deleted_at IS NOT NULL"
        } else {
            "r.deleted_at IS NULL"
        }),
    ];
    conditions.extend(question.visible());
    let mut select = question.select(conditions);
    select.expr(fits).exprs(selection.columns());
    let rows = ctx.db.query_all(&select).await?;
    rows.iter()
        .map(|row| {
            Ok(domain::list::Row {
                fits: row.try_get_by(0)?,
                record: selection.record(row, 1)?,
            })
        })
        .collect()
}

/// The newest event there is.
pub(super) async fn newest_event(ctx: &Ctx) -> Result<EventId> {
    let select = statement("coalesce(max(e.id), 0) FROM event e", []);
    let row = ctx.db.query_one(&select).await?;
    Ok(row
        .map(|row| row.try_get_by(0))
        .transpose()?
        .unwrap_or_default())
}
