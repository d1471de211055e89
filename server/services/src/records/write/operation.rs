//! An operation: one thing that somebody does, with all its records, in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, SubsecRound, Utc};
use domain::pipeline::Pipeline;
use domain::timeline::{Via, What};
use domain::{Draft, Error, EventId, Kind, OperationId, RecordId, UserId};
use futures::future::join;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, FromQueryResult, Statement, TransactionTrait,
};
use serde_json::{Value as Json, json};

use super::plan::{ChangedSince, Plan, Scene, Wish, placement_of};
use super::{checks, log, place, store, unique};
use crate::failure::Result;
use crate::live::{Announcement, Committed};
use crate::records::read::{Stored, fetch_for_update};
use crate::schema::Schema;
use crate::{Ctx, pipelines, schema};

/// Records of one operation that are announced one by one; beyond that pages read again.
pub const ANNOUNCED: usize = 100;

/// An operation under way. Nothing is seen by anybody until [`Operation::commit`]; dropping it
/// takes everything back.
#[derive(Debug)]
pub struct Operation {
    ctx: Ctx,
    tx: DatabaseTransaction,
    via: Via,
    label: String,
    undoes: Option<OperationId>,
    id: Option<OperationId>,
    pipelines: Vec<Pipeline>,
    schemas: BTreeMap<Kind, Schema>,
    committed: Vec<Committed>,
    kinds: BTreeSet<Kind>,
    newest: EventId,
    written: u64,
}

/// What an operation came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// The operation; none when there was nothing to write.
    pub operation: Option<OperationId>,
    /// Its events, up to a hundred; empty beyond.
    pub events: Vec<EventId>,
    /// Records written.
    pub written: u64,
}

/// What each record of a batch came to: its id, or why it was refused.
pub type Answers = Vec<Result<RecordId, Error>>;

/// Frees a transaction from the time that a page's statements may take: it is one for many records,
/// or for settings that many records follow.
pub(crate) async fn unhurried(tx: &DatabaseTransaction) -> Result<()> {
    tx.execute_unprepared("set local statement_timeout = 0")
        .await?;
    Ok(())
}

impl Operation {
    /// Opens a transaction. The log's row is written with the first event, so that an operation
    /// that changes nothing leaves no trace.
    pub async fn begin(ctx: &Ctx, via: Via, label: &str) -> Result<Self> {
        let tx = ctx.db.begin().await?;
        if matches!(via, Via::Bulk | Via::Import | Via::Undo | Via::System) {
            unhurried(&tx).await?;
        }
        let pipelines = pipelines::load(&tx).await?;
        let mut ctx = ctx.clone();
        // PostgreSQL keeps microseconds; so must what is compared with it.
        ctx.now = ctx.now.trunc_subsecs(6);
        Ok(Self {
            ctx,
            tx,
            via,
            label: label.to_owned(),
            undoes: None,
            id: None,
            pipelines,
            schemas: BTreeMap::new(),
            committed: Vec::new(),
            kinds: BTreeSet::new(),
            newest: 0,
            written: 0,
        })
    }

    /// An operation that takes another one back.
    pub(crate) async fn undoing(ctx: &Ctx, undone: OperationId) -> Result<Self> {
        Ok(Self {
            undoes: Some(undone),
            ..Self::begin(ctx, Via::Undo, "").await?
        })
    }

    /// The transaction, for what is written beside records.
    pub(crate) const fn tx(&self) -> &DatabaseTransaction {
        &self.tx
    }

    /// Records written so far.
    pub(crate) const fn written(&self) -> u64 {
        self.written
    }

    /// Whether there is something to commit.
    pub(crate) const fn leaves_trace(&self) -> bool {
        self.written > 0 || self.id.is_some()
    }

    /// Counts a record that was written beside the plans, and has it read again everywhere.
    pub(crate) fn count_beside(&mut self, kind: Kind, events: &[EventId]) {
        self.kinds.insert(kind);
        self.written += events.len() as u64;
        self.newest = self.newest.max(events.iter().copied().max().unwrap_or(0));
    }

