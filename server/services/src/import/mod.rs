//! Import of CSV files: a mapping says what the columns mean, the file streams through the one
//! write path in chunks, and all of it is one operation that can be undone.
//!
//! [`mapping`] is what people write, [`source`] reads the file, [`plan`] turns rows into values,
//! [`lookup`] finds users and linked records by name. People are no records: [`people`].

mod lookup;
pub mod mapping;
mod people;
mod plan;
mod report;
mod source;
pub mod template;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{Read, Write};

use domain::field::{FieldType, Storage, find};
use domain::pipeline::{Meaning, Pipeline};
use domain::record::Values;
use domain::rights::{Action, Scope};
use domain::timeline::Via;
use domain::value::Linked;
use domain::{Draft, Error, Kind, OperationId, RecordId, Value};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Value as Json, json};

use self::lookup::{Found, Names, People};
use self::mapping::{OnExisting, PipelineMap, mistake};
use self::plan::{Known, Plan, Prepared, Verdict};
use self::report::Refused;
use self::source::{CHUNK, Source};
use crate::Ctx;
use crate::failure::{Result, settle};
use crate::live::Announcement;
use crate::records::write::Operation;
use crate::stages::{self, NewStage};

pub use mapping::{Mapping, Subject};

/// How an import goes about it.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What the operation is called in the log, where the mapping says nothing: the file's name.
    pub label: String,
    /// Everything is done and nothing kept.
    pub dry_run: bool,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Rows read.
    pub read: u64,
    /// Records made or changed.
    pub written: u64,
    /// Rows refused.
    pub refused: u64,
    /// Rows left out, as the mapping says.
    pub skipped: u64,
}

/// What an import came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Imported {
    /// The operation, for an undo; none for a dry run, and where nothing was written.
    pub operation: Option<OperationId>,
    /// Counts of rows.
    pub rows: Progress,
    /// Rows that were written, but without a link to a record that was not there.
    pub incomplete: u64,
}

