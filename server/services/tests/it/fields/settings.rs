//! Making, changing, ordering and deleting fields.

use std::sync::{Arc, Mutex};

use domain::field::FieldType;
use domain::field_settings::FieldDraft;
use domain::rights::Role;
use domain::{Error, FieldDef, Kind, Value};
use services::live::{Announcement, Publisher};
use services::{Ctx, accounts, fields, schema, workspace};
use test_support::OPEN_WON_LOST;

use super::{Office, choices, refusal, text};

async fn labels(office: &Office, kind: Kind) -> Vec<String> {
    let settings = fields::settings(&office.admin, kind)
        .await
        .expect("the settings");
    settings
        .fields
        .iter()
        .map(|f| f.label.to_string())
        .collect()
}

#[tokio::test]
async fn only_administrators_shape_fields() {
    let office = Office::new().await;
    let field = office.field(Kind::Deal, "Budget", FieldType::Money).await;
    let id = field.custom_id().unwrap();
    for role in [Role::Salesperson, Role::HeadOfSales, Role::Director] {
        let user = office.db.user("Ben", &[role], None).await;
        let ctx = office.db.ctx_of(user).await;
        let draft = || FieldDraft::new("Mine", FieldType::Text);
        let refused = [
            fields::settings(&ctx, Kind::Deal).await.err(),
            fields::create(&ctx, Kind::Deal, draft()).await.err(),
            fields::change(&ctx, id, draft()).await.err(),
            fields::order(&ctx, Kind::Deal, vec![id]).await.err(),
            fields::delete(&ctx, id).await.err(),
            fields::restore(&ctx, id).await.err(),
        ];
        for error in refused {
            assert!(matches!(error, Some(Error::Forbidden(_))), "{error:?}");
        }
        // Everybody knows the fields, though.
        let fields = workspace::load(&ctx).await.unwrap().fields(Kind::Deal);
        assert!(fields.contains(&field));
    }
}

#[tokio::test]
async fn every_type_can_be_made_and_comes_back_as_it_was_described() {
    let office = Office::new().await;
    let sales = office
        .db
        .pipeline(Kind::Deal, "Sales", &OPEN_WON_LOST)
        .await;
    for (number, field_type) in FieldDraft::types().into_iter().enumerate() {
        let mut draft = FieldDraft::new(&format!("  Field   {number} "), field_type);
        draft.help = "Ask the client.".into();
        draft.section = "Contract".into();
        draft.on_card = true;
        draft.required_from = vec![sales.stages[1].id];
        if matches!(field_type, FieldType::Choice | FieldType::Choices) {
            draft.options = choices("", field_type, &["One", "Two"]).options;
        }
        let made = office.make(Kind::Deal, draft).await;
        assert_eq!(made.label, format!("Field {number}"));
        assert_eq!(made.key, format!("c{}", made.custom_id().unwrap()));
        let there = schema::load(&office.admin, Kind::Deal).await.unwrap();
        let there = there.field(&made.key).unwrap();
        assert_eq!(*there, made);
        assert_eq!(there.field_type, field_type);
        assert_eq!(there.section, "Contract");
        assert_eq!(there.required_from, [sales.stages[1].id]);
    }
    let settings = fields::settings(&office.admin, Kind::Deal).await.unwrap();
    assert_eq!(settings.fields.len(), FieldDraft::types().len());
    assert!(settings.deleted.is_empty());
    // Another kind has none of them.
    let other = schema::load(&office.admin, Kind::Contact).await.unwrap();
    assert_eq!(other.custom().count(), 0);
}

#[tokio::test]
async fn a_draft_that_does_not_fit_names_its_inputs() {
    let office = Office::new().await;
    let create =
        async |draft: FieldDraft| fields::create(&office.admin, Kind::Company, draft).await;
    let plain = |label: &str| FieldDraft::new(label, FieldType::Text);
    office.field(Kind::Company, "Region", FieldType::Text).await;
    let one = |field: &str, words: &str| vec![(field.to_owned(), words.to_owned())];
    assert_eq!(
        refusal(create(plain(" ")).await),
        one("label", "must be filled in")
    );
    assert_eq!(
        refusal(create(plain("REGION")).await),
        one("label", "is taken already")
    );
    assert_eq!(
        refusal(create(plain("industry")).await),
        one("label", "is taken already"),
        "a built-in field's"
    );
    // The same label on another kind is another field.
    office.field(Kind::Deal, "Region", FieldType::Text).await;
    let mut stages = FieldDraft::new("Later", FieldType::Text);
    stages.required_from = vec![99];
    let made = office.make(Kind::Company, stages.clone()).await;
    assert!(made.required_from.is_empty(), "companies have no stages");
    let refused = fields::create(&office.admin, Kind::Deal, stages).await;
    assert_eq!(refusal(refused)[0].0, "required_from");
    let mut nobody = FieldDraft::new("Consultant", FieldType::User);
    nobody.default = Value::Id(12345);
    assert_eq!(refusal(create(nobody).await)[0].0, "default");
    assert_eq!(
        fields::change(&office.admin, 999, plain("X")).await,
        Err(Error::NotFound)
    );
}

