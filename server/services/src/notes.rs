//! Notes on records. A note is part of the record's timeline, and written through the same
//! operation and log as everything else: it can be edited, pinned, deleted, and each of that taken
//! back.

use std::collections::BTreeSet;

use domain::board::Written;
use domain::markdown::{Names, mentioned};
use domain::rights::Action;
use domain::timeline::{Via, What};
use domain::{Error, FieldError, Kind, Problem, RecordId, UserId, Value};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement};
use serde_json::{Value as Json, json};

use crate::failure::{Result, retried, settle};
use crate::records::read::{Stored, fetch_for_update};
use crate::records::write::{Operation, written};
use crate::{Ctx, markdown, schema};

/// Characters that fit a note.
pub const NOTE_LENGTH: usize = 50_000;

/// Writes a note on a record that one may see and change. It is Markdown, and `@Anna Nowak` in it
/// names a person.
pub async fn add(ctx: &Ctx, kind: Kind, id: RecordId, body: &str) -> Result<Written, Error> {
    let work = retried(async || {
        let typed = check_body(body)?;
        let mut operation = Operation::begin(ctx, Via::Form, "").await?;
        let stored = lock(ctx, &operation, kind, id).await?;
        permit(ctx, kind, &stored)?;
        let body = names(operation.tx()).await?.tie(&typed);
        let sql = "insert into note (kind, record_id, body, author_id, created_at, updated_at)
                   values ($1, $2, $3, $4, $5, $5) returning id";
        let values = [
            kind.as_str().into(),
            id.into(),
            body.clone().into(),
            ctx.actor.user_id.into(),
            ctx.now.into(),
        ];
        let row = operation.tx().query_one_raw(statement(sql, values)).await?;
        let note: i64 = row
            .ok_or_else(|| anyhow::anyhow!("an inserted note has no id"))?
            .try_get_by_index(0)?;
        keep_mentions(ctx, &operation, note, &body).await?;
        operation
            .log_beside(kind, &stored, What::Noted, Some(note), &json!({}))
            .await?;
        let finished = operation.commit().await?;
        written(ctx, kind, id, finished).await
    });
    settle(ctx, "notes.add", work.await)
}

/// Gives a note another wording; its author and administrators may. `seen` is how often it had
/// been edited when the writer began; more than that overwrites on purpose.
///
/// # Errors
/// [`Error::Conflict`] with both wordings where somebody else edited it meanwhile.
pub async fn edit(ctx: &Ctx, note: i64, body: &str, seen: i32) -> Result<Written, Error> {
    let work = retried(async || {
        let typed = check_body(body)?;
        let mut operation = Operation::begin(ctx, Via::Form, "").await?;
        let (kind, stored, row) = open(ctx, &operation, note).await?;
        permit_author(ctx, &row)?;
        let names = names(operation.tx()).await?;
        let body = names.tie(&typed);
        if seen < row.edits && row.body != body {
            return Err(Error::Conflict(vec![domain::error::FieldConflict {
                field: "body".into(),
                label: "Note".into(),
                theirs: Value::Text(names.untie(&row.body)),
                mine: Value::Text(typed),
                by: None,
                at: row.edited_at,
            }])
            .into());
        }
        if row.body != body {
            let difference = json!({ "note": [row.body, body] });
            reword(ctx, &operation, note, &body).await?;
            operation
                .log_beside(kind, &stored, What::NoteEdited, Some(note), &difference)
                .await?;
        }
        let finished = operation.commit().await?;
        written(ctx, kind, stored.record.id, finished).await
    });
    settle(ctx, "notes.edit", work.await)
}

/// Puts a note above the timeline, or back into it. Whoever may write notes on the record may.
pub async fn pin(ctx: &Ctx, note: i64, pinned: bool) -> Result<Written, Error> {
    let work = retried(async || {
        let mut operation = Operation::begin(ctx, Via::Form, "").await?;
        let (kind, stored, row) = open(ctx, &operation, note).await?;
        permit(ctx, kind, &stored)?;
        if row.pinned != pinned {
            set_pinned(ctx, &operation, note, pinned).await?;
            let difference = json!({ "pinned": [row.pinned, pinned] });
            operation
                .log_beside(kind, &stored, What::NoteEdited, Some(note), &difference)
                .await?;
        }
        let finished = operation.commit().await?;
        written(ctx, kind, stored.record.id, finished).await
    });
    settle(ctx, "notes.pin", work.await)
}

