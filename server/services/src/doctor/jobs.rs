//! What runs in the background, and what of it has been left lying.

use sea_orm::{DatabaseConnection, FromQueryResult};

use super::one;
use crate::failure::Result;

/// Work under way and undone.
#[derive(Debug, FromQueryResult)]
pub(super) struct Facts {
    /// Changes of many records under way.
    pub(super) runs: i64,
    /// Seconds for which the oldest of them has run.
    pub(super) oldest_run: Option<i64>,
    /// Those of them whose node has been silent for a minute.
    pub(super) silent: i64,
    /// Sessions that ended more than two hours ago, which a server deletes every hour.
    pub(super) ended_sessions: i64,
    /// Triggers of ours that somebody has switched off.
    pub(super) switched_off: Vec<String>,
}

pub(super) async fn ask(db: &DatabaseConnection) -> Result<Facts> {
    let sql = "select (select count(*) from bulk_run where state = 'running') as runs,
                      (select extract(epoch from clock_timestamp() - min(started_at))::bigint
                         from bulk_run where state = 'running') as oldest_run,
                      (select count(*) from bulk_run where state = 'running'
                          and heartbeat < clock_timestamp() - interval '1 minute') as silent,
                      (select count(*) from session
                        where expires_at < clock_timestamp() - interval '2 hours')
                        as ended_sessions,
                      (select coalesce(array_agg(t.tgname::text order by t.tgname), '{}')
                         from pg_trigger t join pg_class c on c.oid = t.tgrelid
                        where c.relnamespace = current_schema()::regnamespace
                          and t.tgenabled in ('D', 'R')) as switched_off";
    one(db, sql).await
}
