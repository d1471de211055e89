//! One record with the first page of its timeline, another one every time.

use anyhow::Result;
use chrono::{DateTime, NaiveDate, Utc};
use domain::Kind;
use rust_decimal::Decimal;
use serde_json::Value as Json;
use services::records::open;
use sqlx::PgPool;

use super::Bench;
use super::timing::{Samples, beside, timed};
use crate::figures::{Figure, Goal};
use crate::seed::ADMINISTRATOR;

const GROUP: &str = "record";

pub(super) async fn measure(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let samples = Samples::of(bench.settings);
    let ctx = bench.ctx(ADMINISTRATOR).await?;
    let of = |number: usize| some_deal(bench.settings.records, number);
    let (engine, sql) = beside(
        samples,
        async |number| {
            let opened = open::open(&ctx, Kind::Deal, of(number)).await?;
            Ok((opened.record.title(), opened.timeline.entries.len()))
        },
        async |number| by_hand(bench.pool(), of(number)).await,
    )
    .await?;
    let over_http = timed(samples, async |number| {
        let arguments = format!("kind=deal&id={}", of(number + 7));
        bench
            .administrator
            .ask("record/api/open_record", &arguments)
            .await
    })
    .await?;
    let page = timed(samples, async |number| {
        bench
            .administrator
            .get(&format!("/deals/{}", of(number + 13)))
            .await
    })
    .await?;
    Ok(vec![
        Figure::times(GROUP, "Engine: a deal with its timeline", &engine).beside(&sql),
        Figure::times(GROUP, "A deal with its timeline over HTTP", &over_http)
            .goal(Goal::AtMost(8.0)),
        Figure::times(GROUP, "A deal's page, last byte", &page),
    ])
}

/// Deals all over the table, so that not one page of it is asked for all the time.
pub(super) fn some_deal(deals: i64, number: usize) -> i64 {
    let number = i64::try_from(number).unwrap_or_default();
    1 + (number * 7_919 + 13) % deals
}

type DealRow = (
    i64,
    i64,
    String,
    i64,
    i64,
    DateTime<Utc>,
    Option<Decimal>,
    Option<String>,
    Option<NaiveDate>,
    Option<String>,
    Option<NaiveDate>,
    Option<i64>,
    Option<String>,
    Option<i64>,
    Json,
    Option<Json>,
);

const DEAL: &str = "
    select d.id, d.version, d.title, d.pipeline_id, d.stage_id, d.stage_since, d.amount, d.currency,
           d.expected_close, d.next_step, d.next_step_on, d.company_id, k.name, d.owner_id, d.custom,
           (select jsonb_agg(jsonb_build_array(l.field, l.to_id, coalesce(p.name, g.name)) order by l.position)
              from record_link l
              left join contact p on l.to_kind = 'contact' and p.id = l.to_id and p.deleted_at is null
              left join product g on l.to_kind = 'product' and g.id = l.to_id and g.deleted_at is null
             where l.from_kind = 'deal' and l.from_id = d.id)
      from deal d
      left join company k on k.id = d.company_id and k.deleted_at is null
     where d.id = $1 and d.deleted_at is null";

type EventRow = (
    i64,
    i64,
    DateTime<Utc>,
    Option<i64>,
    String,
    Json,
    String,
    Option<i64>,
    Option<String>,
    Option<i64>,
    Option<i32>,
    Option<DateTime<Utc>>,
    bool,
);

const EVENTS: &str = "
    select e.id, e.operation_id, e.at, e.user_id, e.what, e.difference, o.via,
           n.id, n.body, n.author_id, n.edits, n.edited_at,
           exists (select from operation u where u.undoes = o.id)
      from event e
      join operation o on o.id = e.operation_id
      left join note n on n.id = e.note_id and n.deleted_at is null
     where e.kind = 'deal' and e.record_id = $1 and (e.note_id is null or n.id is not null)
     order by e.id desc limit 31";

async fn by_hand(pool: &PgPool, deal: i64) -> Result<(String, usize)> {
    let row: DealRow = sqlx::query_as(DEAL).bind(deal).fetch_one(pool).await?;
    let events: Vec<EventRow> = sqlx::query_as(EVENTS).bind(deal).fetch_all(pool).await?;
    Ok((row.2, events.len().min(30)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn deals_are_picked_from_everywhere_and_exist() {
        let picked: BTreeSet<i64> = (0..500).map(|number| some_deal(20_000, number)).collect();
        assert_eq!(picked.len(), 500);
        assert!(picked.iter().all(|deal| (1..=20_000).contains(deal)));
        assert!(picked.iter().any(|deal| *deal > 19_000));
    }
}
