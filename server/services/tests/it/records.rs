//! What the record page and the form of a new record ask for beside reading and writing.

use std::collections::BTreeMap;

use domain::contact_point::{ContactPoint, PointType};
use domain::record::Values;
use domain::rights::Role;
use domain::timeline::Via;
use domain::value::Linked;
use domain::{Draft, Error, Kind, Problem, RecordId, Value};
use services::Ctx;
use services::records::write::{change, create};
use services::records::{alike, begin, open, read};
use test_support::OPEN_WON_LOST;

use crate::write::{Shop, eur, text};

async fn add(ctx: &Ctx, kind: Kind, values: Values) -> RecordId {
    let draft = Draft {
        values,
        ..Draft::default()
    };
    create(ctx, Via::Form, kind, draft)
        .await
        .expect("written")
        .record
        .expect("seen by its maker")
        .id
}

fn link(id: RecordId) -> Value {
    Value::Links(vec![Linked { id, title: None }])
}

fn values<const N: usize>(values: [(&str, Value); N]) -> Values {
    Draft::of(values).values
}

fn point(point_type: PointType, text: &str) -> Value {
    Value::Points(vec![ContactPoint::new(point_type, text)])
}

async fn colleague(shop: &Shop) -> Ctx {
    let boris = shop.db.user("Boris", &[Role::Salesperson], None).await;
    shop.db.ctx_of(boris).await
}

#[tokio::test]
async fn a_conflict_says_who_and_when() {
    let shop = Shop::new().await;
    let deal = shop.deal("Roof", 100).await.record.expect("seen");
    let boris = colleague(&shop).await;
    let boris_id = boris.actor.user_id.expect("a user");
    shop.db.observe(Kind::Deal, deal.id, boris_id).await;
    let theirs = Draft::of([("amount", eur(200)), ("next_step", text("Call"))]);
    change(&boris, Via::Form, Kind::Deal, deal.id, theirs)
        .await
        .expect("the other one's");
    // What nobody else changed merges.
    let other = Draft::of([("title", text("Big roof"))]).at_version(deal.version);
    change(&shop.sales, Via::Form, Kind::Deal, deal.id, other)
        .await
        .expect("merged");
    let mine = Draft::of([("amount", eur(300))]).at_version(deal.version);
    let refused = change(&shop.sales, Via::Form, Kind::Deal, deal.id, mine).await;
    let Err(Error::Conflict(conflicts)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(conflicts.len(), 1);
    let conflict = &conflicts[0];
    assert_eq!((&conflict.theirs, &conflict.mine), (&eur(200), &eur(300)));
    assert_eq!(conflict.by, Some(boris_id));
    assert!(conflict.at.is_some());
}

#[tokio::test]
async fn a_record_tells_what_points_to_it_within_rights() {
    let shop = Shop::new().await;
    let company = add(&shop.sales, Kind::Company, values([("name", text("Acme"))])).await;
    for index in 0..12 {
        let draft = values([
            ("title", text(&format!("Deal {index}"))),
            ("company_id", link(company)),
        ]);
        add(&shop.sales, Kind::Deal, draft).await;
    }
    let boris = colleague(&shop).await;
    // Somebody else's, which the reader may not see.
    shop.db
        .insert(
            Kind::Deal,
            [
                ("company_id", link(company)),
                ("owner_id", Value::Id(boris.actor.user_id.expect("a user"))),
            ],
        )
        .await;
    let contact = add(
        &shop.sales,
        Kind::Contact,
        values([("first_name", text("Ada")), ("companies", link(company))]),
    )
    .await;
    let opened = open::open(&shop.sales, Kind::Company, company)
        .await
        .expect("seen");
    let group = |kind: Kind, field: &str| {
        opened
            .related
            .iter()
            .find(|group| group.kind == kind && group.field == field)
            .expect("a group")
    };
    let deals = group(Kind::Deal, "company_id");
    assert_eq!((deals.count.value, deals.records.len()), (12, 10));
    assert!(deals.records[0].value("stage_id").as_id().is_some());
    assert_eq!(group(Kind::Contact, "companies").records[0].id, contact);
    // Nothing points to it so: the group says that it could.
    assert_eq!(group(Kind::Company, "parent_id").count.value, 0);
    // The way back of a link is told as such.
    let opened = open::open(&shop.sales, Kind::Contact, contact)
        .await
        .expect("seen");
    assert!(opened.related.iter().any(|group| group.field == "contacts"));
}

#[tokio::test]
async fn a_form_begins_with_what_the_address_brings() {
    let shop = Shop::new().await;
    let company = add(&shop.sales, Kind::Company, values([("name", text("Acme"))])).await;
    let hidden = shop.db.insert(Kind::Company, []).await;
    let given = |pairs: &[(&str, String)]| -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.clone()))
            .collect()
    };
    let begun = begin::begin(
        &shop.sales,
        Kind::Deal,
        &given(&[
            ("company_id", company.to_string()),
            ("title", "<script>".into()),
            ("amount", "many".into()),
            ("created_by", "1".into()),
            ("utm_source", "mail".into()),
        ]),
    )
    .await
    .expect("begun");
    assert!(begun.may_add);
    let named = Linked {
        id: company,
        title: Some("Acme".into()),
    };
    assert_eq!(begun.values["company_id"], Value::Links(vec![named]));
    assert_eq!(begun.values["title"], text("<script>"));
    assert_eq!(begun.values["owner_id"].as_id(), shop.sales.actor.user_id);
    assert!(!begun.values.contains_key("created_by"));
    assert!(!begun.values.contains_key("utm_source"));
    let refused: Vec<_> = begun.refused.iter().map(|e| e.field.as_str()).collect();
    assert_eq!(refused, ["amount"]);
    // A record that one may not see is none.
    let begun = begin::begin(
        &shop.sales,
        Kind::Deal,
        &given(&[("company_id", hidden.to_string())]),
    )
    .await
    .expect("begun");
    assert_eq!(begun.refused[0].problem, Problem::NoSuchRecord);
    let director = shop.db.user("Dora", &[Role::Director], None).await;
    let director = shop.db.ctx_of(director).await;
    let begun = begin::begin(&director, Kind::Deal, &BTreeMap::new())
        .await
        .expect("begun");
    assert!(!begun.may_add);
}

