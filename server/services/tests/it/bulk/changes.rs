//! What a change does to the records it means, and that its preview says so.

use domain::bulk::{BulkChange, Selection};
use domain::pipeline::Meaning;
use domain::query::{Filter, Operator, Query};
use domain::record::Values;
use domain::{Error, Kind, Problem, RecordId, Value};
use services::bulk;

use super::{all, done, many, me};
use crate::write::{Shop, eur, text};

#[tokio::test]
async fn gates_hold_and_say_which_records_they_keep_out() {
    let shop = Shop::new().await;
    many(&shop, me(&shop.sales), 12).await;
    let offer = shop.stage("Offer");
    shop.db
        .run(&format!(
            r#"update stage set gate = '{{"required": ["next_step"]}}' where id = {offer}"#
        ))
        .await;
    shop.db
        .run("update deal set next_step = 'Call' where amount <= 4")
        .await;
    let to_offer = BulkChange::Set(Values::from([
        ("pipeline_id".to_owned(), Value::Id(shop.pipeline.id)),
        ("stage_id".to_owned(), Value::Id(offer)),
    ]));
    let preview = bulk::preview(&shop.sales, Kind::Deal, &all(), to_offer.clone())
        .await
        .expect("counted");
    assert_eq!((preview.change, preview.missing.len()), (12, 1));
    assert_eq!(preview.missing[0].error.field, "next_step");
    assert_eq!(preview.missing[0].records, 8);
    let run = done(&shop.sales, Kind::Deal, all(), to_offer).await;
    assert_eq!((run.changed, run.refused), (4, 8));
    let refusals = bulk::refusals(&shop.sales, run.id).await.expect("mine");
    let problem = &refusals[0].reason.field_errors()[0].problem;
    assert!(
        matches!(problem, Problem::RequiredAtStage { .. }),
        "{problem:?}"
    );
    // Lost asks for a reason, which goes to all.
    let lost = shop.stage("Lost");
    let to_lost = |values: &[(&str, Value)]| {
        let mut all = Values::from([("stage_id".to_owned(), Value::Id(lost))]);
        all.extend(
            values
                .iter()
                .map(|(key, value)| ((*key).to_owned(), value.clone())),
        );
        BulkChange::Set(all)
    };
    let run = done(&shop.sales, Kind::Deal, all(), to_lost(&[])).await;
    assert_eq!((run.changed, run.refused), (0, 12));
    let reason = Value::Id(shop.reason);
    let run = done(
        &shop.sales,
        Kind::Deal,
        all(),
        to_lost(&[("lost_reason_id", reason)]),
    )
    .await;
    assert_eq!((run.changed, run.refused), (12, 0));
    let (kept, counted) = shop.totals().await;
    assert_eq!(kept, counted);
    assert_eq!(shop.pipeline.stages[3].meaning, Meaning::Lost);
}

#[tokio::test]
async fn what_is_added_to_many_is_there_once_and_can_be_taken_out() {
    let shop = Shop::new().await;
    let (anna, boris) = (me(&shop.sales), shop.db.user("Boris", &[], None).await);
    many(&shop, anna, 6).await;
    shop.db
        .run(&format!(
            "insert into record_observer select 'deal', id, {boris} from deal where amount <= 2"
        ))
        .await;
    let add = BulkChange::Add {
        field: "observers".to_owned(),
        value: Value::Ids(vec![boris, anna]),
    };
    let preview = bulk::preview(&shop.sales, Kind::Deal, &all(), add.clone())
        .await
        .expect("counted");
    assert_eq!((preview.change, preview.same), (6, 0));
    let run = done(&shop.sales, Kind::Deal, all(), add.clone()).await;
    assert_eq!(run.changed, 6);
    assert_eq!(
        shop.db.number("select count(*) from record_observer").await,
        12
    );
    let preview = bulk::preview(&shop.sales, Kind::Deal, &all(), add)
        .await
        .expect("counted");
    assert_eq!((preview.change, preview.same), (0, 6));
    let remove = BulkChange::Remove {
        field: "observers".to_owned(),
        value: Value::Ids(vec![anna]),
    };
    let run = done(&shop.sales, Kind::Deal, all(), remove).await;
    assert_eq!(run.changed, 6);
    let left = "select count(*) from record_observer where user_id = ";
    assert_eq!(shop.db.number(&format!("{left}{boris}")).await, 6);
    assert_eq!(shop.db.number(&format!("{left}{anna}")).await, 0);
}

