//! Import of records: chunk by chunk, each row new, changed, left out or refused.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{Read, Write};

use domain::field::{FieldType, Storage, find};
use domain::pipeline::Pipeline;
use domain::record::Values;
use domain::timeline::Via;
use domain::{Draft, Kind, RecordId, Value};
use futures::future::join;
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::ahead::{Ahead, Chunk};
use super::lookup::{Found, Names, People};
use super::mapping::{Mapping, OnExisting, mistake};
use super::plan::{Known, Plan, Prepared};
use super::report::Refused;
use super::source::Source;
use super::{Imported, Options, Progress, pipeline, postponed, source};
use crate::failure::Result;
use crate::live::Announcement;
use crate::records::write::Operation;
use crate::{Ctx, schema};

/// Rows after which statistics are gathered first.
const FIRST_STATISTICS: u64 = 1_000;

/// What an import of records keeps while it runs.
pub(super) struct Run<'a, 'w> {
    pub(super) ctx: &'a Ctx,
    pub(super) kind: Kind,
    pub(super) plan: &'a Plan<'a>,
    pub(super) operation: Operation,
    pipeline: Option<&'a Pipeline>,
    /// By index of the field.
    pub(super) names: BTreeMap<usize, Names>,
    pub(super) refused: Refused<'w>,
    pub(super) imported: Imported,
    pub(super) postponed: bool,
    /// Rows after which statistics are gathered next.
    statistics_at: u64,
}