#[tokio::test]
async fn choices_keep_their_keys_and_those_that_records_hold_are_retired() {
    let office = Office::new().await;
    for field_type in [FieldType::Choice, FieldType::Choices] {
        let label = format!("{field_type:?}");
        let made = office
            .make(Kind::Company, choices(&label, field_type, &["A", "B", "C"]))
            .await;
        let id = made.custom_id().unwrap();
        let keys: Vec<String> = made.options.iter().map(|o| o.key.to_string()).collect();
        let value = |key: &str| match field_type {
            FieldType::Choice => text(key),
            _ => Value::Texts(vec![key.to_owned()]),
        };
        let holder = office.company("Holder", &[(&made, value(&keys[1]))]).await;
        let mut draft = FieldDraft::of(&made);
        draft.options[0].label = "Anew".into();
        draft.options.truncate(1);
        draft
            .options
            .extend(choices("", field_type, &["D"]).options);
        let changed = fields::change(&office.admin, id, draft).await.unwrap();
        let left: Vec<_> = changed
            .options
            .iter()
            .map(|o| (o.key.as_ref(), o.label.as_ref(), o.retired))
            .collect();
        // A is called something else, B is held and stays retired, C was nobody's and is gone.
        assert_eq!(
            left,
            [
                (keys[0].as_str(), "Anew", false),
                ("o4", "D", false),
                (keys[1].as_str(), "B", true)
            ]
        );
        // Who has it keeps it, whatever else is changed.
        let record = office
            .set(Kind::Company, holder, &[(&made, value(&keys[1]))])
            .await
            .unwrap();
        assert_eq!(record.value(&made.key), &value(&keys[1]));
        assert_eq!(
            office
                .found(Kind::Company, &format!("{}:is:{}", made.key, keys[1]))
                .await,
            [holder]
        );
        // Nobody gets it anew, not even who had it before.
        let refused = office.create(
            Kind::Company,
            super::draft(&[("name", text("New"))], &[(&made, value(&keys[1]))]),
        );
        assert_eq!(
            refusal(refused.await),
            [(
                made.key.to_string(),
                "“B” is not one of the choices".to_owned()
            )]
        );
        office
            .set(Kind::Company, holder, &[(&made, value("o4"))])
            .await
            .unwrap();
        let back = office
            .set(Kind::Company, holder, &[(&made, value(&keys[1]))])
            .await;
        assert_eq!(refusal(back)[0].0, made.key);
    }
}

#[tokio::test]
async fn a_text_may_grow_and_nothing_else_changes_its_type() {
    let office = Office::new().await;
    let field = office.field(Kind::Company, "Terms", FieldType::Text).await;
    let company = office.company("A", &[(&field, text("Net 30"))]).await;
    let id = field.custom_id().unwrap();
    let refused = fields::change(
        &office.admin,
        id,
        FieldDraft::new("Terms", FieldType::Integer),
    );
    assert_eq!(refusal(refused.await)[0].0, "field_type");
    let longer = FieldDraft::new("Terms", FieldType::LongText);
    fields::change(&office.admin, id, longer).await.unwrap();
    let record = office.get(Kind::Company, company).await;
    assert_eq!(record.value(&field.key), &text("Net 30"));
    let long = "ż".repeat(50_000);
    let record = office
        .set(Kind::Company, company, &[(&field, text(&long))])
        .await
        .unwrap();
    assert_eq!(record.value(&field.key), &text(&long));
}

#[tokio::test]
async fn fields_stand_in_the_order_that_was_chosen() {
    let office = Office::new().await;
    let mut ids = Vec::new();
    for label in ["A", "B", "C"] {
        let field = office.field(Kind::Contact, label, FieldType::Text).await;
        ids.push(field.custom_id().unwrap());
    }
    fields::order(&office.admin, Kind::Contact, vec![ids[2], ids[0], 999])
        .await
        .unwrap();
    assert_eq!(labels(&office, Kind::Contact).await, ["C", "A", "B"]);
    office.field(Kind::Contact, "D", FieldType::Text).await;
    assert_eq!(labels(&office, Kind::Contact).await, ["C", "A", "B", "D"]);
}

