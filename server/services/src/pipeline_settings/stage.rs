//! Stages: made, changed, ordered, put away.

use chrono::{DateTime, Utc};
use domain::pipeline::{Meaning, Pipeline, Stage};
use domain::pipeline_settings::{
    StageDraft, in_order, merge, order_conflict, parts, same_members, same_name, wrong,
};
use domain::timeline::What;
use domain::{Error, FieldDef, Kind, PipelineId, Problem, StageId};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde_json::{Value as Json, json};

use super::log::STAGE;
use super::pipeline::stage_ids;
use super::{Desk, log, shut, statement};
use crate::failure::Result;
use crate::stages::PIPELINE;
use crate::{people, schema};

impl Desk<'_> {
    pub(super) async fn add_stage(
        &mut self,
        pipeline: PipelineId,
        draft: &StageDraft,
    ) -> Result<StageId> {
        let pipeline = self.pipeline(pipeline)?;
        let mut stage = draft.check(&pipeline, None, &self.fields(pipeline.kind).await?)?;
        rules(&pipeline, &stage)?;
        shut(self.operation.tx(), pipeline.id).await?;
        let sql = "insert into stage
                     (pipeline_id, name, color, meaning, probability, stale_days, gate, position)
                   values ($1, $2, $3, $4, $5, $6, $7, 0) returning id";
        stage.id = people::new_id(self.operation.tx(), sql, columns(pipeline.id, &stage)).await?;
        let mut stages = pipeline.stages.clone();
        stages.push(stage.clone());
        set_order(self.operation.tx(), &ids(&in_order(stages))).await?;
        let difference = log::one("name", json!(null), json!(stage.name));
        self.tell(STAGE, stage.id, What::Created, difference)
            .await?;
        self.operation.reload_pipelines().await?;
        Ok(stage.id)
    }

    pub(super) async fn change_stage(&mut self, seen: &Stage, draft: &StageDraft) -> Result<()> {
        let pipeline = self.pipeline_of(seen.id)?;
        let now = pipeline.stage(seen.id).ok_or(Error::NotFound)?;
        let fields = self.fields(pipeline.kind).await?;
        let wished = draft.check(&pipeline, Some(seen), &fields)?;
        let merged = merge(now, seen, &wished)?;
        if merged == *now {
            return Ok(());
        }
        rules(&pipeline, &merged)?;
        let difference = difference(now, &merged);
        shut(self.operation.tx(), pipeline.id).await?;
        store(self.operation.tx(), &pipeline, now, &merged).await?;
        self.tell(STAGE, seen.id, What::Changed, difference).await?;
        self.operation.reload_pipelines().await
    }

    pub(super) async fn order_stages(
        &mut self,
        pipeline: PipelineId,
        seen: &[StageId],
        order: &[StageId],
    ) -> Result<()> {
        let pipeline = self.pipeline(pipeline)?;
        let now = stage_ids(&pipeline);
        if !same_members(&now, order) {
            return Err(order_conflict().into());
        }
        let wished = order.iter().filter_map(|id| pipeline.stage(*id).cloned());
        let order = ids(&in_order(wished.collect()));
        if now == order {
            return Ok(());
        }
        if now != seen {
            return Err(order_conflict().into());
        }
        shut(self.operation.tx(), pipeline.id).await?;
        set_order(self.operation.tx(), &order).await?;
        recount(self.operation.tx(), pipeline.kind, pipeline.id).await?;
        let difference = log::one("stages", json!(now), json!(order));
        self.tell(PIPELINE, pipeline.id, What::Changed, difference)
            .await?;
        self.operation.reload_pipelines().await
    }

    pub(super) async fn delete_stage(
        &mut self,
        id: StageId,
        records_to: Option<StageId>,
    ) -> Result<()> {
        let pipeline = self.pipeline_of(id)?;
        let stage = pipeline.stage(id).cloned().ok_or(Error::NotFound)?;
        keeps_open(&pipeline, |other| other.id != id)?;
        shut(self.operation.tx(), pipeline.id).await?;
        self.clear(&pipeline, &[id], records_to).await?;
        let sql = "update stage set deleted_at = $2 where id = $1";
        let now = self.ctx.now;
        people::execute(self.operation.tx(), sql, [id.into(), now.into()]).await?;
        recount(self.operation.tx(), pipeline.kind, pipeline.id).await?;
        let difference = log::one("name", json!(stage.name), json!(null));
        self.tell(STAGE, id, What::Deleted, difference).await?;
        self.operation.reload_pipelines().await
    }

    async fn fields(&self, kind: Kind) -> Result<Vec<FieldDef>> {
        Ok(schema::load(self.ctx, kind).await?.fields.to_vec())
    }
}

/// What a stage must be among the others of its pipeline.
pub(super) fn rules(pipeline: &Pipeline, stage: &Stage) -> Result<(), Error> {
    let mut others = pipeline.stages.iter().filter(|it| it.id != stage.id);
    if others.any(|other| same_name(&other.name, &stage.name)) {
        return Err(Error::Invalid(vec![wrong("name", Problem::Taken)]));
    }
    if stage.meaning != Meaning::Open {
        keeps_open(pipeline, |other| other.id != stage.id)?;
    }
    Ok(())
}

