//! The past of the demonstration: who made, moved and noted what, and when.
//!
//! The write path writes what happens now, and dates of the past at most; eighteen months of moves
//! cannot be lived through again. So the records come through the write path, as they are today,
//! and this loader then rewrites in the same transaction what the log says of them: the one
//! operation "Demonstration" becomes an operation for each thing that somebody did, in the order
//! of time, with the events and stays that the write path would have written then. Nothing but the
//! demonstration may use it.

use chrono::{DateTime, Utc};
use domain::pipeline::Meaning;
use domain::timeline::{Via, What};
use domain::{UserId, Value};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement};
use serde_json::{Value as Json, json};

use super::story::{Story, Travel};
use crate::Ctx;
use crate::failure::Result;
use crate::people::execute;
use crate::records::write::Operation;

/// Rows that travel in one statement.
const CHUNK: usize = 4_000;

/// One thing that somebody did.
struct Deed<'a> {
    at: DateTime<Utc>,
    by: UserId,
    via: Via,
    what: What,
    story: &'a Story,
    version: i64,
    difference: Json,
    note: Option<&'a str>,
}

/// Writes the past of all records that the operation has made.
pub(super) async fn write(ctx: &Ctx, operation: &mut Operation, stories: &[Story]) -> Result<()> {
    let now_operation = operation.id().await?;
    let tx = operation.tx();
    let mut deeds: Vec<Deed<'_>> = stories.iter().flat_map(deeds).collect();
    deeds.sort_by_key(|deed| (deed.at, deed.story.kind, deed.story.record, deed.version));
    let operations = reserve(tx, "operation", deeds.len()).await?;
    let events = reserve(tx, "event", deeds.len()).await?;
    let notes = deeds.iter().filter(|deed| deed.note.is_some()).count();
    let mut notes = reserve(tx, "note", notes).await?.into_iter();
    let rows: Vec<Json> = deeds
        .iter()
        .zip(operations)
        .zip(events)
        .map(|((deed, operation), event)| {
            json!({
                "operation": operation,
                "event": event,
                "at": deed.at,
                "by": deed.by,
                "via": deed.via.as_str(),
                "what": deed.what.as_str(),
                "kind": deed.story.kind.as_str(),
                "record": deed.story.record,
                "version": deed.version,
                "difference": deed.difference,
                "note": deed.note,
                "note_id": deed.note.and_then(|_| notes.next()),
            })
        })
        .collect();
    // Thousands of rows have come in this transaction that statistics know nothing of.
    tx.execute_unprepared("analyze deal, lead, company, contact, event, stage_stay")
        .await?;
    for chunk in rows.chunks(CHUNK) {
        log(tx, now_operation, chunk).await?;
    }
    stays(ctx, tx, stories).await?;
    outcomes(tx, stories).await
}

/// What was done with one record.
fn deeds(story: &Story) -> Vec<Deed<'_>> {
    let deed = |at, via, what, version, difference| Deed {
        at,
        by: story.by,
        via,
        what,
        story,
        version,
        difference,
        note: None,
    };
    let first = story.travel.as_ref().map(|travel| travel.way.entries[0]);
    let begun = first.map_or_else(
        || json!({}),
        |first| {
            json!({
                "stage_id": [null, first.stage],
                "stage_since": [null, Value::DateTime(first.at).to_json()],
            })
        },
    );
    let mut deeds = vec![deed(story.created_at, Via::Form, What::Created, 1, begun)];
    let mut version = 1;
    if let Some(travel) = &story.travel {
        for step in travel.way.entries.windows(2) {
            version += 1;
            let closes = step[1].stage == travel.way.last().stage;
            let difference = moved(
                travel,
                step[0].stage,
                step[1].stage,
                step[0].at,
                step[1].at,
                closes,
            );
            deeds.push(deed(
                step[1].at,
                Via::Board,
                What::Moved,
                version,
                difference,
            ));
        }
    }
    for (at, text) in &story.notes {
        let known = deeds
            .iter()
            .filter(|deed| deed.what != What::Noted && deed.at <= *at)
            .count();
        let version = i64::try_from(known).unwrap_or(1).max(1);
        let at = (*at).max(story.created_at);
        deeds.push(Deed {
            note: Some(text),
            ..deed(at, Via::Form, What::Noted, version, json!({}))
        });
    }
    deeds
}

/// The difference that a move writes.
fn moved(
    travel: &Travel,
    from: i64,
    to: i64,
    entered: DateTime<Utc>,
    left: DateTime<Utc>,
    last: bool,
) -> Json {
    let mut difference = json!({
        "stage_id": [from, to],
        "stage_since": [Value::DateTime(entered).to_json(), Value::DateTime(left).to_json()],
    });
    if last && travel.way.meaning != Meaning::Open {
        difference["closed_at"] = json!([null, Value::DateTime(left).to_json()]);
        if let Some(reason) = travel.lost_reason {
            difference["lost_reason_id"] = json!([null, reason]);
        }
    }
    difference
}

