//! The conversion of leads.

use domain::contact_point::{ContactPoint, PointType};
use domain::conversion::{Conversion, FROM_LEADS, Same, Wanted};
use domain::pipeline::Pipeline;
use domain::record::Values;
use domain::rights::Role;
use domain::timeline::Via;
use domain::value::Linked;
use domain::{Draft, Error, Kind, Record, RecordId, UserId, Value};
use serde_json::json;
use services::Ctx;
use services::conversion::{convert, prepare};
use services::operations::undo;
use services::records::{read, write};
use test_support::{OPEN_WON_LOST, TestDb};

use crate::write::text;

struct Shop {
    db: TestDb,
    anna: UserId,
    ctx: Ctx,
    leads: Pipeline,
}

impl Shop {
    async fn new() -> Self {
        let db = TestDb::new().await;
        db.run("update organisation set country = 'PL'").await;
        let leads = db.pipeline(Kind::Lead, "Leads", &OPEN_WON_LOST).await;
        db.pipeline(Kind::Deal, "Sales", &OPEN_WON_LOST).await;
        let anna = db.user("Anna", &[Role::Salesperson], None).await;
        let ctx = db.ctx_of(anna).await;
        Self {
            db,
            anna,
            ctx,
            leads,
        }
    }

    async fn make<const N: usize>(&self, kind: Kind, values: [(&str, Value); N]) -> RecordId {
        let written = write::create(&self.ctx, Via::Form, kind, Draft::of(values)).await;
        written.expect("made").record.expect("seen").id
    }

    async fn lead(&self) -> Record {
        let id = self
            .make(
                Kind::Lead,
                [
                    ("title", text("Chairs for Acme")),
                    ("person_name", text("Jan Nowak")),
                    ("company_name", text("ACME")),
                    ("phones", phones("601 234 567")),
                    ("emails", points(PointType::Email, "jan@acme.pl")),
                    ("source", text("web")),
                ],
            )
            .await;
        self.get(Kind::Lead, id).await
    }

    async fn get(&self, kind: Kind, id: RecordId) -> Record {
        read::get(&self.ctx, kind, id).await.expect("seen")
    }

    fn won(&self) -> i64 {
        let won = self.leads.stages.iter().find(|stage| stage.name == "Won");
        won.expect("a won stage").id
    }
}

fn points(point_type: PointType, text: &str) -> Value {
    Value::Points(vec![ContactPoint::new(point_type, text)])
}

fn phones(text: &str) -> Value {
    points(PointType::Phone, text)
}

fn ids(value: &Value) -> Vec<RecordId> {
    match value {
        Value::Links(links) => links.iter().map(|link| link.id).collect(),
        _ => Vec::new(),
    }
}

fn wanted(lead: &Record) -> Conversion {
    Conversion {
        lead: lead.id,
        version: lead.version,
        ..Conversion::default()
    }
}

async fn everything(shop: &Shop, lead: &Record) -> Conversion {
    let prepared = prepare(&shop.ctx, lead.id).await.expect("prepared");
    let values = |kind: Kind| -> Values {
        let part = prepared.parts.iter().find(|part| part.kind == kind);
        part.expect("a part").values.clone()
    };
    Conversion {
        contact: Some(Wanted::New(values(Kind::Contact))),
        company: Some(Wanted::New(values(Kind::Company))),
        deal: Some(values(Kind::Deal)),
        ..wanted(lead)
    }
}

#[tokio::test]
async fn a_lead_becomes_all_three_at_once_and_is_undone_as_one() {
    let shop = Shop::new().await;
    let lead = shop.lead().await;
    let conversion = everything(&shop, &lead).await;
    let converted = convert(&shop.ctx, conversion).await.expect("converted");
    let id = |kind: Kind| {
        let found = converted.records.iter().find(|(of, _)| *of == kind);
        found.expect("made").1
    };
    let contact = shop.get(Kind::Contact, id(Kind::Contact)).await;
    assert_eq!(contact.title(), "Jan Nowak");
    assert_eq!(ids(contact.value("companies")), [id(Kind::Company)]);
    assert_eq!(*contact.value("phones"), phones("601 234 567"));
    let company = shop.get(Kind::Company, id(Kind::Company)).await;
    assert_eq!(company.title(), "ACME");
    assert!(company.value("phones").is_empty());
    let deal = shop.get(Kind::Deal, id(Kind::Deal)).await;
    assert_eq!(ids(deal.value("company_id")), [company.id]);
    assert_eq!(ids(deal.value("contacts")), [contact.id]);
    assert_eq!(*deal.value("source"), text("web"));
    assert_eq!(deal.owner(), Some(shop.anna));
    for record in [&contact, &company, &deal] {
        assert_eq!(ids(record.value(FROM_LEADS)), [lead.id], "the way back");
    }
    let after = shop.get(Kind::Lead, lead.id).await;
    assert_eq!(after.value("stage_id").as_id(), Some(shop.won()));
    assert!(!after.value("closed_at").is_empty());
    assert_eq!(ids(after.value("deals")), [deal.id]);
    let operations =
        "select count(distinct operation_id) from event where kind <> 'lead' or what = 'moved'";
    assert_eq!(shop.db.number(operations).await, 1);

    let again = prepare(&shop.ctx, lead.id).await.expect("prepared");
    let became: Vec<_> = again.became.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(became, [Kind::Contact, Kind::Company, Kind::Deal]);

    let operation = converted.operation.expect("an operation");
    let undone = undo(&shop.ctx, operation).await.expect("undone");
    assert_eq!((undone.records, undone.kept), (4, Vec::new()));
    let before = shop.get(Kind::Lead, lead.id).await;
    assert_eq!(before.value("stage_id"), lead.value("stage_id"));
    let again = prepare(&shop.ctx, lead.id).await.expect("prepared");
    assert!(again.became.is_empty(), "it has become nothing");
    let left = "select count(*) from contact where deleted_at is null";
    assert_eq!(shop.db.number(left).await, 0);
}

