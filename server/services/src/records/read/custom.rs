//! Custom fields in SQL: conditions, orders and values of a schema made up for the test, over a
//! real database.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use domain::field::{FieldType, Storage};
use domain::query::Sort;
use domain::query::filter::Filter;
use domain::value::Linked;
use domain::{FieldDef, Kind, Money, RecordId, Value};
use sea_orm::ConnectionTrait;
use test_support::TestDb;

use super::cursor;
use super::order::Ordering;
use super::question::Question;
use super::select::{Selection, Titles};
use crate::Ctx;
use crate::live::Publisher;
use crate::schema::Schema;

fn schema() -> Schema {
    let custom =
        |id: i64, field_type| FieldDef::stored("", "Custom", field_type, Storage::Custom(id));
    let mut fields = Kind::Product.fields().to_vec();
    for (id, key, field_type) in [
        (1, "c1", FieldType::Text),
        (2, "c2", FieldType::Integer),
        (3, "c3", FieldType::Decimal),
        (4, "c4", FieldType::Money),
        (5, "c5", FieldType::Percent),
        (6, "c6", FieldType::YesNo),
        (7, "c7", FieldType::Date),
        (8, "c8", FieldType::DateTime),
        (9, "c9", FieldType::Choice),
        (10, "c10", FieldType::Choices),
        (11, "c11", FieldType::User),
        (12, "c12", FieldType::Users),
        (13, "c13", FieldType::Link(Kind::Company)),
        (14, "c14", FieldType::Links(Kind::Company)),
        (15, "c15", FieldType::LongText),
    ] {
        let mut field = custom(id, field_type);
        field.key = Cow::Borrowed(key);
        if matches!(field_type, FieldType::Choice | FieldType::Choices) {
            field = field.with_options(&[("low", "Low"), ("high", "High")]);
        }
        fields.push(field);
    }
    Schema {
        kind: Kind::Product,
        fields: Cow::Owned(fields),
    }
}

/// `test_support` was built with another copy of this crate: the context is put together here.
fn ctx(db: &TestDb) -> Ctx {
    let ctx = Ctx::system(db.db.clone(), Publisher::silent(), test_support::now());
    Ctx {
        time_zone: test_support::ZONE,
        request_id: Arc::from("test"),
        ..ctx
    }
}

async fn question<'a>(ctx: &'a Ctx, filter: &Filter) -> Question<'a> {
    let mut question = Question {
        ctx,
        schema: schema(),
        linked: BTreeMap::new(),
        country: "PL".into(),
    };
    for condition in filter.conditions() {
        question
            .reach(condition.path.link.as_deref())
            .await
            .unwrap();
    }
    filter
        .check(&question.schema.fields, |kind| question.fields_of(kind))
        .unwrap();
    question
}

/// The records that a filter lets through, in the order of their ids.
async fn found(ctx: &Ctx, filter: &str) -> Vec<RecordId> {
    let filter: Filter = filter.parse().unwrap();
    let question = question(ctx, &filter).await;
    let mut select = question.select(question.conditions(&filter, None, false).unwrap());
    select.expr(super::sql::plain("r.id"));
    select.order_by_expr(super::sql::plain("r.id"), sea_orm::sea_query::Order::Asc);
    let rows = ctx
        .db
        .query_all(&select)
        .await
        .unwrap_or_else(|e| panic!("{filter}: {e}"));
    rows.iter().map(|row| row.try_get_by(0).unwrap()).collect()
}

