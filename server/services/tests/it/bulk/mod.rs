//! Changing many records at once.

mod changes;
mod rights;
mod runs;

use std::time::{Duration, Instant};

use domain::bulk::{BulkChange, Run, RunState, Selection};
use domain::query::Query;
use domain::{Kind, UserId};
use services::{Ctx, bulk};

use crate::write::Shop;

fn all() -> Selection {
    Selection::All {
        query: Query::default(),
        without: Vec::new(),
    }
}

/// A run followed to its end.
pub(crate) async fn ended(ctx: &Ctx, run: Run) -> Run {
    let begun = Instant::now();
    let mut run = run;
    while run.state == RunState::Running {
        assert!(begun.elapsed() < Duration::from_secs(90), "{run:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
        run = bulk::progress(ctx, run.id).await.expect("the run is mine");
    }
    run
}

async fn done(ctx: &Ctx, kind: Kind, selection: Selection, change: BulkChange) -> Run {
    let run = bulk::start(ctx, kind, selection, change)
        .await
        .expect("it begins");
    let run = ended(ctx, run).await;
    assert_eq!(run.state, RunState::Done, "{run:?}");
    run
}

/// So many deals of a user, straight into the table, the first half of them open to everyone.
async fn many(shop: &Shop, owner: UserId, count: i64) {
    let (pipeline, stage) = (shop.pipeline.id, shop.stage("New"));
    shop.db
        .run(&format!(
            "insert into deal (title, pipeline_id, stage_id, stage_since, position, amount, currency,
                               owner_id, everyone, created_at, updated_at)
             select 'Deal ' || n, {pipeline}, {stage}, '2026-11-01', 'a' || lpad(n::text, 6, '0'), n,
                    'EUR', {owner}, false, '2026-11-01', '2026-11-01'
               from generate_series(1, {count}) n"
        ))
        .await;
    shop.db
        .run(&format!(
            "insert into stage_stay (kind, record_id, pipeline_id, stage_id, entered_at, owner_id, amount, currency)
             select 'deal', id, pipeline_id, stage_id, stage_since, owner_id, amount, currency from deal
              where owner_id = {owner} and not exists (
                    select from stage_stay s where s.kind = 'deal' and s.record_id = deal.id)"
        ))
        .await;
}

fn me(ctx: &Ctx) -> UserId {
    ctx.actor.user_id.expect("somebody")
}
