//! What takes long: by the records of `pg_stat_statements` where that is installed, else what runs
//! at this moment. Both show statements as they were sent, with `$1` where values are bound.

use sea_orm::{DatabaseConnection, FromQueryResult};

use super::{all, one};
use crate::failure::Result;

/// Slow statements, the slowest first.
#[derive(Debug)]
pub(super) enum Facts {
    /// On average, since its statistics were last reset.
    Recorded(Vec<Slow>),
    /// Under way at this moment.
    Running(Vec<Slow>),
}

/// A statement.
#[derive(Debug, FromQueryResult)]
pub(super) struct Slow {
    /// Milliseconds: on average, or so far.
    pub(super) milliseconds: f64,
    /// How often it ran.
    pub(super) calls: i64,
    /// Its beginning.
    pub(super) text: String,
}

#[derive(Debug, FromQueryResult)]
struct Installed {
    yes: bool,
}

pub(super) async fn ask(db: &DatabaseConnection) -> Result<Facts> {
    let sql = "select exists (select from pg_extension where extname = 'pg_stat_statements')
                  and current_setting('shared_preload_libraries') like '%pg_stat_statements%' as yes";
    let installed: Installed = one(db, sql).await?;
    if installed.yes {
        let sql = "select mean_exec_time as milliseconds, calls,
                          left(regexp_replace(query, '\\s+', ' ', 'g'), 90) as text
                     from pg_stat_statements
                    where dbid = (select oid from pg_database where datname = current_database())
                      and calls >= 5 and mean_exec_time >= 100
                    order by total_exec_time desc limit 5";
        return Ok(Facts::Recorded(all(db, sql).await?));
    }
    let sql = "select extract(epoch from clock_timestamp() - query_start)::float8 * 1000
                        as milliseconds,
                      1::bigint as calls, left(regexp_replace(query, '\\s+', ' ', 'g'), 90) as text
                 from pg_stat_activity
                where datname = current_database() and pid <> pg_backend_pid()
                  and backend_type = 'client backend' and state = 'active'
                  and clock_timestamp() - query_start > interval '5 seconds'
                order by 1 desc limit 5";
    Ok(Facts::Running(all(db, sql).await?))
}
