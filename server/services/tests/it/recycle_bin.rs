//! The recycle bin: what lies in it, what comes out whole, and what is deleted for ever.

use domain::bulk::{BulkChange, RunState, Selection};
use domain::rights::Role;
use domain::timeline::Via;
use domain::value::Linked;
use domain::{Draft, Error, Kind, RecordId, Value};
use services::records::write::{create, delete};
use services::records::{open, read};
use services::{Ctx, bulk, notes, operations, recycle_bin};

use crate::bulk::ended;
use crate::write::{Shop, text};

async fn made(ctx: &Ctx, kind: Kind, draft: Draft) -> RecordId {
    let written = create(ctx, Via::Form, kind, draft).await.expect("made");
    written.record.expect("seen").id
}

fn linked(id: RecordId) -> Value {
    Value::Links(vec![Linked::to(id)])
}

/// A company with a contact and a deal that point to it.
async fn office(shop: &Shop) -> (RecordId, RecordId, RecordId) {
    let ctx = &shop.sales;
    let company = made(ctx, Kind::Company, Draft::of([("name", text("Acme"))])).await;
    let draft = Draft::of([("first_name", text("Ada")), ("companies", linked(company))]);
    let contact = made(ctx, Kind::Contact, draft).await;
    let draft = Draft::of([
        ("title", text("Roof")),
        ("company_id", linked(company)),
        ("contacts", linked(contact)),
    ]);
    let deal = made(ctx, Kind::Deal, draft).await;
    (company, contact, deal)
}

async fn restored(ctx: &Ctx, kind: Kind, ids: Vec<RecordId>) {
    let run = bulk::start(ctx, kind, Selection::These(ids), BulkChange::Restore)
        .await
        .expect("it begins");
    let run = ended(ctx, run).await;
    assert_eq!((run.state, run.refused), (RunState::Done, 0), "{run:?}");
}

#[tokio::test]
async fn what_is_restored_is_pointed_to_again() {
    let shop = Shop::new().await;
    let (company, contact, deal) = office(&shop).await;
    let ctx = &shop.sales;
    let before = read::get(ctx, Kind::Deal, deal).await.expect("there");
    let of_company = open::open(ctx, Kind::Company, company)
        .await
        .expect("there");
    delete(ctx, Via::Form, Kind::Company, company)
        .await
        .expect("deleted");
    delete(ctx, Via::Form, Kind::Deal, deal)
        .await
        .expect("deleted");
    assert_eq!(read::get(ctx, Kind::Deal, deal).await, Err(Error::NotFound));
    // The deal tells that its company lies in the bin too.
    let page = recycle_bin::page(ctx, Kind::Deal, None, None)
        .await
        .expect("the bin");
    assert_eq!(page.records.len(), 1);
    let binned = &page.records[0];
    assert_eq!(
        binned.with_it,
        [(Kind::Company, company, "Acme".to_owned())]
    );
    assert!(binned.may_restore);
    assert_eq!(binned.record.value("updated_by").as_id(), ctx.actor.user_id);
    restored(ctx, Kind::Deal, vec![deal]).await;
    let alone = read::get(ctx, Kind::Deal, deal).await.expect("back");
    let Value::Links(links) = alone.value("company_id") else {
        panic!("{alone:?}");
    };
    assert_eq!((links[0].id, links[0].title.as_deref()), (company, None));
    restored(ctx, Kind::Company, vec![company]).await;
    let after = read::get(ctx, Kind::Deal, deal).await.expect("back");
    for key in ["title", "company_id", "contacts", "stage_id", "owner_id"] {
        assert_eq!(after.value(key), before.value(key), "{key}");
    }
    let Value::Links(links) = after.value("company_id") else {
        panic!("{after:?}");
    };
    assert_eq!(links[0].title.as_deref(), Some("Acme"));
    let again = open::open(ctx, Kind::Company, company).await.expect("back");
    let pointers = |opened: &domain::record::Opened| -> Vec<(Kind, String, Vec<RecordId>)> {
        let related = opened.related.iter();
        related
            .map(|found| {
                let ids = found.records.iter().map(|record| record.id).collect();
                (found.kind, found.field.clone(), ids)
            })
            .collect()
    };
    assert_eq!(pointers(&again), pointers(&of_company));
    assert!(!pointers(&again).is_empty());
    assert_eq!(
        again.record.value("contacts"),
        of_company.record.value("contacts")
    );
    let (kept, counted) = shop.totals().await;
    assert_eq!(kept, counted);
    assert!(read::get(ctx, Kind::Contact, contact).await.is_ok());
}