/// Deletes a note; its author and administrators may.
pub async fn delete(ctx: &Ctx, note: i64) -> Result<Written, Error> {
    let work = retried(async || {
        let mut operation = Operation::begin(ctx, Via::Form, "").await?;
        let (kind, stored, row) = open(ctx, &operation, note).await?;
        permit_author(ctx, &row)?;
        set_deleted(ctx, &operation, note, true).await?;
        operation
            .log_beside(kind, &stored, What::NoteDeleted, Some(note), &json!({}))
            .await?;
        let finished = operation.commit().await?;
        written(ctx, kind, stored.record.id, finished).await
    });
    settle(ctx, "notes.delete", work.await)
}

/// What came of taking back what was done to a note.
pub(crate) enum TakenBack {
    /// It is as it was before.
    Done,
    /// It stays, and why.
    Kept(String),
    /// The asker may not see the record.
    Hidden,
}

/// Takes back what an event says was done to a note.
pub(crate) async fn take_back(
    ctx: &Ctx,
    operation: &mut Operation,
    what: What,
    note: Option<i64>,
    difference: &Json,
) -> Result<TakenBack> {
    let Some(note) = note else {
        return Ok(TakenBack::Hidden);
    };
    let (kind, stored, row) = match find(ctx, operation, note).await {
        Ok(found) => found,
        Err(crate::Failure::Domain(_)) => return Ok(TakenBack::Hidden),
        Err(failure) => return Err(failure),
    };
    let pins = difference.get("pinned").is_some();
    let may = if pins {
        permit(ctx, kind, &stored)
    } else {
        permit_author(ctx, &row)
    };
    match may {
        Err(Error::NotFound) => return Ok(TakenBack::Hidden),
        Err(error) => return Ok(TakenBack::Kept(error.to_string())),
        Ok(()) => {}
    }
    let done = match what {
        What::Noted | What::NoteRestored if !row.deleted => {
            set_deleted(ctx, operation, note, true).await?;
            What::NoteDeleted
        }
        What::NoteDeleted if row.deleted => {
            set_deleted(ctx, operation, note, false).await?;
            What::NoteRestored
        }
        What::NoteEdited if !row.deleted => {
            let back = |key: &str| {
                let pair = difference.get(key)?;
                Some((pair.get(0)?.clone(), pair.get(1)?.clone()))
            };
            if let Some((Json::String(old), new)) = back("note") {
                if new != json!(row.body) {
                    return Ok(TakenBack::Kept(
                        "The note was edited since and stays.".into(),
                    ));
                }
                reword(ctx, operation, note, &old).await?;
                let difference = json!({ "note": [new, old] });
                operation
                    .log_beside(kind, &stored, What::NoteEdited, Some(note), &difference)
                    .await?;
                return Ok(TakenBack::Done);
            }
            if let Some((Json::Bool(old), new)) = back("pinned") {
                set_pinned(ctx, operation, note, old).await?;
                let difference = json!({ "pinned": [new, old] });
                operation
                    .log_beside(kind, &stored, What::NoteEdited, Some(note), &difference)
                    .await?;
                return Ok(TakenBack::Done);
            }
            return Ok(TakenBack::Kept("The note stays as it is.".into()));
        }
        _ => {
            return Ok(TakenBack::Kept(
                "The note was changed since and stays.".into(),
            ));
        }
    };
    operation
        .log_beside(kind, &stored, done, Some(note), &json!({}))
        .await?;
    Ok(TakenBack::Done)
}

/// How people are named, those too who left: old notes name them.
pub(crate) async fn names(db: &impl ConnectionTrait) -> Result<Names> {
    let rows = db
        .query_all_raw(statement("select id, name, email from app_user", []))
        .await?;
    let mut people: Vec<(UserId, String, String)> = Vec::with_capacity(rows.len());
    for row in rows {
        people.push((
            row.try_get_by_index(0)?,
            row.try_get_by_index(1)?,
            row.try_get_by_index(2)?,
        ));
    }
    let people = people
        .iter()
        .map(|(id, name, email)| (*id, name.as_str(), email.as_str()));
    Ok(Names::of(people))
}

/// Whether somebody may edit and delete a note of this author.
pub(crate) fn is_editor(ctx: &Ctx, author: Option<UserId>) -> bool {
    ctx.actor.is_administrator() || (author.is_some() && author == ctx.actor.user_id)
}

#[derive(Debug, FromQueryResult)]
struct Row {
    kind: String,
    record_id: RecordId,
    body: String,
    author_id: Option<UserId>,
    edits: i32,
    edited_at: Option<chrono::DateTime<chrono::Utc>>,
    pinned: bool,
    deleted: bool,
}

/// A note that is there, with its record; both are locked.
async fn open(ctx: &Ctx, operation: &Operation, note: i64) -> Result<(Kind, Stored, Row)> {
    let found = find(ctx, operation, note).await?;
    if found.2.deleted {
        return Err(Error::NotFound.into());
    }
    Ok(found)
}

