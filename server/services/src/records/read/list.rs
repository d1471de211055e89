//! Lists of records: a page, one record, how many, and the few whose title fits.

use domain::query::filter::Filter;
use domain::query::{COUNT_CAP, Count, LARGEST_PAGE, PAGE, Page, Query, Sort};
use domain::value::Linked;
use domain::{Error, Kind, Record, RecordId};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, Order, SelectStatement};

use super::beside::get_with_position;
use super::cursor;
use super::nearest::By;
use super::order::Ordering;
use super::question::Question;
use super::select::{Selection, Titles};
use super::sql::{fill, first, name, not, pattern, plain, statement, subquery};
use crate::Ctx;
use crate::failure::Result;

/// Most that a picker offers.
const OFFERED: u64 = 20;

/// A page of records, and where the next one begins.
pub(super) async fn list(ctx: &Ctx, kind: Kind, query: &Query) -> Result<Page> {
    let question = Question::about(ctx, kind, &query.filter).await?;
    let selection = Selection::of(&question.schema, &query.columns, Titles::SeenBy(&ctx.actor))?;
    let order = Ordering::of(&question, &query.sort, query.deleted)?;
    let limit = u64::from(query.limit.unwrap_or(PAGE).clamp(1, LARGEST_PAGE));
    let conditions = question.meets(&query.filter, query.text.as_deref(), query.deleted)?;
    let after = query
        .cursor
        .as_ref()
        .map(|cursor| cursor::read(&order, cursor))
        .transpose()?;
    let few = question.few_owners(&query.filter, query.text.as_deref());
    let mut rows = Vec::new();
    for (part, sorted) in order.parts(after.as_deref()) {
        let mut conditions = conditions.clone();
        conditions.extend(part);
        match (few.clone(), by_creation(&query.sort)) {
            (Some(owners), Some(by)) if !query.deleted => {
                let nearest = question.nearest(owners, conditions, None, by, limit + 1);
                conditions = vec![fill("r.id IN $1", [nearest])];
            }
            _ => conditions.extend(question.visible()),
        }
        let mut select = question.select(conditions);
        select
            .exprs(order.0.iter().map(|key| key.expr.clone()))
            .exprs(selection.columns());
        sorted.apply(&mut select);
        // One more than asked for tells whether there is a next page.
        let missing = (limit + 1).saturating_sub(rows.len() as u64);
        let db = question.pool(&query.filter, query.text.as_deref());
        rows.extend(db.query_all(&first(select, missing)).await?);
        if rows.len() as u64 > limit {
            break;
        }
    }
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let records = rows
        .iter()
        .take(limit)
        .map(|row| selection.record(row, order.0.len()))
        .collect::<Result<Vec<_>, _>>()?;
    let next = match rows.get(limit.wrapping_sub(1)) {
        Some(last) if rows.len() > limit => Some(cursor::write(&order, last)?),
        _ => None,
    };
    Ok(Page { records, next })
}

/// The order by creation that an index gives, where that is what was asked for.
fn by_creation(sort: &[Sort]) -> Option<By> {
    let descending = match sort {
        [] => true,
        [only] if only.field == "created_at" => only.descending,
        _ => return None,
    };
    Some(By {
        column: "created_at",
        descending,
    })
}

/// One record with all its fields.
pub(super) async fn get(ctx: &Ctx, kind: Kind, id: RecordId) -> Result<Record> {
    get_with_position(ctx, kind, id)
        .await?
        .map(|(record, _)| record)
        .ok_or(Error::NotFound.into())
}

/// How many records there are.
pub(super) async fn count(ctx: &Ctx, kind: Kind, query: &Query, exact: bool) -> Result<Count> {
    let question = Question::about(ctx, kind, &query.filter).await?;
    let conditions = question.conditions(&query.filter, query.text.as_deref(), query.deleted)?;
    let mut counted = question.select(conditions);
    counted.expr(plain("1"));
    if !exact {
        counted.limit(COUNT_CAP + 1);
    }
    let mut select = SelectStatement::new();
    select
        .expr(plain("count(*)"))
        .from_subquery(counted, "counted");
    let row = ctx.questions.query_one(&select).await?;
    let found: i64 = row
        .map(|row| row.try_get_by(0))
        .transpose()?
        .unwrap_or_default();
    let found = u64::try_from(found).unwrap_or_default();
    let capped = !exact && found > COUNT_CAP;
    Ok(Count {
        value: if capped { COUNT_CAP } else { found },
        capped,
    })
}

/// Records whose title has a text, those that begin with it first; the newest for no text.
pub(super) async fn find(ctx: &Ctx, kind: Kind, text: &str) -> Result<Vec<Linked>> {
    let question = Question::about(ctx, kind, &Filter::everything()).await?;
    let title = format!("r.{}", name(kind.title_field()));
    let base = question.conditions(&Filter::everything(), None, false)?;
    let hits = |conditions: Vec<Expr>, rank: i64| {
        let mut select = question.select(base.iter().cloned().chain(conditions).collect());
        select.expr_as(plain("r.id"), "id");
        select.expr_as(plain(title.clone()), "title");
        select.expr_as(plain(rank.to_string()), "rank");
        select
    };
    let text = text.trim();
    let rows = if text.is_empty() {
        let mut newest = hits(Vec::new(), 0);
        newest.order_by_expr(plain("r.created_at"), Order::Desc);
        newest.order_by_expr(plain("r.id"), Order::Desc);
        ctx.questions.query_all(newest.limit(OFFERED)).await?
    } else {
        // Each part stops as soon as it has enough: nobody waits for all that has an "a" in it.
        let begins = || fill(format!("{title} ILIKE $1"), [pattern("", text, "%")]);
        let has = fill(format!("{title} ILIKE $1"), [pattern("%", text, "%")]);
        let mut beginning = hits(vec![begins()], 0);
        beginning.limit(OFFERED);
        let mut other = hits(vec![has, not(begins())], 1);
        other.limit(OFFERED);
        let both = statement(
            "h.id, h.title FROM ($1 UNION ALL $2) h ORDER BY h.rank, lower(h.title), h.id LIMIT $3",
            [subquery(beginning), subquery(other), Expr::val(OFFERED)],
        );
        ctx.questions.query_all(&both).await?
    };
    rows.iter()
        .map(|row| {
            Ok(Linked {
                id: row.try_get_by(0)?,
                title: row.try_get_by(1)?,
            })
        })
        .collect()
}
