//! Values of custom fields: written, read, asked for, defaulted, demanded, undone, imported.

use domain::board::{BoardQuery, Total};
use domain::contact_point::{ContactPoint, PointType};
use domain::field::FieldType;
use domain::field_settings::FieldDraft;
use domain::query::aggregate::AggregateQuery;
use domain::query::{Filter, Query};
use domain::timeline::Via;
use domain::value::Linked;
use domain::{Draft, Error, FieldDef, Kind, Money, RecordId, StageId, Value};
use services::import::{self, Mapping, Options};
use services::records::{read, write};
use services::{fields, operations, timeline};
use test_support::OPEN_WON_LOST;

use super::{Office, choices, draft, refusal, text};
use crate::write::eur;

fn points(of: PointType, one: &str) -> Value {
    Value::Points(vec![ContactPoint::new(of, one)])
}

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

#[tokio::test]
async fn orders_go_by_what_a_value_is_page_by_page() {
    let office = Office::new().await;
    let number = office
        .field(Kind::Company, "Number", FieldType::Integer)
        .await;
    let money = office
        .field(Kind::Company, "Budget", FieldType::Money)
        .await;
    let name = office.field(Kind::Company, "Nick", FieldType::Text).await;
    let link = office
        .field(Kind::Company, "Partner", FieldType::Link(Kind::Company))
        .await;
    let size = office
        .make(
            Kind::Company,
            choices("Size", FieldType::Choice, &["S", "M", "L"]),
        )
        .await;
    let linked = |id| Value::Links(vec![Linked::to(id)]);
    let lan = office
        .company(
            "Łan",
            &[
                (&number, Value::Integer(9)),
                (&money, eur(9)),
                (&name, text("Łódź")),
                (&size, text("o3")),
            ],
        )
        .await;
    let mak = office
        .company(
            "Mak",
            &[
                (&number, Value::Integer(10)),
                (&money, eur(1000)),
                (&name, text("Madrid")),
                (&size, text("o1")),
                (&link, linked(lan)),
            ],
        )
        .await;
    let lak = office
        .company(
            "Lak",
            &[
                (&number, Value::Integer(-1)),
                (&money, eur(-5)),
                (&name, text("Lima")),
                (&size, text("o2")),
                (&link, linked(mak)),
            ],
        )
        .await;
    let (none, empty) = (
        office.company("D", &[]).await,
        office.company("E", &[]).await,
    );
    for (field, up) in [
        (&number, [lak, lan, mak]),
        (&money, [lak, lan, mak]),
        (&name, [lak, lan, mak]),
        (&size, [mak, lak, lan]),
    ] {
        let key = field.key.as_ref();
        let rising = [up[0], up[1], up[2], none, empty];
        let falling = [up[2], up[1], up[0], empty, none];
        let sorted = async |down| {
            office
                .listed(Kind::Company, "", &[(key, down)])
                .await
                .unwrap()
        };
        assert_eq!(sorted(false).await, rising, "{}", field.label);
        assert_eq!(sorted(true).await, falling, "{}", field.label);
        let then = office
            .listed(Kind::Company, "", &[(key, true), ("name", false)])
            .await;
        assert_eq!(then.unwrap(), [up[2], up[1], up[0], none, empty]);
    }
    let key = link.key.as_ref();
    let by_partner = office
        .listed(Kind::Company, "", &[(key, false)])
        .await
        .unwrap();
    assert_eq!(
        by_partner,
        [mak, lak, lan, none, empty],
        "by the partner's name"
    );
}

#[tokio::test]
async fn numbers_are_summed_and_choices_make_groups() {
    let office = Office::new().await;
    let sum = office
        .field(Kind::Company, "Budget", FieldType::Money)
        .await;
    let size = office
        .make(
            Kind::Company,
            choices("Size", FieldType::Choice, &["S", "L"]),
        )
        .await;
    let link = office
        .field(Kind::Company, "Partner", FieldType::Link(Kind::Company))
        .await;
    for (choice, amount) in [("o1", 5), ("o2", 7), ("o1", 6)] {
        office
            .company("A", &[(&size, text(choice)), (&sum, eur(amount))])
            .await;
    }
    let ask = async |by: &str| {
        let wanted = AggregateQuery {
            group_by: Some(by.to_owned()),
            sum: Some(sum.key.to_string()),
        };
        let groups =
            read::aggregate(&office.admin, Kind::Company, &Query::default(), &wanted).await;
        groups
            .unwrap()
            .iter()
            .map(|group| {
                (
                    group.key.clone(),
                    Total::count(&group.totals),
                    Total::sums(&group.totals),
                )
            })
            .collect::<Vec<_>>()
    };
    let euros = |amount: i64| vec![eur(amount).as_money().unwrap()];
    assert_eq!(
        ask(&size.key).await,
        [(text("o1"), 2, euros(11)), (text("o2"), 1, euros(7))]
    );
    assert_eq!(ask(&link.key).await, [(Value::Empty, 3, euros(18))]);
    assert_eq!(
        ask(&format!("{}.{}", link.key, size.key)).await,
        [(Value::Empty, 3, euros(18))]
    );
}

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

struct Sales {
    office: Office,
    stages: Vec<StageId>,
}

impl Sales {
    async fn new() -> Self {
        let office = Office::new().await;
        let pipeline = office
            .db
            .pipeline(Kind::Deal, "Sales", &OPEN_WON_LOST)
            .await;
        office.db.lost_reason("Price").await;
        let stages = pipeline.stages.iter().map(|stage| stage.id).collect();
        Self { office, stages }
    }

