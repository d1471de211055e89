//! Fields in which no two records may have the same.

use std::sync::Arc;

use domain::contact_point::{ContactPoint, PointType};
use domain::field::FieldType;
use domain::field_settings::FieldDraft;
use domain::rights::Role;
use domain::timeline::Via;
use domain::{Draft, Error, FieldDef, Kind, Problem, Value};
use services::records::write::{self, Operation};
use services::{fields, operations};

use super::{Office, draft, refusal, text};

fn unique(label: &str, of: FieldType) -> FieldDraft {
    FieldDraft {
        unique: true,
        ..FieldDraft::new(label, of)
    }
}

fn phone(number: &str) -> Value {
    Value::Points(vec![ContactPoint::new(PointType::Phone, number)])
}

fn number(digits: &str) -> Value {
    Value::Decimal(digits.parse().expect("a number"))
}

async fn claims(office: &Office) -> i64 {
    office.db.number("select count(*) from custom_unique").await
}

#[tokio::test]
async fn two_records_cannot_have_the_same_however_it_is_written() {
    let office = Office::new().await;
    let web = |address: &str| text(address);
    for (field_type, one, same, other) in [
        (FieldType::Text, text("AB-1"), text("ab-1"), text("AB-2")),
        (
            FieldType::Integer,
            Value::Integer(7),
            Value::Integer(7),
            Value::Integer(8),
        ),
        (
            FieldType::Decimal,
            number("7.50"),
            number("7.5"),
            number("7.51"),
        ),
        (
            FieldType::Url,
            web("https://a.example"),
            web("https://a.example"),
            web("https://b.example"),
        ),
        (
            FieldType::Points(PointType::Phone),
            phone("601 234 567"),
            phone("+48 (601) 234-567"),
            phone("601 234 568"),
        ),
        (
            FieldType::Points(PointType::Email),
            Value::Points(vec![ContactPoint::new(
                PointType::Email,
                "Anna@Example.com",
            )]),
            Value::Points(vec![ContactPoint::new(
                PointType::Email,
                "anna@example.COM",
            )]),
            Value::Points(vec![ContactPoint::new(PointType::Email, "ben@example.com")]),
        ),
    ] {
        let label = format!("{field_type:?}");
        let field = office.make(Kind::Company, unique(&label, field_type)).await;
        let first = office.company("First", &[(&field, one.clone())]).await;
        let second = draft(&[("name", text("Second"))], &[(&field, same.clone())]);
        let error = office.create(Kind::Company, second).await.unwrap_err();
        let problem = &error.field_errors()[0].problem;
        assert!(
            matches!(problem, Problem::TakenBy { title, .. } if title == "First"),
            "{label}: {error}"
        );
        let second = office.company("Second", &[(&field, other.clone())]).await;
        office.company("Third", &[]).await;
        office.company("Fourth", &[]).await;
        let refused = office
            .set(Kind::Company, second, &[(&field, same.clone())])
            .await;
        assert_eq!(refusal(refused)[0].0, field.key);
        // Its own is no other's, written in whatever way; and what is given up is free.
        office
            .set(Kind::Company, first, &[(&field, same.clone())])
            .await
            .unwrap();
        office
            .set(Kind::Company, first, &[(&field, Value::Empty)])
            .await
            .unwrap();
        office
            .set(Kind::Company, second, &[(&field, one.clone())])
            .await
            .unwrap();
        fields::delete(&office.admin, field.custom_id().unwrap())
            .await
            .unwrap();
        assert_eq!(claims(&office).await, 0);
    }
}

#[tokio::test]
async fn nobody_learns_a_title_that_they_may_not_see() {
    let office = Office::new().await;
    let field = office
        .make(Kind::Company, unique("Number", FieldType::Text))
        .await;
    office.company("Secret", &[(&field, text("1"))]).await;
    let ben = office.db.user("Ben", &[Role::Salesperson], None).await;
    let ben = office.db.ctx_of(ben).await;
    let mine = draft(&[("name", text("Mine"))], &[(&field, text("1"))]);
    let refused = write::create(&ben, Via::Form, Kind::Company, mine).await;
    assert_eq!(
        refusal(refused),
        [(field.key.to_string(), "is taken already".to_owned())]
    );
}

