//! A bulk edit of twenty thousand deals, beside the same transaction by hand.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use domain::bulk::{BulkChange, Run, RunState, Selection};
use domain::{Kind, Value};
use serde_json::json;
use sqlx::PgPool;
use tokio::time::sleep;

use super::{Bench, client};
use crate::figures::{Figure, Times, Unit};
use crate::seed::ADMINISTRATOR;

const GROUP: &str = "bulk";
/// Deals that change.
const DEALS: i64 = 20_000;

pub(super) async fn measure(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let count = DEALS.min(bench.settings.records / 2);
    // The newest: most of them are open, as what people change in bulk is.
    let sql = "select id from deal where deleted_at is null order by id desc limit $1";
    let ids: Vec<(i64,)> = sqlx::query_as(sql)
        .bind(count)
        .fetch_all(bench.pool())
        .await?;
    let ids: Vec<i64> = ids.into_iter().map(|(id,)| id).collect();
    let (mut engine, mut sql) = (Times::default(), Times::default());
    for round in 0..bench.settings.choose(3, 1) {
        let step = format!("Ask again, round {round} of {}", crate::now().timestamp());
        let started = Instant::now();
        change(bench, &ids, &step).await?;
        engine.record(started.elapsed());
        let started = Instant::now();
        by_hand(bench.pool(), &ids, &format!("{step}, by hand")).await?;
        sql.record(started.elapsed());
    }
    #[expect(clippy::cast_precision_loss, reason = "twenty thousand deals")]
    let a_second = |times: &Times| count as f64 * 1_000.0 / times.percentile(50.0);
    let what = format!("Bulk edit of {count} deals");
    Ok(vec![
        Figure::times(GROUP, what.clone(), &engine).beside_single(sql.percentile(95.0)),
        Figure::single(
            GROUP,
            format!("{what}, a second"),
            a_second(&engine),
            Unit::PerSecond,
        )
        .beside_single(a_second(&sql)),
    ])
}

/// As a browser does: starts the run and asks how far it is.
async fn change(bench: &Bench<'_>, ids: &[i64], step: &str) -> Result<()> {
    let client = &bench.administrator;
    let arguments = json!({
        "kind": Kind::Deal,
        "selection": Selection::These(ids.to_vec()),
        "change": BulkChange::set("next_step", Value::Text(step.to_owned())),
    });
    let mut run: Run = client::read(&client.call("bulk/api/start_change", &arguments).await?)?;
    while run.state == RunState::Running {
        sleep(Duration::from_millis(20)).await;
        let arguments = format!("run={}", run.id);
        run = client::read(&client.ask("bulk/api/run_progress", &arguments).await?)?;
    }
    ensure!(
        run.state == RunState::Done && run.changed == ids.len() as u64,
        "the bulk edit ended as {run:?}"
    );
    Ok(())
}

const OPERATION: &str = "
    insert into operation (at, user_id, via, label) values (now(), $1, 'bulk', '') returning id";

const BY_HAND: &str = "
    with was as (
      select d.id, d.next_step from deal d where d.id = any($1) and d.deleted_at is null
       order by d.id for update
    ), changed as (
      update deal d set next_step = $2, version = d.version + 1, updated_at = now(), updated_by = $3
        from was where d.id = was.id
      returning d.id, d.version, was.next_step
    )
    insert into event (operation_id, at, user_id, kind, record_id, what, version, difference)
    select $4, now(), $3, 'deal', c.id, 'changed', c.version,
           jsonb_build_object('next_step', jsonb_build_array(c.next_step, $2::text))
      from changed c";

/// Deals that one statement by hand changes. Not all at once: what the triggers of `deal` do grew
/// with the square of that when this was written, so that one statement for twenty thousand took
/// many times as long, and made the engine look fast.
const AT_ONCE: usize = 500;

async fn by_hand(pool: &PgPool, ids: &[i64], step: &str) -> Result<()> {
    let mut tx = pool.begin().await?;
    let (operation,): (i64,) = sqlx::query_as(OPERATION)
        .bind(ADMINISTRATOR)
        .fetch_one(&mut *tx)
        .await?;
    let mut written = 0;
    for some in ids.chunks(AT_ONCE) {
        written += sqlx::query(BY_HAND)
            .bind(some)
            .bind(step)
            .bind(ADMINISTRATOR)
            .bind(operation)
            .execute(&mut *tx)
            .await?
            .rows_affected();
    }
    ensure!(written == ids.len() as u64, "not all were changed");
    Ok(tx.commit().await?)
}