    /// The pipelines in use, as this operation sees them.
    pub(crate) fn pipelines(&self) -> &[Pipeline] {
        &self.pipelines
    }

    /// The fields of a kind, which stay the same until this operation ends.
    pub(crate) async fn schema(&mut self, kind: Kind) -> Result<Schema> {
        if let Some(schema) = self.schemas.get(&kind) {
            return Ok(schema.clone());
        }
        let schema = schema::load_for_writing(&self.tx, kind).await?;
        self.schemas.insert(kind, schema.clone());
        Ok(schema)
    }

    /// Reads the pipelines again, after this operation has made or changed one.
    pub(crate) async fn reload_pipelines(&mut self) -> Result<()> {
        self.pipelines = pipelines::load(&self.tx).await?;
        Ok(())
    }

    /// Its id, for a log row of something that is not a record; made if need be.
    pub(crate) async fn id(&mut self) -> Result<OperationId> {
        if let Some(id) = self.id {
            return Ok(id);
        }
        let statement = Statement::from_sql_and_values(
            DbBackend::Postgres,
            log::NEW_OPERATION,
            [
                self.ctx.now.into(),
                self.ctx.actor.user_id.into(),
                self.via.as_str().into(),
                self.label.clone().into(),
                self.undoes.into(),
            ],
        );
        let row = self.tx.query_one_raw(statement).await?;
        let id = row
            .ok_or_else(|| anyhow::anyhow!("an inserted operation has no id"))?
            .try_get_by_index(0)?;
        self.id = Some(id);
        Ok(id)
    }

    /// Makes records of a kind.
    pub async fn create(&mut self, kind: Kind, drafts: Vec<Draft>) -> Result<Answers> {
        let schema = self.schema(kind).await?;
        let nothing_changed = BTreeMap::new();
        let scene = self.scene(&schema, &nothing_changed);
        let planned: Vec<Result<Option<Plan>, Error>> = drafts
            .into_iter()
            .enumerate()
            .map(|(index, draft)| scene.plan_new(index, draft.into()).map(Some))
            .collect();
        let ids = vec![0; planned.len()];
        self.write(&schema, planned, ids).await
    }

    /// Changes records of a kind.
    pub async fn change(&mut self, kind: Kind, drafts: Vec<(RecordId, Draft)>) -> Result<Answers> {
        let wishes = drafts
            .into_iter()
            .map(|(id, draft)| (id, draft.into()))
            .collect();
        self.fulfil(kind, wishes).await
    }

    /// [`Operation::change`] for wishes that say more than a draft can.
    pub(crate) async fn fulfil(
        &mut self,
        kind: Kind,
        wishes: Vec<(RecordId, Wish)>,
    ) -> Result<Answers> {
        let schema = self.schema(kind).await?;
        let ids: Vec<RecordId> = wishes.iter().map(|(id, _)| *id).collect();
        let stored = self.lock(&schema, &ids).await?;
        let changed_since = self.changed_since(kind, &stored, &wishes).await?;
        let scene = self.scene(&schema, &changed_since);
        let planned = wishes
            .into_iter()
            .enumerate()
            .map(|(index, (id, wish))| match stored.get(&id) {
                Some(stored) => scene.plan_change(index, stored, wish),
                None => Err(Error::NotFound),
            })
            .collect();
        self.write(&schema, planned, ids).await
    }

    /// Puts records into the recycle bin.
    pub async fn delete(&mut self, kind: Kind, ids: Vec<RecordId>) -> Result<Answers> {
        self.bin(kind, ids, true).await
    }

    /// Takes records out of the recycle bin.
    pub async fn restore(&mut self, kind: Kind, ids: Vec<RecordId>) -> Result<Answers> {
        self.bin(kind, ids, false).await
    }

