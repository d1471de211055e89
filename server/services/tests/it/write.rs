//! The write path.

use domain::board::Written;
use domain::contact_point::{ContactPoint, PointType};
use domain::money::Currency;
use domain::pipeline::{Gate, Pipeline};
use domain::record::Place;
use domain::rights::Role;
use domain::timeline::Via;
use domain::value::Linked;
use domain::{Draft, Error, Kind, Money, Problem, StageId, Value};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use services::Ctx;
use services::records::write::{Operation, change, create, delete, restore};
use test_support::{OPEN_WON_LOST, TestDb};

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

pub(crate) fn eur(amount: i64) -> Value {
    Value::Money(Money::new(amount.into(), Currency::EUR))
}

/// A database with a deal pipeline, a salesperson and a reason for losing.
pub(crate) struct Shop {
    pub(crate) db: TestDb,
    pub(crate) sales: Ctx,
    pub(crate) pipeline: Pipeline,
    pub(crate) reason: i64,
}

impl Shop {
    pub(crate) async fn new() -> Self {
        let db = TestDb::new().await;
        let pipeline = db.pipeline(Kind::Deal, "Sales", &OPEN_WON_LOST).await;
        let reason = db.lost_reason("Price").await;
        let anna = db.user("Anna", &[Role::Salesperson], None).await;
        let sales = db.ctx_of(anna).await;
        Self {
            db,
            sales,
            pipeline,
            reason,
        }
    }

    pub(crate) fn stage(&self, name: &str) -> StageId {
        let stage = self.pipeline.stages.iter().find(|stage| stage.name == name);
        stage.expect("the stage is there").id
    }

    pub(crate) async fn deal(&self, title: &str, amount: i64) -> Written {
        let draft = Draft::of([("title", text(title)), ("amount", eur(amount))]);
        create(&self.sales, Via::Form, Kind::Deal, draft)
            .await
            .expect("a deal")
    }

    /// Kept totals as `stage:currency:count:amount`, and the same counted from the rows.
    pub(crate) async fn totals(&self) -> (Vec<String>, Vec<String>) {
        let lines = async |sql: &str| -> Vec<String> {
            let rows = self.db.rows(sql).await;
            rows.iter()
                .map(|row| row.try_get_by(0).expect("a line"))
                .collect()
        };
        let kept = lines(
            "select format('%s:%s:%s:%s', stage_id, currency, sum(count), sum(amount)::numeric(20,2))
               from stage_total where kind = 'deal' group by stage_id, currency
             having sum(count) <> 0 order by 1",
        )
        .await;
        let counted = lines(
            "select format('%s:%s:%s:%s', stage_id, case when amount is null then '' else currency end,
                           count(*), coalesce(sum(amount), 0)::numeric(20,2))
               from deal where deleted_at is null
              group by stage_id, case when amount is null then '' else currency end order by 1",
        )
        .await;
        (kept, counted)
    }
}

fn problems(result: Result<Written, Error>) -> Vec<(String, Problem)> {
    let error = result.expect_err("it is refused");
    let errors = error.field_errors();
    assert!(!errors.is_empty(), "{error}");
    errors
        .iter()
        .map(|error| (error.field.clone(), error.problem.clone()))
        .collect()
}

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