/// The preview counts as the write path decides, for every sort of value.
#[tokio::test]
async fn the_preview_says_what_the_run_does() {
    let shop = Shop::new().await;
    let (anna, boris) = (me(&shop.sales), shop.db.user("Boris", &[], None).await);
    many(&shop, anna, 8).await;
    shop.db
        .run(&format!(
            "update deal set next_step = 'Call', next_step_on = '2026-12-01', source = 'web',
                             description = 'Long' where amount in (1, 2, 3);
             insert into record_observer select 'deal', id, {boris} from deal where amount < 4;
             update deal set amount = null, currency = null where amount = 8"
        ))
        .await;
    let company = shop
        .db
        .insert(Kind::Company, [("owner_id", Value::Id(anna))])
        .await;
    let contact = shop
        .db
        .insert(Kind::Contact, [("owner_id", Value::Id(anna))])
        .await;
    let first = shop.db.number("select min(id) from deal").await;
    shop.db
        .run(&format!(
            "update deal set company_id = {company} where id = {first};
             insert into record_link values ('deal', {first}, 'contacts', 'contact', {contact}, 0)"
        ))
        .await;
    let linked = |id: RecordId| Value::Links(vec![domain::value::Linked::to(id)]);
    let day = |text: &str| Value::Date(text.parse().expect("a day"));
    let changes = [
        ("next_step", text("Call")),
        ("next_step", Value::Empty),
        ("next_step_on", day("2026-12-01")),
        ("source", text("web")),
        ("description", text("Long")),
        ("amount", eur(3)),
        ("amount", Value::Empty),
        ("everyone", Value::YesNo(true)),
        ("owner_id", Value::Id(anna)),
        ("observers", Value::Ids(vec![boris])),
        ("company_id", linked(company)),
        ("contacts", linked(contact)),
        ("contacts", Value::Empty),
        ("stage_id", Value::Id(shop.stage("Offer"))),
    ];
    for (key, value) in changes {
        let change = BulkChange::set(key, value.clone());
        let preview = bulk::preview(&shop.sales, Kind::Deal, &all(), change.clone())
            .await
            .expect("counted");
        let run = done(&shop.sales, Kind::Deal, all(), change).await;
        let told = (preview.change, preview.meant);
        assert_eq!(told, (run.changed, run.total), "{key}: {value:?}");
        assert_eq!(run.refused, 0, "{key}: {value:?}");
    }
}

#[tokio::test]
async fn these_without_those_and_only_what_the_filter_finds() {
    let shop = Shop::new().await;
    many(&shop, me(&shop.sales), 10).await;
    let ids: Vec<RecordId> = shop
        .db
        .rows("select id from deal order by id")
        .await
        .iter()
        .map(|row| row.try_get_by(0).expect("an id"))
        .collect();
    let some = Selection::All {
        query: Query {
            filter: Filter::is("amount", Operator::AtMost, &["6"]),
            text: Some("deal".to_owned()),
            ..Query::default()
        },
        without: vec![ids[0], ids[9]],
    };
    let run = done(
        &shop.sales,
        Kind::Deal,
        some,
        BulkChange::set("next_step", text("A")),
    )
    .await;
    assert_eq!((run.total, run.changed), (5, 5));
    // One id of nobody's, and one that is named twice.
    let these = Selection::These(vec![ids[0], ids[9], ids[0], 9_999_999]);
    let run = done(&shop.sales, Kind::Deal, these, BulkChange::Delete).await;
    assert_eq!((run.total, run.changed), (2, 2));
    assert_eq!(
        shop.db
            .number("select count(*) from deal where deleted_at is not null")
            .await,
        2
    );
    let nothing = Selection::These(vec![ids[0]]);
    let refused = bulk::start(&shop.sales, Kind::Deal, nothing, BulkChange::Delete).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    let wrong = BulkChange::set("title", Value::Empty);
    let refused = bulk::start(&shop.sales, Kind::Deal, all(), wrong).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
}
