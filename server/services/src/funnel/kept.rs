//! Numbers from the tables that triggers keep, by UTC day of creation: a year is some thousand rows
//! of them, whatever the number of records. The viewer's calendar may cut a day in two; those ends
//! are counted row by row.

use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::PipelineId;
use sea_orm::FromQueryResult;

use super::cut::start;
use super::{Group, Numbers, Stays, counted, sql};
use crate::Ctx;
use crate::failure::Result;
use crate::schema::Schema;

/// The numbers of all records of a pipeline, whoever's they are.
pub(super) async fn numbers(
    ctx: &Ctx,
    schema: &Schema,
    pipeline: PipelineId,
    period: Option<(DateTime<Utc>, DateTime<Utc>)>,
) -> Result<Numbers> {
    let Some((from, to)) = period else {
        return whole_days(ctx, schema, pipeline, NaiveDate::MIN, NaiveDate::MAX).await;
    };
    let (first, end) = (day_from(from), to.date_naive());
    if first >= end {
        return counted::ends(ctx, schema, pipeline, &[(from, to)]).await;
    }
    let ends: Vec<_> = [(from, start(first)), (start(end), to)]
        .into_iter()
        .filter(|(from, to)| from < to)
        .collect();
    let counted = async {
        if ends.is_empty() {
            return Ok(Numbers::default());
        }
        counted::ends(ctx, schema, pipeline, &ends).await
    };
    let kept = whole_days(ctx, schema, pipeline, first, end);
    let (mut numbers, more) = tokio::try_join!(kept, counted)?;
    numbers.groups.extend(more.groups);
    numbers.stays.extend(more.stays);
    Ok(numbers)
}

/// The first day that begins at this moment or later.
fn day_from(moment: DateTime<Utc>) -> NaiveDate {
    let day = moment.date_naive();
    if start(day) == moment {
        day
    } else {
        day + Days::new(1)
    }
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
    let values = || -> [sea_orm::Value; 4] {
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
    let stays = "select stage_id, sum(ended + lasting)::bigint as count,
                        (sum(ended_seconds) + sum(lasting) * $5::float8::numeric
                         - sum(lasting_since))::float8 as seconds
                   from funnel_stay
                  where kind = $1 and pipeline_id = $2 and day >= $3::date and day < $4::date
                  group by 1";
    let now = seconds(ctx.now);
    let [kind, pipeline, from, to] = values();
    let groups = Group::find_by_statement(sql(groups, values()));
    let stays = Stays::find_by_statement(sql(stays, [kind, pipeline, from, to, now.into()]));
    let (groups, stays) = tokio::try_join!(groups.all(&ctx.questions), stays.all(&ctx.questions))?;
    Ok(Numbers { groups, stays })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_and_not_a_second_later() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert_eq!(
            day_from(at("2026-01-01T00:00:00Z")).to_string(),
            "2026-01-01"
        );
        assert_eq!(
            day_from(at("2026-01-01T00:00:01Z")).to_string(),
            "2026-01-02"
        );
        assert_eq!(
            day_from(at("2025-12-31T23:00:00Z")).to_string(),
            "2026-01-01"
        );
    }
}