#[tokio::test]
async fn what_exists_is_found_by_phone_in_any_format_by_address_and_name() {
    let shop = Shop::new().await;
    let by_phone = shop
        .make(
            Kind::Contact,
            [
                ("first_name", text("J.")),
                ("phones", phones("+48 (601) 234-567")),
            ],
        )
        .await;
    let by_all = shop
        .make(
            Kind::Contact,
            [
                ("first_name", text("jan")),
                ("last_name", text("NOWAK")),
                ("emails", points(PointType::Email, "JAN@acme.pl")),
            ],
        )
        .await;
    let company = shop.make(Kind::Company, [("name", text("Acme"))]).await;
    // Another's: nobody is told that it exists.
    let boris = shop.db.user("Boris", &[Role::Salesperson], None).await;
    let boris = shop.db.ctx_of(boris).await;
    let secret = Draft::of([
        ("first_name", text("Secret")),
        ("phones", phones("601234567")),
    ]);
    write::create(&boris, Via::Form, Kind::Contact, secret)
        .await
        .expect("made");
    let binned = shop.make(Kind::Company, [("name", text("acme"))]).await;
    write::delete(&shop.ctx, Via::Form, Kind::Company, binned)
        .await
        .expect("deleted");

    let lead = shop.lead().await;
    let prepared = prepare(&shop.ctx, lead.id).await.expect("prepared");
    let twins: Vec<_> = prepared
        .parts
        .iter()
        .map(|part| {
            let twins = part.twins.iter();
            let twins: Vec<_> = twins.map(|t| (t.record.id, t.same.clone())).collect();
            (part.kind, twins)
        })
        .collect();
    assert_eq!(
        twins,
        [
            (
                Kind::Contact,
                vec![
                    (by_all, vec![Same::Email, Same::Name]),
                    (by_phone, vec![Same::Phone])
                ]
            ),
            (Kind::Company, vec![(company, vec![Same::Name])]),
            (Kind::Deal, vec![]),
        ]
    );
    assert!(matches!(
        prepare(&boris, lead.id).await,
        Err(Error::NotFound)
    ));
}

#[tokio::test]
async fn what_exists_is_linked_and_keeps_what_it_has() {
    let shop = Shop::new().await;
    let company = shop.make(Kind::Company, [("name", text("Acme"))]).await;
    let other = shop.make(Kind::Company, [("name", text("Other"))]).await;
    let companies = Value::Links(vec![Linked::to(other)]);
    let contact = shop
        .make(
            Kind::Contact,
            [("first_name", text("Jan")), ("companies", companies)],
        )
        .await;
    let lead = shop.lead().await;
    let conversion = Conversion {
        contact: Some(Wanted::Link(contact)),
        company: Some(Wanted::Link(company)),
        ..wanted(&lead)
    };
    let converted = convert(&shop.ctx, conversion).await.expect("converted");
    assert_eq!(
        converted.records,
        [(Kind::Company, company), (Kind::Contact, contact)]
    );
    let linked = shop.get(Kind::Contact, contact).await;
    assert_eq!(ids(linked.value("companies")), [other, company]);
    assert_eq!(ids(linked.value(FROM_LEADS)), [lead.id]);
    assert_eq!(linked.title(), "Jan");
    undo(&shop.ctx, converted.operation.expect("an operation"))
        .await
        .expect("undone");
    let back = shop.get(Kind::Contact, contact).await;
    assert_eq!(ids(back.value("companies")), [other]);
    assert!(back.value(FROM_LEADS).is_empty());
}