fn values(company: RecordId, user: i64) -> BTreeMap<String, Value> {
    let money = |text: &str| FieldType::Money.parse(text).unwrap();
    [
        ("c1", Value::Text("Blue_1".into())),
        ("c2", Value::Integer(7)),
        ("c3", Value::Decimal("12.5".parse().unwrap())),
        ("c4", money("100 EUR")),
        ("c5", Value::Decimal("40".parse().unwrap())),
        ("c6", Value::YesNo(true)),
        ("c7", Value::Date("2026-11-22".parse().unwrap())),
        (
            "c8",
            Value::DateTime("2026-11-21T23:30:00Z".parse().unwrap()),
        ),
        ("c9", Value::Text("high".into())),
        ("c10", Value::Texts(vec!["low".into(), "high".into()])),
        ("c11", Value::Id(user)),
        ("c12", Value::Ids(vec![user])),
        ("c13", Value::Links(vec![Linked::to(company)])),
        ("c14", Value::Links(vec![Linked::to(company)])),
        ("c15", Value::Text("A long text".into())),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect()
}

#[tokio::test]
async fn a_custom_field_is_asked_for_like_a_built_in_one() {
    let db = TestDb::new().await;
    let ctx = ctx(&db);
    let user = db.user("Anna", &[], None).await;
    let industry = ("industry", Value::Text("steel".into()));
    let company = db
        .insert(
            Kind::Company,
            [("name", Value::Text("Roofs".into())), industry],
        )
        .await;
    let fields = schema().fields;
    let full = db
        .insert_with(Kind::Product, &fields, values(company, user))
        .await;
    let bare = db
        .insert_with(Kind::Product, &fields, BTreeMap::new())
        .await;
    for filter in [
        "c1:is:Blue_1",
        "c1:has:blue\\_",
        "c1:starts:BLUE",
        "c1:is:x:Blue_1",
        "c15:has:LONG",
        "c2:is:7",
        "c2:gt:6",
        "c2:between:7:9",
        "c3:le:12.5",
        "c3:is:12.50",
        "c4:is:100",
        "c4:ge:100 EUR",
        "c5:lt:50",
        "c6:is:yes",
        "c7:is:2026-11-22",
        "c7:in:today",
        "c7:between:2026-11-01:2026-11-30",
        "c8:in:today",
        "c8:is:2026-11-22",
        "c8:lt:2026-11-21T23\\:31\\:00Z",
        "c8:ge:2026-11-22",
        "c9:is:high",
        "c10:is:low",
        "c10:is:gone:high",
        "c13.industry:is:steel",
        "c14.name:has:roof",
        "c14.industry:filled",
    ] {
        assert_eq!(found(&ctx, filter).await, [full], "{filter}");
        assert_eq!(
            found(&ctx, &format!("not({filter})")).await,
            [bare],
            "not {filter}"
        );
    }
    for (key, id) in [
        ("c11", user),
        ("c12", user),
        ("c13", company),
        ("c14", company),
    ] {
        assert_eq!(
            found(&ctx, &format!("{key}:is:{id}")).await,
            [full],
            "{key}"
        );
        assert_eq!(
            found(&ctx, &format!("{key}:not:{id}")).await,
            [bare],
            "{key}"
        );
    }
    for filter in [
        "c4:is:100 USD",
        "c8:is:2026-11-21",
        "c8:lt:2026-11-22",
        "c1:has:blue1",
    ] {
        assert!(found(&ctx, filter).await.is_empty(), "{filter}");
    }
    for id in 1..=15 {
        assert_eq!(found(&ctx, &format!("c{id}:filled")).await, [full], "c{id}");
        assert_eq!(found(&ctx, &format!("c{id}:empty")).await, [bare], "c{id}");
    }
}

#[tokio::test]
async fn a_custom_value_is_read_as_it_was_stored_and_sorted_by_what_it_is() {
    let db = TestDb::new().await;
    let ctx = ctx(&db);
    let user = db.user("Anna", &[], None).await;
    let company = db
        .insert(Kind::Company, [("name", Value::Text("Roofs".into()))])
        .await;
    let fields = schema().fields;
    let stored = values(company, user);
    let low = db.insert_with(Kind::Product, &fields, stored.clone()).await;
    let mut more = stored.clone();
    more.insert("c2".into(), Value::Integer(10));
    more.insert("c3".into(), Value::Decimal("100".parse().unwrap()));
    let eur = domain::money::Currency::EUR;
    more.insert("c4".into(), Value::Money(Money::new(1000.into(), eur)));
    more.insert(
        "c8".into(),
        Value::DateTime("2027-01-01T00:00:00Z".parse().unwrap()),
    );
    let high = db.insert_with(Kind::Product, &fields, more).await;
    let none = db
        .insert_with(Kind::Product, &fields, BTreeMap::new())
        .await;

    let question = question(&ctx, &Filter::everything()).await;
    let selection = Selection::all(&question.schema, Titles::SeenBy(&ctx.actor));
    for key in ["c2", "c3", "c4", "c8"] {
        for (descending, expected) in [(false, [low, high, none]), (true, [high, low, none])] {
            let sort = [Sort {
                field: key.to_owned(),
                descending,
            }];
            let order = Ordering::of(&question, &sort).unwrap();
            let mut read = Vec::new();
            let mut after = None;
            // A page of one record at a time.
            loop {
                let mut conditions = question
                    .conditions(&Filter::everything(), None, false)
                    .unwrap();
                if let Some(after) = &after {
                    conditions.push(order.after(&cursor::read(&order, after).unwrap()));
                }
                let mut select = question.select(conditions);
                select.exprs(order.0.iter().map(|key| key.expr.clone()));
                select.exprs(selection.columns());
                order.apply(&mut select);
                let Some(row) = ctx.db.query_one(select.limit(1)).await.unwrap() else {
                    break;
                };
                let record = selection.record(&row, order.0.len()).unwrap();
                after = Some(cursor::write(&order, &row).unwrap());
                if record.id == low {
                    for (key, value) in &stored {
                        assert_eq!(record.value(key), value, "{key}");
                    }
                    for key in ["c13", "c14"] {
                        let Value::Links(links) = record.value(key) else {
                            panic!("{key}")
                        };
                        assert_eq!(links[0].title.as_deref(), Some("Roofs"));
                    }
                }
                read.push(record.id);
            }
            assert_eq!(read, expected, "{key} {descending}");
        }
    }
}
