//! Events about what is no record: users, departments, pipelines, stages, reasons for losing. By
//! them they are found, and taken back, when their operation is undone.

use chrono::{DateTime, Utc};
use domain::timeline::What;
use serde_json::{Map, Value as Json, json};

use crate::failure::Result;
use crate::people::execute;
use crate::records::write::Operation;

/// What changed: `{part: [old, new]}`.
pub(crate) type Difference = Map<String, Json>;

/// Writes an event; `kind` is the log's word for what it is about.
pub(crate) async fn write(
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
    execute(operation.tx(), sql, values).await
}

/// Writes that something was made, with its name.
pub(crate) async fn made(
    operation: &mut Operation,
    now: DateTime<Utc>,
    kind: &str,
    id: i64,
    name: &str,
) -> Result<()> {
    let difference = one("name", Json::Null, json!(name));
    write(operation, now, kind, id, What::Created, difference).await
}

/// The difference of one part.
pub(crate) fn one(part: &str, old: Json, new: Json) -> Difference {
    Map::from_iter([(part.to_owned(), Json::Array(vec![old, new]))])
}
