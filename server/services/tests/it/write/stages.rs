//! Records in stages: moved, kept out by gates, lost, put between others, summed up.

use domain::pipeline::Gate;
use domain::record::Place;
use domain::timeline::Via;
use domain::value::Linked;
use domain::{Draft, Error, Kind, Value};
use sea_orm::{ConnectionTrait, Statement, TransactionTrait as _};
use serde_json::json;
use services::records::write::{change, create, delete, restore};

use super::{Shop, problems, text};

#[tokio::test]
async fn moving_dates_the_stage_keeps_the_stay_and_the_totals() {
    let shop = Shop::new().await;
    let deal = shop.deal("Roof", 1200).await.record.expect("seen");
    let draft = Draft::of([("stage_id", Value::Id(shop.stage("Won")))]).at_version(1);
    let moved = change(&shop.sales, Via::Board, Kind::Deal, deal.id, draft)
        .await
        .expect("moved");
    let record = moved.record.expect("seen");
    assert_eq!(record.version, 2);
    assert!(record.value("closed_at").as_date_time().is_some());
    assert_eq!(shop.db.number("select count(*) from stage_stay").await, 2);
    assert_eq!(
        shop.db
            .number("select count(*) from stage_stay where left_at is null")
            .await,
        1
    );
    assert_eq!(
        shop.db
            .number("select count(*) from event where what = 'moved'")
            .await,
        1
    );
    let (kept, counted) = shop.totals().await;
    assert_eq!(kept, counted);
    // Open again: not closed any more.
    let draft = Draft::of([("stage_id", Value::Id(shop.stage("Offer")))]);
    let back = change(&shop.sales, Via::Board, Kind::Deal, deal.id, draft)
        .await
        .expect("moved");
    assert!(back.record.expect("seen").value("closed_at").is_empty());
}

#[tokio::test]
async fn gates_hold_and_name_what_is_missing() {
    let shop = Shop::new().await;
    let gate = Gate {
        required: vec!["expected_close".into(), "contacts".into()],
        ..Gate::default()
    };
    let sql = "update stage set gate = $1 where id = $2";
    let values = [json!(gate).into(), shop.stage("Offer").into()];
    let statement = Statement::from_sql_and_values(shop.db.db.get_database_backend(), sql, values);
    shop.db.db.execute_raw(statement).await.expect("a gate");

    let deal = shop.deal("Roof", 1200).await.record.expect("seen");
    let to_offer = Draft::of([("stage_id", Value::Id(shop.stage("Offer")))]);
    let refused = change(
        &shop.sales,
        Via::Board,
        Kind::Deal,
        deal.id,
        to_offer.clone(),
    )
    .await;
    let missing: Vec<String> = problems(refused).into_iter().map(|(key, _)| key).collect();
    assert_eq!(missing, ["expected_close", "contacts"]);

    let contact = Draft::of([("first_name", text("Иван"))]);
    let contact = create(&shop.sales, Via::Form, Kind::Contact, contact)
        .await
        .expect("a contact");
    let contact = contact.record.expect("seen");
    assert_eq!(contact.title(), "Иван");
    let mut filled = to_offer;
    let day = Value::Date("2026-12-01".parse().expect("a day"));
    filled.values.insert("expected_close".into(), day);
    filled.values.insert(
        "contacts".into(),
        Value::Links(vec![Linked::to(contact.id)]),
    );
    let moved = change(&shop.sales, Via::Board, Kind::Deal, deal.id, filled)
        .await
        .expect("moved");
    assert_eq!(
        moved.record.expect("seen").value("stage_id").as_id(),
        Some(shop.stage("Offer"))
    );

    // What the stage needs cannot be emptied while the deal is in it.
    let emptied = Draft::of([("contacts", Value::Empty)]);
    let refused = change(&shop.sales, Via::Form, Kind::Deal, deal.id, emptied).await;
    assert_eq!(problems(refused)[0].0, "contacts");
}

