//! The settings of PostgreSQL that decide whether data survive, and whether everybody gets in.

use sea_orm::{DatabaseConnection, FromQueryResult};

use super::one;
use crate::failure::Result;

/// Settings as our own connections see them.
#[derive(Debug, FromQueryResult)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a setting of PostgreSQL, under its name"
)]
pub(super) struct Facts {
    pub(super) fsync: bool,
    pub(super) full_page_writes: bool,
    pub(super) synchronous_commit: String,
    pub(super) autovacuum: bool,
    /// Bytes.
    pub(super) shared_buffers: i64,
    pub(super) max_connections: i32,
    /// Connections in use, all databases of the cluster together.
    pub(super) connected: i64,
    pub(super) time_zone: String,
    pub(super) encoding: String,
    /// Whether pages carry checksums.
    pub(super) checksums: bool,
    /// The version of the rules of order that the indexes were made with, and the one in use.
    pub(super) order_made_with: Option<String>,
    pub(super) order_in_use: Option<String>,
}

pub(super) async fn ask(db: &DatabaseConnection) -> Result<Facts> {
    let sql = "select current_setting('fsync')::boolean as fsync,
                      current_setting('full_page_writes')::boolean as full_page_writes,
                      current_setting('synchronous_commit') as synchronous_commit,
                      current_setting('autovacuum')::boolean as autovacuum,
                      pg_size_bytes(current_setting('shared_buffers')) as shared_buffers,
                      current_setting('max_connections')::integer as max_connections,
                      (select count(*) from pg_stat_activity
                        where backend_type = 'client backend') as connected,
                      current_setting('TimeZone') as time_zone,
                      current_setting('server_encoding') as encoding,
                      current_setting('data_checksums')::boolean as checksums,
                      d.datcollversion as order_made_with,
                      pg_database_collation_actual_version(d.oid) as order_in_use
                 from pg_database d where d.datname = current_database()";
    one(db, sql).await
}