/// Records have to begin somewhere: one open stage stays.
fn keeps_open(pipeline: &Pipeline, stays: impl Fn(&Stage) -> bool) -> Result<(), Error> {
    let open = |stage: &Stage| stage.meaning == Meaning::Open && stays(stage);
    if pipeline.stages.iter().any(open) {
        return Ok(());
    }
    let text = "is that of the last open stage; a pipeline keeps at least one";
    let problem = Problem::Other(text.to_owned());
    Err(Error::Invalid(vec![wrong("meaning", problem)]))
}

fn ids(stages: &[Stage]) -> Vec<StageId> {
    stages.iter().map(|stage| stage.id).collect()
}

fn columns(pipeline: PipelineId, stage: &Stage) -> [sea_orm::Value; 7] {
    [
        pipeline.into(),
        stage.name.clone().into(),
        stage.color.clone().into(),
        stage.meaning.as_str().into(),
        i16::from(stage.probability).into(),
        stage
            .stale_days
            .and_then(|days| i16::try_from(days).ok())
            .into(),
        json!(stage.gate).into(),
    ]
}

/// The parts in which two states of a stage differ, old and new.
fn difference(old: &Stage, new: &Stage) -> log::Difference {
    let (old, new) = (parts(old), parts(new));
    new.into_iter()
        .filter(|(part, new)| old.get(part) != Some(new))
        .map(|(part, new)| {
            let old = old.get(&part).cloned().unwrap_or(Json::Null);
            (part, json!([old, new]))
        })
        .collect()
}

/// Writes a stage. Where it means something else now, its records are closed or open accordingly,
/// it stands among its like, and how far records came is counted anew. The caller has the pipeline
/// shut.
pub(super) async fn store(
    tx: &DatabaseTransaction,
    pipeline: &Pipeline,
    old: &Stage,
    new: &Stage,
) -> Result<()> {
    let sql = "update stage set name = $2, color = $3, meaning = $4, probability = $5,
                      stale_days = $6, gate = $7
                where id = $1";
    people::execute(tx, sql, columns(new.id, new)).await?;
    if old.meaning == new.meaning {
        return Ok(());
    }
    close_or_open(tx, pipeline.kind, old, new).await?;
    let mut stages: Vec<Stage> = pipeline.stages.clone();
    if let Some(stage) = stages.iter_mut().find(|stage| stage.id == new.id) {
        *stage = new.clone();
    }
    set_order(tx, &ids(&in_order(stages))).await?;
    recount(tx, pipeline.kind, pipeline.id).await
}

/// When a record was closed follows from what its stage means, as how far it came does: nobody
/// did anything to the record, so it has no event of it and keeps its version.
async fn close_or_open(
    tx: &DatabaseTransaction,
    kind: Kind,
    old: &Stage,
    new: &Stage,
) -> Result<()> {
    let set = match (old.meaning.is_closed(), new.meaning.is_closed()) {
        (false, true) => "coalesce(closed_at, stage_since)",
        (true, false) => "null",
        _ => return Ok(()),
    };
    let sql = format!("update {kind} set closed_at = {set} where stage_id = $1");
    people::execute(tx, &sql, [new.id.into()]).await
}

pub(super) async fn set_order(tx: &DatabaseTransaction, order: &[StageId]) -> Result<()> {
    let sql = "update stage s set position = o.place
                 from unnest($1::bigint[]) with ordinality as o(id, place) where s.id = o.id";
    people::execute(tx, sql, [order.to_vec().into()]).await
}

/// Counts anew how far the records of a pipeline came; the funnel's numbers follow by triggers.
pub(super) async fn recount(
    tx: &DatabaseTransaction,
    kind: Kind,
    pipeline: PipelineId,
) -> Result<()> {
    let sql = "select recount_furthest($1, $2)";
    let values = [kind.as_str().into(), pipeline.into()];
    tx.query_one_raw(statement(sql, values)).await?;
    Ok(())
}

/// Brings a stage back. Answers whether it had been put away, and its pipeline has not.
pub(super) async fn bring_back(tx: &DatabaseTransaction, id: StageId) -> Result<bool> {
    let sql = "update stage s set deleted_at = null from pipeline p
                where s.id = $1 and s.deleted_at is not null
                  and p.id = s.pipeline_id and p.deleted_at is null";
    let done = tx.execute_raw(statement(sql, [id.into()])).await?;
    Ok(done.rows_affected() > 0)
}

/// Puts a stage away that an undone operation has made, unless something stands in it.
pub(super) async fn remove(
    tx: &DatabaseTransaction,
    kind: Kind,
    id: StageId,
    now: DateTime<Utc>,
) -> Result<bool> {
    let sql = format!(
        "update stage set deleted_at = $2
          where id = $1 and not exists (
            select from {kind} where stage_id = $1 and deleted_at is null)"
    );
    let done = tx
        .execute_raw(statement(&sql, [id.into(), now.into()]))
        .await?;
    Ok(done.rows_affected() > 0)
}