#[tokio::test]
async fn losing_asks_for_a_reason_on_every_path() {
    let shop = Shop::new().await;
    let deal = shop.deal("Roof", 1200).await.record.expect("seen");
    let lost = Draft::of([("stage_id", Value::Id(shop.stage("Lost")))]);
    for via in [Via::Board, Via::Form, Via::Import, Via::Bulk] {
        let refused = change(&shop.sales, via, Kind::Deal, deal.id, lost.clone()).await;
        assert_eq!(problems(refused)[0].0, "lost_reason_id");
    }
    let mut draft = lost;
    draft
        .values
        .insert("lost_reason_id".into(), Value::Id(shop.reason));
    let moved = change(&shop.sales, Via::Board, Kind::Deal, deal.id, draft)
        .await
        .expect("lost");
    assert_eq!(
        moved.record.expect("seen").value("lost_reason_id").as_id(),
        Some(shop.reason)
    );
    let open = Draft::of([("stage_id", Value::Id(shop.stage("New")))]);
    let back = change(&shop.sales, Via::Board, Kind::Deal, deal.id, open)
        .await
        .expect("open again");
    assert!(
        back.record
            .expect("seen")
            .value("lost_reason_id")
            .is_empty()
    );
}

#[tokio::test]
async fn a_card_dropped_between_two_stands_between_them() {
    let shop = Shop::new().await;
    let mut ids = Vec::new();
    for title in ["a", "b", "c"] {
        ids.push(shop.deal(title, 1).await.record.expect("seen").id);
    }
    // New ones stand on top: c, b, a. Put c between b and a.
    let mut draft = Draft::of([]);
    draft.place = Some(Place::Below(ids[1]));
    let moved = change(&shop.sales, Via::Board, Kind::Deal, ids[2], draft)
        .await
        .expect("placed");
    assert_eq!(moved.events.len(), 1);
    let order = shop
        .db
        .rows("select title from deal order by position")
        .await;
    let order: Vec<String> = order
        .iter()
        .map(|row| row.try_get_by(0).expect("a title"))
        .collect();
    assert_eq!(order, ["b", "c", "a"]);
    let draft = Draft {
        place: Some(Place::Above(ids[1])),
        ..Draft::default()
    };
    change(&shop.sales, Via::Board, Kind::Deal, ids[0], draft)
        .await
        .expect("placed");
    let order = shop
        .db
        .rows("select title from deal order by position")
        .await;
    let order: Vec<String> = order
        .iter()
        .map(|row| row.try_get_by(0).expect("a title"))
        .collect();
    assert_eq!(order, ["a", "b", "c"]);
}

#[tokio::test]
async fn a_deleted_deal_leaves_the_sums_and_comes_back() {
    let shop = Shop::new().await;
    let deal = shop.deal("Roof", 1200).await.record.expect("seen");
    delete(&shop.sales, Via::Form, Kind::Deal, deal.id)
        .await
        .expect("deleted");
    assert_eq!(shop.totals().await.0, Vec::<String>::new());
    let again = change(
        &shop.sales,
        Via::Form,
        Kind::Deal,
        deal.id,
        Draft::of([("title", text("x"))]),
    );
    assert_eq!(again.await, Err(Error::NotFound));
    restore(&shop.sales, Via::Form, Kind::Deal, deal.id)
        .await
        .expect("restored");
    let (kept, counted) = shop.totals().await;
    assert_eq!(kept, counted);
    assert_eq!(kept.len(), 1);
}

