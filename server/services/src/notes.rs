//! Notes on records. A note is part of the record's timeline, and written through the same
//! operation and log as everything else.

use domain::board::Written;
use domain::rights::Action;
use domain::timeline::{Via, What};
use domain::{Error, Kind, Problem, RecordId};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::failure::{Result, retried, settle};
use crate::records::read::{Stored, fetch_for_update};
use crate::records::write::{Operation, written};
use crate::{Ctx, schema};

/// Characters that fit a note.
pub const NOTE_LENGTH: usize = 50_000;

/// Writes a note on a record that one may see and change.
pub async fn add(ctx: &Ctx, kind: Kind, id: RecordId, body: &str) -> Result<Written, Error> {
    let work = retried(async || {
        let body = check_body(body)?;
        let mut operation = Operation::begin(ctx, Via::Form, "").await?;
        let stored = lock(ctx, &operation, kind, id).await?;
        permit(ctx, kind, &stored)?;
        let sql = "insert into note (kind, record_id, body, author_id, created_at, updated_at)
                   values ($1, $2, $3, $4, $5, $5) returning id";
        let values = [
            kind.as_str().into(),
            id.into(),
            body.into(),
            ctx.actor.user_id.into(),
            ctx.now.into(),
        ];
        let row = operation
            .tx()
            .query_one_raw(Statement::from_sql_and_values(
                DbBackend::Postgres,
                sql,
                values,
            ))
            .await?
            .ok_or_else(|| anyhow::anyhow!("an inserted note has no id"))?;
        let note: i64 = row.try_get_by_index(0)?;
        operation
            .log_beside(kind, &stored, What::Noted, Some(note))
            .await?;
        let finished = operation.commit().await?;
        written(ctx, kind, id, finished).await
    });
    settle(ctx, "notes.add", work.await)
}

/// Takes a note away for an undo; false where the asker may not see the record.
pub(crate) async fn take_back(
    ctx: &Ctx,
    operation: &mut Operation,
    kind: Kind,
    id: RecordId,
    note: Option<i64>,
) -> Result<bool> {
    let stored = match lock(ctx, operation, kind, id).await {
        Ok(stored) if permit(ctx, kind, &stored).is_ok() => stored,
        _ => return Ok(false),
    };
    let sql = "update note set deleted_at = $2 where id = $1 and deleted_at is null";
    let values = [note.into(), ctx.now.into()];
    operation
        .tx()
        .execute_raw(Statement::from_sql_and_values(
            DbBackend::Postgres,
            sql,
            values,
        ))
        .await?;
    operation
        .log_beside(kind, &stored, What::Changed, None)
        .await?;
    Ok(true)
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
    Err(Error::field("body", "Note", problem))
}
