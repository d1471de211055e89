//! Reading for the writer: rows locked, every field, no rights.

use domain::rights::Standing;
use domain::{Record, RecordId, Value};
use sea_orm::sea_query::{Alias, LockType, Order, Query};
use sea_orm::{ConnectionTrait, QueryResult};

use super::select::{RECORD, Selection, Titles};
use super::sql::{among, name, plain};
use crate::failure::Result;
use crate::schema::Schema;

/// A record as it lies in the database, for the writer.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// With every value that is not empty; links without titles.
    pub record: Record,
    /// Its place on the board, where the kind has stages.
    pub position: Option<String>,
    /// What the rule of rights needs to know of it.
    pub standing: Standing,
}

/// Locks these records in the order of their ids, so that two writers cannot deadlock, and reads
/// them whole. Those that do not exist are left out. Deleted ones are there. No rights are asked:
/// the writer does that with the standing.
///
/// # Errors
/// The database's.
pub async fn fetch_for_update(
    tx: &impl ConnectionTrait,
    schema: &Schema,
    ids: &[RecordId],
) -> Result<Vec<Stored>> {
    let (stored, stale) = fetch(tx, schema, ids, true).await?;
    if stale {
        Ok(fetch(tx, schema, ids, false).await?.0)
    } else {
        Ok(stored)
    }
}

/// Reads the records, and whether one of them changed while the lock was waited for: then its row
/// is new, but its links and contact points are those from before, and all must be read again.
async fn fetch(
    tx: &impl ConnectionTrait,
    schema: &Schema,
    ids: &[RecordId],
    lock: bool,
) -> Result<(Vec<Stored>, bool)> {
    let selection = Selection::all(schema, Titles::Without);
    let mut query = Query::select();
    // Sees the version of the statement's snapshot, while r.version is that of the locked row.
    query.expr(plain(format!(
        "r.version IS DISTINCT FROM (SELECT s.version FROM {} s WHERE s.id = r.id)",
        name(schema.kind.as_str())
    )));
    query.expr(if schema.kind.has_stages() {
        plain("r.position")
    } else {
        plain("NULL::text")
    });
    query.exprs(selection.columns());
    query.from_as(schema.kind.as_str(), RECORD);
    query.and_where(among("r.id", ids.to_vec()));
    query.order_by_expr(plain("r.id"), Order::Asc);
    if lock {
        query.lock_with_tables(LockType::Update, [Alias::new(RECORD)]);
    }
    let rows = tx.query_all(&query).await?;
    let mut stale = false;
    let mut stored = Vec::with_capacity(rows.len());
    for row in rows {
        stale |= row.try_get_by::<bool, _>(0)?;
        stored.push(read(&selection, &row)?);
    }
    Ok((stored, stale))
}

fn read(selection: &Selection<'_>, row: &QueryResult) -> Result<Stored> {
    let record = selection.record(row, 2)?;
    Ok(Stored {
        standing: standing(&record),
        record,
        position: row.try_get_by(1)?,
    })
}

/// What the rule of rights needs to know of a record that was read with all its fields.
pub(crate) fn standing(record: &Record) -> Standing {
    Standing {
        owner: record.owner(),
        observers: match record.value("observers") {
            Value::Ids(ids) => ids.clone(),
            _ => Vec::new(),
        },
        everyone: matches!(record.value("everyone"), Value::YesNo(true)),
    }
}
