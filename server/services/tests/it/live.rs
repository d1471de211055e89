//! Live updates over two nodes on one database.

use std::time::Duration;

use domain::board::BoardQuery;
use domain::live::{LiveChange, LiveMessage, Placement};
use domain::pipeline::Pipeline;
use domain::query::Filter;
use domain::rights::{Role, Standing};
use domain::timeline::Via;
use domain::{Draft, EventId, Kind, Money, RecordId, UserId, Value};
use services::Ctx;
use services::live::{Announcement, Committed, Live, Subscription, hub};
use services::records::{read, write};
use sqlx::postgres::PgListener;
use test_support::{OPEN_WON_LOST, TestDb};
use tokio::time::{sleep, timeout};

/// A change is seen within a second; a test waits longer before it calls it lost.
const LONG: Duration = Duration::from_secs(10);
/// How long nothing has to be heard to be called silence.
const SILENCE: Duration = Duration::from_millis(300);

async fn node(db: &TestDb) -> Live {
    let live = Live::start(&db.db);
    timeout(LONG, async {
        while !live.hub.is_listening() {
            sleep(Duration::from_millis(5)).await;
        }
    })
    .await
    .expect("the node listens");
    live
}

async fn page(live: &Live, user: UserId) -> Subscription {
    let (page, missed) = live
        .hub
        .subscribe(user, None)
        .await
        .expect("a database")
        .expect("a user who may come in");
    assert!(missed.is_empty());
    page
}

fn read(message: &hub::Message) -> LiveMessage {
    serde_json::from_str(&message.json).expect("a live message")
}

async fn next(page: &mut Subscription) -> LiveMessage {
    let message = timeout(LONG, page.messages.recv())
        .await
        .expect("a message");
    read(&message.expect("an open subscription"))
}

async fn next_change(page: &mut Subscription) -> LiveChange {
    match next(page).await {
        LiveMessage::Changed(change) => change,
        other => panic!("not a change: {other:?}"),
    }
}

async fn hears_nothing(page: &mut Subscription) -> bool {
    timeout(SILENCE, page.messages.recv()).await.is_err()
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "where a record stands is optional"
)]
fn of(owner: UserId) -> Option<(Standing, Placement)> {
    let standing = Standing {
        owner: Some(owner),
        ..Standing::default()
    };
    let placement = Placement {
        pipeline_id: None,
        stage_id: None,
        amount: None,
    };
    Some((standing, placement))
}

fn company(
    event: EventId,
    before: Option<(Standing, Placement)>,
    after: Option<(Standing, Placement)>,
) -> Committed {
    Committed {
        event,
        by: None,
        kind: Kind::Company,
        id: event,
        version: 1,
        before,
        after,
    }
}

fn announce(live: &Live, changes: Vec<Committed>) {
    live.publisher.announce(Announcement::Changes(changes));
}

struct Team {
    anna: UserId,
    boris: UserId,
    head: UserId,
    stranger: UserId,
    director: UserId,
}

/// Anna and Boris sell under a head; a stranger sells elsewhere; a director sees all.
async fn team(db: &TestDb) -> Team {
    let sales = db.department("Sales", None).await;
    let north = db.department("North", Some(sales)).await;
    let abroad = db.department("Abroad", None).await;
    Team {
        anna: db.user("Anna", &[Role::Salesperson], Some(north)).await,
        boris: db.user("Boris", &[Role::Salesperson], Some(north)).await,
        head: db.user("Hanna", &[Role::HeadOfSales], Some(sales)).await,
        stranger: db.user("Stan", &[Role::Salesperson], Some(abroad)).await,
        director: db.user("Dora", &[Role::Director], None).await,
    }
}

fn ctx(db: &TestDb, live: &Live) -> Ctx {
    Ctx {
        publisher: live.publisher.clone(),
        ..db.system()
    }
}

