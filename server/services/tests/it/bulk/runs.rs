//! Runs from beginning to end: large ones, taken back, stopped, cut off, beside other writers.

use std::time::{Duration, Instant};

use domain::bulk::{BulkChange, Run, RunState};
use domain::record::Values;
use domain::timeline::Via;
use domain::{Draft, Error, Kind, RecordId, Value};
use sea_orm::TransactionTrait;
use services::records::write::change;
use services::{Ctx, bulk};

use super::{all, done, ended, many, me};
use crate::write::{Shop, text};

/// All that a change of deals could touch, without what every writing leaves.
async fn picture(shop: &Shop) -> Vec<String> {
    let rows = shop
        .db
        .rows(
            "select (to_jsonb(d) - 'version' - 'updated_at' - 'updated_by')::text from deal d
              union all
             select (to_jsonb(s) - 'id')::text from stage_stay s
              union all
             select to_jsonb(t)::text from stage_total t where count <> 0
              union all
             select to_jsonb(o)::text from record_observer o
              order by 1",
        )
        .await;
    rows.iter()
        .map(|row| row.try_get_by(0).expect("a line"))
        .collect()
}

#[tokio::test]
async fn ten_thousand_deals_are_moved_in_seconds_and_taken_back() {
    let shop = Shop::new().await;
    many(&shop, me(&shop.sales), 10_000).await;
    let before = picture(&shop).await;
    let begun = Instant::now();
    let to_offer = BulkChange::Set(Values::from([
        ("stage_id".to_owned(), Value::Id(shop.stage("Offer"))),
        ("next_step".to_owned(), text("Call")),
    ]));
    let run = done(&shop.sales, Kind::Deal, all(), to_offer).await;
    let took = begun.elapsed();
    assert_eq!((run.changed, run.refused), (10_000, 0));
    let (kept, counted) = shop.totals().await;
    assert_eq!(kept, counted);
    let begun = Instant::now();
    let undo = bulk::start_undo(&shop.sales, run.operation.expect("an operation"))
        .await
        .expect("it begins");
    assert_eq!(undo.total, 10_000);
    let undo = ended(&shop.sales, undo).await;
    println!(
        "10,000 deals: moved in {took:?}, taken back in {:?}",
        begun.elapsed()
    );
    assert_eq!(
        (undo.state, undo.changed),
        (RunState::Done, 10_000),
        "{undo:?}"
    );
    assert_eq!(undo.kept, Vec::<String>::new());
    assert!(
        picture(&shop).await == before,
        "the undo left something behind"
    );
    // A debug build beside other work; what is quadratic would take minutes.
    assert!(took < Duration::from_mins(1), "{took:?}");
    // Twice is refused, and told as the run's failure.
    let again = bulk::start_undo(&shop.sales, run.operation.expect("an operation"))
        .await
        .expect("it begins");
    let again = ended(&shop.sales, again).await;
    assert_eq!(again.state, RunState::Failed);
    assert!(
        matches!(again.failure, Some(Error::Invalid(_))),
        "{again:?}"
    );
}

#[tokio::test]
async fn an_undo_keeps_what_was_changed_since_and_says_so() {
    let shop = Shop::new().await;
    many(&shop, me(&shop.sales), 3).await;
    let run = done(
        &shop.sales,
        Kind::Deal,
        all(),
        BulkChange::set("next_step", text("Call")),
    )
    .await;
    let one = shop.db.number("select min(id) from deal").await;
    let draft = Draft::of([("next_step", text("Write"))]);
    change(&shop.sales, Via::Form, Kind::Deal, one, draft)
        .await
        .expect("changed");
    let undo = bulk::start_undo(&shop.sales, run.operation.expect("an operation"))
        .await
        .expect("it begins");
    let undo = ended(&shop.sales, undo).await;
    assert_eq!(undo.kept.len(), 1, "{undo:?}");
    let count = "select count(*) from deal where next_step = 'Write'";
    assert_eq!(shop.db.number(count).await, 1);
    assert_eq!(shop.db.number("select count(next_step) from deal").await, 1);
}

/// A run that waits for a record that somebody else is writing.
async fn held_up(shop: &Shop) -> (sea_orm::DatabaseTransaction, Run) {
    let held = shop.db.db.begin().await.expect("a transaction");
    sea_orm::ConnectionTrait::execute_unprepared(
        &held,
        "select 1 from deal where id = (select max(id) from deal) for update",
    )
    .await
    .expect("locked");
    let change = BulkChange::set("next_step", text("Call"));
    let run = bulk::start(&shop.sales, Kind::Deal, all(), change)
        .await
        .expect("it begins");
    assert_eq!(run.state, RunState::Running);
    (held, run)
}

