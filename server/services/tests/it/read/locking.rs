//! What the writer locks and reads.

use domain::contact_point::{ContactPoint, PointType};
use domain::money::Currency;
use domain::value::Linked;
use domain::{Kind, Money, Value};
use sea_orm::{ConnectionTrait, TransactionTrait};
use services::records::read::fetch_for_update;
use services::schema::Schema;
use test_support::{OPEN_WON_LOST, TestDb};

#[tokio::test]
async fn the_writer_gets_every_value_whoever_may_see_it() {
    let db = TestDb::new().await;
    let (anna, ben) = (
        db.user("Anna", &[], None).await,
        db.user("Ben", &[], None).await,
    );
    let sales = db.pipeline(Kind::Deal, "Sales", &OPEN_WON_LOST).await;
    let company = db
        .insert(Kind::Company, [("name", Value::Text("Roofs".into()))])
        .await;
    let first = db.insert(Kind::Contact, []).await;
    let second = db.insert(Kind::Contact, []).await;
    let money = Money::new("12.5".parse().unwrap(), Currency::EUR);
    let deal = db
        .insert(
            Kind::Deal,
            [
                ("title", Value::Text("Roof".into())),
                ("amount", Value::Money(money)),
                ("company_id", Value::Links(vec![Linked::to(company)])),
                (
                    "contacts",
                    Value::Links(vec![Linked::to(second), Linked::to(first)]),
                ),
                ("owner_id", Value::Id(anna)),
                ("observers", Value::Ids(vec![ben])),
                ("everyone", Value::YesNo(true)),
                ("position", Value::Text("a5".into())),
                ("version", Value::Integer(7)),
            ],
        )
        .await;
    let schema = Schema::built_in(Kind::Deal);
    let tx = db.db.begin().await.unwrap();
    let stored = fetch_for_update(&tx, &schema, &[deal, 999]).await.unwrap();
    assert_eq!(stored.len(), 1);
    let stored = &stored[0];
    assert_eq!(
        (
            stored.record.id,
            stored.record.version,
            stored.record.deleted
        ),
        (deal, 7, false)
    );
    assert_eq!(stored.position.as_deref(), Some("a5"));
    assert_eq!(stored.record.value("amount"), &Value::Money(money));
    assert_eq!(
        stored.record.value("stage_id"),
        &Value::Id(sales.stages[0].id)
    );
    assert_eq!(
        stored.record.value("company_id"),
        &Value::Links(vec![Linked::to(company)])
    );
    assert_eq!(
        stored.record.value("contacts"),
        &Value::Links(vec![Linked::to(second), Linked::to(first)])
    );
    assert_eq!(stored.standing.owner, Some(anna));
    assert_eq!(stored.standing.observers, [ben]);
    assert!(stored.standing.everyone);
}

#[tokio::test]
async fn links_are_those_of_the_row_that_the_lock_was_waited_for() {
    let db = TestDb::new().await;
    let phone = |text: &str| Value::Points(vec![ContactPoint::new(PointType::Phone, text)]);
    let contact = db
        .insert(Kind::Contact, [("phones", phone("+48 111 222 333"))])
        .await;
    let schema = Schema::built_in(Kind::Contact);

    let first = db.db.begin().await.unwrap();
    fetch_for_update(&first, &schema, &[contact]).await.unwrap();
    let pool = db.db.clone();
    let second = tokio::spawn(async move {
        let tx = pool.begin().await.unwrap();
        fetch_for_update(&tx, &Schema::built_in(Kind::Contact), &[contact])
            .await
            .unwrap()
    });
    // The second one waits for the lock before the first one writes.
    loop {
        let waiting = db
            .number("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()")
            .await;
        if waiting > 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    first
        .execute_unprepared(
            "update contact_point set text = '+48 999'; update contact set version = 2",
        )
        .await
        .unwrap();
    first.commit().await.unwrap();
    let stored = second.await.unwrap();
    assert_eq!(stored[0].record.version, 2);
    assert_eq!(stored[0].record.value("phones"), &phone("+48 999"));
}
