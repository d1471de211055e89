//! The records of what is put away go elsewhere first, through the one write path.

use std::collections::BTreeMap;

use domain::pipeline::Pipeline;
use domain::pipeline_settings::wrong;
use domain::{Draft, Error, Problem, RecordId, StageId, Value};
use sea_orm::ConnectionTrait;

use super::{Desk, statement};
use crate::failure::Result;
use crate::people;

/// Records that are moved with one statement.
const CHUNK: usize = 1000;
/// Reasons that are told when records cannot go.
const TOLD: usize = 5;

impl Desk<'_> {
    /// Moves the records in use out of stages of a pipeline, where there are any. Those in the
    /// recycle bin stay; whoever restores one finds it in the first stage.
    pub(super) async fn clear(
        &mut self,
        pipeline: &Pipeline,
        leaving: &[StageId],
        records_to: Option<StageId>,
    ) -> Result<()> {
        let kind = pipeline.kind;
        let sql = format!(
            "select id from {kind} where stage_id = any($1) and deleted_at is null order by position desc, id desc"
        );
        let rows = self
            .operation
            .tx()
            .query_all_raw(statement(&sql, [leaving.to_vec().into()]))
            .await?;
        let ids = rows
            .iter()
            .map(|row| row.try_get_by_index(0))
            .collect::<Result<Vec<RecordId>, _>>()?;
        if ids.is_empty() {
            return Ok(());
        }
        let problem = |problem| Error::Invalid(vec![wrong("records_to", problem)]);
        let to = records_to.ok_or_else(|| problem(Problem::Required))?;
        let target = self
            .pipeline_of(to)
            .ok()
            .filter(|target| target.kind == kind && !leaving.contains(&to))
            .ok_or_else(|| problem(Problem::NoSuchRecord))?;
        // Where one may go from a stage that goes away says nothing any more.
        let sql = "update stage set gate = gate - 'next' where id = any($1)";
        people::execute(self.operation.tx(), sql, [leaving.to_vec().into()]).await?;
        self.operation.reload_pipelines().await?;
        let mut refused: BTreeMap<String, u64> = BTreeMap::new();
        for chunk in ids.chunks(CHUNK) {
            let drafts = chunk
                .iter()
                .map(|&id| {
                    let draft = Draft::of([
                        ("pipeline_id", Value::Id(target.id)),
                        ("stage_id", Value::Id(to)),
                    ]);
                    (id, draft)
                })
                .collect();
            for answer in self.operation.change(kind, drafts).await? {
                match answer {
                    Ok(_) => self.moved += 1,
                    Err(error) => *refused.entry(error.to_string()).or_default() += 1,
                }
            }
        }
        if refused.is_empty() {
            return Ok(());
        }
        let count: u64 = refused.values().sum();
        let why: Vec<String> = refused.into_keys().take(TOLD).collect();
        let name = target.stage(to).map_or("", |stage| &stage.name);
        Err(problem(Problem::Other(format!(
            "{count} of {} may not go to “{name}”: {}. Choose another stage, or fill in what is missing first.",
            ids.len(),
            why.join("; "),
        )))
        .into())
    }
}
