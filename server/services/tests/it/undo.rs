//! Undo: after it, the database is as before.

use domain::rights::Role;
use domain::timeline::{Told, Via};
use domain::{Draft, Error, Kind, Value};
use services::operations::undo;
use services::records::write::{Operation, change, create, delete};
use services::{notes, timeline};

use crate::write::{Shop, eur, text};

/// Everything that a user can see of deals, as text.
async fn picture(shop: &Shop) -> Vec<String> {
    let rows = shop
        .db
        .rows(
            "select (to_jsonb(d) - 'version' - 'updated_at' - 'updated_by')::text
               from deal d where deleted_at is null
              union all
             select (to_jsonb(s) - 'id')::text from stage_stay s
               join deal d on d.id = s.record_id and d.deleted_at is null
              union all
             select to_jsonb(t)::text from stage_total t where count <> 0
              union all
             select to_jsonb(t)::text from stage_share t where count <> 0
              union all
             select to_jsonb(n)::text from note n where deleted_at is null
              order by 1",
        )
        .await;
    rows.iter()
        .map(|row| row.try_get_by(0).expect("a line"))
        .collect()
}

#[tokio::test]
async fn a_move_taken_back_has_not_been() {
    let shop = Shop::new().await;
    let deal = shop.deal("Roof", 1200).await.record.expect("seen");
    shop.deal("Gutter", 300).await;
    let before = picture(&shop).await;
    let draft = Draft::of([
        ("stage_id", Value::Id(shop.stage("Lost"))),
        ("lost_reason_id", Value::Id(shop.reason)),
        ("title", text("Roof, lost")),
    ]);
    let moved = change(&shop.sales, Via::Board, Kind::Deal, deal.id, draft)
        .await
        .expect("moved");
    let after = picture(&shop).await;
    assert_ne!(after, before);
    let undone = undo(&shop.sales, moved.operation.expect("an operation"))
        .await
        .expect("undone");
    assert_eq!((undone.records, undone.kept.len()), (1, 0));
    assert_eq!(picture(&shop).await, before);
    // And the undo can be undone.
    undo(&shop.sales, undone.operation.expect("an operation"))
        .await
        .expect("redone");
    let redone = picture(&shop).await;
    assert_eq!(redone.len(), after.len());
    let twice = undo(&shop.sales, moved.operation.expect("an operation")).await;
    assert!(matches!(twice, Err(Error::Invalid(_))), "{twice:?}");
}

#[tokio::test]
async fn an_undo_keeps_what_somebody_changed_since() {
    let shop = Shop::new().await;
    let deal = shop.deal("Roof", 1200).await.record.expect("seen");
    let draft = Draft::of([("title", text("Roof and gutter")), ("amount", eur(1500))]);
    let first = change(&shop.sales, Via::Form, Kind::Deal, deal.id, draft)
        .await
        .expect("changed");
    let draft = Draft::of([("title", text("Everything"))]);
    change(&shop.sales, Via::Form, Kind::Deal, deal.id, draft)
        .await
        .expect("changed");
    let undone = undo(&shop.sales, first.operation.expect("an operation"))
        .await
        .expect("undone");
    assert_eq!(
        undone.kept,
        ["“Title” of “Everything” was changed since and stays."]
    );
    let amount = shop.db.number("select amount::bigint from deal").await;
    assert_eq!(amount, 1200);
}

#[tokio::test]
async fn a_batch_of_a_thousand_is_taken_back_whole() {
    let shop = Shop::new().await;
    let kept = shop.deal("Before", 5).await.record.expect("seen");
    let before = picture(&shop).await;
    let mut operation = Operation::begin(&shop.sales, Via::Import, "deals.csv")
        .await
        .expect("tx");
    for chunk in 0..3 {
        let drafts = (0..500)
            .map(|n| Draft::of([("title", text(&format!("{chunk}/{n}"))), ("amount", eur(n))]))
            .collect();
        operation.create(Kind::Deal, drafts).await.expect("written");
    }
    let change_of_kept = Draft::of([("title", text("Touched"))]);
    operation
        .change(Kind::Deal, vec![(kept.id, change_of_kept)])
        .await
        .expect("written");
    let finished = operation.commit().await.expect("committed");
    let undone = undo(&shop.sales, finished.operation.expect("an operation"))
        .await
        .expect("undone");
    assert_eq!((undone.records, undone.kept), (1501, Vec::new()));
    assert_eq!(picture(&shop).await, before);
}

#[tokio::test]
async fn what_was_worked_on_since_survives_the_undo_of_its_making() {
    let shop = Shop::new().await;
    let made = shop.deal("Roof", 1200).await;
    let id = made.record.expect("seen").id;
    let draft = Draft::of([("amount", eur(2000))]);
    change(&shop.sales, Via::Form, Kind::Deal, id, draft)
        .await
        .expect("changed");
    let undone = undo(&shop.sales, made.operation.expect("an operation"))
        .await
        .expect("undone");
    assert_eq!(undone.records, 0);
    assert_eq!(undone.kept.len(), 1);
    assert_eq!(
        shop.db
            .number("select count(*) from deal where deleted_at is null")
            .await,
        1
    );
}

#[tokio::test]
async fn a_deletion_and_a_note_can_be_taken_back() {
    let shop = Shop::new().await;
    let deal = shop.deal("Roof", 1200).await.record.expect("seen");
    let before = picture(&shop).await;
    let deleted = delete(&shop.sales, Via::Form, Kind::Deal, deal.id)
        .await
        .expect("deleted");
    undo(&shop.sales, deleted.operation.expect("an operation"))
        .await
        .expect("undone");
    assert_eq!(picture(&shop).await, before);
    let noted = notes::add(&shop.sales, Kind::Deal, deal.id, " Call <b>again</b> ").await;
    let noted = noted.expect("a note");
    let entries = timeline::read(&shop.sales, Kind::Deal, deal.id, Told::All, None)
        .await
        .expect("seen")
        .entries;
    assert_eq!(
        entries[0]
            .note
            .as_ref()
            .expect("the note")
            .source
            .as_deref(),
        Some("Call <b>again</b>")
    );
    undo(&shop.sales, noted.operation.expect("an operation"))
        .await
        .expect("undone");
    assert_eq!(picture(&shop).await, before);
    assert!(matches!(
        notes::add(&shop.sales, Kind::Deal, deal.id, " ").await,
        Err(Error::Invalid(_))
    ));
}

#[tokio::test]
async fn nobody_undoes_what_they_may_not_see() {
    let shop = Shop::new().await;
    let deal = shop.deal("Roof", 1200).await.record.expect("seen");
    let draft = Draft::of([("amount", eur(2000))]);
    let changed = change(&shop.sales, Via::Form, Kind::Deal, deal.id, draft)
        .await
        .expect("changed");
    let operation = changed.operation.expect("an operation");
    let boris = shop.db.user("Boris", &[Role::Salesperson], None).await;
    let boris = shop.db.ctx_of(boris).await;
    assert_eq!(undo(&boris, operation).await, Err(Error::NotFound));
    assert_eq!(undo(&shop.sales, 9_999_999).await, Err(Error::NotFound));
    let director = shop.db.user("Dana", &[Role::Director], None).await;
    let director = shop.db.ctx_of(director).await;
    let undone = undo(&director, operation).await.expect("answered");
    assert_eq!((undone.records, undone.kept.len()), (0, 1));
    let again = Draft::of([("title", text("Still works"))]);
    let written = create(&shop.sales, Via::Form, Kind::Deal, again).await;
    assert!(written.is_ok());
}