async fn deal(ctx: &Ctx, pipeline: &Pipeline, owner: UserId, title: &str) -> RecordId {
    let draft = Draft::of([
        ("title", Value::Text(title.to_owned())),
        ("owner_id", Value::Id(owner)),
        ("pipeline_id", Value::Id(pipeline.id)),
        ("stage_id", Value::Id(pipeline.stages[0].id)),
        (
            "amount",
            Value::Money(Money::new(100.into(), domain::money::Currency::EUR)),
        ),
    ]);
    write::create(ctx, Via::Form, Kind::Deal, draft)
        .await
        .expect("a deal")
        .record
        .expect("the system sees it")
        .id
}

async fn change(ctx: &Ctx, id: RecordId, key: &str, value: Value) {
    let draft = Draft::of([(key, value)]);
    write::change(ctx, Via::Form, Kind::Deal, id, draft)
        .await
        .expect("a change");
}

#[tokio::test]
async fn two_nodes_hear_each_other() {
    let db = TestDb::new().await;
    let team = team(&db).await;
    let (one, two) = (node(&db).await, node(&db).await);
    let (mut here, mut there) = (
        page(&one, team.director).await,
        page(&two, team.director).await,
    );
    announce(&one, vec![company(1, None, of(team.anna))]);
    assert_eq!(next_change(&mut here).await.event, 1);
    assert_eq!(next_change(&mut there).await.event, 1);
    announce(&two, vec![company(2, None, of(team.anna))]);
    assert_eq!(next_change(&mut here).await.event, 2);
    assert_eq!(next_change(&mut there).await.event, 2);
}

#[tokio::test]
async fn each_reader_learns_what_concerns_them_and_nobody_else_does() {
    let db = TestDb::new().await;
    let team = team(&db).await;
    let live = node(&db).await;
    let mut anna = page(&live, team.anna).await;
    let mut boris = page(&live, team.boris).await;
    let mut head = page(&live, team.head).await;
    let mut stranger = page(&live, team.stranger).await;
    let mut director = page(&live, team.director).await;

    // From Anna to Boris: gone for the one, new to the other, changed for those above.
    announce(&live, vec![company(1, of(team.anna), of(team.boris))]);
    let sides = |change: LiveChange| (change.before.is_some(), change.after.is_some());
    assert_eq!(sides(next_change(&mut anna).await), (true, false));
    assert_eq!(sides(next_change(&mut boris).await), (false, true));
    assert_eq!(sides(next_change(&mut head).await), (true, true));
    assert_eq!(sides(next_change(&mut director).await), (true, true));
    assert!(hears_nothing(&mut stranger).await);

    // To the stranger: gone from the department.
    announce(&live, vec![company(2, of(team.boris), of(team.stranger))]);
    assert_eq!(sides(next_change(&mut boris).await), (true, false));
    assert_eq!(sides(next_change(&mut head).await), (true, false));
    assert_eq!(sides(next_change(&mut stranger).await), (false, true));
    assert_eq!(sides(next_change(&mut director).await), (true, true));
    assert!(hears_nothing(&mut anna).await);
}

#[tokio::test]
async fn a_moved_deal_comes_with_its_card_and_no_title_that_its_reader_may_not_see() {
    let db = TestDb::new().await;
    let team = team(&db).await;
    let pipeline = db.pipeline(Kind::Deal, "Sales", &OPEN_WON_LOST).await;
    let secret = db
        .insert(
            Kind::Company,
            [
                ("name", Value::Text("Secret Ltd".into())),
                ("owner_id", Value::Id(team.stranger)),
            ],
        )
        .await;
    let live = node(&db).await;
    let ctx = ctx(&db, &live);
    let id = deal(&ctx, &pipeline, team.anna, "Roof").await;
    let link = Value::Links(vec![domain::value::Linked::to(secret)]);
    change(&ctx, id, "company_id", link).await;
    sleep(SILENCE).await;
    let mut anna = page(&live, team.anna).await;
    let mut director = page(&live, team.director).await;
    change(&ctx, id, "stage_id", Value::Id(pipeline.stages[1].id)).await;

    let told = next_change(&mut director).await;
    let card = told.card.expect("the card");
    assert_eq!(card.title, "Roof");
    assert_eq!(card.stage_id, pipeline.stages[1].id);
    assert_eq!(card.version, told.version);
    assert_eq!(
        card.client.expect("the company").title.as_deref(),
        Some("Secret Ltd")
    );
    assert_eq!(
        told.before.expect("where it was").stage_id,
        Some(pipeline.stages[0].id)
    );
    assert_eq!(
        told.after.expect("where it is").stage_id,
        Some(pipeline.stages[1].id)
    );

    let message = timeout(LONG, anna.messages.recv())
        .await
        .expect("in time")
        .expect("a message");
    assert!(message.json.contains("Roof"));
    assert!(!message.json.contains("Secret"), "{}", message.json);
}

