//! A database that cannot write, or cannot answer at all: said in words that a user understands, and
//! not as a fault of the question.

use std::collections::BTreeMap;

use domain::rights::Role;
use domain::timeline::Via;
use domain::{Draft, Error, Kind, RecordId, Value};
use sea_orm::{ConnectOptions, Database};
use services::Ctx;
use services::records::{read, write};
use test_support::TestDb;

/// What changing a product comes to when this happens on the way.
async fn change_while(happening: &str) -> (TestDb, Ctx, RecordId, Option<Error>) {
    let db = TestDb::new().await;
    let anna = db.user("Anna", &[Role::Administrator], None).await;
    let ctx = db.ctx_of(anna).await;
    let roof = Value::Text("Roof".into());
    let id = db.insert(Kind::Product, [("name", roof)]).await;
    db.run(&format!(
        "create function happens() returns trigger language plpgsql as
           $$ begin {happening}; return new; end $$;
         create trigger happens before update on product for each row execute function happens()"
    ))
    .await;
    let changed = write::change(&ctx, Via::Form, Kind::Product, id, named("Wall")).await;
    (db, ctx, id, changed.err())
}

fn named(title: &str) -> Draft {
    Draft {
        values: BTreeMap::from([("name".to_owned(), Value::Text(title.to_owned()))]),
        ..Draft::default()
    }
}

#[tokio::test]
async fn a_full_disk_is_told_and_reading_goes_on() {
    let full = "raise 'could not extend file: No space left on device' using errcode = '53100'";
    let (db, ctx, id, error) = change_while(full).await;
    let error = error.expect("refused");
    assert_eq!(error, Error::NoRoom);
    assert!(error.to_string().contains("disk is full"), "{error}");
    let record = read::get(&ctx, Kind::Product, id).await.expect("a record");
    assert_eq!(record.value("name"), &Value::Text("Roof".into()));
    // And with room everything is as before.
    db.run("drop trigger happens on product").await;
    let changed = write::change(&ctx, Via::Form, Kind::Product, id, named("Wall")).await;
    changed.expect("changed");
}

#[tokio::test]
async fn a_database_that_stops_or_crashes_is_away_and_nobody_is_to_blame() {
    for happening in [
        // Ended by an administrator, as a shutdown does to all: the connection breaks.
        "perform pg_terminate_backend(pg_backend_pid())",
        "raise 'because of crash of another server process' using errcode = '57P02'",
        "raise 'the database system is in recovery mode' using errcode = '57P03'",
        "raise 'out of memory' using errcode = '53200'",
    ] {
        let (_db, ctx, id, error) = change_while(happening).await;
        assert_eq!(error, Some(Error::Unavailable), "{happening}");
        let read = read::get(&ctx, Kind::Product, id).await;
        assert!(read.is_ok(), "{happening}: another connection is there");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_between_two_questions_is_no_fault_of_ours() {
    let db = TestDb::new().await;
    let anna = db.user("Anna", &[Role::Administrator], None).await;
    let mut options = ConnectOptions::new(&db.url);
    options
        .max_connections(1)
        .sqlx_logging(false)
        // As the server does: not every use is preceded by a question whether it lives.
        .test_before_acquire(false)
        .map_sqlx_postgres_opts(|options| options.application_name("breaks"));
    let one = Database::connect(options).await.expect("a pool");
    let ctx = Ctx {
        db: one,
        ..db.ctx_of(anna).await
    };
    let id = db
        .insert(Kind::Product, [("name", Value::Text("Roof".into()))])
        .await;
    read::get(&ctx, Kind::Product, id).await.expect("a record");
    // A connection is tried as it goes back to the pool, and that is not the use that is meant.
    while ctx.db.get_postgres_connection_pool().num_idle() == 0 {
        tokio::task::yield_now().await;
    }
    db.rows(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity
          where application_name = 'breaks' and datname = current_database()",
    )
    .await;
    let error = read::get(&ctx, Kind::Product, id).await.map(drop);
    assert_eq!(error, Err(Error::Unavailable));
    read::get(&ctx, Kind::Product, id).await.expect("a new one");
}