/// Writes operations, events and notes. The events that tell of a record's making are there
/// already: they move into their own operation, with the stage that the record began in.
async fn log(tx: &DatabaseTransaction, now_operation: i64, rows: &[Json]) -> Result<()> {
    let given = "jsonb_to_recordset($1) as n(operation bigint, event bigint, at timestamptz,
                   by bigint, via text, what text, kind text, record bigint, version bigint,
                   difference jsonb, note text, note_id bigint)";
    let rows = Json::Array(rows.to_vec());
    let sql = format!(
        "insert into operation (id, at, user_id, via)
         select n.operation, n.at, n.by, n.via from {given}"
    );
    execute(tx, &sql, [rows.clone().into()]).await?;
    let sql = format!(
        "insert into note (id, kind, record_id, body, author_id, created_at, updated_at)
         select n.note_id, n.kind, n.record, n.note, n.by, n.at, n.at
           from {given} where n.note is not null"
    );
    execute(tx, &sql, [rows.clone().into()]).await?;
    let sql = format!(
        "insert into event
           (id, operation_id, at, user_id, kind, record_id, what, version, difference, note_id)
         select n.event, n.operation, n.at, n.by, n.kind, n.record, n.what, n.version,
                n.difference, n.note_id
           from {given} where n.what <> 'created'"
    );
    execute(tx, &sql, [rows.clone().into()]).await?;
    let sql = format!(
        "update event e
            set id = n.event, operation_id = n.operation, at = n.at, user_id = n.by,
                difference = (e.difference - 'closed_at' - 'lost_reason_id') || n.difference
           from {given}
          where n.what = 'created' and e.operation_id = $2
            and e.kind = n.kind and e.record_id = n.record"
    );
    execute(tx, &sql, [rows.into(), now_operation.into()]).await
}

/// Writes the stays that ended; the one that goes on the write path has written.
async fn stays(ctx: &Ctx, tx: &DatabaseTransaction, stories: &[Story]) -> Result<()> {
    let mut rows: Vec<Json> = Vec::new();
    for story in stories {
        let Some(travel) = &story.travel else {
            continue;
        };
        for stay in travel.way.entries.windows(2) {
            rows.push(json!({
                "kind": story.kind.as_str(),
                "record": story.record,
                "pipeline": travel.pipeline,
                "stage": stay[0].stage,
                "entered": stay[0].at,
                "left": stay[1].at,
                "owner": story.by,
                "amount": travel.amount.map(|money| money.amount.to_string()),
                "currency": travel.amount.map(|money| money.currency),
            }));
        }
    }
    tracing::debug!(request.id = %ctx.request_id, stays = rows.len(), "writing stays");
    for chunk in rows.chunks(CHUNK) {
        let sql = "insert into stage_stay
                     (kind, record_id, pipeline_id, stage_id, entered_at, left_at, owner_id, amount,
                      currency)
                   select n.kind, n.record, n.pipeline, n.stage, n.entered, n.\"left\", n.owner,
                          n.amount, n.currency
                     from jsonb_to_recordset($1)
                       as n(kind text, record bigint, pipeline bigint, stage bigint,
                            entered timestamptz, \"left\" timestamptz, owner bigint,
                            amount numeric, currency text)";
        execute(tx, sql, [Json::Array(chunk.to_vec()).into()]).await?;
    }
    Ok(())
}

/// The records' own marks of the past: who made them, who changed them last, how often.
async fn outcomes(tx: &DatabaseTransaction, stories: &[Story]) -> Result<()> {
    let rows: Vec<(&str, Json)> = stories
        .iter()
        .map(|story| {
            let entries = story.travel.as_ref().map(|travel| &travel.way.entries);
            let row = json!({
                "id": story.record,
                "by": story.by,
                "at": entries.map_or(story.created_at, |entries| entries[entries.len() - 1].at),
                "version": entries.map_or(1, Vec::len),
            });
            (story.kind.as_str(), row)
        })
        .collect();
    for kind in domain::Kind::ALL {
        let of_kind: Vec<Json> = rows
            .iter()
            .filter(|(of, _)| *of == kind.as_str())
            .map(|(_, row)| row.clone())
            .collect();
        let sql = format!(
            "update {kind} r
                set created_by = n.by, updated_by = n.by, updated_at = n.at, version = n.version
               from jsonb_to_recordset($1)
                 as n(id bigint, by bigint, at timestamptz, version bigint)
              where r.id = n.id"
        );
        execute(tx, &sql, [Json::Array(of_kind).into()]).await?;
    }
    Ok(())
}

/// So many ids of a table, growing.
async fn reserve(tx: &DatabaseTransaction, table: &str, count: usize) -> Result<Vec<i64>> {
    let sql = format!(
        "select nextval(pg_get_serial_sequence('{table}', 'id')) from generate_series(1, $1)"
    );
    let count = i64::try_from(count).map_err(anyhow::Error::from)?;
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, &sql, [count.into()]);
    let rows = tx.query_all_raw(statement).await?;
    rows.iter()
        .map(|row| row.try_get_by_index(0).map_err(Into::into))
        .collect()
}
