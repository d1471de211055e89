//! How large the database is, and how much room is left where it lies.

use std::path::{Path, PathBuf};

use sea_orm::{DatabaseConnection, FromQueryResult};

use super::{all, one};
use crate::failure::Result;

/// Sizes in bytes.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) database: i64,
    /// The largest tables, with their indexes.
    pub(super) largest: Vec<Large>,
    /// The disk, where it is one of this machine.
    pub(super) disk: Option<Disk>,
}

/// A table.
#[derive(Debug, FromQueryResult)]
pub(super) struct Large {
    pub(super) name: String,
    pub(super) bytes: i64,
}

/// A file system.
#[derive(Debug, Clone)]
pub(super) struct Disk {
    pub(super) folder: PathBuf,
    pub(super) free: u64,
    pub(super) total: u64,
}

#[derive(Debug, FromQueryResult)]
struct Server {
    bytes: i64,
    /// Where the cluster is, if we may know and it is on this machine.
    folder: Option<String>,
}

pub(super) async fn ask(db: &DatabaseConnection, data: Option<&Path>) -> Result<Facts> {
    // Who asks from the server's own address, or over a socket, is on the same machine. A container
    // has addresses of its own.
    let sql = "select pg_database_size(current_database()) as bytes,
                      case when pg_has_role(current_user, 'pg_read_all_settings', 'usage')
                            and inet_server_addr() is not distinct from inet_client_addr()
                           then current_setting('data_directory') end as folder";
    let server: Server = one(db, sql).await?;
    let largest = "select c.relname::text as name, pg_total_relation_size(c.oid) as bytes
                     from pg_class c
                    where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace
                    order by 2 desc limit 3";
    let folder = data
        .map(Path::to_owned)
        .or(server.folder.map(PathBuf::from));
    Ok(Facts {
        database: server.bytes,
        largest: all(db, largest).await?,
        disk: folder.and_then(|folder| disk(&folder)),
    })
}

/// The file system of a folder; none where there is no such folder, or none that we may enter.
fn disk(folder: &Path) -> Option<Disk> {
    let found = rustix::fs::statvfs(folder).ok()?;
    Some(Disk {
        folder: folder.to_owned(),
        free: found.f_bavail * found.f_frsize,
        total: found.f_blocks * found.f_frsize,
    })
}
