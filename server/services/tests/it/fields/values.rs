//! Values of custom fields: found, linked, defaulted, refused, imported.

use domain::contact_point::PointType;
use domain::field::FieldType;
use domain::field_settings::FieldDraft;
use domain::timeline::Via;
use domain::value::Linked;
use domain::{Draft, Error, FieldDef, Kind, Money, Value};
use services::import::{self, Mapping, Options};
use services::records::write;
use services::{fields, operations};

use super::{Office, choices, draft, points, refusal, text};
use crate::write::eur;

#[tokio::test]
async fn a_phone_in_a_field_of_ones_own_is_found_by_number() {
    let office = Office::new().await;
    let pager = office
        .field(Kind::Company, "Pager", FieldType::Points(PointType::Phone))
        .await;
    let own = points(PointType::Phone, "22 555 01 00");
    let company = office
        .create(
            Kind::Company,
            draft(
                &[("name", text("A")), ("phones", own.clone())],
                &[(&pager, points(PointType::Phone, "601 234 567"))],
            ),
        )
        .await
        .unwrap();
    let by_number = async || {
        let sql = "select count(*) from contact_point where normalised = '+48601234567'";
        office.db.number(sql).await
    };
    assert_eq!(by_number().await, 1);
    // The kind's own phones are others.
    let record = office.get(Kind::Company, company).await;
    assert_eq!(record.value("phones"), &own);
    assert!(
        office
            .found(Kind::Company, "phones:has:601")
            .await
            .is_empty()
    );
    let change = Draft::of([("phones", Value::Empty)]);
    write::change(&office.admin, Via::Form, Kind::Company, company, change)
        .await
        .unwrap();
    assert_eq!(by_number().await, 1);
    let id = pager.custom_id().unwrap();
    fields::delete(&office.admin, id).await.unwrap();
    assert_eq!(by_number().await, 0);
    fields::restore(&office.admin, id).await.unwrap();
    assert_eq!(
        office
            .found(Kind::Company, &format!("{}:has:601", pager.key))
            .await,
        [company]
    );
}

#[tokio::test]
async fn links_and_users_must_be_there() {
    let office = Office::new().await;
    let partner = office
        .field(Kind::Company, "Partner", FieldType::Links(Kind::Company))
        .await;
    let who = office
        .field(Kind::Company, "Consultant", FieldType::User)
        .await;
    let a = office.company("A", &[]).await;
    for (field, value) in [
        (&partner, Value::Links(vec![Linked::to(a), Linked::to(999)])),
        (&who, Value::Id(999)),
    ] {
        let refused = office.set(Kind::Company, a, &[(field, value)]).await;
        assert_eq!(
            refusal(refused),
            [(field.key.to_string(), "there is no such record".to_owned())]
        );
    }
    let itself = office
        .set(
            Kind::Company,
            a,
            &[(&partner, Value::Links(vec![Linked::to(a)]))],
        )
        .await;
    assert_eq!(refusal(itself)[0].0, partner.key);
}

#[tokio::test]
async fn a_new_record_has_the_default_unless_its_maker_says_something() {
    let office = Office::new().await;
    let field = office
        .make(
            Kind::Company,
            FieldDraft {
                default: text("North"),
                required: true,
                ..FieldDraft::new("Region", FieldType::Text)
            },
        )
        .await;
    let plain = office.company("A", &[]).await;
    let other = office.company("B", &[(&field, text("South"))]).await;
    assert_eq!(
        office.get(Kind::Company, plain).await.value(&field.key),
        &text("North")
    );
    assert_eq!(
        office.get(Kind::Company, other).await.value(&field.key),
        &text("South")
    );
    let emptied = draft(&[("name", text("C"))], &[(&field, Value::Empty)]);
    assert_eq!(
        refusal(office.create(Kind::Company, emptied).await),
        [(field.key.to_string(), "must be filled in".to_owned())]
    );
}

