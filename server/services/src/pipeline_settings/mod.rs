//! Shaping pipelines: what the settings show, and their changes. Each change is an operation of
//! the one log and can be undone; records that have to leave a stage go through the write path.
//!
//! Changes wait for one another ([`Desk::open`]). A change that says where stages stand or what
//! they mean also waits for those who are bringing records into them, and they for it
//! ([`crate::stages::hold`]): so nobody comes into a stage that is put away, and what the funnel
//! keeps is counted from one shape of the pipeline.

mod log;
mod pipeline;
mod reason;
mod records;
mod stage;
mod undo;

use domain::pipeline::Pipeline;
use domain::pipeline_settings::{
    PipelineChange, PipelineSettings, PipelinesChanged, ReasonState, clean, name_problem,
    same_name, wrong,
};
use domain::timeline::Via;
use domain::{Error, Kind, PipelineId, Problem, StageId};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, FromQueryResult, Statement};

use crate::failure::{Result, retried, settle};
use crate::live::Announcement;
use crate::records::write::Operation;
use crate::records::write::operation::unhurried;
use crate::{Ctx, pipelines, presets};

pub(crate) use undo::{is_ours, take_back};

/// Everything that the settings of pipelines show.
///
/// # Errors
/// [`Error::Forbidden`] for all but administrators.
pub async fn read(ctx: &Ctx) -> Result<PipelineSettings, Error> {
    settle(ctx, "pipeline_settings.read", load(ctx).await)
}

/// Makes one change.
///
/// # Errors
/// [`Error::Forbidden`] for all but administrators; [`Error::Invalid`] with what does not fit;
/// [`Error::Conflict`] where somebody else changed the same meanwhile; [`Error::NotFound`] where
/// what is to be changed has been put away.
pub async fn change(ctx: &Ctx, change: PipelineChange) -> Result<PipelinesChanged, Error> {
    let work = retried(async || {
        let mut desk = Desk::open(ctx, &change).await?;
        let id = desk.make(&change).await?;
        let moved = desk.moved;
        let finished = desk.operation.commit().await?;
        if finished.operation.is_some() {
            ctx.publisher.announce(Announcement::Workspace);
        }
        Ok(PipelinesChanged {
            id,
            moved,
            operation: finished.operation,
            settings: load(ctx).await?,
        })
    });
    settle(ctx, "pipeline_settings.change", work.await)
}

fn administrators_only(ctx: &Ctx) -> Result<(), Error> {
    if ctx.actor.is_administrator() {
        Ok(())
    } else {
        let text = "Only administrators may change pipelines.".to_owned();
        Err(Error::Forbidden(text))
    }
}

#[derive(Debug, FromQueryResult)]
struct Counted {
    stage_id: StageId,
    count: i64,
}

#[derive(Debug, FromQueryResult)]
struct Reason {
    id: i64,
    name: String,
    retired: bool,
    records: i64,
}

async fn load(ctx: &Ctx) -> Result<PipelineSettings> {
    administrators_only(ctx)?;
    let counted = "select stage_id, sum(count)::bigint as count from stage_share
                    group by stage_id having sum(count) > 0 order by stage_id";
    let counted = Counted::find_by_statement(statement(counted, []));
    let reasons = "select r.id, r.name, r.deleted_at is not null as retired,
                          (select count(*) from deal where lost_reason_id = r.id and deleted_at is null)
                          + (select count(*) from lead where lost_reason_id = r.id and deleted_at is null)
                            as records
                     from lost_reason r
                    order by r.deleted_at is not null, r.position, r.id";
    let reasons = Reason::find_by_statement(statement(reasons, []));
    let known = |records: i64| u64::try_from(records).unwrap_or_default();
    Ok(PipelineSettings {
        pipelines: pipelines::load(&ctx.db).await?,
        records: counted
            .all(&ctx.db)
            .await?
            .into_iter()
            .map(|row| (row.stage_id, known(row.count)))
            .collect(),
        lost_reasons: reasons
            .all(&ctx.db)
            .await?
            .into_iter()
            .map(|row| ReasonState {
                id: row.id,
                name: row.name,
                retired: row.retired,
                records: known(row.records),
            })
            .collect(),
        presets: presets::outlines(),
    })
}

/// A change of the settings under way: nothing of it is seen until the operation is committed.
struct Desk<'a> {
    ctx: &'a Ctx,
    operation: Operation,
    /// Records that went to another stage.
    moved: u64,
}

