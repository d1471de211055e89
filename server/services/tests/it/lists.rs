//! What the page of a list asks: rows that have changed, sums over everything, and what can be
//! sorted by.

use domain::list::{can_sort, can_sum};
use domain::money::Currency;
use domain::query::{Filter, Query, Sort};
use domain::rights::Role;
use domain::{Draft, Error, Kind, Money, Value};
use services::records::{lists, read, write};
use test_support::TestDb;

fn filtered(filter: &str) -> Query {
    Query {
        filter: filter.parse::<Filter>().expect(filter),
        ..Query::default()
    }
}

fn money(amount: i64, code: &str) -> Value {
    Value::Money(Money::new(
        amount.into(),
        Currency::parse(code).expect("a currency"),
    ))
}

#[tokio::test]
async fn every_field_is_sorted_by_and_summed_as_the_columns_say() {
    let db = TestDb::new().await;
    db.pipeline(Kind::Deal, "Sales", &test_support::OPEN_WON_LOST)
        .await;
    db.pipeline(Kind::Lead, "Leads", &test_support::OPEN_WON_LOST)
        .await;
    let ctx = db.system();
    for kind in Kind::ALL {
        for field in kind.fields() {
            let query = Query {
                sort: vec![Sort {
                    field: field.key.to_string(),
                    descending: true,
                }],
                ..Query::default()
            };
            let sorted = read::list(&ctx, kind, &query).await;
            assert_eq!(sorted.is_ok(), can_sort(field), "{kind}.{}", field.key);
            let key = field.key.to_string();
            let summed = lists::footer(&ctx, kind, &Query::default(), &[key]).await;
            assert_eq!(summed.is_ok(), can_sum(field), "{kind}.{}", field.key);
        }
    }
}

#[tokio::test]
async fn a_foot_sums_what_is_filled_in_currency_by_currency() {
    let db = TestDb::new().await;
    db.pipeline(Kind::Deal, "Sales", &test_support::OPEN_WON_LOST)
        .await;
    for (title, amount) in [
        ("a1", Some(money(100, "EUR"))),
        ("a2", Some(money(50, "EUR"))),
        ("a3", Some(money(7, "USD"))),
        ("a4", None),
        ("b1", Some(money(1_000_000, "EUR"))),
    ] {
        let amount = amount.unwrap_or_default();
        let title = Value::Text(title.into());
        db.insert(Kind::Deal, [("title", title), ("amount", amount)])
            .await;
    }
    let ctx = db.system();
    let query = filtered("title:starts:a");
    let sums = lists::footer(&ctx, Kind::Deal, &query, &["amount".to_owned()])
        .await
        .expect("sums");
    let told: Vec<_> = sums[0]
        .totals
        .iter()
        .map(|total| {
            let code = total.currency.map(|currency| currency.code().to_owned());
            (code, total.count, total.amount.to_string())
        })
        .collect();
    assert_eq!(
        told,
        [
            (Some("EUR".to_owned()), 2, "150".to_owned()),
            (Some("USD".to_owned()), 1, "7".to_owned())
        ]
    );
}

#[tokio::test]
async fn rows_say_whether_they_still_fit_and_what_may_not_be_seen_is_not_there() {
    let db = TestDb::new().await;
    db.pipeline(Kind::Deal, "Sales", &test_support::OPEN_WON_LOST)
        .await;
    let anna = db.user("Anna", &[Role::Salesperson], None).await;
    let other = db.user("Olaf", &[Role::Salesperson], None).await;
    let mut ids = Vec::new();
    for (title, owner) in [("red", anna), ("blue", anna), ("red too", other)] {
        let values = [
            ("title", Value::Text(title.into())),
            ("owner_id", Value::Id(owner)),
        ];
        ids.push(db.insert(Kind::Deal, values).await);
    }
    let ctx = db.ctx_of(anna).await;
    let query = filtered("title:has:red");
    let rows = lists::rows(&ctx, Kind::Deal, &query, &ids)
        .await
        .expect("rows");
    let mut told: Vec<_> = rows.iter().map(|row| (row.record.id, row.fits)).collect();
    told.sort_unstable();
    assert_eq!(told, [(ids[0], true), (ids[1], false)]);
    write::delete(&ctx, domain::timeline::Via::Form, Kind::Deal, ids[0])
        .await
        .expect("deleted");
    let rows = lists::rows(&ctx, Kind::Deal, &query, &ids)
        .await
        .expect("rows");
    assert!(rows.iter().all(|row| row.record.id == ids[1]));
    assert!(
        lists::rows(&ctx, Kind::Deal, &query, &[])
            .await
            .expect("none")
            .is_empty()
    );
    let refused = lists::rows(&ctx, Kind::Deal, &filtered("colour:is:red"), &ids).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
}

#[tokio::test]
async fn a_list_is_opened_with_the_newest_event_that_it_surely_contains() {
    let db = TestDb::new().await;
    db.pipeline(Kind::Deal, "Sales", &test_support::OPEN_WON_LOST)
        .await;
    let anna = db.user("Anna", &[Role::Salesperson], None).await;
    let ctx = db.ctx_of(anna).await;
    let before = lists::open(&ctx, Kind::Deal, &Query::default())
        .await
        .expect("a list");
    let draft = Draft::of([("title", Value::Text("New".into()))]);
    let written = write::create(&ctx, domain::timeline::Via::Form, Kind::Deal, draft)
        .await
        .expect("made");
    let after = lists::open(&ctx, Kind::Deal, &Query::default())
        .await
        .expect("a list");
    assert_eq!(after.page.records.len(), before.page.records.len() + 1);
    assert!(before.seen < after.seen);
    assert_eq!(written.events.iter().max(), Some(&after.seen));
}
