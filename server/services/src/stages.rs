//! Making pipelines, their stages, and reasons for losing, as part of an operation.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::pipeline::{Gate, Meaning};
use domain::{Error, Kind, OperationId, PipelineId, Problem, StageId};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement};
use serde_json::json;

use crate::failure::Result;
use crate::operations::log;
use crate::people::{execute, new_id};
use crate::records::write::Operation;

/// The log's word for a pipeline.
pub(crate) const PIPELINE: &str = "pipeline";
/// The log's word for a reason for losing.
pub(crate) const LOST_REASON: &str = "lost_reason";

/// A stage to be made.
#[derive(Debug, Clone)]
pub(crate) struct NewStage {
    /// Its name.
    pub(crate) name: String,
    /// One of the named stage colours of the style sheet.
    pub(crate) color: String,
    /// What it stands for.
    pub(crate) meaning: Meaning,
    /// How likely records in it are won, in percent.
    pub(crate) probability: u8,
    /// After so many days in it a record counts as stale.
    pub(crate) stale_days: Option<u16>,
    /// Fields that must be filled to come in.
    pub(crate) required: Vec<String>,
}

/// Keeps stages as they are until the operation ends that brings records into them: whoever puts
/// one away, or changes where it stands or what it means, waits for that, or is waited for.
///
/// # Errors
/// [`Error::Invalid`] where one of them has been put away.
pub(crate) async fn hold(tx: &DatabaseTransaction, stages: BTreeSet<StageId>) -> Result<()> {
    if stages.is_empty() {
        return Ok(());
    }
    let sql = "select s.id from stage s join pipeline p on p.id = s.pipeline_id
                where s.id = any($1) and s.deleted_at is null and p.deleted_at is null
                order by s.id
                  for key share of s";
    let ids: Vec<StageId> = stages.iter().copied().collect();
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [ids.into()]);
    if tx.query_all_raw(statement).await?.len() < stages.len() {
        let problem = Problem::Other("has been put away meanwhile; choose another".to_owned());
        return Err(Error::field("stage_id", "Stage", problem).into());
    }
    Ok(())
}

/// Makes a pipeline after those that there are, and tells it and its stages, in order.
pub(crate) async fn add_pipeline(
    operation: &mut Operation,
    now: DateTime<Utc>,
    kind: Kind,
    name: &str,
    stages: &[NewStage],
) -> Result<(PipelineId, Vec<StageId>)> {
    let sql = "insert into pipeline (kind, name, position)
               select $1, $2, coalesce(max(position), 0) + 1 from pipeline where kind = $1
               returning id";
    let pipeline = new_id(operation.tx(), sql, [kind.as_str().into(), name.into()]).await?;
    let mut ids = Vec::with_capacity(stages.len());
    for (position, stage) in (1i32..).zip(stages) {
        let gate = Gate {
            required: stage.required.clone(),
            ..Gate::default()
        };
        let sql = "insert into stage
                     (pipeline_id, name, color, meaning, probability, stale_days, gate, position)
                   values ($1, $2, $3, $4, $5, $6, $7, $8) returning id";
        let values = [
            pipeline.into(),
            stage.name.clone().into(),
            stage.color.clone().into(),
            stage.meaning.as_str().into(),
            i16::from(stage.probability).into(),
            stage
                .stale_days
                .and_then(|days| i16::try_from(days).ok())
                .into(),
            json!(gate).into(),
            position.into(),
        ];
        ids.push(new_id(operation.tx(), sql, values).await?);
    }
    log::made(operation, now, PIPELINE, pipeline, name).await?;
    operation.reload_pipelines().await?;
    Ok((pipeline, ids))
}

/// Makes a reason for losing.
pub(crate) async fn add_lost_reason(
    operation: &mut Operation,
    now: DateTime<Utc>,
    name: &str,
) -> Result<i64> {
    let sql = "insert into lost_reason (name, position)
               select $1, coalesce(max(position), 0) + 1 from lost_reason returning id";
    let id = new_id(operation.tx(), sql, [name.into()]).await?;
    log::made(operation, now, LOST_REASON, id, name).await?;
    Ok(id)
}

/// Takes back a pipeline: what nothing stood in goes, what only the recycle bin and the log know
/// of is put away, and what holds records stays, with the reason told.
pub(crate) async fn take_back_pipeline(
    tx: &DatabaseTransaction,
    undo: OperationId,
    id: PipelineId,
) -> Result<Option<String>> {
    let sql = "select p.name,
                      exists (select 1 from deal where pipeline_id = p.id and deleted_at is null)
                        or exists (select 1 from lead where pipeline_id = p.id and deleted_at is null)
                 from pipeline p where p.id = $1";
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [id.into()]);
    let Some(row) = tx.query_one_raw(statement).await? else {
        return Ok(None);
    };
    if row.try_get_by_index(1)? {
        let name: String = row.try_get_by_index(0)?;
        return Ok(Some(format!(
            "Pipeline “{name}” has records in it and stays."
        )));
    }
    let sql = "update pipeline set deleted_at = (select at from operation where id = $2)
                where id = $1";
    execute(tx, sql, [id.into(), undo.into()]).await?;
    Ok(None)
}

/// Takes back a reason for losing, unless a record in use has it.
pub(crate) async fn take_back_reason(
    tx: &DatabaseTransaction,
    undo: OperationId,
    id: i64,
) -> Result<Option<String>> {
    let sql = "select r.name,
                      exists (select 1 from deal where lost_reason_id = r.id and deleted_at is null)
                        or exists (select 1 from lead where lost_reason_id = r.id and deleted_at is null)
                 from lost_reason r where r.id = $1";
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [id.into()]);
    let Some(row) = tx.query_one_raw(statement).await? else {
        return Ok(None);
    };
    if row.try_get_by_index(1)? {
        let name: String = row.try_get_by_index(0)?;
        return Ok(Some(format!("Lost reason “{name}” is in use and stays.")));
    }
    let sql = "update lost_reason set deleted_at = (select at from operation where id = $2)
                where id = $1";
    execute(tx, sql, [id.into(), undo.into()]).await?;
    Ok(None)
}