/// Imports records of a kind.
pub(super) async fn run<R: Read + Send>(
    ctx: &Ctx,
    mapping: &Mapping,
    options: &Options,
    kind: Kind,
    source: Source<R>,
    refused: &mut (dyn Write + Send),
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Imported> {
    let schema = schema::load(ctx, kind).await?;
    let plan = Plan::new(ctx, mapping, source.header(), &schema.fields, kind.as_str())?;
    let label = mapping.label.as_deref().unwrap_or(&options.label);
    let mut operation = Operation::begin(ctx, Via::Import, label).await?;
    let pipeline = if kind.has_stages() {
        Some(pipeline::find_or_make(ctx, &mut operation, kind, mapping.pipeline.as_ref()).await?)
    } else {
        None
    };
    let names = plan
        .fields
        .iter()
        .enumerate()
        .filter_map(|(index, field)| Some((index, Names::of(field.def.field_type, &field.map)?)))
        .collect();
    let people = People::load(operation.tx()).await?;
    let refused = Refused::new(refused, &source);
    let imported = Imported::default();
    let mut run = Run {
        ctx,
        kind,
        plan: &plan,
        operation,
        pipeline: pipeline.as_ref(),
        names,
        refused,
        imported,
        postponed: false,
        statistics_at: FIRST_STATISTICS,
    };
    let known = Known {
        people: &people,
        pipeline: pipeline.as_ref(),
    };
    let mut ahead = Ahead::new(source, &plan, known);
    let mut next = ahead.chunk().await?;
    while let Some(chunk) = next {
        let (written, following) = join(run.chunk(chunk), ahead.chunk()).await;
        written?;
        progress(run.imported.rows);
        next = following?;
    }
    run.link_postponed().await?;
    run.refused.finish()?;
    let mut imported = run.imported;
    if !options.dry_run {
        imported.operation = run.operation.commit().await?.operation;
        ctx.publisher.announce(Announcement::Workspace);
    }
    Ok(imported)
}

impl Run<'_, '_> {
    async fn chunk(&mut self, chunk: Chunk) -> Result<()> {
        self.imported.rows.read += chunk.read;
        self.imported.rows.skipped += chunk.skipped;
        for (row, why) in &chunk.refused {
            self.refuse(row, why)?;
        }
        let ready = chunk.ready;
        let existing = self.existing(&ready).await?;
        self.learn(&ready).await?;
        let mut new: Vec<(Prepared, Values)> = Vec::new();
        let mut changed: Vec<(RecordId, Prepared, Values)> = Vec::new();
        let mut keys: HashSet<String> = HashSet::new();
        for mut prepared in ready {
            let key = self.key_of(&prepared);
            let there = key.as_ref().and_then(|key| existing.get(key)).copied();
            let on_existing = self
                .plan
                .key
                .as_ref()
                .map(|key| key.on_existing)
                .unwrap_or_default();
            if key.is_some_and(|key| !keys.insert(key)) {
                self.refuse(&prepared.row, "stands in the file twice")?;
                continue;
            }
            match (there, on_existing) {
                (Some(_), OnExisting::Refuse) => {
                    self.refuse(&prepared.row, "is there already")?;
                    continue;
                }
                (Some(_), OnExisting::Skip) => {
                    self.imported.rows.skipped += 1;
                    continue;
                }
                _ => {}
            }
            match (self.values(&mut prepared), there) {
                (Err(why), _) => self.refuse(&prepared.row, &why)?,
                (Ok(values), None) => new.push((prepared, values)),
                (Ok(values), Some(id)) => changed.push((id, prepared, values)),
            }
        }
        self.write(new, changed).await
    }

    fn refuse(&mut self, row: &source::Row, why: &str) -> Result<()> {
        self.imported.rows.refused += 1;
        self.refused.write(row, why)
    }

    fn key_of(&self, prepared: &Prepared) -> Option<String> {
        let key = self.plan.key.as_ref()?;
        prepared
            .values
            .get(&key.field)?
            .as_text()
            .map(str::to_owned)
    }

    /// The records that are there already, by key.
    async fn existing(&self, ready: &[Prepared]) -> Result<HashMap<String, RecordId>> {
        let Some(key) = &self.plan.key else {
            return Ok(HashMap::new());
        };
        let column = find(self.kind.fields(), &key.field)
            .filter(|field| matches!(field.field_type, FieldType::Text | FieldType::Url))
            .and_then(|field| match &field.storage {
                Storage::Column(column) => Some(column.to_string()),
                _ => None,
            })
            .ok_or_else(|| mistake("key.field", "must be a text field such as external_id"))?;
        let keys: Vec<String> = ready.iter().filter_map(|row| self.key_of(row)).collect();
        let sql = format!(
            "select {column}, max(id) from {kind}
              where deleted_at is null and {column} = any($1) group by {column}",
            kind = self.kind
        );
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, &sql, [keys.into()]);
        let rows = self.operation.tx().query_all_raw(statement).await?;
        rows.iter()
            .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)))
            .collect()
    }

    /// Looks up all names of a chunk, one question a field.
    async fn learn(&mut self, ready: &[Prepared]) -> Result<()> {
        for (index, names) in &mut self.names {
            let wanted: Vec<String> = ready
                .iter()
                .flat_map(|row| &row.names)
                .filter(|(of, _)| of == index)
                .flat_map(|(_, names)| names.iter().cloned())
                .collect();
            if wanted.is_empty() {
                continue;
            }
            names.learn(self.operation.tx(), &wanted).await?;
            // What is missing among the records themselves may stand further down in the file.
            if names.target != Some(self.kind) {
                names
                    .create_missing(&mut self.operation, self.ctx.now, &wanted)
                    .await?;
            }
        }
        Ok(())
    }

    /// Takes a row's values, with its links; why not, where a name is nobody's.
    fn values(&self, prepared: &mut Prepared) -> Result<Values, String> {
        let mut values = std::mem::take(&mut prepared.values);
        if let (Some(pipeline), false) = (self.pipeline, values.contains_key("stage_id")) {
            values.insert("pipeline_id".into(), Value::Id(pipeline.id));
        }
        for (index, texts) in &prepared.names {
            let (Some(field), Some(names)) = (self.plan.fields.get(*index), self.names.get(index))
            else {
                continue;
            };
            if names.target == Some(self.kind) && self.is_postponed(*index, texts) {
                continue;
            }
            let found = names
                .resolve(texts)
                .map_err(|why| format!("{}: {why}", field.def.label))?;
            let value = postponed::value_of(field.def.field_type, found);
            values.insert(field.def.key.to_string(), value);
        }
        Ok(values)
    }

    /// Whether names of this kind itself are not there yet.
    pub(super) fn is_postponed(&self, index: usize, texts: &[String]) -> bool {
        self.names
            .get(&index)
            .is_some_and(|names| texts.iter().any(|text| names.find(text) == Found::None))
    }

    async fn write(
        &mut self,
        new: Vec<(Prepared, Values)>,
        changed: Vec<(RecordId, Prepared, Values)>,
    ) -> Result<()> {
        let draft = |values: Values| Draft {
            values,
            ..Draft::default()
        };
        let mut written: Vec<(RecordId, Prepared)> = Vec::new();
        let (rows, values): (Vec<_>, Vec<_>) = new.into_iter().unzip();
        if !rows.is_empty() {
            let drafts = values.into_iter().map(draft).collect();
            let answers = self.operation.create(self.kind, drafts).await?;
            for (row, answer) in rows.into_iter().zip(answers) {
                match answer {
                    Ok(id) => written.push((id, row)),
                    Err(error) => self.refuse(&row.row, &error.to_string())?,
                }
            }
        }
        let (mut rows, mut drafts) = (Vec::new(), Vec::new());
        for (id, row, values) in changed {
            rows.push(row);
            drafts.push((id, draft(values)));
        }
        if !rows.is_empty() {
            let answers = self.operation.change(self.kind, drafts).await?;
            for (row, answer) in rows.into_iter().zip(answers) {
                match answer {
                    Ok(id) => written.push((id, row)),
                    Err(error) => self.refuse(&row.row, &error.to_string())?,
                }
            }
        }
        self.imported.rows.written += written.len() as u64;
        self.postpone(&written).await?;
        self.gather_statistics().await
    }

    /// Nobody but this transaction sees its rows, so nobody else can count them: without fresh
    /// statistics PostgreSQL would go on reading tables whole that were small at the beginning. Those
    /// that were large are left alone: what it knows of them still holds, and to gather it anew takes
    /// longer than to write tens of thousands of rows.
    async fn gather_statistics(&mut self) -> Result<()> {
        let written = self.imported.rows.written;
        if written < self.statistics_at {
            return Ok(());
        }
        self.statistics_at = written * 5;
        let tables = [
            self.kind.as_str(),
            "stage_stay",
            "event",
            "record_link",
            "contact_point",
        ];
        let statement = Statement::from_sql_and_values(
            DbBackend::Postgres,
            "select c.oid::regclass::text from unnest($1) as t(name)
               join pg_class c on c.oid = t.name::regclass
              where c.reltuples < $2 order by 1",
            [
                tables.map(str::to_owned).to_vec().into(),
                i64::try_from(written).map_err(anyhow::Error::from)?.into(),
            ],
        );
        let small = self.operation.tx().query_all_raw(statement).await?;
        let small = small
            .iter()
            .map(|row| row.try_get_by_index(0))
            .collect::<Result<Vec<String>, _>>()?;
        if small.is_empty() {
            return Ok(());
        }
        let sql = format!("analyze {}", small.join(", "));
        self.operation.tx().execute_unprepared(&sql).await?;
        Ok(())
    }
}
