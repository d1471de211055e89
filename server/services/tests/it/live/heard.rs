//! What open pages hear of changes as they happen, on every node.

use domain::live::{LiveChange, LiveMessage};
use domain::{Kind, Value};
use services::live::{Announcement, hub};
use sqlx::postgres::PgListener;
use test_support::{OPEN_WON_LOST, TestDb};
use tokio::time::{sleep, timeout};

use super::{
    LONG, SILENCE, announce, change, company, ctx, deal, hears_nothing, next, next_change, node,
    of, page, team,
};

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
