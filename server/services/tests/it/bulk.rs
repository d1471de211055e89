//! Changing many records at once.

use std::time::{Duration, Instant};

use domain::bulk::{BulkChange, Preview, Run, RunState, Selection};
use domain::pipeline::Meaning;
use domain::query::{Filter, Operator, Query};
use domain::record::Values;
use domain::rights::{Action, Role};
use domain::timeline::Via;
use domain::{Draft, Error, Kind, Problem, RecordId, UserId, Value};
use sea_orm::TransactionTrait;
use services::records::write::{change, delete};
use services::{Ctx, bulk, operations};

use crate::write::{Shop, eur, text};

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

fn me(ctx: &Ctx) -> UserId {
    ctx.actor.user_id.expect("somebody")
}

#[tokio::test]
async fn all_results_of_a_salesperson_change_only_where_they_may() {
    let shop = Shop::new().await;
    let boris = shop.db.user("Boris", &[Role::Salesperson], None).await;
    many(&shop, me(&shop.sales), 30).await;
    many(&shop, boris, 20).await;
    shop.db
        .run(&format!(
            "update deal set everyone = true where owner_id = {boris} and amount <= 5"
        ))
        .await;
    let next = BulkChange::set("next_step", text("Call"));
    let preview = bulk::preview(&shop.sales, Kind::Deal, &all(), next.clone())
        .await
        .expect("counted");
    let expected = Preview {
        meant: 35,
        change: 30,
        same: 0,
        forbidden: 5,
        missing: Vec::new(),
    };
    assert_eq!(preview, expected);
    let run = done(&shop.sales, Kind::Deal, all(), next.clone()).await;
    assert_eq!(
        (run.total, run.done, run.changed, run.refused),
        (35, 35, 30, 5)
    );
    let count = async |sql: &str| shop.db.number(sql).await;
    let others =
        format!("select count(*) from deal where owner_id = {boris} and next_step is not null");
    assert_eq!(count(&others).await, 0);
    assert_eq!(
        count("select count(*) from deal where next_step = 'Call'").await,
        30
    );
    let refusals = bulk::refusals(&shop.sales, run.id).await.expect("mine");
    assert_eq!(refusals.len(), 5);
    assert!(refusals.iter().all(|refusal| {
        matches!(refusal.reason, Error::Forbidden(_)) && refusal.title.is_some()
    }));
    // Once more there is nothing to change, and nothing is written.
    let preview = bulk::preview(&shop.sales, Kind::Deal, &all(), next.clone())
        .await
        .expect("counted");
    assert_eq!((preview.change, preview.same), (0, 30));
    let run = done(&shop.sales, Kind::Deal, all(), next).await;
    assert_eq!((run.changed, run.operation), (0, None));
    assert_eq!(count("select count(*) from operation").await, 1);
    // It is told as one thing, done in bulk.
    assert_eq!(
        count("select count(*) from operation where via = 'bulk'").await,
        1
    );
}

#[tokio::test]
async fn a_run_is_only_its_users() {
    let shop = Shop::new().await;
    many(&shop, me(&shop.sales), 3).await;
    let boris = shop.db.user("Boris", &[Role::Administrator], None).await;
    let boris = shop.db.ctx_of(boris).await;
    let change = BulkChange::set("next_step", text("Call"));
    let run = done(&shop.sales, Kind::Deal, all(), change.clone()).await;
    assert_eq!(bulk::progress(&boris, run.id).await, Err(Error::NotFound));
    assert_eq!(bulk::refusals(&boris, run.id).await, Err(Error::NotFound));
    assert_eq!(bulk::cancel(&boris, run.id).await, Err(Error::NotFound));
    assert_eq!(bulk::mine(&boris).await, Ok(Vec::new()));
    assert_eq!(bulk::mine(&shop.sales).await.expect("mine").len(), 1);
    bulk::dismiss(&boris, run.id).await.expect("does nothing");
    assert_eq!(bulk::mine(&shop.sales).await.expect("mine").len(), 1);
    bulk::dismiss(&shop.sales, run.id).await.expect("seen");
    assert_eq!(bulk::mine(&shop.sales).await, Ok(Vec::new()));
    // Who may change nothing is told so before anything is counted.
    let director = shop.db.user("Dana", &[Role::Director], None).await;
    let director = shop.db.ctx_of(director).await;
    let refused = bulk::start(&director, Kind::Deal, all(), change.clone()).await;
    assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
    let refused = bulk::preview(&director, Kind::Deal, &all(), change).await;
    assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
    let refused = bulk::start(&shop.sales, Kind::Deal, all(), BulkChange::Purge).await;
    assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
}

