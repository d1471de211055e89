//! The time that a statement of a page has: what takes longer is stopped and told so, and what is
//! for many records takes its time.

use std::collections::BTreeMap;

use domain::rights::Role;
use domain::timeline::Via;
use domain::{Draft, Error, Kind, Value};
use sea_orm::{ConnectOptions, Database};
use services::Ctx;
use services::records::{read, write};
use test_support::TestDb;

/// The same asker, whose statements have a fifth of a second.
async fn hurried(db: &TestDb, ctx: Ctx) -> Ctx {
    let mut options = ConnectOptions::new(&db.url);
    options
        .max_connections(2)
        .sqlx_logging(false)
        .map_sqlx_postgres_opts(|options| options.options([("statement_timeout", "200ms")]));
    let db = Database::connect(options).await.expect("a pool");
    Ctx {
        questions: db.clone(),
        db,
        ..ctx
    }
}

fn named(title: &str) -> Draft {
    Draft {
        values: BTreeMap::from([("name".to_owned(), Value::Text(title.to_owned()))]),
        ..Draft::default()
    }
}

#[tokio::test]
async fn what_takes_too_long_is_stopped_told_and_not_written() {
    let db = TestDb::new().await;
    let anna = db.user("Anna", &[Role::Administrator], None).await;
    let ctx = hurried(&db, db.ctx_of(anna).await).await;
    let id = db
        .insert(Kind::Product, [("name", Value::Text("Roof".into()))])
        .await;
    db.run(
        "create function slow() returns trigger language plpgsql as
           $$ begin perform pg_sleep(0.6); return new; end $$;
         create trigger slow before update on product for each row execute function slow()",
    )
    .await;
    let name = "select count(*) from product where name = 'Roof'";

    let stopped = write::change(&ctx, Via::Form, Kind::Product, id, named("Wall")).await;
    assert_eq!(stopped.map(drop), Err(Error::TookTooLong));
    assert_eq!(db.number(name).await, 1, "it is as it was");
    // The connection is as good as before.
    let record = read::get(&ctx, Kind::Product, id).await.expect("a record");
    assert_eq!(record.id, id);

    for via in [Via::Bulk, Via::Import, Via::Undo] {
        let wall = format!("Wall {via:?}");
        let changed = write::change(&ctx, via, Kind::Product, id, named(&wall)).await;
        changed.unwrap_or_else(|error| panic!("{via:?}: {error}"));
    }
    assert_eq!(db.number(name).await, 0);
    // And the limit is there again for whoever has the connection next.
    let stopped = write::change(&ctx, Via::Form, Kind::Product, id, named("Roof")).await;
    assert_eq!(stopped.map(drop), Err(Error::TookTooLong));
}