/// A note, deleted or not, whose record is there and may be seen; both are locked, the record first.
async fn find(ctx: &Ctx, operation: &Operation, note: i64) -> Result<(Kind, Stored, Row)> {
    let sql = "select kind, record_id, body, author_id, edits, edited_at,
                      pinned_at is not null as pinned, deleted_at is not null as deleted
                 from note where id = $1";
    let read = async |sql: &str| -> Result<Row> {
        Ok(Row::find_by_statement(statement(sql, [note.into()]))
            .one(operation.tx())
            .await?
            .ok_or(Error::NotFound)?)
    };
    let row = read(sql).await?;
    let kind = Kind::parse(&row.kind).ok_or(Error::NotFound)?;
    let stored = lock(ctx, operation, kind, row.record_id).await?;
    if !ctx.actor.may(Action::Read, kind, &stored.standing) {
        return Err(Error::NotFound.into());
    }
    // Once more, now that nobody else can change it.
    let row = read(&format!("{sql} for update")).await?;
    Ok((kind, stored, row))
}

async fn lock(ctx: &Ctx, operation: &Operation, kind: Kind, id: RecordId) -> Result<Stored> {
    let schema = schema::load(ctx, kind).await?;
    let mut stored = fetch_for_update(operation.tx(), &schema, &[id]).await?;
    Ok(stored
        .pop()
        .filter(|stored| !stored.record.deleted)
        .ok_or(Error::NotFound)?)
}

fn permit(ctx: &Ctx, kind: Kind, stored: &Stored) -> Result<(), Error> {
    if !ctx.actor.may(Action::Read, kind, &stored.standing) {
        return Err(Error::NotFound);
    }
    if !ctx.actor.may(Action::Change, kind, &stored.standing) {
        return Err(Error::Forbidden(format!(
            "You may see this {kind} but not write notes on it."
        )));
    }
    Ok(())
}

fn permit_author(ctx: &Ctx, row: &Row) -> Result<(), Error> {
    if is_editor(ctx, row.author_id) {
        return Ok(());
    }
    Err(Error::Forbidden(
        "Only its author and administrators may change a note.".into(),
    ))
}

async fn reword(ctx: &Ctx, operation: &Operation, note: i64, body: &str) -> Result<()> {
    let sql = "update note set body = $2, edits = edits + 1, edited_at = $3, updated_at = $3
                where id = $1";
    let values = [note.into(), body.into(), ctx.now.into()];
    operation.tx().execute_raw(statement(sql, values)).await?;
    keep_mentions(ctx, operation, note, body).await
}

async fn set_pinned(ctx: &Ctx, operation: &Operation, note: i64, pinned: bool) -> Result<()> {
    let sql = "update note set pinned_at = case when $2 then $3 end where id = $1";
    let values = [note.into(), pinned.into(), ctx.now.into()];
    operation.tx().execute_raw(statement(sql, values)).await?;
    Ok(())
}

async fn set_deleted(ctx: &Ctx, operation: &Operation, note: i64, deleted: bool) -> Result<()> {
    let sql = "update note set deleted_at = case when $2 then $3 end where id = $1";
    let values = [note.into(), deleted.into(), ctx.now.into()];
    operation.tx().execute_raw(statement(sql, values)).await?;
    Ok(())
}

/// Keeps who is named, and since when.
async fn keep_mentions(ctx: &Ctx, operation: &Operation, note: i64, body: &str) -> Result<()> {
    let users: BTreeSet<UserId> = mentioned(&markdown::read(body)).into_iter().collect();
    let users: Vec<UserId> = users.into_iter().collect();
    let sql = "delete from note_mention where note_id = $1 and user_id <> all($2)";
    operation
        .tx()
        .execute_raw(statement(sql, [note.into(), users.clone().into()]))
        .await?;
    if users.is_empty() {
        return Ok(());
    }
    let sql = "insert into note_mention (note_id, user_id, at)
               select $1, u.id, $3 from app_user u where u.id = any($2)
               on conflict do nothing";
    operation
        .tx()
        .execute_raw(statement(sql, [note.into(), users.into(), ctx.now.into()]))
        .await?;
    Ok(())
}

fn check_body(body: &str) -> Result<String, Error> {
    let body: String = body.trim().chars().filter(|c| *c != '\0').collect();
    let length = body.chars().count();
    let problem = match length {
        0 => Problem::Required,
        length if length > NOTE_LENGTH => Problem::TooLong {
            length,
            most: NOTE_LENGTH,
        },
        _ => return Ok(body),
    };
    Err(Error::Invalid(vec![FieldError::new(
        "body", "Note", problem,
    )]))
}

fn statement<const N: usize>(sql: &str, values: [sea_orm::Value; N]) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}
