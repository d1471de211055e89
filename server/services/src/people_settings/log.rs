//! What is told in the log of a change of people: the fields that changed, old and new, as plain
//! JSON. [`super::undo`] reads it back.

use chrono::{DateTime, Utc};
use domain::timeline::What;
use serde_json::{Map, Value as Json, json};

use super::statement;
use crate::failure::Result;
use crate::records::write::Operation;
use sea_orm::ConnectionTrait as _;

/// Fields that changed: `{key: [old, new]}`.
pub(super) type Difference = Map<String, Json>;

/// Notes a field, where it changed.
pub(super) fn note<T: PartialEq + serde::Serialize>(
    difference: &mut Difference,
    key: &str,
    old: &T,
    new: &T,
) {
    if old != new {
        difference.insert(key.to_owned(), json!([old, new]));
    }
}

/// Writes an event of a user or a department.
pub(super) async fn write(
    operation: &mut Operation,
    now: DateTime<Utc>,
    kind: &str,
    id: i64,
    what: What,
    difference: Difference,
) -> Result<()> {
    let operation_id = operation.id().await?;
    let sql = "insert into event
                 (operation_id, at, user_id, kind, record_id, what, version, difference)
               select $1, $2, user_id, $3, $4, $5, 1, $6 from operation where id = $1";
    let values = [
        operation_id.into(),
        now.into(),
        kind.into(),
        id.into(),
        what.as_str().into(),
        Json::Object(difference).into(),
    ];
    operation.tx().execute_raw(statement(sql, values)).await?;
    Ok(())
}
