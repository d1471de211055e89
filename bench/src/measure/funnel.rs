//! The funnel of a year, as an administrator, a head of forty people and one salesperson see it.

use anyhow::Result;
use chrono::{DateTime, Datelike as _, Months, Utc};
use domain::funnel::{Funnel, FunnelQuery};
use domain::period::Period;
use rust_decimal::Decimal;
use serde_json::json;

use super::Bench;
use super::timing::{Samples, beside, timed};
use crate::figures::{Figure, Goal};
use crate::seed::{ADMINISTRATOR, HEAD_OF_40, SALESPERSON};

const GROUP: &str = "funnel";
/// Days of a year.
const YEAR: u16 = 365;

pub(super) async fn measure(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let samples = Samples::of(bench.settings);
    let query = FunnelQuery {
        period: Some(format!("last_{YEAR}_days")),
        ..FunnelQuery::default()
    };
    let arguments = json!({ "query": query });
    let mut figures = Vec::new();
    for (user, client, whose) in [
        (ADMINISTRATOR, &bench.administrator, "administrator"),
        (HEAD_OF_40, &bench.head, "head of 40"),
        (SALESPERSON, &bench.salesperson, "salesperson"),
    ] {
        let ctx = bench.ctx(user).await?;
        let (from, to) = Period::LastDays(YEAR).days(ctx.today());
        let (from, to) = (ctx.start_of(from), ctx.start_of(to));
        let owners = owners(&ctx);
        let (engine, sql) = beside(
            samples,
            async |_| Ok(counted(&services::funnel::read(&ctx, &query).await?)),
            async |_| by_hand(bench, user, owners.as_deref(), from, to).await,
        )
        .await?;
        let what = format!("Engine: funnel of a year, {whose}");
        figures.push(Figure::times(GROUP, what, &engine).beside(&sql));
        let times = timed(samples, async |_| {
            client.call("funnel/api/load_funnel", &arguments).await
        })
        .await?;
        let what = format!("Funnel of a year over HTTP, {whose}");
        figures.push(Figure::times(GROUP, what, &times).goal(Goal::AtMost(20.0)));
    }
    Ok(figures)
}

/// Whose records are counted; none for everybody's.
fn owners(ctx: &services::Ctx) -> Option<Vec<i64>> {
    use domain::rights::{Action, Reach};
    match ctx.actor.reach(domain::Kind::Deal, Action::Read) {
        Reach::Owners(owners) => Some(owners),
        Reach::Everybody | Reach::Nobody => None,
    }
}

/// What must be the same: how many there are, and how many stays are behind the mean times.
fn counted(funnel: &Funnel) -> i64 {
    let all = funnel.parts.iter().flat_map(|part| &part.all);
    all.map(|total| total.count).sum()
}

type Group = (i64, Option<i64>, Option<i64>, Option<String>, i64, Decimal);
type Stay = (i64, i64, f64);

/// Whole days from the kept numbers, and what the reader's calendar cuts off them counted.
const KEPT: &str = "
    select stage_id, furthest_id, lost_reason_id, currency, sum(count)::bigint, sum(amount)
      from (
        select stage_id, nullif(furthest_id, 0) as furthest_id,
               nullif(lost_reason_id, 0) as lost_reason_id, nullif(currency, '') as currency,
               count, amount
          from funnel_day
         where kind = 'deal' and pipeline_id = $1 and day >= $4 and day < $5
        union all
        select stage_id, furthest_id, lost_reason_id, case when amount is not null then currency end,
               1, coalesce(amount, 0)
          from deal
         where pipeline_id = $1 and deleted_at is null
           and ((created_at >= $2 and created_at < $4::timestamp at time zone 'UTC')
             or (created_at >= $5::timestamp at time zone 'UTC' and created_at < $3))
      ) g
     group by 1, 2, 3, 4";

const KEPT_STAYS: &str = "
    select stage_id, sum(n)::bigint, sum(seconds)::float8
      from (
        select stage_id, ended + lasting as n,
               ended_seconds + lasting * extract(epoch from now()) - lasting_since as seconds
          from funnel_stay
         where kind = 'deal' and pipeline_id = $1 and day >= $4 and day < $5
        union all
        select y.stage_id, 1, extract(epoch from coalesce(y.left_at, now()) - y.entered_at)
          from deal d
          join stage_stay y on y.kind = 'deal' and y.record_id = d.id and y.pipeline_id = $1
         where d.pipeline_id = $1 and d.deleted_at is null
           and ((d.created_at >= $2 and d.created_at < $4::timestamp at time zone 'UTC')
             or (d.created_at >= $5::timestamp at time zone 'UTC' and d.created_at < $3))
      ) s
     group by 1";

