//! What is heard late: after a page or a node was away, at the end, and out of order.

use domain::board::BoardQuery;
use domain::live::{LiveChange, LiveMessage, Placement};
use domain::query::Filter;
use domain::timeline::Via;
use domain::{EventId, Kind, RecordId, Value};
use services::records::{read, write};
use test_support::{OPEN_WON_LOST, TestDb};
use tokio::time::timeout;

use super::{
    LONG, announce, change, company, ctx, deal, message_in, next, next_change, node, of, page, team,
};

#[tokio::test]
async fn a_node_that_lost_its_connections_hears_and_is_heard_again() {
    let db = TestDb::new().await;
    let team = team(&db).await;
    let live = node(&db).await;
    let mut director = page(&live, team.director).await;
    announce(&live, vec![company(1, None, of(team.anna))]);
    assert_eq!(next_change(&mut director).await.event, 1);

    db.run(
        "select pg_terminate_backend(pid) from pg_stat_activity \
         where datname = current_database() and pid <> pg_backend_pid()",
    )
    .await;
    assert_eq!(next(&mut director).await, LiveMessage::Workspace);
    assert!(matches!(
        next(&mut director).await,
        LiveMessage::Reload { kind: None, .. }
    ));
    announce(&live, vec![company(2, None, of(team.anna))]);
    // The publisher's connection was cut too: it tries again, and may say "reload" instead.
    timeout(LONG, async {
        loop {
            match next(&mut director).await {
                LiveMessage::Changed(change) if change.event == 2 => break,
                LiveMessage::Reload { event: 2, .. } => break,
                _ => {}
            }
        }
    })
    .await
    .expect("the change is told");
}

#[tokio::test]
async fn who_comes_back_is_told_what_was_missed_from_then_to_now() {
    let db = TestDb::new().await;
    let team = team(&db).await;
    let pipeline = db.pipeline(Kind::Deal, "Sales", &OPEN_WON_LOST).await;
    let live = node(&db).await;
    let ctx = ctx(&db, &live);
    let moved = deal(&ctx, &pipeline, team.anna, "Moved").await;
    let given = deal(&ctx, &pipeline, team.anna, "Given away").await;
    let binned = deal(&ctx, &pipeline, team.anna, "Binned").await;
    // Long enough ago not to be looked back at.
    db.run("update event set at = at - interval '1 hour'").await;
    let last = db.number("select max(id) from event").await;

    let (first, second) = (pipeline.stages[0].id, pipeline.stages[1].id);
    change(&ctx, moved, "stage_id", Value::Id(second)).await;
    change(&ctx, moved, "title", Value::Text("Moved and named".into())).await;
    change(&ctx, given, "owner_id", Value::Id(team.stranger)).await;
    write::delete(&ctx, Via::Form, Kind::Deal, binned)
        .await
        .expect("deleted");
    let born = deal(&ctx, &pipeline, team.anna, "Born").await;
    let lived = deal(&ctx, &pipeline, team.anna, "Lived shortly").await;
    write::delete(&ctx, Via::Form, Kind::Deal, lived)
        .await
        .expect("deleted");
    let foreign = deal(&ctx, &pipeline, team.stranger, "Foreign").await;

    let (_page, missed) = live
        .hub
        .subscribe(team.anna, Some(last))
        .await
        .expect("a database")
        .expect("Anna");
    let mut told = missed.iter().map(message_in);
    assert_eq!(told.next(), Some(LiveMessage::Workspace));
    let changes: Vec<LiveChange> = told
        .map(|message| match message {
            LiveMessage::Changed(change) => change,
            other => panic!("{other:?}"),
        })
        .collect();
    let seen = |id: RecordId| {
        let change = changes.iter().find(|change| change.id == id)?;
        let stage = |side: Option<Placement>| side.and_then(|side| side.stage_id);
        Some((stage(change.before), stage(change.after)))
    };
    assert_eq!(seen(moved), Some((Some(first), Some(second))));
    assert_eq!(seen(given), Some((Some(first), None)));
    assert_eq!(seen(binned), Some((Some(first), None)));
    assert_eq!(seen(born), Some((None, Some(first))));
    assert_eq!(seen(lived), None, "came and went");
    assert_eq!(seen(foreign), None, "never concerned her");
    assert_eq!(changes.len(), 4);
    let change = changes
        .iter()
        .find(|change| change.id == moved)
        .expect("told");
    assert_eq!(
        change.card.as_ref().expect("its card").title,
        "Moved and named"
    );
    assert_eq!(
        change.before.expect("seen before").amount.map(|m| m.amount),
        Some(100.into())
    );
}

