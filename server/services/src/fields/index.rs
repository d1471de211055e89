//! The indexes of custom fields: each field that can be filtered or sorted by has one over exactly
//! the expression that the read path compares, of the records that have a value in it.
//!
//! Every index of a table makes every question to it a little slower to plan, so a kind has
//! [`MOST`]: with more fields than that, those that were asked for most lately.
//!
//! They are built in the background without holding anybody up, by one node at a time, and looked
//! after as a whole: what is missing is built, what a crash left unfinished is built anew, what
//! belongs to no field any more goes. So nothing needs to be remembered but the fields themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use domain::{FieldDef, Kind};
use sea_orm::{ConnectionTrait as _, DatabaseConnection};
use sqlx::{ConnectOptions as _, Executor as _, PgConnection, Row as _};
use tokio::time::sleep;

use super::{rows, statement};
use crate::Ctx;
use crate::failure::Result;
use crate::records::read::{Served, served};
use crate::schema::Schema;

/// One node at a time ("fieldidx" in ASCII).
const LOCK: i64 = 0x6669_656c_6469_6478;
/// How long who waits for that rests between two looks. Who waits within PostgreSQL instead would
/// hold up the very index that it waits for.
const REST: Duration = Duration::from_millis(250);
/// Indexes of custom fields that one kind has at most. Two hundred would cost a board 15 ms.
pub const MOST: usize = 40;
/// How many lists of choices are sampled. What is asked for is compared with each of them, and one
/// that happens to be among PostgreSQL's usual hundred would be taken for a hundredth of all
/// records, its index not worth while.
const FINE: u32 = 400;
/// What their names begin with; the field's id follows.
const PREFIX: &str = "own_field_";

/// Databases for which somebody waits to begin; one such is enough, since it looks at all fields.
static WAITING: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

fn waiting() -> MutexGuard<'static, BTreeSet<String>> {
    // Nothing panics while it is held; if it did, the set would still be whole.
    WAITING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Looks after the indexes in the background: at a server's start, and after every change that is
/// made in one. A command that ends at once leaves it to the next server.
pub fn wake(db: &DatabaseConnection) {
    let db = db.clone();
    tokio::spawn(async move {
        if let Err(error) = tend(&db).await {
            // The next change or the next start tries again; until then filters are only slower.
            tracing::warn!(%error, "indexes of custom fields could not be looked after");
        }
    });
}

/// Looks after the indexes now, and comes back when all are as they should be, or at once where
/// somebody else is going to.
///
/// # Errors
/// The database's.
pub async fn tend(db: &DatabaseConnection) -> Result<()> {
    let options = db.get_postgres_connection_pool().connect_options();
    let name = format!(
        "{}:{}/{}",
        options.get_host(),
        options.get_port(),
        options.get_database().unwrap_or_default()
    );
    if !waiting().insert(name.clone()) {
        return Ok(());
    }
    let connection = locked(&options).await;
    // From here on changes are not seen for certain: whoever makes one has to wake the next.
    waiting().remove(&name);
    let mut connection = connection.map_err(anyhow::Error::from)?;
    while work(db, &mut connection).await? {}
    sqlx::Connection::close(connection)
        .await
        .map_err(anyhow::Error::from)?;
    Ok(())
}

/// A connection of its own, which holds the lock until it is closed.
async fn locked(options: &sqlx::postgres::PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    let mut connection = options.connect().await?;
    connection
        .execute("set statement_timeout = 0; set lock_timeout = 0; set idle_session_timeout = 0")
        .await?;
    loop {
        let row = sqlx::query("select pg_try_advisory_lock($1)")
            .bind(LOCK)
            .fetch_one(&mut connection)
            .await?;
        if row.try_get(0)? {
            return Ok(connection);
        }
        sleep(REST).await;
    }
}

/// Does what there is to do, and says whether there was anything.
async fn work(db: &DatabaseConnection, connection: &mut PgConnection) -> Result<bool> {
    let wanted = wanted(db).await?;
    let there = there(connection).await.map_err(anyhow::Error::from)?;
    let mut statements: Vec<String> = Vec::new();
    let mut tables: BTreeSet<Kind> = BTreeSet::new();
    for name in there.indexes.keys() {
        if !wanted.contains_key(name) {
            statements.push(dropped(name));
        }
    }
    for name in &there.statistics {
        if !wanted.contains_key(name) {
            statements.push(format!("drop statistics if exists {name}"));
        }
    }
    for (name, (kind, served)) in &wanted {
        let expression = &served.expression;
        let is_right = there.indexes.get(name);
        // Just before the new one is built, so that filters do without one field at a time.
        if is_right == Some(&false) {
            statements.push(dropped(name));
        }
        if is_right != Some(&true) {
            let how = if served.ordered {
                format!("({expression}, id)")
            } else {
                format!("using gin ({expression})")
            };
            // With the deleted ones: PostgreSQL joins the findings of two indexes only where their
            // conditions have nothing in common.
            statements.push(format!(
                "create index concurrently if not exists {name} on {kind} {how}
                  where {expression} is not null"
            ));
            tables.insert(*kind);
        }
        // PostgreSQL does not believe what it counts under a partial index: without statistics of
        // their own it would take all values for equally rare.
        if !there.statistics.contains(name) {
            statements.push(format!(
                "create statistics if not exists {name} on {expression} from {kind}"
            ));
            if !served.ordered {
                statements.push(format!("alter statistics {name} set statistics {FINE}"));
            }
            tables.insert(*kind);
        }
    }
    statements.extend(tables.iter().map(|kind| format!("analyze {kind}")));
    let any = !statements.is_empty();
    for statement in statements {
        tracing::info!(statement, "indexes of custom fields");
        connection
            .execute(sqlx::AssertSqlSafe(statement))
            .await
            .map_err(anyhow::Error::from)?;
    }
    Ok(any)
}

