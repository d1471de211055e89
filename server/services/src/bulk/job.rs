//! A run at work: one operation, in chunks, in one transaction.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::bulk::{BulkChange, RunId, Selection};
use domain::timeline::Via;
use domain::{Draft, Error, Kind, OperationId, RecordId};

use super::{purge, store};
use crate::failure::{Failure, Result, retried, settle};
use crate::records::read::fetch_for_update;
use crate::records::read::meant::{Meant, lock};
use crate::records::write::Operation;
use crate::records::write::operation::Answers;
use crate::{Ctx, operations, schema};

/// Records that are written together. A statement of this size costs what it writes, and the
/// progress moves with each.
const CHUNK: usize = 500;
/// Time between two signs of life.
const BEAT: Duration = Duration::from_secs(2);

/// A run and whose it is.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    ctx: Ctx,
    run: RunId,
}

/// The run was stopped: what it has written goes with its transaction.
#[derive(Debug, thiserror::Error)]
#[error("the run was stopped")]
struct Stopped;

impl Job {
    pub(super) fn new(ctx: &Ctx, run: RunId) -> Self {
        Self {
            ctx: Ctx {
                // A run goes on for minutes, in which fields may change.
                fields: None,
                ..ctx.clone()
            },
            run,
        }
    }

    /// Changes the records of a selection.
    pub(super) async fn change(self, kind: Kind, selection: Selection, change: BulkChange) {
        let work = retried(|| self.changed(kind, &selection, &change));
        self.watched(work).await;
    }

    /// Takes an operation back.
    pub(super) async fn undo(self, operation: OperationId) {
        let work = retried(|| operations::take_back_watched(&self.ctx, operation, &self));
        Box::pin(self.watched(async { work.await.map(drop) })).await;
    }

    /// Does the work until it ends or somebody stops the run, and notes why it failed.
    async fn watched(&self, work: impl Future<Output = Result<()>>) {
        let ended = tokio::select! {
            ended = work => ended,
            () = self.stopped() => return,
        };
        match ended {
            Err(Failure::Other(error)) if error.is::<Stopped>() => {}
            ended => {
                if let Err(failure) = settle(&self.ctx, "bulk.run", ended) {
                    let noted = store::fail(&self.ctx, self.run, &failure).await;
                    // Where even this cannot be written, its silence tells.
                    let _ = settle(&self.ctx, "bulk.fail", noted);
                }
            }
        }
    }

    /// Says every now and then that this node is at work; ends when the run was stopped.
    async fn stopped(&self) {
        loop {
            tokio::time::sleep(BEAT).await;
            if let Ok(false) = store::beat(&self.ctx, self.run).await {
                return;
            }
        }
    }

    /// Notes how far the run has got.
    pub(crate) async fn step(&self, done: u64) -> Result<()> {
        self.noted(done, 0, &[]).await
    }

    async fn noted(&self, done: u64, refused: u64, new: &[(RecordId, Error)]) -> Result<()> {
        if store::step(&self.ctx, self.run, done, refused, new).await? {
            Ok(())
        } else {
            Err(anyhow::Error::from(Stopped).into())
        }
    }

    /// Says that the run is done, as the last word of its transaction; the commit must follow. An
    /// operation that has written nothing has nothing to commit: then it is said beside it.
    pub(super) async fn finish(
        &self,
        operation: &mut Operation,
        ended: store::Ended,
    ) -> Result<()> {
        let is_said = if operation.leaves_trace() {
            let ended = store::Ended {
                changed: ended.changed.max(operation.written()),
                operation: Some(operation.id().await?).filter(|_| !ended.is_final),
                ..ended
            };
            store::finish(operation.tx(), self.run, &ended).await?
        } else {
            store::finish(&self.ctx.db, self.run, &ended).await?
        };
        if is_said {
            Ok(())
        } else {
            Err(anyhow::Error::from(Stopped).into())
        }
    }

    /// The same of an undo: events looked at, records put back, and what stays.
    pub(crate) async fn finish_undo(
        &self,
        operation: &mut Operation,
        seen: u64,
        records: u64,
        kept: &[String],
    ) -> Result<()> {
        let ended = store::Ended {
            done: seen,
            changed: records,
            kept: kept.to_vec(),
            ..store::Ended::default()
        };
        self.finish(operation, ended).await
    }

    async fn changed(&self, kind: Kind, selection: &Selection, change: &BulkChange) -> Result<()> {
        let ctx = &self.ctx;
        store::rewind(ctx, self.run).await?;
        let meant = Meant::of(ctx, kind, selection, change.in_bin()).await?;
        // Within the operation, whose statements may take their time.
        let mut operation = Operation::begin(ctx, Via::Bulk, "").await?;
        let ids = meant.ids(operation.tx()).await?;
        lock(operation.tx(), kind, &ids).await?;
        let (mut done, mut refused) = (0, 0);
        for chunk in ids.chunks(CHUNK) {
            let answers = written(ctx, &mut operation, kind, chunk, change).await?;
            let new: Vec<(RecordId, Error)> = chunk
                .iter()
                .zip(answers)
                .filter_map(|(id, answer)| Some((*id, answer.err()?)))
                .collect();
            done += chunk.len() as u64;
            refused += new.len() as u64;
            self.noted(done, refused, &new).await?;
        }
        let ended = store::Ended {
            done,
            refused,
            is_final: *change == BulkChange::Purge,
            ..store::Ended::default()
        };
        self.finish(&mut operation, ended).await?;
        operation.commit().await?;
        Ok(())
    }
}

/// Does it to some records, and answers for each.
async fn written(
    ctx: &Ctx,
    operation: &mut Operation,
    kind: Kind,
    ids: &[RecordId],
    change: &BulkChange,
) -> Result<Answers> {
    match change {
        BulkChange::Delete => operation.delete(kind, ids.to_vec()).await,
        BulkChange::Restore => operation.restore(kind, ids.to_vec()).await,
        BulkChange::Purge => purge::purge(ctx, operation, kind, ids).await,
        BulkChange::Set(values) => {
            let draft = Draft {
                values: values.clone(),
                ..Draft::default()
            };
            let drafts = ids.iter().map(|id| (*id, draft.clone())).collect();
            operation.change(kind, drafts).await
        }
        BulkChange::Add { .. } | BulkChange::Remove { .. } => {
            let schema = schema::load(ctx, kind).await?;
            let stored = fetch_for_update(operation.tx(), &schema, ids).await?;
            let mut wished: BTreeMap<RecordId, Draft> = stored
                .into_iter()
                .map(|stored| {
                    let values = change.wished(&stored.record);
                    let draft = Draft {
                        values,
                        ..Draft::default()
                    };
                    (stored.record.id, draft)
                })
                .collect();
            let drafts = ids
                .iter()
                .map(|id| (*id, wished.remove(id).unwrap_or_default()))
                .collect();
            operation.change(kind, drafts).await
        }
    }
}
