//! The one write path. Every change of a record, whoever asks for it and however many records it
//! touches, is an [`Operation`]: lock the rows → permission → parse and validate → the kind's own
//! rules and stage gates → write only the changed columns → events with the difference → side
//! tables → commit → announce.

mod cells;
mod checks;
mod log;
mod place;
mod plan;
mod rules;
mod side_tables;
mod store;
mod unique;

pub mod operation;

use domain::board::{Card, Written};
use domain::timeline::Via;
use domain::{Draft, Error, Kind, RecordId};

use crate::Ctx;
use crate::failure::{Result, retried, settle};
use crate::records::read;

pub use operation::{Finished, Operation};
pub(crate) use plan::{POSITION, Wish};

/// Makes a record. Fields that are not given take their defaults: the asker as owner, the first
/// pipeline and stage, the top of the column.
pub async fn create(ctx: &Ctx, via: Via, kind: Kind, draft: Draft) -> Result<Written, Error> {
    let work = retried(async || {
        let mut operation = Operation::begin(ctx, via, "").await?;
        let id = one(operation.create(kind, vec![draft.clone()]).await?)??;
        let finished = operation.commit().await?;
        written(ctx, kind, id, finished).await
    });
    settle(ctx, "records.create", work.await)
}

/// Changes a record: fields, stage (`stage_id`), place on the board (`draft.place`).
///
/// Where the draft names the version its writer saw, fields that somebody else changed since are
/// answered by [`Error::Conflict`] with both values; everything else merges.
pub async fn change(
    ctx: &Ctx,
    via: Via,
    kind: Kind,
    id: RecordId,
    draft: Draft,
) -> Result<Written, Error> {
    let work = retried(async || {
        let mut operation = Operation::begin(ctx, via, "").await?;
        one(operation.change(kind, vec![(id, draft.clone())]).await?)??;
        let finished = operation.commit().await?;
        written(ctx, kind, id, finished).await
    });
    settle(ctx, "records.change", work.await)
}

/// Puts a record into the recycle bin.
pub async fn delete(ctx: &Ctx, via: Via, kind: Kind, id: RecordId) -> Result<Written, Error> {
    let work = retried(async || {
        let mut operation = Operation::begin(ctx, via, "").await?;
        one(operation.delete(kind, vec![id]).await?)??;
        let finished = operation.commit().await?;
        Ok(bare(finished))
    });
    settle(ctx, "records.delete", work.await)
}

/// Takes a record out of the recycle bin.
pub async fn restore(ctx: &Ctx, via: Via, kind: Kind, id: RecordId) -> Result<Written, Error> {
    let work = retried(async || {
        let mut operation = Operation::begin(ctx, via, "").await?;
        one(operation.restore(kind, vec![id]).await?)??;
        let finished = operation.commit().await?;
        written(ctx, kind, id, finished).await
    });
    settle(ctx, "records.restore", work.await)
}

/// The single answer to a single question.
fn one<T>(mut answers: Vec<T>) -> Result<T> {
    answers
        .pop()
        .ok_or_else(|| anyhow::anyhow!("a write of one record gave no answer").into())
}

fn bare(finished: Finished) -> Written {
    Written {
        record: None,
        card: None,
        operation: finished.operation,
        events: finished.events,
    }
}

/// The record as its writer may see it now, read back through the read path.
pub(crate) async fn written(
    ctx: &Ctx,
    kind: Kind,
    id: RecordId,
    finished: Finished,
) -> Result<Written> {
    let mut written = bare(finished);
    // Who gave a record away may not see it any more; that is no error.
    if let Some((record, position)) = read::get_with_position(ctx, kind, id).await? {
        if let Some(position) = position {
            let schema = crate::schema::load(ctx, kind).await?;
            written.card = Some(Card::of(&record, position, &schema.fields));
        }
        written.record = Some(record);
    }
    Ok(written)
}