#[tokio::test]
async fn many_changes_at_once_go_out_in_few_notifications() {
    let db = TestDb::new().await;
    let team = team(&db).await;
    let live = node(&db).await;
    let mut director = page(&live, team.director).await;
    let mut listener = PgListener::connect(&db.url).await.expect("a connection");
    listener.listen("dealwright").await.expect("listening");
    for event in 1..=60 {
        announce(&live, vec![company(event, None, of(team.anna))]);
    }
    for event in 1..=60 {
        assert_eq!(next_change(&mut director).await.event, event);
    }
    let mut notifications = 0;
    while let Ok(Ok(notification)) = timeout(SILENCE, listener.recv()).await {
        assert!(notification.payload().len() < 8_000);
        notifications += 1;
    }
    assert!(
        (1..=6).contains(&notifications),
        "{notifications} notifications"
    );
}

#[tokio::test]
async fn a_browser_that_does_not_read_is_let_go_and_told_to_read_again() {
    let db = TestDb::new().await;
    let team = team(&db).await;
    let live = node(&db).await;
    let mut asleep = page(&live, team.director).await;
    let mut awake = page(&live, team.director).await;
    let most = i64::try_from(hub::BACKLOG).unwrap();
    for batch in (1..=most + 50).collect::<Vec<_>>().chunks(50) {
        let changes = batch
            .iter()
            .map(|&event| company(event, None, of(team.anna)));
        announce(&live, changes.collect());
        for &event in batch {
            assert_eq!(next_change(&mut awake).await.event, event);
        }
    }
    let mut read = 0;
    while asleep.messages.recv().await.is_some() {
        read += 1;
    }
    assert_eq!(
        read, most,
        "what had been sent can still be read, then the stream ends"
    );
    assert_eq!(live.hub.pages(), 1);
    drop(awake);
    assert_eq!(live.hub.pages(), 0);
}

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
async fn rights_that_change_hold_for_open_pages_at_once() {
    let db = TestDb::new().await;
    let team = team(&db).await;
    let live = node(&db).await;
    let mut anna = page(&live, team.anna).await;
    let mut boris = page(&live, team.boris).await;
    db.run(&format!(
        "update user_role set role = 'director' where user_id = {}; \
         update app_user set active = false where id = {}",
        team.anna, team.boris
    ))
    .await;
    let mut head = page(&live, team.head).await;
    live.publisher.announce(Announcement::Workspace);
    assert_eq!(next(&mut anna).await, LiveMessage::Workspace);
    // What is open was read with the old rights.
    assert!(matches!(
        next(&mut anna).await,
        LiveMessage::Reload { kind: None, .. }
    ));
    // Boris is of the head's department still; whose rights are the same reads nothing again.
    assert_eq!(next(&mut head).await, LiveMessage::Workspace);
    assert!(hears_nothing(&mut head).await);
    announce(&live, vec![company(1, None, of(team.stranger))]);
    assert_eq!(next_change(&mut anna).await.event, 1);
    assert!(
        timeout(LONG, boris.messages.recv())
            .await
            .expect("in time")
            .is_none()
    );
    assert!(
        live.hub
            .subscribe(team.boris, None)
            .await
            .expect("a database")
            .is_none()
    );
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
    let mut told = missed.iter().map(read);
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
    let told: Vec<_> = missed.iter().map(read).collect();
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