impl<'a> Desk<'a> {
    /// Begins a change, after all others have ended.
    async fn open(ctx: &'a Ctx, change: &PipelineChange) -> Result<Self> {
        administrators_only(ctx)?;
        let via = match change {
            PipelineChange::DeletePipeline { .. } | PipelineChange::DeleteStage { .. } => Via::Bulk,
            _ => Via::Form,
        };
        let mut operation = Operation::begin(ctx, via, "").await?;
        unhurried(operation.tx()).await?;
        one_at_a_time(operation.tx()).await?;
        operation.reload_pipelines().await?;
        Ok(Self {
            ctx,
            operation,
            moved: 0,
        })
    }

    /// Makes the change, and gives the id of what it made.
    async fn make(&mut self, change: &PipelineChange) -> Result<Option<i64>> {
        match change {
            PipelineChange::AddPipeline { kind, name, preset } => {
                return self.add_pipeline(*kind, name, preset).await.map(Some);
            }
            PipelineChange::RenamePipeline { id, seen, name } => {
                self.rename_pipeline(*id, seen, name).await?;
            }
            PipelineChange::OrderPipelines { kind, seen, order } => {
                self.order_pipelines(*kind, seen, order).await?;
            }
            PipelineChange::DeletePipeline { id, records_to } => {
                self.delete_pipeline(*id, *records_to).await?;
            }
            PipelineChange::AddStage { pipeline, draft } => {
                return self.add_stage(*pipeline, draft).await.map(Some);
            }
            PipelineChange::ChangeStage { seen, draft } => self.change_stage(seen, draft).await?,
            PipelineChange::OrderStages {
                pipeline,
                seen,
                order,
            } => self.order_stages(*pipeline, seen, order).await?,
            PipelineChange::DeleteStage { id, records_to } => {
                self.delete_stage(*id, *records_to).await?;
            }
            PipelineChange::AddReason { name } => return self.add_reason(name).await.map(Some),
            PipelineChange::RenameReason { id, seen, name } => {
                self.rename_reason(*id, seen, name).await?;
            }
            PipelineChange::OrderReasons { seen, order } => self.order_reasons(seen, order).await?,
            PipelineChange::RetireReason { id, retired } => {
                self.retire_reason(*id, *retired).await?;
            }
        }
        Ok(None)
    }

    /// A pipeline in use.
    fn pipeline(&self, id: PipelineId) -> Result<Pipeline, Error> {
        let all = self.operation.pipelines();
        let found = all.iter().find(|pipeline| pipeline.id == id);
        found.cloned().ok_or(Error::NotFound)
    }

    /// The pipeline of a stage in use.
    fn pipeline_of(&self, stage: StageId) -> Result<Pipeline, Error> {
        let all = self.operation.pipelines();
        let found = all.iter().find(|pipeline| pipeline.stage(stage).is_some());
        found.cloned().ok_or(Error::NotFound)
    }

    /// The pipelines in use of a kind.
    fn pipelines_of(&self, kind: Kind) -> Vec<Pipeline> {
        let all = self.operation.pipelines();
        all.iter().filter(|it| it.kind == kind).cloned().collect()
    }
}

/// Lets one change of settings in at a time. Those who write records do not wait for it.
async fn one_at_a_time(tx: &DatabaseTransaction) -> Result<()> {
    let sql = "select pg_advisory_xact_lock(hashtextextended('dealwright.pipelines', 0))";
    tx.execute_raw(statement(sql, [])).await?;
    Ok(())
}

/// Keeps those out who would bring records into stages of a pipeline, until this change is seen.
async fn shut(tx: &DatabaseTransaction, pipeline: PipelineId) -> Result<()> {
    let sql = "select id from stage where pipeline_id = $1 order by id for update";
    tx.query_all_raw(statement(sql, [pipeline.into()])).await?;
    Ok(())
}

/// A name that no other has, cleaned.
fn checked_name<'n>(name: &str, others: impl Iterator<Item = &'n str>) -> Result<String, Error> {
    let name = clean(name);
    if let Some(problem) = name_problem(&name) {
        return Err(Error::Invalid(vec![wrong("name", problem)]));
    }
    let mut others = others;
    if others.any(|other| same_name(other, &name)) {
        return Err(Error::Invalid(vec![wrong("name", Problem::Taken)]));
    }
    Ok(name)
}

/// Refuses a new name where somebody else gave one meanwhile.
fn check_seen(now: &str, seen: &str, wished: &str) -> Result<(), Error> {
    if now == seen || now == wished {
        return Ok(());
    }
    let text = |text: &str| domain::Value::Text(text.to_owned());
    Err(Error::Conflict(vec![domain::error::FieldConflict {
        field: "name".to_owned(),
        label: "Name".to_owned(),
        theirs: text(now),
        mine: text(wished),
        by: None,
        at: None,
    }]))
}

fn statement<const N: usize>(sql: &str, values: [sea_orm::Value; N]) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}
