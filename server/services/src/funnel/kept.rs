//! Numbers from the tables that triggers keep, by UTC day of creation: a year is some thousand rows
//! of them, whatever the number of records. The viewer's calendar may cut a day in two; those ends
//! are counted row by row.

use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::PipelineId;
use domain::query::Filter;
use futures::future::try_join_all;
use sea_orm::FromQueryResult;

use super::cut::{Grain, Span, cut};
use super::{Group, Numbers, Stays, counted, sql};
use crate::Ctx;
use crate::failure::Result;
use crate::schema::Schema;

/// Days from which on their numbers are read in two halves at once.
const WORTH_HALVES: i64 = 60;

/// The numbers of all records of a pipeline, whoever's they are.
pub(super) async fn numbers(
    ctx: &Ctx,
    schema: &Schema,
    pipeline: PipelineId,
    period: Option<Span>,
) -> Result<Numbers> {
    let Some(period) = period else {
        return whole_days(ctx, schema, pipeline, NaiveDate::MIN, NaiveDate::MAX).await;
    };
    let cut = cut(period, Grain::Day, ctx.now);
    let all = Filter::everything();
    let kept = async {
        match cut.whole {
            Some((first, end)) => whole_days(ctx, schema, pipeline, first, end).await,
            None => Ok(Numbers::default()),
        }
    };
    let (mut numbers, groups, stays) = tokio::try_join!(
        kept,
        counted::groups(ctx, schema, pipeline, &all, &cut.pieces),
        counted::stays(ctx, schema, pipeline, &all, &cut.pieces),
    )?;
    numbers.groups.extend(groups);
    numbers.stays.extend(stays);
    Ok(numbers)
}

/// Two halves of some days, so that PostgreSQL adds up each in a process of its own, where there is
/// enough to add up.
fn halves(first: NaiveDate, end: NaiveDate) -> Vec<(NaiveDate, NaiveDate)> {
    let days = end.signed_duration_since(first).num_days();
    if days < WORTH_HALVES || first == NaiveDate::MIN || end == NaiveDate::MAX {
        return vec![(first, end)];
    }
    let middle = first + Days::new((days / 2).unsigned_abs());
    vec![(first, middle), (middle, end)]
}

/// A day as it is bound: as text, since those at the ends of time are words to PostgreSQL.
pub(super) fn word(day: NaiveDate) -> String {
    match day {
        NaiveDate::MIN => "-infinity".to_owned(),
        NaiveDate::MAX => "infinity".to_owned(),
        day => day.to_string(),
    }
}

/// A moment as seconds since 1970, to the millisecond.
#[expect(
    clippy::cast_precision_loss,
    reason = "seconds since 1970 fit a double by far"
)]
pub(super) fn seconds(moment: DateTime<Utc>) -> f64 {
    moment.timestamp_millis() as f64 / 1_000.0
}

async fn whole_days(
    ctx: &Ctx,
    schema: &Schema,
    pipeline: PipelineId,
    first: NaiveDate,
    end: NaiveDate,
) -> Result<Numbers> {
    let values = |first, end| -> [sea_orm::Value; 4] {
        [
            schema.kind.as_str().into(),
            pipeline.into(),
            word(first).into(),
            word(end).into(),
        ]
    };
    let groups = "select stage_id, nullif(furthest_id, 0) as furthest_id,
                         nullif(lost_reason_id, 0) as lost_reason_id, nullif(currency, '') as currency,
                         sum(count)::bigint as count, sum(amount) as amount
                    from funnel_day
                   where kind = $1 and pipeline_id = $2 and day >= $3::date and day < $4::date
                   group by 1, 2, 3, 4
                  having sum(count) <> 0 or sum(amount) <> 0";
    let groups = halves(first, end).into_iter().map(|(first, end)| {
        Group::find_by_statement(sql(groups, values(first, end))).all(&ctx.questions)
    });
    let stays = "select stage_id, sum(ended + lasting)::bigint as count,
                        (sum(ended_seconds) + sum(lasting) * $5::float8::numeric
                         - sum(lasting_since))::float8 as seconds
                   from funnel_stay
                  where kind = $1 and pipeline_id = $2 and day >= $3::date and day < $4::date
                  group by 1";
    let now = seconds(ctx.now);
    let [kind, pipeline, from, to] = values(first, end);
    let stays = Stays::find_by_statement(sql(stays, [kind, pipeline, from, to, now.into()]));
    let (groups, stays) = tokio::try_join!(try_join_all(groups), stays.all(&ctx.questions))?;
    Ok(Numbers {
        groups: groups.concat(),
        stays,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_all_of_it_and_nothing_twice() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let (first, middle, end) = (day("2025-11-24"), day("2026-05-25"), day("2026-11-24"));
        assert_eq!(halves(first, end), [(first, middle), (middle, end)]);
        let soon = day("2025-12-24");
        assert_eq!(halves(first, soon), [(first, soon)]);
        let all = (NaiveDate::MIN, NaiveDate::MAX);
        assert_eq!(halves(all.0, all.1), [all]);
    }
}