    /// Writes an event of something beside the record's fields, such as a note. What it changed
    /// is the caller's to understand; `{}` where there is nothing to say.
    pub(crate) async fn log_beside(
        &mut self,
        kind: Kind,
        stored: &Stored,
        what: What,
        note: Option<i64>,
        difference: &Json,
    ) -> Result<()> {
        let operation = self.id().await?;
        let sql = "insert into event
                     (operation_id, at, user_id, kind, record_id, what, version, difference, note_id)
                   values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id";
        let values = [
            operation.into(),
            self.ctx.now.into(),
            self.ctx.actor.user_id.into(),
            kind.as_str().into(),
            stored.record.id.into(),
            what.as_str().into(),
            stored.record.version.into(),
            difference.clone().into(),
            note.into(),
        ];
        let row = self
            .tx
            .query_one_raw(Statement::from_sql_and_values(
                DbBackend::Postgres,
                sql,
                values,
            ))
            .await?
            .ok_or_else(|| anyhow::anyhow!("an inserted event has no id"))?;
        let event: EventId = row.try_get_by_index(0)?;
        let stands = Some((stored.standing.clone(), placement_of(&stored.record.values)));
        self.newest = self.newest.max(event);
        self.written += 1;
        self.kinds.insert(kind);
        if self.committed.len() <= ANNOUNCED {
            self.committed.push(Committed {
                event,
                by: self.ctx.actor.user_id,
                kind,
                id: stored.record.id,
                version: stored.record.version,
                before: stands.clone(),
                after: stands,
            });
        }
        Ok(())
    }

    /// Makes everything seen, and tells those who look.
    pub async fn commit(self) -> Result<Finished> {
        if !self.leaves_trace() {
            self.tx.rollback().await?;
            return Ok(Finished {
                operation: None,
                events: Vec::new(),
                written: 0,
            });
        }
        self.tx.commit().await?;
        let events = if self.written <= ANNOUNCED as u64 {
            let events = self.committed.iter().map(|change| change.event).collect();
            if !self.committed.is_empty() {
                self.ctx
                    .publisher
                    .announce(Announcement::Changes(self.committed));
            }
            events
        } else {
            let kind = self
                .kinds
                .first()
                .copied()
                .filter(|_| self.kinds.len() == 1);
            self.ctx.publisher.announce(Announcement::Reload {
                kind,
                event: self.newest,
            });
            Vec::new()
        };
        Ok(Finished {
            operation: self.id,
            events,
            written: self.written,
        })
    }

    async fn bin(&mut self, kind: Kind, ids: Vec<RecordId>, deleted: bool) -> Result<Answers> {
        let schema = self.schema(kind).await?;
        let stored = self.lock(&schema, &ids).await?;
        let nothing_changed = BTreeMap::new();
        let scene = self.scene(&schema, &nothing_changed);
        let planned = ids
            .iter()
            .enumerate()
            .map(|(index, id)| match stored.get(id) {
                Some(stored) => scene.plan_bin(index, stored, deleted),
                None => Err(Error::NotFound),
            })
            .collect();
        self.write(&schema, planned, ids).await
    }

    /// Checks what the plans point to, finds their places, stores them, and answers in the order
    /// in which was asked.
    async fn write(
        &mut self,
        schema: &Schema,
        planned: Vec<Result<Option<Plan>, Error>>,
        ids: Vec<RecordId>,
    ) -> Result<Answers> {
        let mut answers: Answers = Vec::with_capacity(planned.len());
        let mut plans = Vec::new();
        for (planned, id) in planned.into_iter().zip(ids) {
            answers.push(match planned {
                Ok(plan) => {
                    plans.extend(plan);
                    Ok(id)
                }
                Err(error) => Err(error),
            });
        }
        for (index, error) in checks::references(&self.ctx, &self.tx, schema, &mut plans).await? {
            answers[index] = Err(error);
        }
        let claims = unique::settle(&self.ctx, &self.tx, schema, &mut plans).await?;
        for (index, error) in claims.refused {
            answers[index] = Err(error);
        }
        if plans.is_empty() {
            return Ok(answers);
        }
        let entered = plans.iter().filter(|plan| plan.enters_stage());
        crate::stages::hold(&self.tx, entered.filter_map(Plan::stage).collect()).await?;
        place::find(&self.tx, schema.kind, &mut plans).await?;
        store::give_ids(&self.tx, schema.kind, &mut plans).await?;
        // Of thousands of records, what is to be told is put into words while PostgreSQL stores them.
        let stored = store::records(&self.ctx, &self.tx, schema, self.via, &plans);
        let (stored, told) = join(stored, async { log::told(&plans) }).await;
        stored?;
        let told = told?;
        unique::store(&self.tx, &claims.changes, &plans).await?;
        let row = self.id.map_or(
            log::OperationRow::New {
                via: self.via,
                label: &self.label,
                undoes: self.undoes,
            },
            log::OperationRow::Written,
        );
        let logged = log::events(&self.ctx, &self.tx, schema.kind, row, told).await?;
        self.id = Some(logged.operation);
        self.newest = self.newest.max(logged.newest);
        for plan in &plans {
            answers[plan.index] = Ok(plan.id);
            self.written += 1;
            let event = logged.by_record.get(&plan.id).copied();
            if let Some(event) = event.filter(|_| self.committed.len() <= ANNOUNCED) {
                self.committed
                    .push(committed(&self.ctx, schema.kind, plan, event));
            }
        }
        self.kinds.insert(schema.kind);
        Ok(answers)
    }