fn dropped(name: &str) -> String {
    format!("drop index concurrently if exists {name}")
}

/// What there should be, by name.
async fn wanted(db: &DatabaseConnection) -> Result<BTreeMap<String, (Kind, Served)>> {
    let (_, fields) = rows::all(db).await?;
    let mut fields: BTreeMap<i64, (Kind, Served)> = fields
        .iter()
        .filter_map(|(kind, field)| Some((field.custom_id()?, (*kind, served(*kind, field)?))))
        .collect();
    let mut counts: BTreeMap<Kind, usize> = BTreeMap::new();
    let mut wanted = BTreeMap::new();
    for id in rows::by_use(db).await? {
        let Some((kind, served)) = fields.remove(&id) else {
            continue;
        };
        let count = counts.entry(kind).or_default();
        *count += 1;
        if *count <= MOST {
            wanted.insert(format!("{PREFIX}{id}"), (kind, served));
        }
    }
    Ok(wanted)
}

/// A field is filtered or sorted by: where a kind has so many that not all have an index, that is
/// kept, once a day, and its index is seen to in the background.
pub(crate) fn asked(ctx: &Ctx, schema: &Schema, field: &FieldDef) {
    let Some(id) = field.custom_id() else { return };
    if !ctx.publisher.is_heard() || schema.custom().nth(MOST).is_none() {
        return;
    }
    let today = ctx.now.date_naive();
    if kept().insert(id, today) == Some(today) {
        return;
    }
    let (db, now) = (ctx.db.clone(), ctx.now);
    tokio::spawn(async move {
        match used(&db, id, now).await {
            Ok(true) => wake(&db),
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "the use of a field could not be kept"),
        }
    });
}

/// Keeps that a field is asked for; says whether that was not known of this day.
///
/// # Errors
/// The database's.
pub async fn used(db: &DatabaseConnection, id: i64, now: DateTime<Utc>) -> Result<bool> {
    let sql = "update custom_field set used_at = $2
                where id = $1 and (used_at is null or used_at < date_trunc('day', $2))";
    let kept = db
        .execute_raw(statement(sql, [id.into(), now.into()]))
        .await?;
    Ok(kept.rows_affected() > 0)
}

/// By field, the last day of which this process has kept that it was asked for.
static KEPT: Mutex<BTreeMap<i64, NaiveDate>> = Mutex::new(BTreeMap::new());

fn kept() -> MutexGuard<'static, BTreeMap<i64, NaiveDate>> {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How far the indexes of custom fields have come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tended {
    /// How many there should be.
    pub wanted: usize,
    /// Those that are not there yet, or not whole.
    pub missing: Vec<String>,
}

/// Looks how far the indexes have come, without building any.
///
/// # Errors
/// The database's.
pub async fn tended(db: &DatabaseConnection) -> Result<Tended> {
    let wanted = wanted(db).await?;
    let mut connection = db
        .get_postgres_connection_pool()
        .acquire()
        .await
        .map_err(anyhow::Error::from)?;
    let there = there(&mut connection).await.map_err(anyhow::Error::from)?;
    let missing = wanted
        .keys()
        .filter(|name| there.indexes.get(*name) != Some(&true))
        .cloned()
        .collect();
    Ok(Tended {
        wanted: wanted.len(),
        missing,
    })
}

#[derive(Debug, Default)]
struct There {
    /// By name, whether it is whole, and made as they are made now.
    indexes: BTreeMap<String, bool>,
    statistics: BTreeSet<String>,
}

async fn there(connection: &mut PgConnection) -> Result<There, sqlx::Error> {
    let mut there = There::default();
    // Those of versions before November 2026 left out what was deleted.
    let sql = "select c.relname::text, i.indisvalid and i.indisready
                      and coalesce(pg_get_expr(i.indpred, i.indrelid), '') !~ '\\mdeleted_at\\M'
                 from pg_index i join pg_class c on c.oid = i.indexrelid
                where starts_with(c.relname, $1) and c.relnamespace = current_schema()::regnamespace";
    for row in sqlx::query(sql)
        .bind(PREFIX)
        .fetch_all(&mut *connection)
        .await?
    {
        there.indexes.insert(row.try_get(0)?, row.try_get(1)?);
    }
    let sql = "select stxname::text from pg_statistic_ext
                where starts_with(stxname, $1) and stxnamespace = current_schema()::regnamespace";
    for row in sqlx::query(sql)
        .bind(PREFIX)
        .fetch_all(&mut *connection)
        .await?
    {
        there.statistics.insert(row.try_get(0)?);
    }
    Ok(there)
}
