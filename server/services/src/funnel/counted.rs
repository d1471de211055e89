//! Numbers counted row by row, through the read path's predicate: for filters that kept numbers do
//! not know, for parts of a day or a month, and for records that a reader observes.

use domain::PipelineId;
use domain::query::Filter;
use sea_orm::ConnectionTrait;
use sea_orm::FromQueryResult;
use sea_orm::sea_query::{Expr, JoinType, SelectStatement, UnionType};

use super::cut::{Piece, Span};
use super::{Group, Numbers, Stays};
use crate::Ctx;
use crate::failure::Result;
use crate::records::read;
use crate::schema::Schema;

/// The numbers of the records that the asker may see, that the filter lets through, and that were
/// created in the period.
pub(super) async fn numbers(
    ctx: &Ctx,
    schema: &Schema,
    pipeline: PipelineId,
    filter: &Filter,
    period: Option<Span>,
) -> Result<Numbers> {
    let period = [Piece::more(period)];
    Ok(Numbers {
        groups: groups(ctx, schema, pipeline, filter, &period).await?,
        stays: stays(ctx, schema, pipeline, filter, &period).await?,
    })
}

/// How many records stand where, and how far they came, of pieces of time that are put together or
/// taken off.
pub(super) async fn groups(
    ctx: &Ctx,
    schema: &Schema,
    pipeline: PipelineId,
    filter: &Filter,
    pieces: &[Piece],
) -> Result<Vec<Group>> {
    let records = records(ctx, schema, pipeline, filter, pieces).await?;
    let Some(groups) = together(records, grouped) else {
        return Ok(Vec::new());
    };
    let rows = ctx.questions.query_all(&groups).await?;
    let read = |row| Group::from_query_result(row, "").map_err(Into::into);
    rows.iter().map(read).collect()
}

/// How many stays there were in each stage, and how long they took, of the same.
pub(super) async fn stays(
    ctx: &Ctx,
    schema: &Schema,
    pipeline: PipelineId,
    filter: &Filter,
    pieces: &[Piece],
) -> Result<Vec<Stays>> {
    let records = records(ctx, schema, pipeline, filter, pieces).await?;
    let Some(stays) = together(records, |records, sign| stayed(ctx, schema, records, sign)) else {
        return Ok(Vec::new());
    };
    let rows = ctx.questions.query_all(&stays).await?;
    let read = |row| Stays::from_query_result(row, "").map_err(Into::into);
    rows.iter().map(read).collect()
}

/// The records of each piece that the asker may see and that the filter lets through, and the sign
/// with which they count.
async fn records(
    ctx: &Ctx,
    schema: &Schema,
    pipeline: PipelineId,
    filter: &Filter,
    pieces: &[Piece],
) -> Result<Vec<(SelectStatement, &'static str)>> {
    let mut over = read::over(ctx, schema.kind, filter).await?;
    over.and_where(Expr::cust_with_exprs(
        "r.pipeline_id = $1",
        [Expr::val(pipeline)],
    ));
    let of_piece = |piece: &Piece| {
        let mut records = over.clone();
        if let Some((from, to)) = piece.span {
            records.and_where(Expr::cust_with_exprs(
                "r.created_at >= $1 AND r.created_at < $2",
                [Expr::val(from), Expr::val(to)],
            ));
        }
        if piece.only_observed {
            records.and_where(read::only_observed(ctx, schema.kind));
        }
        (records, if piece.taken_off { "-" } else { "" })
    };
    Ok(pieces.iter().map(of_piece).collect())
}

/// Records, by where they stand and how far they came.
fn grouped(mut records: SelectStatement, sign: &str) -> SelectStatement {
    records
        .expr(Expr::cust("r.stage_id"))
        .expr(Expr::cust("r.furthest_id"))
        .expr(Expr::cust("r.lost_reason_id"))
        .expr_as(
            Expr::cust("CASE WHEN r.amount IS NOT NULL THEN r.currency END"),
            "currency",
        )
        .expr_as(Expr::cust(format!("{sign}count(*)")), "count")
        .expr_as(
            Expr::cust(format!("{sign}coalesce(sum(r.amount), 0)")),
            "amount",
        )
        .add_group_by((1..=4).map(|place: i32| Expr::cust(place.to_string())))
        .take()
}

/// The records' stays, by stage.
fn stayed(ctx: &Ctx, schema: &Schema, mut records: SelectStatement, sign: &str) -> SelectStatement {
    records
        .expr(Expr::cust("y.stage_id"))
        .expr_as(Expr::cust(format!("{sign}count(*)")), "count")
        .expr_as(
            Expr::cust_with_exprs(
                format!(
                    "{sign}sum(extract(epoch FROM coalesce(y.left_at, $1) - y.entered_at))::float8"
                ),
                [Expr::val(ctx.now)],
            ),
            "seconds",
        )
        .join_as(
            JoinType::InnerJoin,
            "stage_stay",
            "y",
            Expr::cust_with_exprs(
                "y.record_id = r.id AND y.kind = $1 AND y.pipeline_id = r.pipeline_id",
                [Expr::val(schema.kind.as_str())],
            ),
        )
        .add_group_by([Expr::cust("1")])
        .take()
}

/// What is made of each of them, one after the other; none where there are none.
fn together(
    records: Vec<(SelectStatement, &'static str)>,
    made: impl Fn(SelectStatement, &str) -> SelectStatement,
) -> Option<SelectStatement> {
    let mut statements = records
        .into_iter()
        .map(|(records, sign)| made(records, sign));
    let mut first = statements.next()?;
    first.unions(statements.map(|more| (UnionType::All, more)));
    Some(first)
}
