//! The database that is measured: believable, made of a number, the same every time, and loaded in
//! few statements. It is kept from one run to the next.

mod clients;
mod deals;
mod fields;
mod indexes;
mod log;
mod mark;
mod organisation;
mod words;

use std::time::Instant;

use anyhow::{Result, ensure};
use chrono::{DateTime, Utc};
use migrations::{Migrator, MigratorTrait as _};
use sea_orm::DatabaseConnection;
use services::Ctx;
use services::live::Publisher;
use sqlx::{AssertSqlSafe, PgConnection};

use crate::server::Server;
use crate::settings::Settings;

pub use fields::{REGION, RENEWAL, SEATS};
pub use mark::Found;
pub use organisation::{ADMINISTRATOR, EMAIL, HEAD_OF_40, PASSWORD, SALESPERSON, USERS};
pub use words::{COMMON_PART, NOWHERE, RARE_PART, USUAL_PART};

/// Companies: one for so many deals.
const DEALS_A_COMPANY: i64 = 20;
/// Contacts: one for so many deals.
const DEALS_A_CONTACT: i64 = 10;
/// Deals that one statement writes: enough for bulk, few enough that its triggers stay in memory.
const CHUNK: i64 = 25_000;

/// What is seeded: how much, and until when.
#[derive(Debug, Clone, Copy)]
struct Plan {
    deals: i64,
    companies: i64,
    contacts: i64,
    /// The newest moment of the past three years.
    until: DateTime<Utc>,
}

/// Leaves a running server over a database of this size and schema, as it was seeded.
pub async fn ensure(server: &mut Server, settings: &Settings) -> Result<()> {
    server.start().await?;
    let db = server.connect().await?;
    Migrator::up(&db, None).await?;
    let found = mark::look(&db, settings.records).await?;
    if found == Found::Same && !settings.reseed {
        tell("The database of the last run is there; taking back what that run has changed.");
        // Another version may want other indexes; the server builds them in the background.
        tend(&db).await?;
        mark::tidy(&db).await?;
        db.close().await?;
        return Ok(());
    }
    db.close().await?;
    if found != Found::Nothing {
        tell("The database that is there is of another size or version: making it anew.");
        server.stop().await?;
        server.forget()?;
        server.start().await?;
    }
    let db = server.connect().await?;
    Migrator::up(&db, None).await?;
    make(&db, settings.records).await?;
    Ok(db.close().await?)
}

async fn make(db: &DatabaseConnection, deals: i64) -> Result<()> {
    let started = Instant::now();
    let now = crate::now();
    let plan = Plan {
        deals,
        companies: (deals / DEALS_A_COMPANY).max(50),
        contacts: (deals / DEALS_A_CONTACT).max(100),
        until: now,
    };
    let ctx = Ctx::system(db.clone(), Publisher::silent(), now);
    tell(&format!("Seeding {deals} deals."));
    organisation::make(&ctx).await?;
    let fields = fields::make(&ctx).await?;
    // One connection, with settings of its own.
    let mut connection = db.get_postgres_connection_pool().acquire().await?.detach();
    run(
        &mut connection,
        "set synchronous_commit = off; set maintenance_work_mem = '512MB'; set work_mem = '128MB'",
    )
    .await?;
    words::make(&mut connection).await?;
    clients::make(&mut connection, plan).await?;
    let aside = indexes::set_aside(&mut connection).await?;
    deals::begin(&mut connection).await?;
    let mut first = 1;
    while first <= deals {
        let last = (first + CHUNK - 1).min(deals);
        deals::make(&mut connection, plan, &fields, first, last).await?;
        log::make(&mut connection, plan, first).await?;
        clients::link(&mut connection, plan, first, last).await?;
        tell(&format!(
            "{last} deals after {} s",
            started.elapsed().as_secs()
        ));
        first = last + 1;
    }
    log::finish(&mut connection).await?;
    indexes::bring_back(&mut connection, aside).await?;
    sqlx::Connection::close(connection).await?;
    tell("Indexing the custom fields as the product does.");
    tend(db).await?;
    check(db, deals).await?;
    mark::set(db, deals).await?;
    tell(&format!("Seeded in {} s.", started.elapsed().as_secs()));
    Ok(())
}

/// Sees to the indexes of custom fields, and waits for a server that does.
async fn tend(db: &DatabaseConnection) -> Result<()> {
    services::fields::index::tend(db)
        .await
        .map_err(|error| anyhow::anyhow!("{error:?}"))
}

/// Whether the numbers that triggers keep are those of the records.
async fn check(db: &DatabaseConnection, deals: i64) -> Result<()> {
    let sql = "select (select count(*) from deal),
                      (select sum(count)::bigint from stage_total where kind = 'deal'),
                      (select sum(count)::bigint from funnel_day where kind = 'deal'),
                      (select sum(count)::bigint from funnel_owner where kind = 'deal' and owner_id > 0),
                      (select count(*) from stage_stay where left_at is null)";
    let counts: (i64, i64, i64, i64, i64) = sqlx::query_as(sql)
        .fetch_one(db.get_postgres_connection_pool())
        .await?;
    ensure!(
        counts == (deals, deals, deals, deals, deals),
        "{deals} deals were seeded, but deals, totals, the funnel by day and by owner, and open stays are {counts:?}"
    );
    Ok(())
}

/// Several statements without parameters.
async fn run(connection: &mut PgConnection, sql: &str) -> Result<()> {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(connection)
        .await?;
    Ok(())
}

fn tell(words: &str) {
    eprintln!("{words}");
}
