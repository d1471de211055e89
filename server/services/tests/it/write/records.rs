//! Records written: defaults, problems, conflicts, rights, links, contact points, operations.

use domain::contact_point::{ContactPoint, PointType};
use domain::rights::Role;
use domain::timeline::Via;
use domain::value::Linked;
use domain::{Draft, Error, Kind, Problem, Value};
use services::records::write::{Operation, change, create, delete};

use super::{Shop, eur, problems, text};

#[tokio::test]
async fn a_new_deal_gets_its_defaults_and_a_trace() {
    let shop = Shop::new().await;
    let written = shop.deal("Roof", 1200).await;
    let record = written.record.expect("seen by its writer");
    assert_eq!(record.owner(), shop.sales.actor.user_id);
    assert_eq!(record.value("stage_id").as_id(), Some(shop.stage("New")));
    assert_eq!(
        record.value("amount").as_money().expect("money").full(),
        "€1,200"
    );
    assert_eq!(record.version, 1);
    assert_eq!(written.events.len(), 1);
    assert!(written.operation.is_some());
    assert_eq!(written.card.expect("a card").title, "Roof");
    let (kept, counted) = shop.totals().await;
    assert_eq!(kept, counted);
    assert_eq!(
        shop.db
            .number("select count(*) from stage_stay where left_at is null")
            .await,
        1
    );
}

#[tokio::test]
async fn every_field_that_does_not_fit_is_named() {
    let shop = Shop::new().await;
    let draft = Draft::of([
        ("amount", text("much")),
        ("colour", text("red")),
        ("updated_at", Value::DateTime(shop.sales.now)),
    ]);
    let problems = problems(create(&shop.sales, Via::Form, Kind::Deal, draft).await);
    let keys: Vec<&str> = problems.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ["amount", "colour", "updated_at", "title"]);
    assert_eq!(problems[3].1, Problem::Required);
    assert_eq!(shop.db.number("select count(*) from operation").await, 0);
}

#[tokio::test]
async fn two_who_edit_different_fields_merge_and_the_same_field_asks() {
    let shop = Shop::new().await;
    let deal = shop.deal("Roof", 1200).await.record.expect("seen");
    let anna = Draft::of([("title", text("Roof and gutter"))]).at_version(1);
    change(&shop.sales, Via::Form, Kind::Deal, deal.id, anna)
        .await
        .expect("first");
    let other_field = Draft::of([("amount", eur(1500))]).at_version(1);
    let merged = change(&shop.sales, Via::Form, Kind::Deal, deal.id, other_field)
        .await
        .expect("merged");
    let record = merged.record.expect("seen");
    assert_eq!(record.title(), "Roof and gutter");
    assert_eq!(record.version, 3);
    let same_field = Draft::of([("title", text("Roof, new"))]).at_version(1);
    let error = change(&shop.sales, Via::Form, Kind::Deal, deal.id, same_field)
        .await
        .expect_err("both changed the title");
    let Error::Conflict(conflicts) = error else {
        panic!("{error}")
    };
    assert_eq!(conflicts[0].theirs, text("Roof and gutter"));
    assert_eq!(conflicts[0].mine, text("Roof, new"));
    // The same value from both is no conflict, and nothing to write.
    let agreed = Draft::of([("title", text("Roof and gutter"))]).at_version(1);
    let written = change(&shop.sales, Via::Form, Kind::Deal, deal.id, agreed)
        .await
        .expect("agreed");
    assert_eq!(written.operation, None);
}

#[tokio::test]
async fn rights_hold_on_every_write() {
    let shop = Shop::new().await;
    let deal = shop.deal("Roof", 1200).await.record.expect("seen");
    let other = shop.db.user("Boris", &[Role::Salesperson], None).await;
    let other = shop.db.ctx_of(other).await;
    let director = shop.db.user("Dana", &[Role::Director], None).await;
    let director = shop.db.ctx_of(director).await;
    let draft = || Draft::of([("title", text("Mine"))]);
    assert_eq!(
        change(&other, Via::Form, Kind::Deal, deal.id, draft()).await,
        Err(Error::NotFound)
    );
    assert_eq!(
        delete(&other, Via::Form, Kind::Deal, deal.id).await,
        Err(Error::NotFound)
    );
    for refused in [
        change(&director, Via::Form, Kind::Deal, deal.id, draft()).await,
        delete(&director, Via::Form, Kind::Deal, deal.id).await,
        create(&director, Via::Form, Kind::Deal, draft()).await,
        create(
            &shop.sales,
            Via::Form,
            Kind::Product,
            Draft::of([("name", text("Nail"))]),
        )
        .await,
        {
            let mut for_boris = draft();
            let boris = other.actor.user_id.expect("a user");
            for_boris.values.insert("owner_id".into(), Value::Id(boris));
            create(&shop.sales, Via::Form, Kind::Deal, for_boris).await
        },
    ] {
        assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
    }
    // Giving a record away is allowed; one does not see it any more.
    let boris = Value::Id(other.actor.user_id.expect("a user"));
    let given = Draft::of([("owner_id", boris)]);
    let written = change(&shop.sales, Via::Form, Kind::Deal, deal.id, given)
        .await
        .expect("given");
    assert_eq!(written.record, None);
    assert_eq!(
        change(&other, Via::Form, Kind::Deal, deal.id, draft())
            .await
            .map(|_| ()),
        Ok(())
    );
}

