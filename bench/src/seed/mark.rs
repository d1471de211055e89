//! What a database was seeded with, and taking back what a run has changed in it.

use anyhow::Result;
use migrations::{Migrator, MigratorTrait as _};
use sea_orm::DatabaseConnection;

use super::run;

/// Another one where this crate seeds something else than before.
const VERSION: i64 = 1;

/// What is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// No organisation: it can be seeded.
    Nothing,
    /// What would be seeded.
    Same,
    /// Something else.
    Other,
}

/// Looks what the database holds.
pub(super) async fn look(db: &DatabaseConnection, deals: i64) -> Result<Found> {
    let pool = db.get_postgres_connection_pool();
    let (there, marked): (bool, bool) = sqlx::query_as(
        "select exists (select from organisation), to_regclass('bench.seed') is not null",
    )
    .fetch_one(pool)
    .await?;
    if !there {
        return Ok(Found::Nothing);
    }
    if !marked {
        return Ok(Found::Other);
    }
    let found: Option<(i64, i64, String)> =
        sqlx::query_as("select deals, version, schema from bench.seed")
            .fetch_optional(pool)
            .await?;
    let same = found.is_some_and(|found| found == (deals, VERSION, schema()));
    Ok(if same { Found::Same } else { Found::Other })
}

/// Marks the database as seeded, with where the numbers of its rows end.
pub(super) async fn set(db: &DatabaseConnection, deals: i64) -> Result<()> {
    let sql = "create table bench.seed as
               select $1::bigint as deals, $2::bigint as version, $3::text as schema,
                      (select max(id) from operation) as operation,
                      (select max(id) from event) as event,
                      (select max(id) from deal) as deal";
    sqlx::query(sql)
        .bind(deals)
        .bind(VERSION)
        .bind(schema())
        .execute(db.get_postgres_connection_pool())
        .await?;
    Ok(())
}

/// Takes out what a run has added: imported deals, operations and events. Stages and texts of the
/// deals that it changed stay as they are; they are as good as the seeded ones.
pub(super) async fn tidy(db: &DatabaseConnection) -> Result<()> {
    let mut connection = db.get_postgres_connection_pool().acquire().await?.detach();
    let sql = "
        delete from stage_stay y using bench.seed s where y.kind = 'deal' and y.record_id > s.deal;
        delete from record_link k using bench.seed s where k.from_kind = 'deal' and k.from_id > s.deal;
        delete from deal d using bench.seed s where d.id > s.deal;
        set session_replication_role = replica;
        delete from event e using bench.seed s where e.id > s.event;
        delete from bulk_refusal; delete from bulk_run; delete from session;
        delete from operation o using bench.seed s where o.id > s.operation;
        set session_replication_role = origin;";
    run(&mut connection, sql).await?;
    // Dead rows of the last run are no part of this one.
    run(&mut connection, "vacuum (analyze)").await?;
    Ok(sqlx::Connection::close(connection).await?)
}

/// The steps of the schema, by name.
fn schema() -> String {
    Migrator::migrations()
        .iter()
        .map(|step| step.name())
        .collect::<Vec<_>>()
        .join(" ")
}