#[tokio::test]
async fn a_run_that_is_stopped_has_changed_nothing() {
    let shop = Shop::new().await;
    many(&shop, me(&shop.sales), 700).await;
    let before = picture(&shop).await;
    let (held, run) = held_up(&shop).await;
    // One at a time.
    let second = bulk::start(&shop.sales, Kind::Deal, all(), BulkChange::Delete).await;
    assert!(matches!(second, Err(Error::Invalid(_))), "{second:?}");
    let stopped = bulk::cancel(&shop.sales, run.id).await.expect("mine");
    assert_eq!(stopped.state, RunState::Cancelled);
    held.rollback().await.expect("let go");
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(picture(&shop).await == before);
    assert_eq!(shop.db.number("select count(*) from operation").await, 0);
    let run = bulk::progress(&shop.sales, run.id).await.expect("mine");
    assert_eq!(run.state, RunState::Cancelled);
    // And then the next one can begin.
    done(&shop.sales, Kind::Deal, all(), BulkChange::Delete).await;
}

#[tokio::test]
async fn a_run_whose_node_has_gone_has_failed_and_changed_nothing() {
    let shop = Shop::new().await;
    many(&shop, me(&shop.sales), 20).await;
    let before = picture(&shop).await;
    let (held, run) = held_up(&shop).await;
    // The node falls silent: its word is old, and it must not come back to life.
    shop.db
        .run("update bulk_run set heartbeat = now() - interval '5 minutes'")
        .await;
    let failed = bulk::progress(&shop.sales, run.id).await.expect("mine");
    assert_eq!((failed.state, failed.failure), (RunState::Failed, None));
    held.rollback().await.expect("let go");
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert!(picture(&shop).await == before);
    assert_eq!(shop.db.number("select count(*) from operation").await, 0);
    let failed = bulk::progress(&shop.sales, run.id).await.expect("mine");
    assert_eq!(failed.state, RunState::Failed);
}

#[tokio::test]
async fn a_run_cut_off_in_the_middle_leaves_no_half() {
    let shop = Shop::new().await;
    many(&shop, me(&shop.sales), 3_000).await;
    let before = picture(&shop).await;
    // Long enough over its fifth chunk.
    shop.db
        .run(
            "create function dawdle() returns trigger language plpgsql as
               $$ begin perform pg_sleep(5); return new; end $$;
             create trigger dawdle before update on deal for each row
               when (new.title = 'Deal 2500') execute function dawdle()",
        )
        .await;
    // A runtime of its own is the node that dies, with everything that runs on it.
    let (ctx, url) = (shop.sales.clone(), shop.db.url.clone());
    let run = std::thread::spawn(move || {
        let node = tokio::runtime::Runtime::new().expect("a runtime");
        node.block_on(async {
            let db = sea_orm::Database::connect(&url).await.expect("connected");
            let ctx = Ctx {
                questions: db.clone(),
                db,
                ..ctx
            };
            let change = BulkChange::set("next_step", text("Call"));
            let run = bulk::start(&ctx, Kind::Deal, all(), change)
                .await
                .expect("it begins");
            let mut now = run.clone();
            while now.done < 2_000 && now.state == RunState::Running {
                now = bulk::progress(&ctx, run.id).await.expect("mine");
            }
            now
        })
    })
    .join()
    .expect("the node dies quietly");
    assert_eq!((run.done, run.state), (2_000, RunState::Running));
    shop.db
        .run("update bulk_run set heartbeat = now() - interval '5 minutes'")
        .await;
    let failed = bulk::progress(&shop.sales, run.id).await.expect("mine");
    assert_eq!(failed.state, RunState::Failed);
    assert!(picture(&shop).await == before);
}

#[tokio::test]
async fn a_writer_in_between_does_not_end_a_run() {
    let shop = Shop::new().await;
    many(&shop, me(&shop.sales), 1_500).await;
    let ids: Vec<RecordId> = shop
        .db
        .rows("select id from deal order by id desc limit 20")
        .await
        .iter()
        .map(|row| row.try_get_by(0).expect("an id"))
        .collect();
    let (sales, offer) = (shop.sales.clone(), shop.stage("Offer"));
    let movers = tokio::spawn(async move {
        for id in ids {
            let draft = Draft::of([("stage_id", Value::Id(offer))]);
            change(&sales, Via::Board, Kind::Deal, id, draft)
                .await
                .expect("moved");
        }
    });
    let won = BulkChange::set("stage_id", Value::Id(shop.stage("Won")));
    let run = done(&shop.sales, Kind::Deal, all(), won).await;
    movers.await.expect("every move went through");
    assert_eq!(run.refused, 0);
    let (kept, counted) = shop.totals().await;
    assert_eq!(kept, counted);
}