    /// Locks records in the order of their ids, so that two operations cannot wait for each other.
    async fn lock(&self, schema: &Schema, ids: &[RecordId]) -> Result<BTreeMap<RecordId, Stored>> {
        let unique: BTreeSet<RecordId> = ids.iter().copied().collect();
        if unique.len() < ids.len() {
            return Err(anyhow::anyhow!("a record was named twice in one batch").into());
        }
        let ids: Vec<RecordId> = unique.into_iter().collect();
        let stored = fetch_for_update(&self.tx, schema, &ids).await?;
        Ok(stored
            .into_iter()
            .map(|stored| (stored.record.id, stored))
            .collect())
    }

    /// The fields that changed since the version a writer saw, for those writers who saw an old one.
    async fn changed_since(
        &self,
        kind: Kind,
        stored: &BTreeMap<RecordId, Stored>,
        wishes: &[(RecordId, Wish)],
    ) -> Result<BTreeMap<RecordId, ChangedSince>> {
        #[derive(FromQueryResult)]
        struct Changed {
            record_id: RecordId,
            field: String,
            user_id: Option<UserId>,
            at: DateTime<Utc>,
        }
        let stale: Vec<_> = wishes
            .iter()
            .filter_map(|(id, wish)| {
                let version = wish.version?;
                (version < stored.get(id)?.record.version)
                    .then(|| json!({"id": id, "version": version}))
            })
            .collect();
        if stale.is_empty() {
            return Ok(BTreeMap::new());
        }
        let statement = Statement::from_sql_and_values(
            DbBackend::Postgres,
            "select e.record_id, k.field, e.user_id, e.at
               from jsonb_to_recordset($2) as n(id bigint, version bigint)
               join event e on e.kind = $1 and e.record_id = n.id and e.version > n.version
              cross join lateral jsonb_object_keys(e.difference) as k(field)
              order by e.id",
            [kind.as_str().into(), json!(stale).into()],
        );
        // The newest comes last and stays.
        let mut changed: BTreeMap<RecordId, ChangedSince> = BTreeMap::new();
        for row in Changed::find_by_statement(statement).all(&self.tx).await? {
            let fields = changed.entry(row.record_id).or_default();
            fields.insert(row.field, (row.user_id, row.at));
        }
        Ok(changed)
    }

    fn scene<'a>(
        &'a self,
        schema: &'a Schema,
        changed_since: &'a BTreeMap<RecordId, ChangedSince>,
    ) -> Scene<'a> {
        Scene {
            actor: &self.ctx.actor,
            via: self.via,
            now: self.ctx.now,
            schema,
            pipelines: &self.pipelines,
            changed_since,
        }
    }
}

fn committed(ctx: &Ctx, kind: Kind, plan: &Plan, event: EventId) -> Committed {
    let before = plan.before.as_ref().filter(|before| !before.deleted);
    Committed {
        event,
        by: ctx.actor.user_id,
        kind,
        id: plan.id,
        version: plan.version,
        before: before.map(|before| (before.standing.clone(), before.placement)),
        after: (!plan.deleted).then(|| (plan.standing(), plan.placement())),
    }
}
