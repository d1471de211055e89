//! Numbers counted row by row, through the read path's predicate: for readers who do not see
//! everything, for owners, departments and other filters, and for parts of a day.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use domain::PipelineId;
use domain::query::Filter;
use sea_orm::ConnectionTrait;
use sea_orm::FromQueryResult;
use sea_orm::sea_query::{Expr, JoinType, SelectStatement};

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
    period: Option<(DateTime<Utc>, DateTime<Utc>)>,
) -> Result<Numbers> {
    let mut records = read::over(ctx, schema.kind, filter).await?;
    if let Some(period) = period {
        records.and_where(created_within(&[period]));
    }
    count(ctx, schema, pipeline, records).await
}

/// The numbers of all records that the asker may see and that were created in one of the periods.
pub(super) async fn ends(
    ctx: &Ctx,
    schema: &Schema,
    pipeline: PipelineId,
    periods: &[(DateTime<Utc>, DateTime<Utc>)],
) -> Result<Numbers> {
    let mut records = read::over(ctx, schema.kind, &Filter::everything()).await?;
    records.and_where(created_within(periods));
    count(ctx, schema, pipeline, records).await
}

fn created_within(periods: &[(DateTime<Utc>, DateTime<Utc>)]) -> Expr {
    let mut template = String::from("(FALSE");
    let mut moments = Vec::with_capacity(periods.len() * 2);
    for &(from, to) in periods {
        let place = moments.len();
        let _ = write!(
            template,
            " OR (r.created_at >= ${} AND r.created_at < ${})",
            place + 1,
            place + 2
        );
        moments.extend([Expr::val(from), Expr::val(to)]);
    }
    template.push(')');
    Expr::cust_with_exprs(template, moments)
}

async fn count(
    ctx: &Ctx,
    schema: &Schema,
    pipeline: PipelineId,
    records: SelectStatement,
) -> Result<Numbers> {
    let mut records = records;
    records.and_where(Expr::cust_with_exprs(
        "r.pipeline_id = $1",
        [Expr::val(pipeline)],
    ));
    let mut groups = records.clone();
    groups
        .expr(Expr::cust("r.stage_id"))
        .expr(Expr::cust("r.furthest_id"))
        .expr(Expr::cust("r.lost_reason_id"))
        .expr_as(
            Expr::cust("CASE WHEN r.amount IS NOT NULL THEN r.currency END"),
            "currency",
        )
        .expr_as(Expr::cust("count(*)"), "count")
        .expr_as(Expr::cust("coalesce(sum(r.amount), 0)"), "amount")
        .add_group_by((1..=4).map(|place: i32| Expr::cust(place.to_string())));
    let mut stays = records;
    stays
        .expr(Expr::cust("y.stage_id"))
        .expr_as(Expr::cust("count(*)"), "count")
        .expr_as(
            Expr::cust_with_exprs(
                "sum(extract(epoch FROM coalesce(y.left_at, $1) - y.entered_at))::float8",
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
        .add_group_by([Expr::cust("1")]);
    let groups = ctx.db.query_all(&groups).await?;
    let stays = ctx.db.query_all(&stays).await?;
    Ok(Numbers {
        groups: groups
            .iter()
            .map(|row| Group::from_query_result(row, ""))
            .collect::<Result<_, _>>()?,
        stays: stays
            .iter()
            .map(|row| Stays::from_query_result(row, ""))
            .collect::<Result<_, _>>()?,
    })
}
