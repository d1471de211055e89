//! Search: records by whatever one remembers of them, within the searcher's rights.

use domain::contact_point::{ContactPoint, PointType};
use domain::rights::Role;
use domain::search::{Hit, Why};
use domain::{Draft, Kind, Value};
use services::records::write;
use services::{Ctx, notes, search};
use test_support::{OPEN_WON_LOST, TestDb};

fn text(words: &str) -> Value {
    Value::Text(words.into())
}

fn phone(number: &str) -> Value {
    Value::Points(vec![ContactPoint::new(PointType::Phone, number)])
}

/// The titles of what was found, best first.
async fn titles(ctx: &Ctx, sought: &str) -> Vec<String> {
    let hits = search::find(ctx, sought).await.expect("an answer");
    hits.into_iter().map(|hit| hit.title).collect()
}

async fn made(ctx: &Ctx, kind: Kind, draft: Draft) -> i64 {
    let via = domain::timeline::Via::Form;
    let written = write::create(ctx, via, kind, draft)
        .await
        .expect("it is made");
    written.record.expect("its maker sees it").id
}

#[tokio::test]
async fn a_record_is_found_by_title_person_phone_address_note_and_number() {
    let db = TestDb::new().await;
    db.pipeline(Kind::Lead, "Leads", &OPEN_WON_LOST).await;
    db.pipeline(Kind::Deal, "Sales", &OPEN_WON_LOST).await;
    let ctx = db.system();
    let contact = made(
        &ctx,
        Kind::Contact,
        Draft::of([
            ("first_name", text("Łucja")),
            ("last_name", text("Żak")),
            ("phones", phone("601 234 567")),
            (
                "emails",
                Value::Points(vec![ContactPoint::new(
                    PointType::Email,
                    "Lucja@Zak.example",
                )]),
            ),
        ]),
    )
    .await;
    made(
        &ctx,
        Kind::Lead,
        Draft::of([
            ("title", text("Web form 7")),
            ("person_name", text("Anna Maria Jopek")),
        ]),
    )
    .await;
    let deal = made(
        &ctx,
        Kind::Deal,
        Draft::of([("title", text("100% chairs_"))]),
    )
    .await;
    notes::add(
        &ctx,
        Kind::Deal,
        deal,
        "They want\n\nthe **green** ones by May",
    )
    .await
    .unwrap();

    for sought in [
        "łucja",
        "ŻAK",
        "+48 601-234-567",
        "0601234567",
        "0048601234567",
        "234 567",
        "lucja@zak",
    ] {
        assert_eq!(titles(&ctx, sought).await, ["Łucja Żak"], "{sought}");
    }
    assert_eq!(titles(&ctx, "maria jop").await, ["Web form 7"]);
    assert_eq!(titles(&ctx, "100% ch").await, ["100% chairs_"]);
    assert_eq!(titles(&ctx, "%%%").await, Vec::<String>::new());
    assert_eq!(titles(&ctx, "x").await, Vec::<String>::new());
    let by_note = search::find(&ctx, "GREEN").await.unwrap();
    assert_eq!(
        by_note,
        [Hit {
            kind: Kind::Deal,
            id: deal,
            title: "100% chairs_".into(),
            why: Why::Note("They want the **green** ones by May".into()),
        }]
    );
    let by_number = search::find(&ctx, &format!("#{contact}")).await.unwrap();
    assert!(
        by_number
            .iter()
            .any(|hit| hit.kind == Kind::Contact && hit.why == Why::Number),
        "{by_number:?}"
    );
}

#[tokio::test]
async fn deals_are_found_by_their_company_and_their_people() {
    let db = TestDb::new().await;
    db.pipeline(Kind::Deal, "Sales", &OPEN_WON_LOST).await;
    let anna = db.user("Anna", &[Role::Salesperson], None).await;
    let bela = db.user("Bela", &[Role::Salesperson], None).await;
    let annas = db.ctx_of(anna).await;
    let company = made(
        &annas,
        Kind::Company,
        Draft::of([("name", text("Zinc & Co"))]),
    )
    .await;
    let contact = made(
        &annas,
        Kind::Contact,
        Draft::of([("first_name", text("Zofia"))]),
    )
    .await;
    let linked = |id| Value::Links(vec![domain::value::Linked::to(id)]);
    made(
        &annas,
        Kind::Deal,
        Draft::of([
            ("title", text("Shelves")),
            ("company_id", linked(company)),
            ("contacts", linked(contact)),
        ]),
    )
    .await;
    let why = async |sought| {
        let hits = search::find(&annas, sought).await.unwrap();
        let deal = hits.into_iter().find(|hit| hit.kind == Kind::Deal).unwrap();
        (deal.title, deal.why)
    };
    assert_eq!(
        why("zinc").await,
        ("Shelves".into(), Why::Text("Zinc & Co".into()))
    );
    assert_eq!(
        why("zofia").await,
        ("Shelves".into(), Why::Text("Zofia".into()))
    );
    // A deal that is shared does not tell whose it is to those who may not see the company.
    db.run("update deal set everyone = true").await;
    let belas = db.ctx_of(bela).await;
    assert_eq!(titles(&belas, "shelves").await, ["Shelves"]);
    assert_eq!(titles(&belas, "zinc").await, Vec::<String>::new());
}

#[tokio::test]
async fn nobody_finds_what_they_may_not_see_and_nothing_deleted() {
    let db = TestDb::new().await;
    db.pipeline(Kind::Deal, "Sales", &OPEN_WON_LOST).await;
    let anna = db.user("Anna", &[Role::Salesperson], None).await;
    let bela = db.user("Bela", &[Role::Salesperson], None).await;
    let (annas, belas) = (db.ctx_of(anna).await, db.ctx_of(bela).await);
    let deal = made(
        &annas,
        Kind::Deal,
        Draft::of([("title", text("Quartz desks"))]),
    )
    .await;
    notes::add(&annas, Kind::Deal, deal, "marble too")
        .await
        .unwrap();
    made(
        &annas,
        Kind::Company,
        Draft::of([
            ("name", text("Quartz Ltd")),
            ("phones", phone("22 555 66 77")),
        ]),
    )
    .await;

    assert_eq!(
        titles(&annas, "quartz").await,
        ["Quartz desks", "Quartz Ltd"]
    );
    for sought in ["quartz", "marble", "5556677", &deal.to_string()] {
        assert_eq!(
            titles(&belas, sought).await,
            Vec::<String>::new(),
            "{sought}"
        );
    }
    write::delete(&annas, domain::timeline::Via::Form, Kind::Deal, deal)
        .await
        .unwrap();
    assert_eq!(titles(&annas, "quartz").await, ["Quartz Ltd"]);
    assert_eq!(titles(&annas, "marble").await, Vec::<String>::new());
}

#[tokio::test]
async fn what_begins_with_the_text_comes_first_and_no_kind_crowds_out_another() {
    let db = TestDb::new().await;
    db.pipeline(Kind::Deal, "Sales", &OPEN_WON_LOST).await;
    for number in 0..20 {
        db.insert(Kind::Deal, [("title", text(&format!("Old oak {number}")))])
            .await;
    }
    db.insert(Kind::Company, [("name", text("Oak & Sons"))])
        .await;
    let hits = search::find(&db.system(), "oak").await.unwrap();
    assert_eq!(hits[0].title, "Oak & Sons");
    assert_eq!(hits.len(), 1 + domain::search::HITS_OF_A_KIND);
}