#[tokio::test]
async fn what_is_too_much_is_refused_in_words_and_what_is_large_is_kept() {
    let office = Office::new().await;
    let money = office
        .field(Kind::Company, "Budget", FieldType::Money)
        .await;
    let line = office.field(Kind::Company, "Line", FieldType::Text).await;
    let long = office
        .field(Kind::Company, "Story", FieldType::LongText)
        .await;
    let day = office.field(Kind::Company, "Day", FieldType::Date).await;
    let company = office.company("A", &[]).await;
    let set = async |field: &FieldDef, value: Value| {
        office.set(Kind::Company, company, &[(field, value)]).await
    };
    let quadrillion = Money::new(10_i64.pow(15).into(), domain::money::Currency::EUR);
    let record = set(&money, Value::Money(quadrillion)).await.unwrap();
    assert_eq!(record.value(&money.key).as_money(), Some(quadrillion));
    let filter = format!("{}:ge:1000000000000000", money.key);
    assert_eq!(office.found(Kind::Company, &filter).await, [company]);
    let more = Money::new(10_i64.pow(18).into(), domain::money::Currency::EUR);
    assert_eq!(
        refusal(set(&money, Value::Money(more)).await)[0].0,
        money.key
    );
    let text_of = |length: usize| text(&"ظ".repeat(length));
    assert!(
        refusal(set(&line, text_of(50_000)).await)[0]
            .1
            .contains("at most 500")
    );
    let record = set(&long, text_of(50_000)).await.unwrap();
    assert_eq!(record.value(&long.key), &text_of(50_000));
    assert!(set(&long, text_of(100_001)).await.is_err());
    assert!(set(&day, Value::YesNo(true)).await.is_err());
    assert!(set(&line, Value::Integer(1)).await.is_err());
    // Half a NUL is no text of PostgreSQL's.
    let record = set(&line, text("a\0b")).await.unwrap();
    assert_eq!(record.value(&line.key), &text("ab"));
}

#[tokio::test]
async fn an_import_maps_fields_by_label_or_key() {
    let office = Office::new().await;
    let size = office
        .make(
            Kind::Company,
            choices("Company size", FieldType::Choice, &["Small", "Large"]),
        )
        .await;
    let budget = office
        .field(Kind::Company, "Budget", FieldType::Money)
        .await;
    let partner = office
        .field(Kind::Company, "Partner", FieldType::Link(Kind::Company))
        .await;
    let number = office
        .make(
            Kind::Company,
            FieldDraft {
                unique: true,
                required: true,
                ..FieldDraft::new("Number", FieldType::Integer)
            },
        )
        .await;
    let fields = format!(
        "\"company SIZE\" = \"Size\"\n{} = {{ column = \"Money\", currency = \"EUR\" }}\nPartner = \"With\"",
        budget.key
    );
    let mapping =
        |more: &str| format!("kind = \"company\"\n[fields]\nname = \"Name\"\n{fields}\n{more}");
    let csv = "Name,Size,Money,With,No\nA,Large,5,,1\nB,small,,A,2\nC,Huge,,,3\nD,Small,,,1\n";
    let run = async |mapping: &str| {
        let mapping = Mapping::parse(mapping)?;
        let mut refused = Vec::new();
        let imported = import::run(
            &office.admin,
            &mapping,
            &Options::default(),
            csv.as_bytes(),
            &mut refused,
            &mut |_| {},
        )
        .await?;
        Ok::<_, Error>((imported, String::from_utf8(refused).unwrap()))
    };
    let error = run(&mapping("")).await.unwrap_err().to_string();
    assert!(error.contains("“Number” is needed"), "{error}");
    let (imported, refused) = run(&mapping("Number = \"No\"")).await.unwrap();
    assert_eq!(
        (imported.rows.written, imported.rows.refused),
        (2, 2),
        "{refused}"
    );
    assert!(
        refused.contains("“Huge” is not one of the choices"),
        "{refused}"
    );
    assert!(refused.contains("“1” is already taken by “A”"), "{refused}");
    let a = office
        .found(Kind::Company, &format!("{}:is:1", number.key))
        .await[0];
    let b = office
        .found(Kind::Company, &format!("{}:is:{a}", partner.key))
        .await[0];
    let (a, b) = (
        office.get(Kind::Company, a).await,
        office.get(Kind::Company, b).await,
    );
    assert_eq!(a.value(&size.key), &text("o2"));
    assert_eq!(a.value(&budget.key), &eur(5));
    assert_eq!(b.value(&size.key), &text("o1"));
    let unknown = run("kind = \"company\"\n[fields]\nname = \"Name\"\nColour = \"Size\"").await;
    let error = unknown.unwrap_err().to_string();
    assert!(
        error.contains("no such field") && error.contains("Company size"),
        "{error}"
    );
    operations::undo(&office.admin, imported.operation.unwrap())
        .await
        .unwrap();
    assert_eq!(
        office.db.number("select count(*) from custom_unique").await,
        0
    );
}