/// Imports a CSV file. Rows that cannot be taken are written to `refused`, each with its number
/// and the reason, in a form that can be mended and imported again.
///
/// # Errors
/// [`Error::Forbidden`] where the asker may not import; [`Error::Invalid`] where mapping and file
/// do not fit each other, or the file cannot be read. Then nothing is written at all.
pub async fn run<R: Read + Send>(
    ctx: &Ctx,
    mapping: &Mapping,
    options: &Options,
    reader: R,
    refused: &mut (dyn Write + Send),
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Imported, Error> {
    let work = async {
        let ctx = &in_zone(ctx).await?;
        match mapping.subject {
            Subject::Records(kind) => {
                if ctx.actor.scope(kind, Action::Import) == Scope::None {
                    let words = format!("You may not import {}.", kind.plural());
                    return Err(Error::Forbidden(words).into());
                }
                let source = Source::open(reader, mapping.delimiter)?;
                records(ctx, mapping, options, kind, source, refused, progress).await
            }
            Subject::People => {
                if !ctx.actor.is_administrator() {
                    return Err(Error::Forbidden("You may not import users.".into()).into());
                }
                let source = Source::open(reader, mapping.delimiter)?;
                people::run(ctx, mapping, options, source, refused, progress).await
            }
        }
    };
    settle(ctx, "import.run", work.await)
}

/// The command line has no time zone of its own: days in a file are the organisation's.
async fn in_zone(ctx: &Ctx) -> Result<Ctx> {
    let mut ctx = ctx.clone();
    if ctx.actor.is_system() {
        let sql = "select time_zone from organisation";
        let row = ctx
            .db
            .query_one_raw(Statement::from_string(DbBackend::Postgres, sql))
            .await?;
        let name = row
            .map(|row| row.try_get_by_index::<String>(0))
            .transpose()?;
        ctx.time_zone = name
            .and_then(|name| name.parse().ok())
            .unwrap_or(ctx.time_zone);
    }
    Ok(ctx)
}

/// What an import of records keeps while it runs.
struct Run<'a, 'w> {
    ctx: &'a Ctx,
    kind: Kind,
    plan: Plan<'a>,
    operation: Operation,
    pipeline: Option<Pipeline>,
    people: People,
    /// By index of the field.
    names: BTreeMap<usize, Names>,
    refused: Refused<'w>,
    imported: Imported,
    postponed: bool,
    /// Rows after which statistics are gathered next.
    statistics_at: u64,
}

async fn records<R: Read + Send>(
    ctx: &Ctx,
    mapping: &Mapping,
    options: &Options,
    kind: Kind,
    mut source: Source<R>,
    refused: &mut (dyn Write + Send),
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Imported> {
    let fields = plan::importable(kind);
    let plan = Plan::new(ctx, mapping, source.header(), &fields, kind.as_str())?;
    let label = mapping.label.as_deref().unwrap_or(&options.label);
    let mut operation = Operation::begin(ctx, Via::Import, label).await?;
    let pipeline = if kind.has_stages() {
        Some(find_pipeline(ctx, &mut operation, kind, mapping.pipeline.as_ref()).await?)
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
    let refused = Refused::new(refused, source.header());
    let imported = Imported::default();
    let mut run = Run {
        ctx,
        kind,
        plan,
        operation,
        pipeline,
        people,
        names,
        refused,
        imported,
        postponed: false,
        statistics_at: CHUNK as u64,
    };
    loop {
        let rows = source.rows()?;
        if rows.is_empty() {
            break;
        }
        run.chunk(rows).await?;
        progress(run.imported.rows);
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
    async fn chunk(&mut self, rows: Vec<Result<source::Row, (source::Row, String)>>) -> Result<()> {
        self.imported.rows.read += rows.len() as u64;
        let mut ready = Vec::with_capacity(rows.len());
        let known = Known {
            people: &self.people,
            pipeline: self.pipeline.as_ref(),
        };
        for row in rows {
            match row.map(|row| self.plan.prepare(row, &known)) {
                Ok(Verdict::Ready(prepared)) => ready.push(prepared),
                Ok(Verdict::Skipped) => self.imported.rows.skipped += 1,
                Ok(Verdict::Refused(row, why)) | Err((row, why)) => {
                    self.refused.write(&row, &why)?;
                    self.imported.rows.refused += 1;
                }
            }
        }
        let existing = self.existing(&ready).await?;
        self.learn(&ready).await?;
        let mut new: Vec<(Prepared, Values)> = Vec::new();
        let mut changed: Vec<(RecordId, Prepared, Values)> = Vec::new();
        let mut keys: HashSet<String> = HashSet::new();
        for prepared in ready {
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
            match (self.values(&prepared), there) {
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

    /// A row's values with its links; why not, where a name is nobody's.
    fn values(&self, prepared: &Prepared) -> Result<Values, String> {
        let mut values = prepared.values.clone();
        if let (Some(pipeline), false) = (&self.pipeline, values.contains_key("stage_id")) {
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
            let value = value_of(field.def.field_type, found);
            values.insert(field.def.key.to_string(), value);
        }
        Ok(values)
    }

    /// Whether names of this kind itself are not there yet.
    fn is_postponed(&self, index: usize, texts: &[String]) -> bool {
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
    /// statistics PostgreSQL would go on reading tables whole that were small at the beginning.
    async fn gather_statistics(&mut self) -> Result<()> {
        if self.imported.rows.written < self.statistics_at {
            return Ok(());
        }
        self.statistics_at = self.imported.rows.written * 5;
        let sql = format!(
            "analyze {}, stage_stay, event, record_link, contact_point",
            self.kind
        );
        self.operation.tx().execute_unprepared(&sql).await?;
        Ok(())
    }

    /// Keeps links among the imported records themselves for the end, in a table that goes with
    /// the transaction: memory stays flat.
    async fn postpone(&mut self, written: &[(RecordId, Prepared)]) -> Result<()> {
        let mut rows: Vec<Json> = Vec::new();
        for (id, prepared) in written {
            for (index, texts) in &prepared.names {
                let own = self
                    .names
                    .get(index)
                    .is_some_and(|names| names.target == Some(self.kind));
                if own && self.is_postponed(*index, texts) {
                    let row = &prepared.row;
                    rows.push(json!({
                        "record": id, "field": index, "names": texts,
                        "number": row.number, "cells": row.cells,
                    }));
                }
            }
        }
        if rows.is_empty() {
            return Ok(());
        }
        let tx = self.operation.tx();
        if !self.postponed {
            let sql = "create temporary table import_postponed (
                         id bigint generated always as identity primary key,
                         record bigint not null, field bigint not null, names jsonb not null,
                         number bigint not null, cells jsonb not null) on commit drop";
            tx.execute_unprepared(sql).await?;
            self.postponed = true;
        }
        let sql = "insert into import_postponed (record, field, names, number, cells)
                   select n.record, n.field, n.names, n.number, n.cells
                     from jsonb_to_recordset($1)
                       as n(record bigint, field bigint, names jsonb, number bigint, cells jsonb)";
        let values = [Json::Array(rows).into()];
        tx.execute_raw(Statement::from_sql_and_values(
            DbBackend::Postgres,
            sql,
            values,
        ))
        .await?;
        Ok(())
    }

    /// Links the imported records among each other, now that all are there.
    async fn link_postponed(&mut self) -> Result<()> {
        let mut last = 0i64;
        while self.postponed {
            let sql = "select id, record, field, names, number, cells from import_postponed
                        where id > $1 order by id limit $2";
            let values = [last.into(), i64::try_from(CHUNK).unwrap_or(1000).into()];
            let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
            let rows = self.operation.tx().query_all_raw(statement).await?;
            if rows.is_empty() {
                break;
            }
            // One draft a record, whatever number of its fields waited.
            let mut drafts: BTreeMap<RecordId, (Draft, source::Row)> = BTreeMap::new();
            for row in rows {
                last = row.try_get_by_index(0)?;
                let record: RecordId = row.try_get_by_index(1)?;
                let index = usize::try_from(row.try_get_by_index::<i64>(2)?).unwrap_or_default();
                let texts: Vec<String> = serde_json::from_value(row.try_get_by_index(3)?)
                    .map_err(anyhow::Error::from)?;
                let number = row.try_get_by_index::<i64>(4)?.unsigned_abs();
                let cells = serde_json::from_value(row.try_get_by_index(5)?)
                    .map_err(anyhow::Error::from)?;
                let row = source::Row { number, cells };
                match self.found_late(index, &texts).await? {
                    Ok((key, value)) => {
                        let (draft, _) = drafts
                            .entry(record)
                            .or_insert_with(|| (Draft::default(), row));
                        draft.values.insert(key, value);
                    }
                    Err(why) => self.incomplete(&row, &why)?,
                }
            }
            let (ids, rows): (Vec<_>, Vec<_>) = drafts
                .into_iter()
                .map(|(id, (draft, row))| ((id, draft), row))
                .unzip();
            let answers = self.operation.change(self.kind, ids).await?;
            for (row, answer) in rows.into_iter().zip(answers) {
                if let Err(error) = answer {
                    self.incomplete(&row, &error.to_string())?;
                }
            }
        }
        Ok(())
    }

    async fn found_late(
        &mut self,
        index: usize,
        texts: &[String],
    ) -> Result<Result<(String, Value), String>> {
        let (Some(field), Some(names)) = (self.plan.fields.get(index), self.names.get_mut(&index))
        else {
            return Err(anyhow::anyhow!("a postponed link has no field").into());
        };
        names.learn(self.operation.tx(), texts).await?;
        names
            .create_missing(&mut self.operation, self.ctx.now, texts)
            .await?;
        let found = names
            .resolve(texts)
            .map_err(|why| format!("{}: {why}", field.def.label));
        Ok(found.map(|ids| {
            (
                field.def.key.to_string(),
                value_of(field.def.field_type, ids),
            )
        }))
    }

    fn incomplete(&mut self, row: &source::Row, why: &str) -> Result<()> {
        self.imported.incomplete += 1;
        self.refused
            .write(row, &format!("written, but without a link: {why}"))
    }
}

fn value_of(field_type: FieldType, ids: Vec<RecordId>) -> Value {
    match (field_type, ids.first()) {
        (FieldType::LostReason, Some(id)) => Value::Id(*id),
        (FieldType::LostReason, None) => Value::Empty,
        _ => Value::Links(ids.into_iter().map(Linked::to).collect()),
    }
}

/// The pipeline that the mapping names, made where it says so; the kind's first where it is silent.
async fn find_pipeline(
    ctx: &Ctx,
    operation: &mut Operation,
    kind: Kind,
    map: Option<&PipelineMap>,
) -> Result<Pipeline> {
    let mut own: Vec<Pipeline> = crate::pipelines::load(operation.tx()).await?;
    own.retain(|pipeline| pipeline.kind == kind);
    let Some(map) = map else {
        let words = format!("is needed: there is no pipeline for {} yet", kind.plural());
        return own
            .into_iter()
            .next()
            .ok_or_else(|| mistake("pipeline", words).into());
    };
    let wanted = lookup::folded(&map.name);
    if let Some(pipeline) = own
        .iter()
        .find(|pipeline| lookup::folded(&pipeline.name) == wanted)
    {
        return Ok(pipeline.clone());
    }
    if map.create.is_empty() {
        let names: Vec<&str> = own.iter().map(|pipeline| pipeline.name.as_str()).collect();
        let words = format!(
            "there is no “{}”, only {}; give its stages under pipeline.create to have it made",
            map.name,
            if names.is_empty() {
                "none".to_owned()
            } else {
                names.join(", ")
            },
        );
        return Err(mistake("pipeline.name", words).into());
    }
    if !ctx.actor.is_administrator() {
        let words = "Only administrators may make pipelines.";
        return Err(Error::Forbidden(words.into()).into());
    }
    let stages: Vec<NewStage> = (0u8..).zip(&map.create).map(new_stage).collect();
    let (id, _) = stages::add_pipeline(operation, ctx.now, kind, &map.name, &stages).await?;
    let made = crate::pipelines::load(operation.tx()).await?;
    let made = made.into_iter().find(|pipeline| pipeline.id == id);
    Ok(made.ok_or_else(|| anyhow::anyhow!("a pipeline that was made is not there"))?)
}

fn new_stage((index, map): (u8, &mapping::StageMap)) -> NewStage {
    const COLORS: [&str; 6] = ["gray", "blue", "violet", "amber", "teal", "cyan"];
    let (color, probability) = match map.meaning {
        Meaning::Won => ("green", 100),
        Meaning::Lost => ("red", 0),
        Meaning::Open => (
            COLORS[usize::from(index) % COLORS.len()],
            (20 * (index + 1).min(4)).min(90),
        ),
    };
    NewStage {
        name: map.name.trim().to_owned(),
        color: map.color.clone().unwrap_or_else(|| color.to_owned()),
        meaning: map.meaning,
        probability: map.probability.unwrap_or(probability).min(100),
        stale_days: map.stale_days.filter(|days| *days > 0),
        required: Vec::new(),
    }
}