#[tokio::test]
async fn the_recycle_bin_keeps_nothing_taken() {
    let office = Office::new().await;
    let field = office
        .make(Kind::Company, unique("Number", FieldType::Text))
        .await;
    let first = office.company("First", &[(&field, text("1"))]).await;
    write::delete(&office.admin, Via::Form, Kind::Company, first)
        .await
        .unwrap();
    let second = office.company("Second", &[(&field, text("1"))]).await;
    let back = write::restore(&office.admin, Via::Form, Kind::Company, first).await;
    assert_eq!(
        refusal(back),
        [(
            field.key.to_string(),
            "“1” is already taken by “Second”".to_owned()
        )]
    );
    let free = office
        .set(Kind::Company, second, &[(&field, text("2"))])
        .await;
    free.unwrap();
    write::restore(&office.admin, Via::Form, Kind::Company, first)
        .await
        .unwrap();
    assert_eq!(claims(&office).await, 2);
}

#[tokio::test]
async fn a_batch_may_hand_values_on_and_only_doubles_are_refused() {
    let office = Office::new().await;
    let field = office
        .make(Kind::Company, unique("Number", FieldType::Text))
        .await;
    let mut ids = Vec::new();
    for value in ["1", "2", "3"] {
        ids.push(office.company(value, &[(&field, text(value))]).await);
    }
    let change = async |values: &[(usize, &str)]| {
        let mut operation = Operation::begin(&office.admin, Via::Bulk, "")
            .await
            .unwrap();
        let drafts = values
            .iter()
            .map(|&(at, value)| (ids[at], draft(&[], &[(&field, text(value))])))
            .collect();
        let answers = operation.change(Kind::Company, drafts).await.unwrap();
        let finished = operation.commit().await.unwrap();
        let refused: Vec<bool> = answers.iter().map(Result::is_err).collect();
        (refused, finished.operation)
    };
    // In a ring.
    let (refused, ring) = change(&[(0, "2"), (1, "3"), (2, "1")]).await;
    assert_eq!(refused, [false, false, false]);
    assert_eq!(claims(&office).await, 3);
    // Undone as a whole.
    operations::undo(&office.admin, ring.unwrap())
        .await
        .unwrap();
    assert_eq!(
        office.get(Kind::Company, ids[0]).await.value(&field.key),
        &text("1")
    );
    // The first may not give its value up, since it gets none: so the second does not get it.
    let (refused, _) = change(&[(0, "3"), (1, "1")]).await;
    assert_eq!(refused, [true, true]);
    let (refused, _) = change(&[(0, "4"), (1, "4"), (2, "5")]).await;
    assert_eq!(refused, [false, true, false]);
    // New ones among themselves.
    let mut operation = Operation::begin(&office.admin, Via::Import, "")
        .await
        .unwrap();
    let new = |name: &str| draft(&[("name", text(name))], &[(&field, text("9"))]);
    let answers = operation
        .create(Kind::Company, vec![new("Nine"), new("Nine again")])
        .await
        .unwrap();
    assert!(answers[0].is_ok());
    let error = answers[1].as_ref().unwrap_err().to_string();
    assert_eq!(error, "Number: “9” is already taken by “Nine”");
    operation.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_at_the_same_moment_one_is_told() {
    let office = Arc::new(Office::new().await);
    let field = office
        .make(Kind::Company, unique("Number", FieldType::Text))
        .await;
    for round in 0..5 {
        let tries = (0..8).map(|n| {
            let (office, key) = (office.clone(), field.key.to_string());
            tokio::spawn(async move {
                let values = Draft::of([
                    ("name", text(&format!("{round}.{n}"))),
                    (key.as_str(), text(&format!("R{round}"))),
                ]);
                office.create(Kind::Company, values).await
            })
        });
        let mut made = 0;
        for outcome in futures::future::join_all(tries).await {
            match outcome.unwrap() {
                Ok(_) => made += 1,
                Err(error) => assert!(
                    matches!(error.field_errors()[0].problem, Problem::TakenBy { .. }),
                    "{error:?}"
                ),
            }
        }
        assert_eq!(made, 1);
    }
}

#[tokio::test]
async fn a_field_becomes_unique_only_when_no_two_records_have_the_same() {
    let office = Office::new().await;
    let field = office.field(Kind::Company, "Number", FieldType::Text).await;
    let id = field.custom_id().unwrap();
    let first = office.company("First", &[(&field, text("a"))]).await;
    let second = office.company("Second", &[(&field, text("A"))]).await;
    let deleted = office.company("Deleted", &[(&field, text("a"))]).await;
    write::delete(&office.admin, Via::Form, Kind::Company, deleted)
        .await
        .unwrap();
    office.company("Other", &[(&field, text("b"))]).await;
    let turn_on =
        async || fields::change(&office.admin, id, unique("Number", FieldType::Text)).await;
    let words = format!("is not so yet: “a” in First (#{first}), Second (#{second})");
    assert_eq!(refusal(turn_on().await), [("unique".to_owned(), words)]);
    let stays = |field: &FieldDef| assert!(!field.unique);
    stays(
        &fields::settings(&office.admin, Kind::Company)
            .await
            .unwrap()
            .fields[0],
    );
    office
        .set(Kind::Company, second, &[(&field, text("c"))])
        .await
        .unwrap();
    assert!(turn_on().await.unwrap().unique);
    let again = office
        .set(Kind::Company, second, &[(&field, text("B"))])
        .await;
    assert_eq!(refusal(again)[0].1, "“b” is already taken by “Other”");
    // In the bin and out again, with what was written meanwhile.
    fields::delete(&office.admin, id).await.unwrap();
    fields::restore(&office.admin, id).await.unwrap();
    assert_eq!(claims(&office).await, 3);
    let off = FieldDraft::new("Number", FieldType::Text);
    fields::change(&office.admin, id, off).await.unwrap();
    office
        .set(Kind::Company, second, &[(&field, text("B"))])
        .await
        .unwrap();
    assert_eq!(claims(&office).await, 0);
}

#[tokio::test]
async fn who_is_writing_while_a_field_becomes_unique_is_waited_for() {
    let office = Office::new().await;
    let field = office.field(Kind::Company, "Number", FieldType::Text).await;
    let mut operation = Operation::begin(&office.admin, Via::Form, "")
        .await
        .unwrap();
    let new = |name: &str| draft(&[("name", text(name))], &[(&field, text("1"))]);
    let answers = operation
        .create(Kind::Company, vec![new("A"), new("B")])
        .await
        .unwrap();
    assert!(answers.iter().all(Result::is_ok));
    let (turned_on, ()) = tokio::join!(
        fields::change(
            &office.admin,
            field.custom_id().unwrap(),
            unique("Number", FieldType::Text)
        ),
        async {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            operation.commit().await.unwrap();
        }
    );
    assert_eq!(refusal(turned_on)[0].0, "unique");
    // Who writes for too long is not waited for, and nobody else waits behind.
    let mut operation = Operation::begin(&office.admin, Via::Import, "")
        .await
        .unwrap();
    operation
        .create(Kind::Company, vec![Draft::of([("name", text("C"))])])
        .await
        .unwrap();
    let busy = fields::change(
        &office.admin,
        field.custom_id().unwrap(),
        unique("Number", FieldType::Text),
    )
    .await;
    assert!(
        matches!(&busy, Err(Error::Invalid(errors)) if errors[0].to_string().contains("Try again")),
        "{busy:?}"
    );
}
