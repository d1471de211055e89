//! Pipelines, their stages, and the reasons for losing.

use domain::pipeline::{Gate, LostReason, Meaning, Pipeline, Stage};
use domain::workspace::PastNames;
use domain::{Kind, PipelineId, StageId};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement};
use serde_json::Value as Json;

use crate::failure::Result;

#[derive(Debug, FromQueryResult)]
struct Row {
    pipeline_id: PipelineId,
    kind: String,
    pipeline_name: String,
    id: StageId,
    name: String,
    color: String,
    meaning: String,
    probability: i16,
    stale_days: Option<i16>,
    gate: Json,
}

/// All pipelines in use with their stages, in order. One that has no stage is left out: nothing can
/// stand in it.
pub async fn load(db: &impl ConnectionTrait) -> Result<Vec<Pipeline>> {
    let sql = "select p.id as pipeline_id, p.kind, p.name as pipeline_name,
                      s.id, s.name, s.color, s.meaning, s.probability, s.stale_days, s.gate
                 from pipeline p
                 join stage s on s.pipeline_id = p.id and s.deleted_at is null
                where p.deleted_at is null
                order by p.position, p.id, s.position, s.id";
    let rows = Row::find_by_statement(Statement::from_string(DbBackend::Postgres, sql));
    let mut pipelines: Vec<Pipeline> = Vec::new();
    for row in rows.all(db).await? {
        let Some(kind) = Kind::parse(&row.kind) else {
            continue;
        };
        if pipelines
            .last()
            .is_none_or(|pipeline| pipeline.id != row.pipeline_id)
        {
            pipelines.push(Pipeline {
                id: row.pipeline_id,
                kind,
                name: row.pipeline_name.clone(),
                stages: Vec::new(),
            });
        }
        if let Some(pipeline) = pipelines.last_mut() {
            pipeline.stages.push(stage(row)?);
        }
    }
    Ok(pipelines)
}

fn stage(row: Row) -> Result<Stage> {
    // A gate that cannot be read must not stand open.
    let gate: Gate = serde_json::from_value(row.gate).map_err(anyhow::Error::from)?;
    Ok(Stage {
        id: row.id,
        pipeline_id: row.pipeline_id,
        name: row.name,
        color: row.color,
        meaning: Meaning::parse(&row.meaning).unwrap_or(Meaning::Open),
        probability: u8::try_from(row.probability).unwrap_or_default(),
        stale_days: row.stale_days.and_then(|days| u16::try_from(days).ok()),
        gate,
    })
}

/// The reasons for losing, in order.
pub async fn lost_reasons(db: &impl ConnectionTrait) -> Result<Vec<LostReason>> {
    let sql = "select id, name from lost_reason where deleted_at is null order by position, id";
    let rows = db
        .query_all_raw(Statement::from_string(DbBackend::Postgres, sql))
        .await?;
    rows.iter()
        .map(|row| {
            Ok(LostReason {
                id: row.try_get_by("id")?,
                name: row.try_get_by("name")?,
            })
        })
        .collect()
}

/// The names of what has been put away, which old records and the history say still.
pub async fn past_names(db: &impl ConnectionTrait) -> Result<PastNames> {
    let sql = "select 'pipeline' as what, id, name from pipeline where deleted_at is not null
               union all
               select 'stage', s.id, s.name from stage s join pipeline p on p.id = s.pipeline_id
                where s.deleted_at is not null or p.deleted_at is not null
               union all
               select 'lost_reason', id, name from lost_reason where deleted_at is not null
               order by 1, 2";
    let mut past = PastNames::default();
    let question = Statement::from_string(DbBackend::Postgres, sql);
    for row in db.query_all_raw(question).await? {
        let what: String = row.try_get_by_index(0)?;
        let names = match what.as_str() {
            "pipeline" => &mut past.pipelines,
            "stage" => &mut past.stages,
            _ => &mut past.lost_reasons,
        };
        names.push((row.try_get_by_index(1)?, row.try_get_by_index(2)?));
    }
    Ok(past)
}
