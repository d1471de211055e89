//! A field of every type is written, read, asked for, emptied and undone.

use domain::contact_point::PointType;
use domain::field::FieldType;
use domain::field_settings::FieldDraft;
use domain::query::Query;
use domain::value::Linked;
use domain::{FieldDef, Kind, RecordId, Value};
use services::records::read;
use services::{operations, timeline};

use super::{Office, choices, draft, points, text};
use crate::write::eur;

/// A field of every type, with a value of it and a question that finds it.
async fn of_every_type(
    office: &Office,
    company: RecordId,
    user: i64,
) -> Vec<(FieldDef, Value, Vec<String>)> {
    let mut all = Vec::new();
    for (number, field_type) in FieldDraft::types().into_iter().enumerate() {
        let label = format!("F{number}");
        let link = || Value::Links(vec![Linked::to(company)]);
        let (value, asked) = match field_type {
            FieldType::Text => (
                text("Blue_1"),
                vec!["is:Blue_1", "has:blue\\_", "starts:BLUE", "is:x:Blue_1"],
            ),
            FieldType::LongText => (text("A long text"), vec!["has:LONG", "starts:a l"]),
            FieldType::Integer => (Value::Integer(7), vec!["is:7", "gt:6", "between:7:9"]),
            FieldType::Decimal => (
                Value::Decimal("12.5".parse().expect("a number")),
                vec!["le:12.5", "is:12.50"],
            ),
            FieldType::Money => (eur(100), vec!["is:100", "ge:100 EUR"]),
            FieldType::Percent => (Value::Decimal(40.into()), vec!["lt:50", "is:40"]),
            FieldType::YesNo => (Value::YesNo(true), vec!["is:yes"]),
            FieldType::Date => (
                Value::Date("2026-11-22".parse().expect("a day")),
                vec!["is:2026-11-22", "in:today", "between:2026-11-01:2026-11-30"],
            ),
            FieldType::DateTime => (
                Value::DateTime("2026-11-21T23:30:00Z".parse().expect("a moment")),
                vec![
                    "in:today",
                    "is:2026-11-22",
                    "lt:2026-11-21T23\\:31\\:00Z",
                    "ge:2026-11-22",
                ],
            ),
            FieldType::Choice => (text("o2"), vec!["is:o2", "is:o1:o2", "is:gone:o2"]),
            FieldType::Choices => (
                Value::Texts(vec!["o1".into(), "o2".into()]),
                vec!["is:o2", "is:gone:o1"],
            ),
            FieldType::User => (Value::Id(user), vec!["is:me", "is:my_department"]),
            FieldType::Link(Kind::Company) | FieldType::Links(Kind::Company) => (link(), vec![]),
            FieldType::Points(PointType::Phone) => (
                points(PointType::Phone, "601 234 567"),
                vec!["is:+48 601-234-567", "has:234567", "has:601 2"],
            ),
            FieldType::Points(PointType::Email) => (
                points(PointType::Email, "Anna@Example.com"),
                vec!["is:anna@example.com", "has:EXAMPLE"],
            ),
            FieldType::Url => (
                text("https://a.example/x"),
                vec!["has:a.example", "is:https\\://a.example/x"],
            ),
            _ => continue,
        };
        let draft = match field_type {
            FieldType::Choice | FieldType::Choices => choices(&label, field_type, &["Low", "High"]),
            _ => FieldDraft::new(&label, field_type),
        };
        let field = office.make(Kind::Product, draft).await;
        let mut asked: Vec<String> = asked.iter().map(|a| format!("{}:{a}", field.key)).collect();
        if matches!(field_type, FieldType::Link(_) | FieldType::Links(_)) {
            let key = &field.key;
            asked.push(format!("{key}:is:{company}"));
            asked.push(format!("{key}.industry:is:steel"));
            asked.push(format!("{key}.name:has:roof"));
        }
        all.push((field, value, asked));
    }
    all
}

#[tokio::test]
async fn every_type_is_written_read_and_asked_for_like_a_built_in_field() {
    let office = Office::new().await;
    let user = office.admin.actor.user_id.unwrap();
    let industry = [("name", text("Roofs")), ("industry", text("steel"))];
    let company = office
        .create(Kind::Company, draft(&industry, &[]))
        .await
        .unwrap();
    let all = of_every_type(&office, company, user).await;
    assert!(all.len() > 16);
    let values: Vec<(&FieldDef, Value)> = all.iter().map(|(f, v, _)| (f, v.clone())).collect();
    let full = office
        .create(Kind::Product, draft(&[("name", text("Full"))], &values))
        .await
        .unwrap();
    let bare = office
        .create(Kind::Product, draft(&[("name", text("Bare"))], &[]))
        .await
        .unwrap();
    let record = office.get(Kind::Product, full).await;
    for (field, value, asked) in &all {
        let key = &field.key;
        assert_eq!(record.value(key), value, "{key}");
        if let Value::Links(links) = record.value(key) {
            assert_eq!(links[0].title.as_deref(), Some("Roofs"));
        }
        for filter in asked {
            assert_eq!(
                office.found(Kind::Product, filter).await,
                [full],
                "{filter}"
            );
            let not = format!("not({filter})");
            assert_eq!(office.found(Kind::Product, &not).await, [bare], "{not}");
        }
        assert_eq!(
            office.found(Kind::Product, &format!("{key}:filled")).await,
            [full]
        );
        assert_eq!(
            office.found(Kind::Product, &format!("{key}:empty")).await,
            [bare]
        );
    }
    // Few are read one by one, many at once: it is the same.
    let few = Query {
        columns: all
            .iter()
            .take(3)
            .map(|(field, ..)| field.key.to_string())
            .collect(),
        ..Query::default()
    };
    let page = read::list(&office.admin, Kind::Product, &few)
        .await
        .unwrap();
    let listed = page
        .records
        .iter()
        .find(|record| record.id == full)
        .unwrap();
    for (field, value, _) in all.iter().take(3) {
        assert_eq!(listed.value(&field.key), value);
    }
    // Emptied one after the other, each alone.
    for (field, ..) in &all {
        let record = office
            .set(Kind::Product, full, &[(field, Value::Empty)])
            .await
            .unwrap();
        assert!(record.value(&field.key).is_empty());
    }
    let stored = office
        .db
        .rows(&format!(
            "select custom::text from product where id = {full}"
        ))
        .await;
    assert_eq!(stored[0].try_get_by::<String, _>(0).unwrap(), "{}");
    assert_eq!(
        office.db.number("select count(*) from contact_point").await,
        0
    );
    // Undone in one step with the log, which knows each by its key.
    let told = timeline::read(
        &office.admin,
        Kind::Product,
        full,
        domain::timeline::Told::All,
        None,
    )
    .await
    .unwrap();
    for entry in told.entries.iter().take(all.len()) {
        operations::undo(&office.admin, entry.operation)
            .await
            .unwrap();
    }
    let record = office.get(Kind::Product, full).await;
    for (field, value, _) in &all {
        assert_eq!(record.value(&field.key), value, "{}", field.key);
    }
}