#[tokio::test]
async fn a_deleted_field_is_nowhere_and_comes_back_with_its_values() {
    let office = Office::new().await;
    let field = office.field(Kind::Company, "Region", FieldType::Text).await;
    let id = field.custom_id().unwrap();
    let company = office.company("A", &[(&field, text("North"))]).await;
    office.company("B", &[]).await;
    fields::delete(&office.admin, id).await.unwrap();

    assert!(labels(&office, Kind::Company).await.is_empty());
    let settings = fields::settings(&office.admin, Kind::Company)
        .await
        .unwrap();
    assert_eq!(settings.deleted[0].field.label, "Region");
    assert_eq!(settings.deleted[0].records, 1);
    assert_eq!(settings.deleted[0].deleted_at, office.admin.now);
    let record = office.get(Kind::Company, company).await;
    assert!(record.value(&field.key).is_empty());
    // Whatever names it is answered in words.
    let gone = |result| {
        assert_eq!(
            refusal(result),
            [(field.key.to_string(), "there is no such field".to_owned())]
        );
    };
    gone(
        office
            .listed(Kind::Company, &format!("{}:is:North", field.key), &[])
            .await,
    );
    gone(
        office
            .listed(Kind::Company, "", &[(&field.key, true)])
            .await,
    );
    let written = office
        .set(Kind::Company, company, &[(&field, text("South"))])
        .await;
    gone(written.map(|_| Vec::new()));
    assert_eq!(
        fields::delete(&office.admin, id).await,
        Err(Error::NotFound)
    );

    // Its label may be used again, and is in the way then.
    let other = office.field(Kind::Company, "region", FieldType::Text).await;
    assert_eq!(
        refusal(fields::restore(&office.admin, id).await)[0].0,
        "label"
    );
    fields::delete(&office.admin, other.custom_id().unwrap())
        .await
        .unwrap();
    assert_eq!(fields::restore(&office.admin, id).await.unwrap(), field);
    let record = office.get(Kind::Company, company).await;
    assert_eq!(record.value(&field.key), &text("North"));
    assert_eq!(
        fields::restore(&office.admin, id).await,
        Err(Error::NotFound)
    );
}

#[tokio::test]
async fn a_change_is_logged_announced_and_known_at_once_everywhere() {
    let office = Office::new().await;
    let (publisher, mut told) = Publisher::new();
    let admin = Ctx {
        publisher,
        ..office.admin.clone()
    };
    let mut draft = FieldDraft::new("Budget", FieldType::Money);
    let field = fields::create(&admin, Kind::Deal, draft.clone())
        .await
        .unwrap();
    assert_eq!(told.recv().await, Some(Announcement::Workspace));
    // What stands on cards stands on boards that are open.
    draft.on_card = true;
    fields::change(&admin, field.custom_id().unwrap(), draft)
        .await
        .unwrap();
    assert_eq!(told.recv().await, Some(Announcement::Workspace));
    assert!(matches!(
        told.recv().await,
        Some(Announcement::Reload { kind: Some(Kind::Deal), event }) if event > 0
    ));
    let logged = office
        .db
        .rows(
            "select concat_ws(' ', o.label, e.what, e.user_id,
                              e.difference ->> 'label', e.difference ->> 'on_card')
               from event e join operation o on o.id = e.operation_id
              where e.kind = 'field' order by e.id",
        )
        .await;
    let lines: Vec<String> = logged
        .iter()
        .map(|row| row.try_get_by(0).unwrap())
        .collect();
    let ada = office.admin.actor.user_id.unwrap();
    assert_eq!(
        lines,
        [
            format!("deal: Budget created {ada} [null, \"Budget\"] [null, false]"),
            format!("deal: Budget changed {ada} [false, true]"),
        ]
    );
    // Another node, which has read the fields before, sees what this one could not tell it.
    let before: Vec<FieldDef> = schema::load(&admin, Kind::Deal)
        .await
        .unwrap()
        .custom()
        .cloned()
        .collect();
    assert!(before[0].on_card);
    office
        .db
        .run(
            "update custom_field set label = 'Elsewhere';
             update custom_field_version set version = gen_random_uuid()",
        )
        .await;
    let after = schema::load(&admin, Kind::Deal).await.unwrap();
    assert_eq!(after.field(&field.key).unwrap().label, "Elsewhere");
    // The background has seen to its index.
    super::index::tended(&office, &[super::index::name(&field)]).await;
}

#[tokio::test]
async fn a_request_goes_by_the_fields_that_were_there_when_it_began_and_asks_no_second_time() {
    let office = Office::new().await;
    office.field(Kind::Company, "Region", FieldType::Text).await;
    let user = office.db.user("Root", &[Role::Administrator], None).await;
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let mut watched = office.db.db.clone();
    let keep = Arc::clone(&asked);
    watched.set_metric_callback(move |info| {
        keep.lock()
            .expect("a list")
            .push(info.statement.sql.clone());
    });
    let anonymous = Ctx {
        questions: watched.clone(),
        db: watched,
        ..office.db.system()
    };
    let came = async || {
        let known = accounts::recognise(&anonymous, user).await;
        known.expect("an answer").expect("a visitor").ctx
    };
    let known_to = async |ctx: &Ctx| -> Vec<String> {
        let schema = schema::load(ctx, Kind::Company).await.expect("a schema");
        schema
            .custom()
            .map(|field| field.label.to_string())
            .collect()
    };

    let first = came().await;
    assert_eq!(known_to(&first).await, ["Region"]);
    asked.lock().expect("a list").clear();
    assert_eq!(known_to(&first).await, ["Region"]);
    assert_eq!(*asked.lock().expect("a list"), [""; 0], "nothing was asked");

    office
        .field(Kind::Company, "Segment", FieldType::Text)
        .await;
    assert_eq!(known_to(&first).await, ["Region"]);
    assert_eq!(known_to(&came().await).await, ["Region", "Segment"]);
}
