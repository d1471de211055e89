//! The indexes of custom fields: built, rebuilt, dropped, and used.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use domain::field::FieldType;
use domain::field_settings::FieldDraft;
use domain::query::{Query, Sort};
use domain::{FieldDef, Kind};
use sea_orm::{ConnectionTrait, Statement};
use services::Ctx;
use services::fields::{self, index};
use services::records::read;

use super::{Office, choices};

/// Waits until whoever looks after the indexes has done so.
pub(super) async fn tended(office: &Office, wanted: &[String]) {
    for _ in 0..200 {
        index::tend(&office.db.db).await.expect("the indexes");
        if there(office).await == wanted {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{:?} instead of {wanted:?}", there(office).await);
}

/// The indexes that are whole.
async fn there(office: &Office) -> Vec<String> {
    let rows = office
        .db
        .rows(
            "select c.relname::text from pg_index i join pg_class c on c.oid = i.indexrelid
              where c.relname like 'own\\_field\\_%' and i.indisvalid order by c.oid",
        )
        .await;
    rows.iter()
        .map(|row| row.try_get_by(0).expect("a name"))
        .collect()
}

pub(super) fn name(field: &FieldDef) -> String {
    format!("own_field_{}", field.custom_id().expect("its own"))
}

/// The plans of what the read path asks about records while the question runs.
async fn plans<T>(office: &Office, question: impl AsyncFnOnce(Ctx) -> T) -> Vec<String> {
    let asked: Arc<Mutex<Vec<Statement>>> = Arc::default();
    let mut watched = office.db.db.clone();
    let keep = Arc::clone(&asked);
    watched
        .set_metric_callback(move |info| keep.lock().expect("a list").push(info.statement.clone()));
    question(Ctx {
        questions: watched.clone(),
        db: watched,
        ..office.admin.clone()
    })
    .await;
    let asked = std::mem::take(&mut *asked.lock().expect("a list"));
    let mut plans = Vec::new();
    for mut statement in asked {
        if statement.sql.contains("custom_field_version") {
            continue;
        }
        statement.sql = format!("explain {}", statement.sql);
        let rows = office.db.db.query_all_raw(statement).await.expect("a plan");
        let lines: Vec<String> = rows
            .iter()
            .map(|row| row.try_get_by(0).expect("a line"))
            .collect();
        plans.push(lines.join("\n"));
    }
    plans
}

#[tokio::test]
async fn a_field_gets_its_index_and_loses_it_with_the_field() {
    let office = Office::new().await;
    let number = office
        .field(Kind::Company, "Number", FieldType::Integer)
        .await;
    let story = office
        .field(Kind::Company, "Story", FieldType::LongText)
        .await;
    let size = office
        .make(Kind::Deal, choices("Size", FieldType::Choices, &["S"]))
        .await;
    assert!(story.custom_id().is_some());
    tended(&office, &[name(&number), name(&size)]).await;
    // One that a crash left unfinished is built anew.
    let broken = format!(
        "update pg_index set indisvalid = false where indexrelid = '{}'::regclass",
        name(&number)
    );
    office.db.run(&broken).await;
    tended(&office, &[name(&size), name(&number)]).await;
    // So is one of an older version, which left out what was deleted.
    let older = format!(
        "drop index {size}; create index {size} on deal using gin ((custom -> '{id}'))
          where deleted_at is null and (custom -> '{id}') is not null",
        size = name(&size),
        id = size.custom_id().unwrap(),
    );
    office.db.run(&older).await;
    tended(&office, &[name(&number), name(&size)]).await;
    let older = "select count(*) from pg_indexes
                  where indexname like 'own%' and indexdef like '%deleted_at%'";
    assert_eq!(office.db.number(older).await, 0);
    // Two at once do not stand in each other's way.
    let text = office.field(Kind::Company, "Text", FieldType::Text).await;
    let (one, two) = tokio::join!(index::tend(&office.db.db), index::tend(&office.db.db));
    one.unwrap();
    two.unwrap();
    tended(&office, &[name(&number), name(&size), name(&text)]).await;
    fields::delete(&office.admin, size.custom_id().unwrap())
        .await
        .unwrap();
    let longer = FieldDraft::new("Text", FieldType::LongText);
    fields::change(&office.admin, text.custom_id().unwrap(), longer)
        .await
        .unwrap();
    tended(&office, &[name(&number)]).await;
    let statistics = "select count(*) from pg_statistic_ext where stxname like 'own%'";
    assert_eq!(
        office.db.number(statistics).await,
        1,
        "that of the one that is left"
    );
    fields::restore(&office.admin, size.custom_id().unwrap())
        .await
        .unwrap();
    tended(&office, &[name(&number), name(&size)]).await;
}

#[tokio::test]
async fn filters_ranges_and_orders_follow_the_index() {
    let office = Office::new().await;
    let mut fields = Vec::new();
    for (label, of) in [
        ("Text", FieldType::Text),
        ("Number", FieldType::Integer),
        ("Money", FieldType::Money),
        ("Day", FieldType::Date),
        ("User", FieldType::User),
        ("Partners", FieldType::Links(Kind::Company)),
        ("Url", FieldType::Url),
    ] {
        fields.push(office.field(Kind::Company, label, of).await);
    }
    fields.push(
        office
            .make(Kind::Company, choices("Size", FieldType::Choice, &["S"]))
            .await,
    );
    fields.push(
        office
            .make(Kind::Company, choices("Tags", FieldType::Choices, &["S"]))
            .await,
    );
    let id = |at: usize| fields[at].custom_id().unwrap();
    office
        .db
        .run(&format!(
            "insert into company (name, created_at, updated_at, custom)
             select 'Company ' || g, now() - g * interval '1 min', now(),
                    case when g % 3 = 0 then '{{}}'::jsonb else jsonb_build_object(
                      '{}', 'T' || g % 5000, '{}', g % 5000,
                      '{}', jsonb_build_object('amount', (g % 5000)::text, 'currency', 'EUR'),
                      '{}', ('2020-01-01'::date + g % 2000)::text, '{}', g % 500,
                      '{}', jsonb_build_array(g % 5000), '{}', 'https://' || g % 5000,
                      '{}', 'k' || g % 500, '{}', jsonb_build_array('k' || g % 5000)) end
               from generate_series(1, 100000) g",
            id(0),
            id(1),
            id(2),
            id(3),
            id(4),
            id(5),
            id(6),
            id(7),
            id(8)
        ))
        .await;
    let mut names: Vec<String> = fields.iter().map(name).collect();
    tended(&office, &names).await;
    names.clear();
    office.db.run("analyze company").await;
    let key = |at: usize| fields[at].key.as_ref();
    // One that PostgreSQL has drawn into its sample, and so takes for more frequent than it is.
    let sample = office
        .db
        .rows(&format!(
            "select (histogram_bounds::text::text[])[40]::jsonb ->> 0 from pg_stats_ext_exprs
              where statistics_name = '{}'",
            name(&fields[8])
        ))
        .await;
    let drawn: String = sample[0].try_get_by(0).expect("a choice");
    let sampled = format!("is:{drawn}");
    for (at, filter) in [
        (0, "is:T7"),
        (1, "is:7"),
        (1, "between:7:9"),
        (1, "gt:4995"),
        (2, "is:7"),
        (2, "between:7 EUR:9 EUR"),
        (3, "is:2021-02-03"),
        (3, "between:2021-02-03:2021-02-05"),
        (4, "is:me"),
        (5, "is:77"),
        (5, "is:77:78"),
        (6, "is:https\\://7"),
        (7, "is:k7"),
        (7, "is:k7:k8"),
        (8, "is:k7"),
        (8, &sampled),
    ] {
        let query = Query {
            filter: format!("{}:{filter}", key(at)).parse().unwrap(),
            ..Query::default()
        };
        let plans = plans(&office, async |ctx| {
            read::list(&ctx, Kind::Company, &query).await.unwrap();
            read::count(&ctx, Kind::Company, &query, true)
                .await
                .unwrap();
        })
        .await;
        assert_eq!(plans.len(), 2, "a question is one statement");
        for plan in &plans {
            assert!(
                plan.contains(&name(&fields[at])),
                "{} {filter}:\n{plan}",
                fields[at].label
            );
        }
    }
    // What two conditions let through is found in both indexes before a record is looked at.
    let both = format!("and({}:gt:4500,{}:gt:2025-01-01)", key(1), key(3));
    let query = Query {
        filter: both.parse().unwrap(),
        ..Query::default()
    };
    let plans_of_both = plans(&office, async |ctx| {
        read::count(&ctx, Kind::Company, &query, true)
            .await
            .unwrap()
    })
    .await;
    assert!(
        plans_of_both[0].contains("BitmapAnd"),
        "{}",
        plans_of_both[0]
    );
    for at in [0, 1, 2, 3, 6] {
        for descending in [false, true] {
            let mut query = Query {
                sort: vec![Sort {
                    field: key(at).to_owned(),
                    descending,
                }],
                ..Query::default()
            };
            let plans = plans(&office, async |ctx| {
                let page = read::list(&ctx, Kind::Company, &query).await.unwrap();
                query.cursor = page.next;
                assert!(query.cursor.is_some());
                read::list(&ctx, Kind::Company, &query).await.unwrap()
            })
            .await;
            assert_eq!(
                plans.len(),
                2,
                "a page is one statement while there are values"
            );
            for plan in &plans {
                let follows = plan.contains(&name(&fields[at])) && !plan.contains("Sort");
                assert!(follows, "{} {descending}:\n{plan}", fields[at].label);
            }
            assert!(
                plans[1].contains("Index Cond"),
                "goes on from the cursor:\n{}",
                plans[1]
            );
        }
    }
}

#[tokio::test]
async fn of_many_fields_those_have_an_index_that_were_asked_for_most_lately() {
    let office = Office::new().await;
    let mut made = Vec::new();
    for number in 0..index::MOST + 2 {
        let label = format!("Field {number}");
        made.push(office.field(Kind::Company, &label, FieldType::YesNo).await);
    }
    index::tend(&office.db.db).await.unwrap();
    let first: Vec<String> = made.iter().take(index::MOST).map(name).collect();
    let are_there = async || there(&office).await.into_iter().collect::<BTreeSet<_>>();
    assert_eq!(are_there().await, first.iter().cloned().collect());
    // The last one is asked for: it gets its index, and the last of the others loses it.
    let last = made[index::MOST + 1].custom_id().unwrap();
    let now = office.admin.now;
    assert!(index::used(&office.db.db, last, now).await.unwrap());
    let again = index::used(&office.db.db, last, now).await.unwrap();
    assert!(!again, "once a day");
    index::tend(&office.db.db).await.unwrap();
    let mut wanted: Vec<String> = first[..index::MOST - 1].to_vec();
    wanted.push(name(&made[index::MOST + 1]));
    assert_eq!(are_there().await, wanted.into_iter().collect());
}