#[tokio::test]
async fn what_does_not_fit_is_named_with_its_part_and_nothing_is_written() {
    let shop = Shop::new().await;
    let lead = shop.lead().await;
    let gate = json!({"required": ["description"]});
    shop.db
        .run(&format!(
            "update stage set gate = '{gate}' where id = {}",
            shop.won()
        ))
        .await;
    let conversion = Conversion {
        contact: Some(Wanted::New(Values::new())),
        company: Some(Wanted::Link(999)),
        deal: Some(Values::from([("nonsense".to_owned(), text("x"))])),
        ..wanted(&lead)
    };
    let error = convert(&shop.ctx, conversion).await.expect_err("refused");
    let wrong: Vec<_> = error
        .field_errors()
        .iter()
        .map(|e| e.field.clone())
        .collect();
    assert_eq!(
        wrong,
        [
            "company.link",
            "contact.first_name",
            "deal.nonsense",
            "deal.title",
            "lead.description"
        ]
    );
    let events = "select count(*) from event where operation_id > 1";
    assert_eq!(shop.db.number(events).await, 0);

    // With what the stage asks for, it goes through.
    let conversion = Conversion {
        deal: Some(Values::from([("title".to_owned(), text("Chairs"))])),
        lead_values: Values::from([("description".to_owned(), text("Wants chairs"))]),
        ..wanted(&lead)
    };
    convert(&shop.ctx, conversion).await.expect("converted");
    let after = shop.get(Kind::Lead, lead.id).await;
    assert_eq!(*after.value("description"), text("Wants chairs"));
    let nothing = convert(&shop.ctx, wanted(&lead)).await;
    assert!(matches!(nothing, Err(Error::Invalid(_))), "{nothing:?}");
}

#[tokio::test]
async fn a_second_conversion_adds_to_the_first() {
    let shop = Shop::new().await;
    let lead = shop.lead().await;
    let first = Conversion {
        company: Some(Wanted::New(Values::from([(
            "name".to_owned(),
            text("Acme"),
        )]))),
        ..wanted(&lead)
    };
    convert(&shop.ctx, first).await.expect("converted");
    let lead = shop.get(Kind::Lead, lead.id).await;
    let since = lead.value("stage_since").clone();
    let second = Conversion {
        deal: Some(Values::from([("title".to_owned(), text("Chairs"))])),
        ..wanted(&lead)
    };
    let converted = convert(&shop.ctx, second).await.expect("converted");
    let after = shop.get(Kind::Lead, lead.id).await;
    assert_eq!(*after.value("stage_since"), since);
    assert_eq!(ids(after.value("companies")).len(), 1);
    assert_eq!(ids(after.value("deals")).len(), 1);
    let told = format!(
        "select count(*) from event where kind = 'lead' and operation_id = {}",
        converted.operation.expect("an operation")
    );
    assert_eq!(shop.db.number(&told).await, 1, "the lead's pages are told");
}

#[tokio::test]
async fn rights_hold_for_the_lead_and_for_what_it_becomes() {
    let shop = Shop::new().await;
    let lead = shop.lead().await;
    let deal = |lead: &Record| Conversion {
        deal: Some(Values::from([("title".to_owned(), text("Chairs"))])),
        ..wanted(lead)
    };
    let director = shop.db.user("Dora", &[Role::Director], None).await;
    let director = shop.db.ctx_of(director).await;
    let refused = convert(&director, deal(&lead)).await;
    assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
    let boris = shop.db.user("Boris", &[Role::Salesperson], None).await;
    let boris = shop.db.ctx_of(boris).await;
    assert_eq!(convert(&boris, deal(&lead)).await, Err(Error::NotFound));
    // Nobody writes the way back by hand.
    let draft = Draft::of([
        ("title", text("Fake")),
        (FROM_LEADS, Value::Links(vec![Linked::to(lead.id)])),
    ]);
    let fake = write::create(&shop.ctx, Via::Form, Kind::Deal, draft).await;
    assert!(matches!(fake, Err(Error::Invalid(_))), "{fake:?}");
    // What everyone may see but Anna may not change is linked to, and stays as it is.
    let open = Draft::of([("name", text("Open")), ("everyone", Value::YesNo(true))]);
    let open = write::create(&boris, Via::Form, Kind::Company, open).await;
    let open = open.expect("made").record.expect("seen");
    let conversion = Conversion {
        company: Some(Wanted::Link(open.id)),
        ..deal(&lead)
    };
    let converted = convert(&shop.ctx, conversion).await.expect("converted");
    let (_, deal) = converted.records[1];
    let deal = shop.get(Kind::Deal, deal).await;
    assert_eq!(ids(deal.value("company_id")), [open.id]);
    let same = shop.get(Kind::Company, open.id).await;
    assert_eq!(same.version, open.version);
}