    async fn deal(&self) -> RecordId {
        let draft = Draft::of([("title", text("Roof"))]);
        self.office.create(Kind::Deal, draft).await.expect("a deal")
    }

    async fn go(
        &self,
        deal: RecordId,
        stage: usize,
        values: &[(&FieldDef, Value)],
    ) -> Result<(), Error> {
        let draft = draft(&[("stage_id", Value::Id(self.stages[stage]))], values);
        write::change(&self.office.admin, Via::Board, Kind::Deal, deal, draft)
            .await
            .map(drop)
    }
}

#[tokio::test]
async fn what_is_required_since_is_asked_with_the_next_change_of_field_or_stage() {
    let sales = Sales::new().await;
    let office = &sales.office;
    let deal = sales.deal().await;
    let field = office
        .make(
            Kind::Deal,
            FieldDraft {
                required: true,
                ..FieldDraft::new("Budget", FieldType::Money)
            },
        )
        .await;
    let asked = [(field.key.to_string(), "must be filled in".to_owned())];
    // Another field may be changed.
    let change = Draft::of([("next_step", text("Call"))]);
    write::change(&office.admin, Via::Form, Kind::Deal, deal, change)
        .await
        .unwrap();
    assert_eq!(refusal(sales.go(deal, 1, &[]).await), asked);
    sales.go(deal, 1, &[(&field, eur(5))]).await.unwrap();
    let emptied = office
        .set(Kind::Deal, deal, &[(&field, Value::Empty)])
        .await;
    assert_eq!(refusal(emptied), asked);
    let new = office
        .create(Kind::Deal, Draft::of([("title", text("New"))]))
        .await;
    assert_eq!(refusal(new), asked);
    // An undo brings back what was before it was required.
    let told = timeline::read(
        &office.admin,
        Kind::Deal,
        deal,
        domain::timeline::Told::All,
        None,
    )
    .await
    .unwrap();
    operations::undo(&office.admin, told.entries[0].operation)
        .await
        .unwrap();
    assert!(
        office
            .get(Kind::Deal, deal)
            .await
            .value(&field.key)
            .is_empty()
    );
}

#[tokio::test]
async fn a_field_is_required_from_a_stage_on() {
    let sales = Sales::new().await;
    let office = &sales.office;
    let mut budget = FieldDraft::new("Budget", FieldType::Money);
    budget.required_from = vec![sales.stages[1]];
    let budget = office.make(Kind::Deal, budget).await;
    let deal = sales.deal().await;
    let asked = |stage: &str| {
        let words = format!("must be filled in before “{stage}”");
        [(budget.key.to_string(), words)]
    };
    assert_eq!(refusal(sales.go(deal, 1, &[]).await), asked("Offer"));
    assert_eq!(refusal(sales.go(deal, 2, &[]).await), asked("Won"));
    // Lost deals need nothing but their reason.
    assert_eq!(refusal(sales.go(deal, 3, &[]).await)[0].0, "lost_reason_id");
    sales.go(deal, 1, &[(&budget, eur(5))]).await.unwrap();
    let emptied = office
        .set(Kind::Deal, deal, &[(&budget, Value::Empty)])
        .await;
    assert_eq!(refusal(emptied), asked("Offer"));
    sales.go(deal, 0, &[]).await.unwrap();
    office
        .set(Kind::Deal, deal, &[(&budget, Value::Empty)])
        .await
        .unwrap();
    // A new one in that stage is asked for all at once.
    let size = FieldDraft {
        required: true,
        ..FieldDraft::new("Size", FieldType::Text)
    };
    let size = office.make(Kind::Deal, size).await;
    let new = draft(
        &[
            ("title", text("New")),
            ("stage_id", Value::Id(sales.stages[1])),
        ],
        &[],
    );
    let keys: Vec<String> = refusal(office.create(Kind::Deal, new).await)
        .into_iter()
        .map(|(field, _)| field)
        .collect();
    assert_eq!(keys, [size.key.as_ref(), budget.key.as_ref()]);
}

#[tokio::test]
async fn a_card_shows_it_and_a_board_asks_for_it() {
    let sales = Sales::new().await;
    let office = &sales.office;
    let field = office
        .make(
            Kind::Deal,
            FieldDraft {
                on_card: true,
                ..FieldDraft::new("Region", FieldType::Text)
            },
        )
        .await;
    let deal = sales.deal().await;
    let other = sales.deal().await;
    office
        .set(
            Kind::Deal,
            deal,
            &[(&field, text("<script>alert(1)</script>"))],
        )
        .await
        .unwrap();
    office
        .set(Kind::Deal, other, &[(&field, text("صنعاء"))])
        .await
        .unwrap();
    let query = BoardQuery {
        kind: Kind::Deal,
        pipeline: None,
        filter: Filter::everything(),
        text: None,
    };
    let board = read::board(&office.admin, &query).await.unwrap();
    let card = board.columns[0]
        .cards
        .iter()
        .find(|card| card.id == deal)
        .unwrap();
    assert_eq!(
        card.more,
        [(field.key.to_string(), text("<script>alert(1)</script>"))]
    );
    let asked = BoardQuery {
        filter: Filter::is(&field.key, domain::query::Operator::Is, &["صنعاء"]),
        ..query
    };
    let board = read::board(&office.admin, &asked).await.unwrap();
    let cards: Vec<_> = board.columns[0].cards.iter().map(|card| card.id).collect();
    assert_eq!(cards, [other]);
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
