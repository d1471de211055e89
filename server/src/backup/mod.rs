//! Backups: one file with everything, and what is needed to be sure of it.
//!
//! The file is a tar of three: `database.dump`, which is `pg_dump`'s and which `pg_restore` reads
//! without us; `manifest.json`, which says what it holds, table by table; and `SHA256SUMS` of the
//! two. So a backup can be looked into, checked and restored on a day when there is no Dealwright.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use services::backup::Picture;

mod dump;
mod read;
mod write;

pub use dump::{dump, restore};
pub use read::Archive;
pub use write::Writing;

/// The file's first part.
const DUMP: &str = "database.dump";
/// The second.
const MANIFEST: &str = "manifest.json";
/// The third.
const SUMS: &str = "SHA256SUMS";
/// The form of the file that this program writes, and the newest that it reads.
pub const FORM: u32 = 1;
/// Everything in a tar begins at a multiple of this.
const BLOCK: usize = 512;

/// What a backup says about itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of the file.
    pub form: u32,
    /// The version of the program that wrote it.
    pub dealwright: String,
    /// The moment that it holds.
    pub made_at: DateTime<Utc>,
    /// The major version of `pg_dump`: an older `pg_restore` cannot read what it wrote.
    pub pg_dump: u32,
    /// The database at that moment.
    pub database: Picture,
}

impl Manifest {
    /// Rows of all tables.
    pub fn rows(&self) -> i64 {
        self.database.tables.iter().map(|table| table.rows).sum()
    }
}

/// Zeros after so many bytes up to the next block.
const fn padding(bytes: u64) -> u64 {
    let block = BLOCK as u64;
    (block - bytes % block) % block
}

/// A checksum as `sha256sum` writes it.
fn hex(sum: &[u8]) -> String {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    sum.iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|half| DIGITS[usize::from(half)])
        .collect()
}

/// What can be wrong with a backup's file.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It would be overwritten.
    #[error("{0} is there already: name another file, or overwrite it with --force")]
    Exists(std::path::PathBuf),
    /// It cannot be written, for want of room or rights. What was written of it is gone.
    #[error("the backup cannot be written to {path}; nothing of it is left there")]
    Write {
        /// Where to.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It cannot be read.
    #[error("the backup {path} cannot be read")]
    Read {
        /// Where from.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It ends too early, or is something else.
    #[error(
        "{path} is not a whole backup of Dealwright ({why}). Nothing was restored; \
         take another backup, or copy this one again"
    )]
    NotWhole {
        /// The file.
        path: std::path::PathBuf,
        /// What is missing.
        why: String,
    },
    /// A newer program wrote it.
    #[error(
        "{path} was written by dealwright {program}: restore it with that version or a newer one"
    )]
    Newer {
        /// The file.
        path: std::path::PathBuf,
        /// The program.
        program: String,
    },
    /// A program of PostgreSQL cannot be run at all.
    #[error("cannot run {name}")]
    Program {
        /// Which one.
        name: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// A program of PostgreSQL failed.
    #[error("{name} failed: {said}")]
    Failed {
        /// Which one.
        name: &'static str,
        /// Its own words.
        said: String,
    },
}
