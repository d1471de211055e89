//! What the log keeps of a change of settings: an event about the pipeline, stage or reason, with
//! the difference, by which it can be taken back.

use chrono::{DateTime, Utc};
use domain::timeline::What;
use sea_orm::ConnectionTrait;
use serde_json::{Map, Value as Json};

use super::statement;
use crate::failure::Result;
use crate::records::write::Operation;

/// The log's word for a stage; those for the others are in [`crate::stages`].
pub(super) const STAGE: &str = "stage";

/// Writes an event: `difference` is part → [old, new].
pub(super) async fn write(
    operation: &mut Operation,
    now: DateTime<Utc>,
    kind: &str,
    id: i64,
    what: What,
    difference: Map<String, Json>,
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

/// The difference of one part.
pub(super) fn one(part: &str, old: Json, new: Json) -> Map<String, Json> {
    Map::from_iter([(part.to_owned(), Json::Array(vec![old, new]))])
}
