//! Import of CSV files: a mapping says what the columns mean, the file streams through the one
//! write path in chunks, and all of it is one operation that can be undone.
//!
//! [`mapping`] is what people write, [`encoding`] and [`source`] read the file, [`plan`] turns rows into values,
//! [`ahead`] does both while the chunk before is written,
//! [`lookup`] finds users and linked records by name, [`records`] does the work, [`postponed`] links
//! rows to rows further down. People are no records: [`people`].

mod ahead;
mod encoding;
mod field;
mod lookup;
pub mod mapping;
mod people;
mod pipeline;
mod plan;
mod postponed;
mod records;
mod report;
mod source;
pub mod template;

use std::io::{Read, Write};

use domain::rights::{Action, Scope};
use domain::{Error, OperationId};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use self::source::Source;
use crate::Ctx;
use crate::failure::{Result, settle};

pub use mapping::{Mapping, Subject};

/// How an import goes about it.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What the operation is called in the log, where the mapping says nothing: the file's name.
    pub label: String,
    /// Everything is done and nothing kept.
    pub dry_run: bool,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Rows read.
    pub read: u64,
    /// Records made or changed.
    pub written: u64,
    /// Rows refused.
    pub refused: u64,
    /// Rows left out, as the mapping says.
    pub skipped: u64,
}

/// What an import came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Imported {
    /// The operation, for an undo; none for a dry run, and where nothing was written.
    pub operation: Option<OperationId>,
    /// Counts of rows.
    pub rows: Progress,
    /// Rows that were written, but without a link to a record that was not there.
    pub incomplete: u64,
}

/// Sees whether the letters of a CSV file can all be read, before an hour of importing finds out.
/// It reads to the end, at the speed of the disk, and keeps nothing.
///
/// # Errors
/// [`Error::Invalid`] with the line of what is in another encoding, and the setting that reads it.
pub fn check_letters(mapping: &Mapping, reader: impl Read) -> Result<(), Error> {
    encoding::check(reader, mapping.encoding).map_err(|error| source::unreadable(error.to_string()))
}

/// Imports a CSV file. Rows that cannot be taken are written to `refused`, each with its number
/// and the reason, in a form that can be mended and imported again.
///
/// # Errors
/// [`Error::Forbidden`] where the asker may not import; [`Error::Invalid`] where mapping and file
/// do not fit each other, or the file cannot be read. Then nothing is written at all.
pub async fn run<R: Read + Send>(
    ctx: &Ctx,
    mapping: &Mapping,
    options: &Options,
    reader: R,
    refused: &mut (dyn Write + Send),
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Imported, Error> {
    let work = async {
        let ctx = &in_zone(ctx).await?;
        match mapping.subject {
            Subject::Records(kind) => {
                if ctx.actor.scope(kind, Action::Import) == Scope::None {
                    let words = format!("You may not import {}.", kind.plural());
                    return Err(Error::Forbidden(words).into());
                }
                let source = Source::open(reader, mapping.encoding, mapping.delimiter)?;
                records::run(ctx, mapping, options, kind, source, refused, progress).await
            }
            Subject::People => {
                if !ctx.actor.is_administrator() {
                    return Err(Error::Forbidden("You may not import users.".into()).into());
                }
                let source = Source::open(reader, mapping.encoding, mapping.delimiter)?;
                people::run(ctx, mapping, options, source, refused, progress).await
            }
        }
    };
    settle(ctx, "import.run", work.await)
}

/// The command line has no time zone of its own: days in a file are the organisation's.
async fn in_zone(ctx: &Ctx) -> Result<Ctx> {
    let mut ctx = ctx.clone();
    if ctx.actor.is_system() {
        let sql = "select time_zone from organisation";
        let row = ctx
            .db
            .query_one_raw(Statement::from_string(DbBackend::Postgres, sql))
            .await?;
        let name = row
            .map(|row| row.try_get_by_index::<String>(0))
            .transpose()?;
        ctx.time_zone = name
            .and_then(|name| name.parse().ok())
            .unwrap_or(ctx.time_zone);
    }
    Ok(ctx)
}