#[tokio::test]
async fn gates_hold_and_say_which_records_they_keep_out() {
    let shop = Shop::new().await;
    many(&shop, me(&shop.sales), 12).await;
    let offer = shop.stage("Offer");
    shop.db
        .run(&format!(
            r#"update stage set gate = '{{"required": ["next_step"]}}' where id = {offer}"#
        ))
        .await;
    shop.db
        .run("update deal set next_step = 'Call' where amount <= 4")
        .await;
    let to_offer = BulkChange::Set(Values::from([
        ("pipeline_id".to_owned(), Value::Id(shop.pipeline.id)),
        ("stage_id".to_owned(), Value::Id(offer)),
    ]));
    let preview = bulk::preview(&shop.sales, Kind::Deal, &all(), to_offer.clone())
        .await
        .expect("counted");
    assert_eq!((preview.change, preview.missing.len()), (12, 1));
    assert_eq!(preview.missing[0].error.field, "next_step");
    assert_eq!(preview.missing[0].records, 8);
    let run = done(&shop.sales, Kind::Deal, all(), to_offer).await;
    assert_eq!((run.changed, run.refused), (4, 8));
    let refusals = bulk::refusals(&shop.sales, run.id).await.expect("mine");
    let problem = &refusals[0].reason.field_errors()[0].problem;
    assert!(
        matches!(problem, Problem::RequiredAtStage { .. }),
        "{problem:?}"
    );
    // Lost asks for a reason, which goes to all.
    let lost = shop.stage("Lost");
    let to_lost = |values: &[(&str, Value)]| {
        let mut all = Values::from([("stage_id".to_owned(), Value::Id(lost))]);
        all.extend(
            values
                .iter()
                .map(|(key, value)| ((*key).to_owned(), value.clone())),
        );
        BulkChange::Set(all)
    };
    let run = done(&shop.sales, Kind::Deal, all(), to_lost(&[])).await;
    assert_eq!((run.changed, run.refused), (0, 12));
    let reason = Value::Id(shop.reason);
    let run = done(
        &shop.sales,
        Kind::Deal,
        all(),
        to_lost(&[("lost_reason_id", reason)]),
    )
    .await;
    assert_eq!((run.changed, run.refused), (12, 0));
    let (kept, counted) = shop.totals().await;
    assert_eq!(kept, counted);
    assert_eq!(shop.pipeline.stages[3].meaning, Meaning::Lost);
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

#[tokio::test]
async fn what_is_added_to_many_is_there_once_and_can_be_taken_out() {
    let shop = Shop::new().await;
    let (anna, boris) = (me(&shop.sales), shop.db.user("Boris", &[], None).await);
    many(&shop, anna, 6).await;
    shop.db
        .run(&format!(
            "insert into record_observer select 'deal', id, {boris} from deal where amount <= 2"
        ))
        .await;
    let add = BulkChange::Add {
        field: "observers".to_owned(),
        value: Value::Ids(vec![boris, anna]),
    };
    let preview = bulk::preview(&shop.sales, Kind::Deal, &all(), add.clone())
        .await
        .expect("counted");
    assert_eq!((preview.change, preview.same), (6, 0));
    let run = done(&shop.sales, Kind::Deal, all(), add.clone()).await;
    assert_eq!(run.changed, 6);
    assert_eq!(
        shop.db.number("select count(*) from record_observer").await,
        12
    );
    let preview = bulk::preview(&shop.sales, Kind::Deal, &all(), add)
        .await
        .expect("counted");
    assert_eq!((preview.change, preview.same), (0, 6));
    let remove = BulkChange::Remove {
        field: "observers".to_owned(),
        value: Value::Ids(vec![anna]),
    };
    let run = done(&shop.sales, Kind::Deal, all(), remove).await;
    assert_eq!(run.changed, 6);
    let left = "select count(*) from record_observer where user_id = ";
    assert_eq!(shop.db.number(&format!("{left}{boris}")).await, 6);
    assert_eq!(shop.db.number(&format!("{left}{anna}")).await, 0);
}

/// The preview counts as the write path decides, for every sort of value.
#[tokio::test]
async fn the_preview_says_what_the_run_does() {
    let shop = Shop::new().await;
    let (anna, boris) = (me(&shop.sales), shop.db.user("Boris", &[], None).await);
    many(&shop, anna, 8).await;
    shop.db
        .run(&format!(
            "update deal set next_step = 'Call', next_step_on = '2026-12-01', source = 'web',
                             description = 'Long' where amount in (1, 2, 3);
             insert into record_observer select 'deal', id, {boris} from deal where amount < 4;
             update deal set amount = null, currency = null where amount = 8"
        ))
        .await;
    let company = shop
        .db
        .insert(Kind::Company, [("owner_id", Value::Id(anna))])
        .await;
    let contact = shop
        .db
        .insert(Kind::Contact, [("owner_id", Value::Id(anna))])
        .await;
    let first = shop.db.number("select min(id) from deal").await;
    shop.db
        .run(&format!(
            "update deal set company_id = {company} where id = {first};
             insert into record_link values ('deal', {first}, 'contacts', 'contact', {contact}, 0)"
        ))
        .await;
    let linked = |id: RecordId| Value::Links(vec![domain::value::Linked::to(id)]);
    let day = |text: &str| Value::Date(text.parse().expect("a day"));
    let changes = [
        ("next_step", text("Call")),
        ("next_step", Value::Empty),
        ("next_step_on", day("2026-12-01")),
        ("source", text("web")),
        ("description", text("Long")),
        ("amount", eur(3)),
        ("amount", Value::Empty),
        ("everyone", Value::YesNo(true)),
        ("owner_id", Value::Id(anna)),
        ("observers", Value::Ids(vec![boris])),
        ("company_id", linked(company)),
        ("contacts", linked(contact)),
        ("contacts", Value::Empty),
        ("stage_id", Value::Id(shop.stage("Offer"))),
    ];
    for (key, value) in changes {
        let change = BulkChange::set(key, value.clone());
        let preview = bulk::preview(&shop.sales, Kind::Deal, &all(), change.clone())
            .await
            .expect("counted");
        let run = done(&shop.sales, Kind::Deal, all(), change).await;
        let told = (preview.change, preview.meant);
        assert_eq!(told, (run.changed, run.total), "{key}: {value:?}");
        assert_eq!(run.refused, 0, "{key}: {value:?}");
    }
}

#[tokio::test]
async fn these_without_those_and_only_what_the_filter_finds() {
    let shop = Shop::new().await;
    many(&shop, me(&shop.sales), 10).await;
    let ids: Vec<RecordId> = shop
        .db
        .rows("select id from deal order by id")
        .await
        .iter()
        .map(|row| row.try_get_by(0).expect("an id"))
        .collect();
    let some = Selection::All {
        query: Query {
            filter: Filter::is("amount", Operator::AtMost, &["6"]),
            text: Some("deal".to_owned()),
            ..Query::default()
        },
        without: vec![ids[0], ids[9]],
    };
    let run = done(
        &shop.sales,
        Kind::Deal,
        some,
        BulkChange::set("next_step", text("A")),
    )
    .await;
    assert_eq!((run.total, run.changed), (5, 5));
    // One id of nobody's, and one that is named twice.
    let these = Selection::These(vec![ids[0], ids[9], ids[0], 9_999_999]);
    let run = done(&shop.sales, Kind::Deal, these, BulkChange::Delete).await;
    assert_eq!((run.total, run.changed), (2, 2));
    assert_eq!(
        shop.db
            .number("select count(*) from deal where deleted_at is not null")
            .await,
        2
    );
    let nothing = Selection::These(vec![ids[0]]);
    let refused = bulk::start(&shop.sales, Kind::Deal, nothing, BulkChange::Delete).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    let wrong = BulkChange::set("title", Value::Empty);
    let refused = bulk::start(&shop.sales, Kind::Deal, all(), wrong).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
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
            let ctx = Ctx { db, ..ctx };
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

#[tokio::test]
async fn rights_counted_are_rights_kept() {
    let shop = Shop::new().await;
    let (anna, boris) = (me(&shop.sales), shop.db.user("Boris", &[], None).await);
    many(&shop, boris, 6).await;
    shop.db
        .run(&format!(
            "update deal set everyone = true where amount = 1;
             insert into record_observer select 'deal', id, {anna} from deal where amount in (2, 3);
             update deal set owner_id = null where amount = 4;
             update deal set owner_id = {anna} where amount = 5"
        ))
        .await;
    for (change, action) in [
        (BulkChange::set("next_step", text("Call")), Action::Change),
        (BulkChange::Delete, Action::Delete),
    ] {
        let preview = bulk::preview(&shop.sales, Kind::Deal, &all(), change.clone())
            .await
            .expect("counted");
        let may = if action == Action::Change { 3 } else { 1 };
        assert_eq!((preview.meant, preview.change), (4, may), "{action:?}");
        let run = done(&shop.sales, Kind::Deal, all(), change).await;
        assert_eq!((run.total, run.changed), (4, may), "{action:?}");
    }
    let one = shop
        .db
        .number("select min(id) from deal where deleted_at is null")
        .await;
    let director = shop.db.user("Dana", &[Role::Director], None).await;
    let director = shop.db.ctx_of(director).await;
    assert!(delete(&director, Via::Form, Kind::Deal, one).await.is_err());
    let nobody = operations::undo(&director, 1).await;
    assert!(nobody.is_ok_and(|undone| undone.records == 0));
}
