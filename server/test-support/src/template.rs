//! The database that all others are copied from: migrated once, whichever process comes first.

use std::time::{Duration, SystemTime};

use migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr, Statement};

/// What a test's database is called before its time and its number.
const PREFIX: &str = "dealwright_test_";
/// One lock for all that make or clear away databases ("dealwrig" in ASCII).
const LOCK: i64 = 0x6465_616c_7772_6967;
/// After so long nobody uses a test's database any more: its process was killed.
const ABANDONED: Duration = Duration::from_hours(1);

/// The name of the template for the migrations that this was built with.
pub(crate) const TEMPLATE: &str = concat!("dealwright_template_", env!("SCHEMA_FINGERPRINT"));

/// The server that tests use.
///
/// # Panics
/// Where `TEST_DATABASE_URL` is not set: `make test` sets it.
#[expect(
    clippy::disallowed_methods,
    reason = "tests are told their server by the environment"
)]
pub(crate) fn server_url() -> String {
    std::env::var("TEST_DATABASE_URL")
        .expect("TEST_DATABASE_URL names a PostgreSQL server; `make test` starts one and sets it")
}

/// The address of another database on the same server.
pub(crate) fn url_of(server: &str, database: &str) -> String {
    let (address, query) = server
        .split_once('?')
        .map_or((server, None), |(a, q)| (a, Some(q)));
    let base = address.rsplit_once('/').map_or(address, |(base, _)| base);
    match query {
        Some(query) => format!("{base}/{database}?{query}"),
        None => format!("{base}/{database}"),
    }
}

/// A pool of so many connections at most.
pub(crate) async fn connect(url: &str, most: u32) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(most)
        .min_connections(0)
        .sqlx_logging(false);
    // As the server does, so that tests meet the plans that users meet.
    options.map_sqlx_postgres_opts(|options| options.options([("jit", "off")]));
    Database::connect(options).await
}

/// Makes a database for one test and tells its name.
pub(crate) async fn create(server: &str) -> Result<String, DbErr> {
    let admin = connect(server, 1).await?;
    ensure(&admin, server).await?;
    let number = uuid::Uuid::new_v4().simple().to_string();
    let name = format!("{PREFIX}{}_{}", seconds_now(), &number[..12]);
    admin
        .execute_unprepared(&format!("create database {name} template {TEMPLATE}"))
        .await?;
    admin.close().await?;
    Ok(name)
}

/// Drops a test's database, and whoever is still connected to it.
pub(crate) async fn drop(server: &str, name: &str) -> Result<(), DbErr> {
    let admin = connect(server, 1).await?;
    admin
        .execute_unprepared(&format!("drop database if exists {name} with (force)"))
        .await?;
    admin.close().await
}

/// Makes the template where there is none. It gets its name only when it is complete, so that a
/// process killed in the middle leaves nothing that looks like one.
async fn ensure(admin: &DatabaseConnection, server: &str) -> Result<(), DbErr> {
    if exists(admin, TEMPLATE).await? {
        return Ok(());
    }
    admin
        .execute_unprepared(&format!("select pg_advisory_lock({LOCK})"))
        .await?;
    if !exists(admin, TEMPLATE).await? {
        clear_abandoned(admin).await?;
        let unfinished = format!("{TEMPLATE}_unfinished");
        admin
            .execute_unprepared(&format!(
                "drop database if exists {unfinished} with (force)"
            ))
            .await?;
        admin
            .execute_unprepared(&format!("create database {unfinished}"))
            .await?;
        let fresh = connect(&url_of(server, &unfinished), 1).await?;
        Migrator::up(&fresh, None).await?;
        fresh.close().await?;
        admin
            .execute_unprepared(&format!("alter database {unfinished} rename to {TEMPLATE}"))
            .await?;
    }
    admin
        .execute_unprepared(&format!("select pg_advisory_unlock({LOCK})"))
        .await?;
    Ok(())
}

async fn exists(admin: &DatabaseConnection, name: &str) -> Result<bool, DbErr> {
    let question = Statement::from_sql_and_values(
        admin.get_database_backend(),
        "select 1 from pg_database where datname = $1",
        [name.into()],
    );
    Ok(admin.query_one_raw(question).await?.is_some())
}

async fn clear_abandoned(admin: &DatabaseConnection) -> Result<(), DbErr> {
    let question = Statement::from_sql_and_values(
        admin.get_database_backend(),
        "select datname::text from pg_database where starts_with(datname, $1)",
        [PREFIX.into()],
    );
    for row in admin.query_all_raw(question).await? {
        let name: String = row.try_get_by(0)?;
        let made = name[PREFIX.len()..]
            .split('_')
            .next()
            .and_then(|seconds| seconds.parse().ok());
        if made.is_some_and(|made: u64| made + ABANDONED.as_secs() < seconds_now()) {
            admin
                .execute_unprepared(&format!("drop database if exists {name} with (force)"))
                .await?;
        }
    }
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the age of a database is a matter of the real clock"
)]
fn seconds_now() -> u64 {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
