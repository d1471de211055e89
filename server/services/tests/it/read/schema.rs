//! Descriptions and database say the same, and the statements that must be fast follow an index.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use domain::Kind;
use domain::board::BoardQuery;
use domain::field::{FieldType, Storage};
use domain::query::{Filter, Query};
use domain::rights::{Actor, Role};
use sea_orm::{ConnectionTrait, Statement};
use services::Ctx;
use services::records::read;
use services::schema::{always_filled, column_type, columns};
use test_support::{OPEN_WON_LOST, TestDb};

#[tokio::test]
async fn every_field_is_where_its_description_says_with_a_fitting_type() {
    let db = TestDb::new().await;
    for kind in Kind::ALL {
        let there: BTreeMap<String, (String, bool)> = db
            .rows(&format!(
                "select column_name::text, data_type::text, is_nullable = 'YES' \
                 from information_schema.columns where table_name = '{kind}'"
            ))
            .await
            .iter()
            .map(|row| {
                let get = |index| row.try_get_by::<String, _>(index).unwrap();
                (get(0), (get(1), row.try_get_by(2).unwrap()))
            })
            .collect();
        for field in kind.fields() {
            let named = columns(field);
            match (&field.storage, field.field_type) {
                (Storage::MoneyColumns { amount, currency }, FieldType::Money) => {
                    assert_eq!(there[amount.as_ref()].0, "numeric", "{kind}.{amount}");
                    assert_eq!(there[currency.as_ref()].0, "text", "{kind}.{currency}");
                }
                (Storage::Column(column), field_type) => {
                    let (held, nullable) = there
                        .get(column.as_ref())
                        .unwrap_or_else(|| panic!("{kind} has no column {column}"));
                    assert_eq!(held, column_type(field_type), "{kind}.{column}");
                    assert_eq!(!nullable, always_filled(kind, field) || *column == "active");
                }
                (Storage::Links | Storage::LinksBack { .. }, FieldType::Links(_))
                | (Storage::Points, FieldType::Points(_))
                | (Storage::Observers, FieldType::Users) => assert!(named.is_empty()),
                (storage, field_type) => panic!("{kind}: {field_type:?} in {storage:?}"),
            }
        }
        for always in ["id", "version", "deleted_at", "custom"] {
            assert!(there.contains_key(always), "{kind} has no column {always}");
        }
        assert_eq!(there.contains_key("position"), kind.has_stages(), "{kind}");
    }
}

/// The plans of what the read path asks while the question runs.
async fn plans<T>(db: &TestDb, actor: Actor, question: impl AsyncFnOnce(Ctx) -> T) -> Vec<String> {
    let asked: Arc<Mutex<Vec<Statement>>> = Arc::default();
    let mut watched = db.db.clone();
    let keep = Arc::clone(&asked);
    watched
        .set_metric_callback(move |info| keep.lock().expect("a list").push(info.statement.clone()));
    question(Ctx {
        questions: watched.clone(),
        db: watched,
        ..db.ctx(actor)
    })
    .await;
    let asked = std::mem::take(&mut *asked.lock().expect("a list"));
    let mut plans = Vec::new();
    for mut statement in asked {
        // Which fields there are now is asked before.
        if statement.sql.contains("custom_field_version") {
            continue;
        }
        statement.sql = format!("explain {}", statement.sql);
        let plan = db.db.query_all_raw(statement).await.expect("a plan");
        let lines: Vec<String> = plan
            .iter()
            .map(|row| row.try_get_by(0).expect("a line"))
            .collect();
        plans.push(lines.join("\n"));
    }
    plans
}

#[tokio::test]
async fn lists_and_boards_follow_an_index_instead_of_reading_all() {
    let db = TestDb::new().await;
    let sales = db.pipeline(Kind::Deal, "Sales", &OPEN_WON_LOST).await;
    for n in 0..100 {
        db.user(&format!("User {n}"), &[Role::Salesperson], None)
            .await;
    }
    db.run(&format!(
        "insert into deal (title, pipeline_id, stage_id, stage_since, position, owner_id, everyone,
                           created_at, updated_at)
         select 'Deal ' || g, {}, {} + g % 4, now(), lpad(g::text, 6, '0'),
                (select min(id) from app_user) + g % 100, g % 1000 = 0,
                now() - g * interval '1 min', now()
           from generate_series(1, 20000) g",
        sales.id, sales.stages[0].id
    ))
    .await;
    db.run("analyze").await;
    let anna = db.number("select min(id) from app_user").await;
    let anna = db.actor(anna).await;
    let board = BoardQuery {
        kind: Kind::Deal,
        pipeline: Some(sales.id),
        filter: Filter::everything(),
        text: None,
    };
    let newest = Query::default();
    for (actor, on_list, on_board) in [
        (Actor::system(), "deal_created_at", "deal_board on"),
        (anna, "deal_owner on", "deal_board_owner on"),
    ] {
        let list = plans(&db, actor.clone(), async |ctx| {
            let page = read::list(&ctx, Kind::Deal, &newest).await.unwrap();
            let next = Query {
                cursor: page.next,
                ..newest.clone()
            };
            assert!(next.cursor.is_some());
            read::list(&ctx, Kind::Deal, &next).await.unwrap()
        })
        .await;
        assert_eq!(list.len(), 2, "a question is one statement");
        let cards = plans(&db, actor, async |ctx| {
            read::board(&ctx, &board).await.unwrap()
        })
        .await;
        assert_eq!(cards.len(), 1, "a question is one statement");
        for (plan, index) in list
            .iter()
            .map(|p| (p, on_list))
            .chain([(&cards[0], on_board)])
        {
            assert!(plan.contains(index), "{index} is not followed:\n{plan}");
            assert!(!plan.contains("Seq Scan on deal"), "{plan}");
        }
    }
}
