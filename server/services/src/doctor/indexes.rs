//! Whether every index is there and can be used: those of the schema, and those of custom fields,
//! which are built in the background.

use std::collections::BTreeSet;

use sea_orm::{DatabaseConnection, FromQueryResult};

use super::all;
use crate::failure::Result;
use crate::fields::index::{self, Tended};

/// The indexes of the schema, a name a line. A test holds them against a migrated database.
pub(super) const EXPECTED: &str = include_str!("indexes.txt");

/// What is wrong with indexes, and how many there are.
#[derive(Debug)]
pub(super) struct Facts {
    /// All that are there.
    pub(super) there: usize,
    /// Those that PostgreSQL does not use, with their tables.
    pub(super) invalid: Vec<Invalid>,
    /// Those of the schema that are not there.
    pub(super) missing: Vec<String>,
    /// Those of custom fields.
    pub(super) fields: Tended,
}

/// An index that was not built to its end.
#[derive(Debug, FromQueryResult)]
pub(super) struct Invalid {
    pub(super) name: String,
    pub(super) table_name: String,
    /// Whether somebody builds it right now.
    pub(super) is_being_built: bool,
}

#[derive(Debug, FromQueryResult)]
struct Name {
    name: String,
}

pub(super) async fn ask(db: &DatabaseConnection) -> Result<Facts> {
    let sql = "select c.relname::text as name
                 from pg_index i join pg_class c on c.oid = i.indexrelid
                where c.relnamespace = current_schema()::regnamespace";
    let names: Vec<Name> = all(db, sql).await?;
    let there: BTreeSet<String> = names.into_iter().map(|name| name.name).collect();
    let sql = "select c.relname::text as name, t.relname::text as table_name,
                      exists (select from pg_stat_progress_create_index p
                               where p.index_relid = i.indexrelid) as is_being_built
                 from pg_index i
                 join pg_class c on c.oid = i.indexrelid
                 join pg_class t on t.oid = i.indrelid
                where not (i.indisvalid and i.indisready)
                  and c.relnamespace = current_schema()::regnamespace
                order by 1";
    let invalid: Vec<Invalid> = all(db, sql).await?;
    let missing = EXPECTED
        .lines()
        .filter(|name| !name.is_empty() && !there.contains(*name))
        .map(ToOwned::to_owned)
        .collect();
    Ok(Facts {
        there: there.len(),
        invalid,
        missing,
        fields: index::tended(db).await?,
    })
}