#[tokio::test]
async fn who_missed_too_much_is_told_to_read_again() {
    let db = TestDb::new().await;
    let team = team(&db).await;
    let live = node(&db).await;
    db.run(
        "insert into operation (id, at, via) values (1, now(), 'import'); \
         insert into event (operation_id, at, kind, record_id, what, version, difference) \
         select 1, now(), 'company', n, 'created', 1, '{}' from generate_series(1, 101) n",
    )
    .await;
    let (_page, missed) = live
        .hub
        .subscribe(team.director, Some(0))
        .await
        .expect("a database")
        .expect("Dora");
    let told: Vec<_> = missed.iter().map(message_in).collect();
    let all = LiveMessage::Reload {
        kind: None,
        event: 101,
    };
    assert_eq!(told, [LiveMessage::Workspace, all]);
}

#[tokio::test]
async fn what_was_handed_over_before_the_end_is_still_published() {
    let db = TestDb::new().await;
    let team = team(&db).await;
    let (ending, staying) = (node(&db).await, node(&db).await);
    let mut director = page(&staying, team.director).await;
    for event in 1..=3 {
        announce(&ending, vec![company(event, None, of(team.anna))]);
    }
    ending.finish().await;
    drop(ending);
    for event in 1..=3 {
        assert_eq!(next_change(&mut director).await.event, event);
    }
}

#[tokio::test]
async fn an_event_with_a_lower_number_that_is_committed_later_is_not_lost() {
    let db = TestDb::new().await;
    let team = team(&db).await;
    let pipeline = db.pipeline(Kind::Deal, "Sales", &OPEN_WON_LOST).await;
    let live = node(&db).await;
    let ctx = ctx(&db, &live);
    let (late, early) = (
        deal(&ctx, &pipeline, team.anna, "Late").await,
        deal(&ctx, &pipeline, team.anna, "Early").await,
    );
    change(&ctx, late, "title", Value::Text("Late again".into())).await;
    change(&ctx, early, "title", Value::Text("Early again".into())).await;
    // As if the first of the two were under way still: its number is drawn, its row not there.
    let number = db.number("select max(id) - 1 from event").await;
    db.run(&format!("update event set id = 0 where id = {number}"))
        .await;
    let query = BoardQuery {
        kind: Kind::Deal,
        pipeline: Some(pipeline.id),
        filter: Filter::everything(),
        text: None,
    };
    let board = read::board(&db.ctx_of(team.director).await, &query)
        .await
        .expect("a board");
    assert_eq!((board.seen, board.holes), (number + 1, vec![number]));
    // It is committed; who comes back from the event after it is told of it all the same.
    db.run(&format!("update event set id = {number} where id = 0"))
        .await;
    let (_page, missed) = live
        .hub
        .subscribe(team.anna, Some(number + 1))
        .await
        .expect("a database")
        .expect("Anna");
    let told: Vec<EventId> = missed.iter().filter_map(|message| message.event).collect();
    assert!(told.contains(&number), "{told:?}");
    let board = read::board(&db.ctx_of(team.director).await, &query)
        .await
        .expect("a board");
    assert_eq!((board.seen, board.holes), (number + 1, vec![]));
}
