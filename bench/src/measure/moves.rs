//! Moving a card: the engine's transaction beside the same by hand, and from request to answer.

use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};
use domain::board::Written;
use domain::record::Place;
use domain::timeline::Via;
use domain::{Draft, Kind, Value, position};
use rust_decimal::Decimal;
use serde_json::json;
use services::records::write;
use sqlx::PgPool;

use super::timing::{Samples, beside, timed};
use super::{Bench, client};
use crate::figures::{Figure, Goal};
use crate::seed::ADMINISTRATOR;

const GROUP: &str = "moves";

/// Deals of the first two stages, which ask for nothing, so that they can go to and fro. Made anew
/// by each group, since they are not where the last one found them.
pub(super) struct Movable {
    /// Each with the stage in which it stands.
    deals: Vec<(i64, i64)>,
    stages: [i64; 2],
}

impl Movable {
    /// Those that there are, from all over their columns and not from the tops alone.
    pub(super) async fn of(bench: &Bench<'_>) -> Result<Self> {
        let stages = [bench.facts.open[0], bench.facts.open[1]];
        let sql = "select id, stage_id from deal where deleted_at is null and stage_id = any($1)
                    order by bench.draw(id, 99, 1000000), id limit 4000";
        let deals: Vec<(i64, i64)> = sqlx::query_as(sql)
            .bind(&stages[..])
            .fetch_all(bench.pool())
            .await?;
        Ok(Self { deals, stages })
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.deals.len()
    }

    /// The deal of a number.
    pub(super) fn deal(&self, number: usize) -> i64 {
        self.deals[number % self.deals.len()].0
    }

    /// Where it is to go: to the other stage in one round, back in the next.
    pub(super) fn stage(&self, number: usize) -> i64 {
        let (_, there) = self.deals[number % self.deals.len()];
        let [first, second] = self.stages;
        let other = if there == first { second } else { first };
        let goes_back = (number / self.deals.len()) % 2 == 1;
        if goes_back { there } else { other }
    }

    /// The move as the board asks for it.
    pub(super) fn draft(&self, number: usize) -> Draft {
        let mut draft = Draft::of([("stage_id", Value::Id(self.stage(number)))]);
        draft.place = Some(Place::Top);
        draft
    }
}

pub(super) async fn measure(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let samples = Samples::of(bench.settings);
    let ctx = bench.ctx(ADMINISTRATOR).await?;
    let movable = Movable::of(bench).await?;
    let (engine, sql) = beside(
        samples,
        async |number| {
            let (deal, draft) = (movable.deal(2 * number), movable.draft(2 * number));
            let written = write::change(&ctx, Via::Board, Kind::Deal, deal, draft).await?;
            Ok(written.record.is_some())
        },
        async |number| {
            let number = 2 * number + 1;
            let (deal, stage) = (movable.deal(number), movable.stage(number));
            by_hand(bench.pool(), deal, stage, crate::now()).await
        },
    )
    .await?;
    // Behind those that were moved just now.
    let first = movable.len() / 2;
    let over_http = timed(samples, async |number| {
        let arguments = json!({
            "kind": Kind::Deal,
            "id": movable.deal(first + number),
            "draft": movable.draft(first + number),
        });
        let answer = bench
            .administrator
            .call("board/api/move_card", &arguments)
            .await?;
        let written: Written = client::read(&answer)?;
        written.record.context("a move without its record")
    })
    .await?;
    Ok(vec![
        Figure::times(GROUP, "Engine: moving a card", &engine).beside(&sql),
        Figure::times(GROUP, "Moving a card, request to answer", &over_http)
            .goal(Goal::AtMost(10.0)),
    ])
}

const LOCK: &str = "
    select d.stage_id, d.stage_since, d.version, d.position, d.owner_id, d.amount, d.currency,
           d.pipeline_id, (select f.version::text from custom_field_version f)
      from deal d where d.id = $1 and d.deleted_at is null for update of d";

type Locked = (
    i64,
    DateTime<Utc>,
    i64,
    String,
    Option<i64>,
    Option<Decimal>,
    Option<String>,
    i64,
    String,
);

/// Lock, place, write, stay, log: what a move is, without asking whether it may be.
async fn by_hand(pool: &PgPool, deal: i64, stage: i64, now: DateTime<Utc>) -> Result<bool> {
    let mut tx = pool.begin().await?;
    let (was, since, version, place, owner, amount, currency, pipeline, _): Locked =
        sqlx::query_as(LOCK).bind(deal).fetch_one(&mut *tx).await?;
    let top: Option<(String,)> = sqlx::query_as(
        "select position from deal where pipeline_id = $1 and stage_id = $2 and deleted_at is null
          order by position, id limit 1",
    )
    .bind(pipeline)
    .bind(stage)
    .fetch_optional(&mut *tx)
    .await?;
    let top = position::between(None, top.as_ref().map(|(top,)| top.as_str()));
    sqlx::query(
        "update deal set stage_id = $2, stage_since = $3, position = $4, updated_at = $3,
                         updated_by = $5, version = version + 1 where id = $1",
    )
    .bind(deal)
    .bind(stage)
    .bind(now)
    .bind(&top)
    .bind(ADMINISTRATOR)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "with closed as (
           update stage_stay set left_at = $3
            where kind = 'deal' and record_id = $1 and left_at is null)
         insert into operation (at, user_id, via) values ($3, $2, 'board')",
    )
    .bind(deal)
    .bind(ADMINISTRATOR)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "insert into stage_stay
           (kind, record_id, pipeline_id, stage_id, entered_at, owner_id, amount, currency)
         values ('deal', $1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(deal)
    .bind(pipeline)
    .bind(stage)
    .bind(now)
    .bind(owner)
    .bind(amount)
    .bind(currency)
    .execute(&mut *tx)
    .await?;
    let difference = json!({
        "stage_id": [was, stage],
        "stage_since": [since, now],
        "position": [place, top],
    });
    sqlx::query(
        "insert into event (operation_id, at, user_id, kind, record_id, what, version, difference)
         values (currval(pg_get_serial_sequence('operation', 'id')), $1, $2, 'deal', $3, 'moved', $4, $5)",
    )
    .bind(now)
    .bind(ADMINISTRATOR)
    .bind(deal)
    .bind(version + 1)
    .bind(difference)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_move_goes_to_another_stage_and_the_next_round_brings_it_back() {
        let movable = Movable {
            deals: vec![(7, 1), (8, 2), (9, 1)],
            stages: [1, 2],
        };
        let stages: Vec<i64> = (0..6).map(|number| movable.stage(number)).collect();
        assert_eq!(stages, [2, 1, 2, 1, 2, 1]);
        assert_eq!(movable.deal(4), 8);
    }
}