#[tokio::test]
async fn one_cannot_link_to_what_one_may_not_see() {
    let shop = Shop::new().await;
    let hidden = shop
        .db
        .insert(Kind::Company, [("name", text("Secret"))])
        .await;
    let draft = Draft::of([
        ("title", text("Roof")),
        ("company_id", Value::Links(vec![Linked::to(hidden)])),
        ("lost_reason_id", Value::Id(99)),
        ("owner_id", Value::Id(9999)),
    ]);
    let system = shop.db.system();
    let refused = problems(
        create(&shop.sales, Via::Form, Kind::Deal, {
            let mut draft = draft.clone();
            draft.values.remove("owner_id");
            draft
        })
        .await,
    );
    assert_eq!(refused[0], ("company_id".to_owned(), Problem::NoSuchRecord));
    let refused = problems(create(&system, Via::System, Kind::Deal, draft).await);
    assert_eq!(refused[0].0, "owner_id");
}

#[tokio::test]
async fn contact_points_are_normalised_and_links_keep_their_order() {
    let shop = Shop::new().await;
    let points = |texts: &[&str]| {
        Value::Points(
            texts
                .iter()
                .map(|t| ContactPoint::new(PointType::Phone, t))
                .collect(),
        )
    };
    let draft = Draft::of([
        ("last_name", text("Nowak")),
        ("phones", points(&["601 234 567"])),
    ]);
    let made = create(&shop.sales, Via::Form, Kind::Contact, draft)
        .await
        .expect("a contact");
    let contact = made.record.expect("seen");
    let normalised = shop.db.rows("select normalised from contact_point").await;
    assert_eq!(
        normalised[0].try_get_by::<String, _>(0).expect("a form"),
        "+48601234567"
    );
    let draft = Draft::of([("phones", points(&["601 234 567", "+49 30 901820"]))]);
    let changed = change(&shop.sales, Via::Form, Kind::Contact, contact.id, draft).await;
    assert_eq!(
        changed
            .expect("changed")
            .record
            .expect("seen")
            .value("phones"),
        &points(&["601 234 567", "+49 30 901820"])
    );
    assert_eq!(
        shop.db.number("select count(*) from contact_point").await,
        2
    );
}

#[tokio::test]
async fn a_batch_is_one_operation_and_tells_what_it_refused() {
    let shop = Shop::new().await;
    let mut operation = Operation::begin(&shop.sales, Via::Bulk, "test")
        .await
        .expect("a transaction");
    let drafts = (0..300)
        .map(|n| match n {
            7 => Draft::of([("amount", eur(1))]),
            n => Draft::of([("title", text(&format!("Deal {n}"))), ("amount", eur(n))]),
        })
        .collect();
    let answers = operation.create(Kind::Deal, drafts).await.expect("written");
    let refused: Vec<usize> = answers
        .iter()
        .enumerate()
        .filter(|(_, a)| a.is_err())
        .map(|(n, _)| n)
        .collect();
    assert_eq!(refused, [7]);
    let finished = operation.commit().await.expect("committed");
    assert_eq!(finished.written, 299);
    assert_eq!(shop.db.number("select count(*) from operation").await, 1);
    assert_eq!(shop.db.number("select count(*) from event").await, 299);
    let (kept, counted) = shop.totals().await;
    assert_eq!(kept, counted);
    // The first of the batch stands on top, and positions stay short.
    let first = shop
        .db
        .rows("select title, length(position) from deal order by position limit 1")
        .await;
    assert_eq!(
        first[0].try_get_by::<String, _>(0).expect("a title"),
        "Deal 0"
    );
    assert!(first[0].try_get_by::<i32, _>(1).expect("a length") < 6);
}

#[tokio::test]
async fn an_operation_that_is_dropped_leaves_no_trace() {
    let shop = Shop::new().await;
    let mut operation = Operation::begin(&shop.sales, Via::Bulk, "")
        .await
        .expect("a transaction");
    operation
        .create(Kind::Deal, vec![Draft::of([("title", text("x"))])])
        .await
        .expect("written");
    drop(operation);
    for table in ["deal", "event", "operation", "stage_stay"] {
        assert_eq!(
            shop.db
                .number(&format!("select count(*) from {table}"))
                .await,
            0,
            "{table}"
        );
    }
}
