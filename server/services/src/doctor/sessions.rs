//! Connections that hold others up: open transactions in which nothing happens, and who waits.

use sea_orm::{DatabaseConnection, FromQueryResult};

use super::all;
use crate::failure::Result;

/// Connections that stand in the way, or stand still.
#[derive(Debug)]
pub(super) struct Facts {
    /// A transaction is open, and for a minute or more nothing has been asked in it.
    pub(super) idle: Vec<Still>,
    /// Waits for a lock for ten seconds or more.
    pub(super) waiting: Vec<Still>,
}

/// A connection.
#[derive(Debug, FromQueryResult)]
pub(super) struct Still {
    pub(super) pid: i32,
    pub(super) application: String,
    pub(super) seconds: i64,
}

pub(super) async fn ask(db: &DatabaseConnection) -> Result<Facts> {
    let idle = "select pid, coalesce(application_name, '') as application,
                       extract(epoch from clock_timestamp() - state_change)::bigint as seconds
                  from pg_stat_activity
                 where datname = current_database() and state like 'idle in transaction%'
                   and clock_timestamp() - state_change > interval '1 minute'
                 order by 3 desc limit 5";
    let waiting = "select pid, coalesce(application_name, '') as application,
                          extract(epoch from clock_timestamp() - query_start)::bigint as seconds
                     from pg_stat_activity
                    where datname = current_database() and wait_event_type = 'Lock'
                      and clock_timestamp() - query_start > interval '10 seconds'
                    order by 3 desc limit 5";
    Ok(Facts {
        idle: all(db, idle).await?,
        waiting: all(db, waiting).await?,
    })
}
