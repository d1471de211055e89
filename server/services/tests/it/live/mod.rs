//! Live updates over two nodes on one database.

mod heard;
mod missed;

use std::time::Duration;

use domain::live::{LiveChange, LiveMessage, Placement};
use domain::pipeline::Pipeline;
use domain::rights::{Role, Standing};
use domain::timeline::Via;
use domain::{Draft, EventId, Kind, Money, RecordId, UserId, Value};
use services::Ctx;
use services::live::{Announcement, Committed, Live, Subscription, hub};
use services::records::write;
use test_support::TestDb;
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

fn message_in(message: &hub::Message) -> LiveMessage {
    serde_json::from_str(&message.json).expect("a live message")
}

async fn next(page: &mut Subscription) -> LiveMessage {
    let message = timeout(LONG, page.messages.recv())
        .await
        .expect("a message");
    message_in(&message.expect("an open subscription"))
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