#[tokio::test]
async fn a_copy_has_the_same_values_and_a_life_of_its_own() {
    let shop = Shop::new().await;
    let company = add(&shop.sales, Kind::Company, values([("name", text("Acme"))])).await;
    let deal = add(
        &shop.sales,
        Kind::Deal,
        values([
            ("title", text("Roof")),
            ("amount", eur(700)),
            ("company_id", link(company)),
            ("external_id", text("X-1")),
            ("stage_id", Value::Id(shop.stage("Won"))),
        ]),
    )
    .await;
    let copied = begin::copy(&shop.sales, Kind::Deal, deal, "Roof (copy)")
        .await
        .expect("copied");
    let copy = copied.record.expect("seen");
    assert_ne!(copy.id, deal);
    assert_eq!(copy.title(), "Roof (copy)");
    assert_eq!(*copy.value("amount"), eur(700));
    assert!(matches!(copy.value("company_id"), Value::Links(links) if links[0].id == company));
    assert!(copy.value("external_id").is_empty());
    assert_eq!(copy.value("stage_id").as_id(), Some(shop.stage("New")));
    assert!(copy.value("closed_at").is_empty());
    let boris = colleague(&shop).await;
    let hidden = begin::copy(&boris, Kind::Deal, deal, "Mine now").await;
    assert_eq!(hidden, Err(Error::NotFound));
    // Who may read it all and add nothing, copies nothing.
    let director = shop.db.user("Dora", &[Role::Director], None).await;
    let director = shop.db.ctx_of(director).await;
    let refused = begin::copy(&director, Kind::Deal, deal, "Mine now").await;
    assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
}

#[tokio::test]
async fn what_is_alike_is_found_by_phone_address_and_name() {
    let shop = Shop::new().await;
    let ada = add(
        &shop.sales,
        Kind::Contact,
        values([
            ("first_name", text("Ada")),
            ("last_name", text("Lovelace")),
            ("phones", point(PointType::Phone, "+48 601 234 567")),
            ("emails", point(PointType::Email, "Ada@Example.com")),
        ]),
    )
    .await;
    let found = async |ctx: &Ctx, kind: Kind, given: Values| -> Vec<(Kind, RecordId, usize)> {
        let found = alike::alike(ctx, kind, &given).await.expect("asked");
        found
            .into_iter()
            .map(|one| (one.kind, one.id, one.fields.len()))
            .collect()
    };
    let phone = values([("phones", point(PointType::Phone, "+48601234567"))]);
    let email = values([("emails", point(PointType::Email, "ada@example.COM"))]);
    let name = values([("first_name", text("ada")), ("last_name", text("LOVELACE"))]);
    for given in [phone.clone(), email, name] {
        assert_eq!(
            found(&shop.sales, Kind::Contact, given).await,
            [(Kind::Contact, ada, 1)]
        );
    }
    // A lead has the phone of a contact.
    assert_eq!(
        found(&shop.sales, Kind::Lead, phone.clone()).await,
        [(Kind::Contact, ada, 1)]
    );
    // Half a number, half a name, another kind's name: nothing.
    for given in [
        values([("phones", point(PointType::Phone, "+4860"))]),
        values([("first_name", text("Ad"))]),
        values([("name", text("Ada Lovelace"))]),
    ] {
        assert_eq!(found(&shop.sales, Kind::Company, given).await, []);
    }
    // What one may not see is not hinted at.
    let boris = colleague(&shop).await;
    assert_eq!(found(&boris, Kind::Contact, phone).await, []);
}

#[tokio::test]
async fn a_record_in_another_pipeline_keeps_its_id_and_its_history() {
    let shop = Shop::new().await;
    let other = shop
        .db
        .pipeline(Kind::Deal, "Partners", &OPEN_WON_LOST)
        .await;
    let deal = shop.deal("Roof", 100).await.record.expect("seen");
    let stage = other.stages[1].id;
    let draft = Draft::of([
        ("pipeline_id", Value::Id(other.id)),
        ("stage_id", Value::Id(stage)),
    ]);
    change(&shop.sales, Via::Form, Kind::Deal, deal.id, draft)
        .await
        .expect("moved");
    let moved = read::get(&shop.sales, Kind::Deal, deal.id)
        .await
        .expect("the same id");
    assert_eq!(moved.value("pipeline_id").as_id(), Some(other.id));
    assert_eq!(moved.value("stage_id").as_id(), Some(stage));
    let opened = open::open(&shop.sales, Kind::Deal, deal.id)
        .await
        .expect("seen");
    let what: Vec<_> = opened
        .timeline
        .entries
        .iter()
        .map(|entry| entry.what.as_str())
        .collect();
    assert_eq!(what, ["moved", "created"]);
    let (kept, counted) = shop.totals().await;
    assert_eq!(kept, counted);
}
