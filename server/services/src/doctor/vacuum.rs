//! Whether PostgreSQL keeps up with clearing away: dead rows, and how near the numbers of
//! transactions are to running out.

use chrono::{DateTime, Utc};
use sea_orm::{DatabaseConnection, FromQueryResult};

use super::{all, one};
use crate::failure::Result;

/// How much waits to be cleared away.
#[derive(Debug)]
pub(super) struct Facts {
    /// Tables with ten thousand rows or more, the one with most dead rows first.
    pub(super) tables: Vec<Table>,
    /// Transactions since the oldest that is not cleared away; PostgreSQL stops at two thousand
    /// million.
    pub(super) age: i64,
}

/// A table.
#[derive(Debug, FromQueryResult)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) live: i64,
    pub(super) dead: i64,
    /// When it was last cleared, by whomever.
    pub(super) cleared_at: Option<DateTime<Utc>>,
}

#[derive(Debug, FromQueryResult)]
struct Age {
    age: i64,
}

pub(super) async fn ask(db: &DatabaseConnection) -> Result<Facts> {
    let sql = "select relname::text as name, n_live_tup as live, n_dead_tup as dead,
                      greatest(last_vacuum, last_autovacuum) as cleared_at
                 from pg_stat_user_tables
                where n_live_tup + n_dead_tup >= 10000
                order by n_dead_tup desc, relname";
    let tables = all(db, sql).await?;
    let sql = "select age(datfrozenxid)::bigint as age
                 from pg_database where datname = current_database()";
    let age: Age = one(db, sql).await?;
    Ok(Facts {
        tables,
        age: age.age,
    })
}