#[tokio::test]
async fn many_movers_at_once_leave_the_totals_right() {
    let shop = Shop::new().await;
    let mut ids = Vec::new();
    for n in 0..10 {
        ids.push(
            shop.deal(&format!("Deal {n}"), 100 + n)
                .await
                .record
                .expect("seen")
                .id,
        );
    }
    let movers = (0..6).map(|mover| {
        let (ctx, ids) = (shop.sales.clone(), ids.clone());
        let stages = [shop.stage("New"), shop.stage("Offer"), shop.stage("Won")];
        tokio::spawn(async move {
            for step in 0..15usize {
                let id = ids[(mover * 7 + step * 3) % ids.len()];
                let stage = stages[(mover + step) % 3];
                let draft = Draft::of([("stage_id", Value::Id(stage))]);
                change(&ctx, Via::Board, Kind::Deal, id, draft)
                    .await
                    .expect("moved");
            }
        })
    });
    for mover in movers.collect::<Vec<_>>() {
        mover.await.expect("every move went through");
    }
    let (kept, counted) = shop.totals().await;
    assert_eq!(kept, counted);
    let open = "select count(*) from stage_stay where left_at is null";
    assert_eq!(shop.db.number(open).await, 10);
}

#[tokio::test]
async fn a_move_takes_the_funnels_numbers_in_one_order_whichever_way_it_goes() {
    let shop = Shop::new().await;
    let (new, offer) = (shop.stage("New"), shop.stage("Offer"));
    let deal = shop.deal("Roof", 100).await.record.expect("seen").id;
    let go = |stage| {
        let draft = Draft::of([("stage_id", Value::Id(stage))]);
        let ctx = shop.sales.clone();
        async move { change(&ctx, Via::Board, Kind::Deal, deal, draft).await }
    };
    for numbers in ["funnel_stay", "funnel_owner_stay"] {
        go(offer).await.expect("moved");
        // Somebody else is at the number of the first stage.
        let other = shop.db.db.begin().await.expect("begun");
        let take =
            |stage| format!("select from {numbers} where stage_id = {stage} for update nowait");
        other.execute_unprepared(&take(new)).await.expect("free");
        let back = tokio::spawn(go(new));
        let waiting = "select count(*) from pg_stat_activity
                        where wait_event_type = 'Lock' and datname = current_database()";
        while shop.db.number(waiting).await == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        // The move waits for it, and holds none that comes after: nobody waits in a circle.
        let after = other.execute_unprepared(&take(offer)).await;
        after.expect("the number of the second stage is free");
        other.commit().await.expect("committed");
        back.await.expect("no panic").expect("moved");
    }
    let (kept, counted) = shop.totals().await;
    assert_eq!(kept, counted);
}

#[tokio::test]
async fn a_new_record_takes_the_funnels_numbers_in_the_order_of_a_move() {
    let shop = Shop::new().await;
    let (new, offer) = (shop.stage("New"), shop.stage("Offer"));
    let deal = shop.deal("Roof", 100).await.record.expect("seen").id;
    let draft = Draft::of([("stage_id", Value::Id(offer))]);
    change(&shop.sales, Via::Board, Kind::Deal, deal, draft)
        .await
        .expect("moved");
    let count = |which: &str| {
        format!(
            "select count(*) from (
               select from funnel_owner_stay where stage_id = {new} for update {which}) numbers"
        )
    };
    let all = shop.db.number(&count("")).await;
    assert!(all > 0);
    for comes_back in [true, false] {
        // Somebody else is at the stage's number of a day, which comes after those of its owners.
        let other = shop.db.db.begin().await.expect("begun");
        let take = format!("select from funnel_stay where stage_id = {new} for update nowait");
        other.execute_unprepared(&take).await.expect("free");
        let ctx = shop.sales.clone();
        let work = tokio::spawn(async move {
            if comes_back {
                let draft = Draft::of([("stage_id", Value::Id(new))]);
                change(&ctx, Via::Board, Kind::Deal, deal, draft).await
            } else {
                let draft = Draft::of([("title", Value::Text("Wall".into()))]);
                create(&ctx, Via::Form, Kind::Deal, draft).await
            }
        });
        let waiting = "select count(*) from pg_stat_activity
                        where wait_event_type = 'Lock' and datname = current_database()";
        while shop.db.number(waiting).await == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        assert_eq!(shop.db.number(&count("skip locked")).await, all - 1);
        other.commit().await.expect("committed");
        work.await.expect("no panic").expect("written");
    }
    let (kept, counted) = shop.totals().await;
    assert_eq!(kept, counted);
}