/// Whole months of the owners within reach, and what of the others is open to everyone; the days
/// before the first of those months counted, and with them what is observed. Nothing is dated ahead,
/// so that the month at hand is whole.
const KEPT_BY_OWNER: &str = "
    select stage_id, furthest_id, lost_reason_id, currency, sum(count)::bigint, sum(amount)
      from (
        select stage_id, nullif(furthest_id, 0) as furthest_id,
               nullif(lost_reason_id, 0) as lost_reason_id, nullif(currency, '') as currency,
               count, amount
          from funnel_owner
         where kind = 'deal' and pipeline_id = $1 and month >= $4 and owner_id = any($5)
        union all
        select stage_id, nullif(furthest_id, 0), nullif(lost_reason_id, 0), nullif(currency, ''),
               count, amount
          from funnel_owner
         where kind = 'deal' and pipeline_id = $1 and month >= $4
           and everyone and owner_id >= 0 and owner_id <> all($5)
        union all
        select d.stage_id, d.furthest_id, d.lost_reason_id,
               case when d.amount is not null then d.currency end, 1, coalesce(d.amount, 0)
          from deal d where {beside}
      ) g
     group by 1, 2, 3, 4";

const KEPT_STAYS_BY_OWNER: &str = "
    select stage_id, sum(n)::bigint, sum(seconds)::float8
      from (
        select stage_id, ended + lasting as n,
               ended_seconds + lasting * extract(epoch from now()) - lasting_since as seconds
          from funnel_owner_stay
         where kind = 'deal' and pipeline_id = $1 and since >= $4 and owner_id = any($5)
        union all
        select stage_id, ended + lasting,
               ended_seconds + lasting * extract(epoch from now()) - lasting_since
          from funnel_owner_stay
         where kind = 'deal' and pipeline_id = $1 and since >= $4
           and everyone and owner_id >= 0 and owner_id <> all($5)
        union all
        select y.stage_id, 1, extract(epoch from coalesce(y.left_at, now()) - y.entered_at)
          from deal d
          join stage_stay y on y.kind = 'deal' and y.record_id = d.id and y.pipeline_id = $1
         where {beside}
      ) s
     group by 1";

/// The reader's deals that no owner's month has. Arrays, not `in`: so each of them is answered by an
/// index, where `in` would read the year.
const BESIDE: &str = "d.pipeline_id = $1 and d.deleted_at is null and d.created_at < $3
    and ((d.created_at >= $2 and d.created_at < $4::timestamp at time zone 'UTC'
          and (d.owner_id = any($5) or d.everyone))
      or (d.id = any(array(
            select o.record_id from record_observer o where o.user_id = $6 and o.kind = 'deal'))
          and d.created_at >= $2 and not d.everyone and (d.owner_id = any($5)) is not true))";

async fn by_hand(
    bench: &Bench<'_>,
    user: i64,
    owners: Option<&[i64]>,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<i64> {
    let pool = bench.questions();
    let pipeline = bench.facts.pipeline;
    let (groups, stays): (Vec<Group>, Vec<Stay>) = if let Some(owners) = owners {
        let groups = KEPT_BY_OWNER.replace("{beside}", BESIDE);
        let stays = KEPT_STAYS_BY_OWNER.replace("{beside}", BESIDE);
        let day = from.date_naive();
        let first = day.with_day(1).unwrap_or(day) + Months::new(1);
        (
            sqlx::query_as(sqlx::AssertSqlSafe(groups))
                .bind(pipeline)
                .bind(from)
                .bind(to)
                .bind(first)
                .bind(owners)
                .bind(user)
                .fetch_all(pool)
                .await?,
            sqlx::query_as(sqlx::AssertSqlSafe(stays))
                .bind(pipeline)
                .bind(from)
                .bind(to)
                .bind(first)
                .bind(owners)
                .bind(user)
                .fetch_all(pool)
                .await?,
        )
    } else {
        // Whole days of UTC within the reader's year.
        let (first, end) = (
            from.date_naive().succ_opt().unwrap_or_default(),
            to.date_naive(),
        );
        (
            sqlx::query_as(KEPT)
                .bind(pipeline)
                .bind(from)
                .bind(to)
                .bind(first)
                .bind(end)
                .fetch_all(pool)
                .await?,
            sqlx::query_as(KEPT_STAYS)
                .bind(pipeline)
                .bind(from)
                .bind(to)
                .bind(first)
                .bind(end)
                .fetch_all(pool)
                .await?,
        )
    };
    std::hint::black_box(stays);
    Ok(groups.iter().map(|group| group.4).sum())
}
