//! Only what its user may change is changed, and only its user hears of a run.

use domain::bulk::{BulkChange, Preview};
use domain::rights::{Action, Role};
use domain::timeline::Via;
use domain::{Error, Kind};
use services::records::write::delete;
use services::{bulk, operations};

use super::{all, done, many, me};
use crate::write::{Shop, text};

#[tokio::test]
async fn all_results_of_a_salesperson_change_only_where_they_may() {
    let shop = Shop::new().await;
    let boris = shop.db.user("Boris", &[Role::Salesperson], None).await;
    many(&shop, me(&shop.sales), 30).await;
    many(&shop, boris, 20).await;
    shop.db
        .run(&format!(
            "update deal set everyone = true where owner_id = {boris} and amount <= 5"
        ))
        .await;
    let next = BulkChange::set("next_step", text("Call"));
    let preview = bulk::preview(&shop.sales, Kind::Deal, &all(), next.clone())
        .await
        .expect("counted");
    let expected = Preview {
        meant: 35,
        change: 30,
        same: 0,
        forbidden: 5,
        missing: Vec::new(),
    };
    assert_eq!(preview, expected);
    let run = done(&shop.sales, Kind::Deal, all(), next.clone()).await;
    assert_eq!(
        (run.total, run.done, run.changed, run.refused),
        (35, 35, 30, 5)
    );
    let count = async |sql: &str| shop.db.number(sql).await;
    let others =
        format!("select count(*) from deal where owner_id = {boris} and next_step is not null");
    assert_eq!(count(&others).await, 0);
    assert_eq!(
        count("select count(*) from deal where next_step = 'Call'").await,
        30
    );
    let refusals = bulk::refusals(&shop.sales, run.id).await.expect("mine");
    assert_eq!(refusals.len(), 5);
    assert!(refusals.iter().all(|refusal| {
        matches!(refusal.reason, Error::Forbidden(_)) && refusal.title.is_some()
    }));
    // Once more there is nothing to change, and nothing is written.
    let preview = bulk::preview(&shop.sales, Kind::Deal, &all(), next.clone())
        .await
        .expect("counted");
    assert_eq!((preview.change, preview.same), (0, 30));
    let run = done(&shop.sales, Kind::Deal, all(), next).await;
    assert_eq!((run.changed, run.operation), (0, None));
    assert_eq!(count("select count(*) from operation").await, 1);
    // It is told as one thing, done in bulk.
    assert_eq!(
        count("select count(*) from operation where via = 'bulk'").await,
        1
    );
}

#[tokio::test]
async fn a_run_is_only_its_users() {
    let shop = Shop::new().await;
    many(&shop, me(&shop.sales), 3).await;
    let boris = shop.db.user("Boris", &[Role::Administrator], None).await;
    let boris = shop.db.ctx_of(boris).await;
    let change = BulkChange::set("next_step", text("Call"));
    let run = done(&shop.sales, Kind::Deal, all(), change.clone()).await;
    assert_eq!(bulk::progress(&boris, run.id).await, Err(Error::NotFound));
    assert_eq!(bulk::refusals(&boris, run.id).await, Err(Error::NotFound));
    assert_eq!(bulk::cancel(&boris, run.id).await, Err(Error::NotFound));
    assert_eq!(bulk::mine(&boris).await, Ok(Vec::new()));
    assert_eq!(bulk::mine(&shop.sales).await.expect("mine").len(), 1);
    bulk::dismiss(&boris, run.id).await.expect("does nothing");
    assert_eq!(bulk::mine(&shop.sales).await.expect("mine").len(), 1);
    bulk::dismiss(&shop.sales, run.id).await.expect("seen");
    assert_eq!(bulk::mine(&shop.sales).await, Ok(Vec::new()));
    // Who may change nothing is told so before anything is counted.
    let director = shop.db.user("Dana", &[Role::Director], None).await;
    let director = shop.db.ctx_of(director).await;
    let refused = bulk::start(&director, Kind::Deal, all(), change.clone()).await;
    assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
    let refused = bulk::preview(&director, Kind::Deal, &all(), change).await;
    assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
    let refused = bulk::start(&shop.sales, Kind::Deal, all(), BulkChange::Purge).await;
    assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
}

#[tokio::test]
async fn rights_counted_are_rights_kept() {
    let shop = Shop::new().await;
    let (anna, boris) = (me(&shop.sales), shop.db.user("Boris", &[], None).await);
    many(&shop, boris, 6).await;
    shop.db
        .run(&format!(
            "update deal set everyone = true where amount = 1;
             insert into record_observer select 'deal', id, {anna} from deal where amount in (2, 3);
             update deal set owner_id = null where amount = 4;
             update deal set owner_id = {anna} where amount = 5"
        ))
        .await;
    for (change, action) in [
        (BulkChange::set("next_step", text("Call")), Action::Change),
        (BulkChange::Delete, Action::Delete),
    ] {
        let preview = bulk::preview(&shop.sales, Kind::Deal, &all(), change.clone())
            .await
            .expect("counted");
        let may = if action == Action::Change { 3 } else { 1 };
        assert_eq!((preview.meant, preview.change), (4, may), "{action:?}");
        let run = done(&shop.sales, Kind::Deal, all(), change).await;
        assert_eq!((run.total, run.changed), (4, may), "{action:?}");
    }
    let one = shop
        .db
        .number("select min(id) from deal where deleted_at is null")
        .await;
    let director = shop.db.user("Dana", &[Role::Director], None).await;
    let director = shop.db.ctx_of(director).await;
    assert!(delete(&director, Via::Form, Kind::Deal, one).await.is_err());
    let nobody = operations::undo(&director, 1).await;
    assert!(nobody.is_ok_and(|undone| undone.records == 0));
}