#[tokio::test]
async fn the_bin_shows_what_was_deleted_last_first_and_finds_by_title() {
    let shop = Shop::new().await;
    let mut ids = Vec::new();
    for (at, title) in ["Roof", "Gutter", "Roof of the shed"]
        .into_iter()
        .enumerate()
    {
        let id = shop.deal(title, 10).await.record.expect("seen").id;
        let minutes = chrono::TimeDelta::minutes(i64::try_from(at).expect("small"));
        let later = Ctx {
            now: shop.sales.now + minutes,
            ..shop.sales.clone()
        };
        delete(&later, Via::Form, Kind::Deal, id)
            .await
            .expect("deleted");
        ids.push(id);
    }
    let found = async |ctx: &Ctx, text: Option<&str>| -> Vec<RecordId> {
        let page = recycle_bin::page(ctx, Kind::Deal, text.map(str::to_owned), None).await;
        let records = page.expect("the bin").records;
        records.iter().map(|binned| binned.record.id).collect()
    };
    assert_eq!(found(&shop.sales, None).await, [ids[2], ids[1], ids[0]]);
    assert_eq!(found(&shop.sales, Some("roof")).await, [ids[2], ids[0]]);
    let boris = shop.db.user("Boris", &[Role::Salesperson], None).await;
    let boris = shop.db.ctx_of(boris).await;
    assert_eq!(found(&boris, None).await, Vec::<RecordId>::new());
    // Restoring all that the search finds, and undoing that.
    let selection = Selection::All {
        query: recycle_bin::query(Some("roof".to_owned())),
        without: Vec::new(),
    };
    let run = bulk::start(&shop.sales, Kind::Deal, selection, BulkChange::Restore)
        .await
        .expect("it begins");
    let run = ended(&shop.sales, run).await;
    assert_eq!(run.changed, 2);
    assert_eq!(found(&shop.sales, None).await, [ids[1]]);
    let undo = bulk::start_undo(&shop.sales, run.operation.expect("an operation"))
        .await
        .expect("it begins");
    assert_eq!(ended(&shop.sales, undo).await.changed, 2);
    assert_eq!(found(&shop.sales, None).await.len(), 3);
}

#[tokio::test]
async fn what_is_deleted_for_ever_leaves_nothing_but_the_log() {
    let shop = Shop::new().await;
    let (company, contact, deal) = office(&shop).await;
    let admin = shop.db.user("Ada", &[Role::Administrator], None).await;
    let admin = shop.db.ctx_of(admin).await;
    let draft = Draft::of([(
        "observers",
        Value::Ids(vec![admin.actor.user_id.expect("Ada")]),
    )]);
    services::records::write::change(&shop.sales, Via::Form, Kind::Deal, deal, draft)
        .await
        .expect("changed");
    notes::add(&shop.sales, Kind::Deal, deal, "They called.")
        .await
        .expect("noted");
    let deleted = delete(&shop.sales, Via::Form, Kind::Deal, deal)
        .await
        .expect("deleted");
    delete(&shop.sales, Via::Form, Kind::Company, company)
        .await
        .expect("deleted");
    // Only administrators, and only what lies in the bin.
    let these = || Selection::These(vec![deal]);
    let refused = bulk::start(&shop.sales, Kind::Deal, these(), BulkChange::Purge).await;
    assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
    let in_use = Selection::These(vec![contact]);
    let refused = bulk::start(&admin, Kind::Contact, in_use, BulkChange::Purge).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    let events = "select count(*) from event where kind = 'deal'";
    let before = shop.db.number(events).await;
    let run = bulk::start(&admin, Kind::Deal, these(), BulkChange::Purge)
        .await
        .expect("it begins");
    let run = ended(&admin, run).await;
    assert_eq!((run.state, run.changed), (RunState::Done, 1), "{run:?}");
    let count = async |sql: &str| shop.db.number(sql).await;
    for beside in [
        "select count(*) from deal",
        "select count(*) from note",
        "select count(*) from record_observer",
        "select count(*) from stage_stay",
        "select count(*) from record_link where from_kind = 'deal' or to_kind = 'deal'",
        "select count(*) from stage_total where count <> 0",
        "select count(*) from funnel_stay where ended <> 0 or lasting <> 0",
        "select count(*) from funnel_day where count <> 0",
        "select count(*) from funnel_owner_stay where ended <> 0 or lasting <> 0",
        "select count(*) from funnel_owner where count <> 0",
    ] {
        assert_eq!(count(beside).await, 0, "{beside}");
    }
    assert_eq!(count(events).await, before + 1);
    // A company that a deal in use points to: the deal stays and points nowhere.
    let draft = Draft::of([("title", text("Other")), ("contacts", linked(contact))]);
    let other = made(&shop.sales, Kind::Deal, draft).await;
    shop.db
        .run(&format!(
            "update deal set company_id = {company} where id = {other}"
        ))
        .await;
    let run = bulk::start(
        &admin,
        Kind::Company,
        Selection::These(vec![company]),
        BulkChange::Purge,
    )
    .await
    .expect("it begins");
    let run = ended(&admin, run).await;
    assert_eq!(run.state, RunState::Done, "{run:?}");
    // It cannot be taken back: neither it, nor the deletion before it.
    assert_eq!(run.operation, None);
    let operation = deleted.operation.expect("an operation");
    assert_eq!(
        operations::undo(&admin, operation).await,
        Err(Error::NotFound)
    );
    let left = read::get(&shop.sales, Kind::Deal, other)
        .await
        .expect("in use");
    assert!(left.value("company_id").is_empty());
    assert!(!left.value("contacts").is_empty());
}
