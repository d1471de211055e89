//! Pipelines: made, named, ordered, put away.

use domain::pipeline::{Meaning, Pipeline};
use domain::pipeline_settings::{order_conflict, same_members};
use domain::timeline::What;
use domain::{Error, Kind, PipelineId, Problem, StageId};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde_json::json;

use super::{Desk, check_seen, checked_name, log, shut, statement};
use crate::failure::Result;
use crate::stages::{self, NewStage, PIPELINE};
use crate::{people, presets};

impl Desk<'_> {
    pub(super) async fn add_pipeline(
        &mut self,
        kind: Kind,
        name: &str,
        preset: &str,
    ) -> Result<PipelineId> {
        if !kind.has_stages() {
            let problem = Problem::Other(format!("{} have no pipelines", kind.plural()));
            return Err(Error::field("kind", "Kind", problem).into());
        }
        let others = self.pipelines_of(kind);
        let name = checked_name(name, others.iter().map(|it| it.name.as_str()))?;
        let stages = if preset.is_empty() {
            empty()
        } else {
            presets::stages_of(kind, preset).ok_or_else(|| {
                let given = preset.chars().take(40).collect();
                Error::field("preset", "Begin with", Problem::UnknownChoice { given })
            })?
        };
        let now = self.ctx.now;
        let (id, _) = stages::add_pipeline(&mut self.operation, now, kind, &name, &stages).await?;
        Ok(id)
    }

    pub(super) async fn rename_pipeline(
        &mut self,
        id: PipelineId,
        seen: &str,
        name: &str,
    ) -> Result<()> {
        let pipeline = self.pipeline(id)?;
        let others = self.pipelines_of(pipeline.kind);
        let others = others.iter().filter(|it| it.id != id);
        let name = checked_name(name, others.map(|it| it.name.as_str()))?;
        check_seen(&pipeline.name, seen, &name)?;
        if pipeline.name == name {
            return Ok(());
        }
        set_name(self.operation.tx(), id, &name).await?;
        let difference = log::one("name", json!(pipeline.name), json!(name));
        self.tell(PIPELINE, id, What::Changed, difference).await?;
        self.operation.reload_pipelines().await
    }

    pub(super) async fn order_pipelines(
        &mut self,
        kind: Kind,
        seen: &[PipelineId],
        order: &[PipelineId],
    ) -> Result<()> {
        let now: Vec<PipelineId> = self.pipelines_of(kind).iter().map(|it| it.id).collect();
        if now == order {
            return Ok(());
        }
        let Some(&first) = now.first() else {
            return Err(Error::NotFound.into());
        };
        if now != seen || !same_members(&now, order) {
            return Err(order_conflict().into());
        }
        set_order(self.operation.tx(), order).await?;
        // Told under the pipeline that was first: the order is nobody's alone.
        let difference = log::one("order", json!(now), json!(order));
        self.tell(PIPELINE, first, What::Changed, difference)
            .await?;
        self.operation.reload_pipelines().await
    }

    pub(super) async fn delete_pipeline(
        &mut self,
        id: PipelineId,
        records_to: Option<StageId>,
    ) -> Result<()> {
        let pipeline = self.pipeline(id)?;
        if self.pipelines_of(pipeline.kind).len() == 1 {
            let problem = Problem::Other(format!(
                "is the only pipeline of {}; one has to stay",
                pipeline.kind.plural()
            ));
            return Err(Error::field("pipeline", "This", problem).into());
        }
        shut(self.operation.tx(), id).await?;
        let leaving: Vec<StageId> = pipeline.stages.iter().map(|stage| stage.id).collect();
        self.clear(&pipeline, &leaving, records_to).await?;
        put_away(self.operation.tx(), id, self.ctx.now).await?;
        let difference = log::one("name", json!(pipeline.name), json!(null));
        self.tell(PIPELINE, id, What::Deleted, difference).await?;
        self.operation.reload_pipelines().await
    }
}

pub(super) async fn set_name(tx: &DatabaseTransaction, id: PipelineId, name: &str) -> Result<()> {
    let sql = "update pipeline set name = $2 where id = $1";
    people::execute(tx, sql, [id.into(), name.into()]).await
}

pub(super) async fn set_order(tx: &DatabaseTransaction, order: &[PipelineId]) -> Result<()> {
    let sql = "update pipeline p set position = o.place
                 from unnest($1::bigint[]) with ordinality as o(id, place) where p.id = o.id";
    people::execute(tx, sql, [order.to_vec().into()]).await
}

/// A pipeline goes with its stages, all marked with the same moment: by it they come back together.
async fn put_away(
    tx: &DatabaseTransaction,
    id: PipelineId,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<()> {
    for sql in [
        "update stage set deleted_at = $2 where pipeline_id = $1 and deleted_at is null",
        "update pipeline set deleted_at = $2 where id = $1",
    ] {
        people::execute(tx, sql, [id.into(), now.into()]).await?;
    }
    Ok(())
}

/// Brings a pipeline back with the stages that went with it. Answers its name, or none where it
/// has not been put away.
pub(super) async fn bring_back(tx: &DatabaseTransaction, id: PipelineId) -> Result<Option<String>> {
    shut(tx, id).await?;
    let sql = "update stage s set deleted_at = null from pipeline p
                where p.id = $1 and s.pipeline_id = p.id and s.deleted_at = p.deleted_at";
    people::execute(tx, sql, [id.into()]).await?;
    let sql = "update pipeline set deleted_at = null where id = $1 and deleted_at is not null
               returning name";
    let row = tx.query_one_raw(statement(sql, [id.into()])).await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
}

/// What a pipeline begins with that follows no preset.
fn empty() -> Vec<NewStage> {
    [
        ("New", "gray", Meaning::Open, 10),
        ("Won", "green", Meaning::Won, 100),
        ("Lost", "red", Meaning::Lost, 0),
    ]
    .into_iter()
    .map(|(name, color, meaning, probability)| NewStage {
        name: name.to_owned(),
        color: color.to_owned(),
        meaning,
        probability,
        stale_days: (meaning == Meaning::Open).then_some(14),
        required: Vec::new(),
    })
    .collect()
}

/// The ids of a pipeline's stages, in order.
pub(super) fn stage_ids(pipeline: &Pipeline) -> Vec<StageId> {
    pipeline.stages.iter().map(|stage| stage.id).collect()
}
