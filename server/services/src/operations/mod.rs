//! Undo of a whole operation: an edit, a move, a bulk edit, an import, a deletion, another undo.

pub(crate) mod log;

use std::collections::{BTreeMap, BTreeSet};

use domain::field::SetBy;
use domain::timeline::{Undone, What};
use domain::{Error, EventId, Kind, OperationId, Problem, RecordId, Value};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement};
use serde_json::Value as Json;

use crate::bulk::Job;
use crate::failure::{Result, retried, settle};
use crate::live::Announcement;
use crate::notes::TakenBack;
use crate::records::read::meant::lock;
use crate::records::read::{Stored, fetch_for_update};
use crate::records::write::operation::Answers;
use crate::records::write::{Operation, POSITION, Wish};
use crate::schema::Schema;
use crate::{Ctx, notes, people, people_settings, pipeline_settings, schema};

/// Events that are taken back together.
const CHUNK: u64 = 1000;
/// Reasons that are told; an import of thousands has no room for all.
const TOLD: usize = 20;

/// Takes back an operation, newest event first, through the one write path and with the asker's
/// rights. What somebody changed since stays as it is, and is told in `kept`.
///
/// The undo is an operation itself and can be undone in its turn.
///
/// # Errors
/// [`Error::NotFound`] where the operation does not exist or the asker may see none of its
/// records; [`Error::Invalid`] where it has been undone already.
pub async fn undo(ctx: &Ctx, operation: OperationId) -> Result<Undone, Error> {
    settle(
        ctx,
        "operations.undo",
        retried(|| take_back(ctx, operation, None)).await,
    )
}

/// The same as part of a run that notes how far it has got and can be stopped.
pub(crate) async fn take_back_watched(
    ctx: &Ctx,
    operation: OperationId,
    job: &Job,
) -> Result<Undone> {
    take_back(ctx, operation, Some(job)).await
}

/// How many events an operation has.
pub(crate) async fn events(ctx: &Ctx, operation: OperationId) -> Result<u64> {
    let sql = "select count(*) from event where operation_id = $1";
    let row = ctx
        .db
        .query_one_raw(statement(sql, [operation.into()]))
        .await?;
    let count: i64 = row
        .map(|row| row.try_get_by_index(0))
        .transpose()?
        .unwrap_or_default();
    Ok(u64::try_from(count).unwrap_or_default())
}

#[derive(Debug, FromQueryResult)]
struct Logged {
    id: EventId,
    kind: String,
    record_id: RecordId,
    what: String,
    difference: Json,
    note_id: Option<i64>,
    /// Whether another operation came to the record since.
    touched: bool,
}

async fn take_back(ctx: &Ctx, undone: OperationId, job: Option<&Job>) -> Result<Undone> {
    let mut operation = Operation::undoing(ctx, undone).await?;
    check_open(&operation, undone).await?;
    if job.is_some() {
        lock_all(&operation, undone).await?;
    }
    let mut outcome = Outcome::default();
    let mut newest = EventId::MAX;
    loop {
        let events = page(&operation, undone, newest).await?;
        let Some(last) = events.last() else { break };
        newest = last.id;
        outcome.seen += events.len() as u64;
        for run in runs(events) {
            take_back_run(ctx, &mut operation, run, &mut outcome).await?;
        }
        if let Some(job) = job {
            job.step(outcome.seen).await?;
        }
    }
    if outcome.seen > 0 && outcome.hidden == outcome.seen {
        return Err(Error::NotFound.into());
    }
    let (records, seen, beside) = (outcome.records, outcome.seen, outcome.beside);
    let kept = outcome.told();
    if let Some(job) = job {
        job.finish_undo(&mut operation, seen, records, &kept)
            .await?;
    }
    let finished = operation.commit().await?;
    if beside {
        // People, rights and settings: pages read them again.
        ctx.publisher.announce(Announcement::Workspace);
    }
    Ok(Undone {
        records,
        kept,
        operation: finished.operation,
        events: finished.events,
    })
}

#[derive(Debug, Default)]
struct Outcome {
    seen: u64,
    hidden: u64,
    records: u64,
    kept: Vec<String>,
    more: u64,
    /// Whether something was taken back that is no record.
    beside: bool,
}

impl Outcome {
    fn keep(&mut self, why: String) {
        if self.kept.len() < TOLD {
            self.kept.push(why);
        } else {
            self.more += 1;
        }
    }

    fn told(mut self) -> Vec<String> {
        if self.more > 0 {
            self.kept.push(format!("And {} more.", self.more));
        }
        self.kept
    }
}

/// Locks the operation's row, so that two undos cannot both succeed.
async fn check_open(operation: &Operation, undone: OperationId) -> Result<()> {
    let sql = "select exists (select 1 from operation u where u.undoes = o.id)
                 from operation o where o.id = $1 for update of o";
    let row = operation
        .tx()
        .query_one_raw(statement(sql, [undone.into()]))
        .await?;
    let Some(row) = row else {
        return Err(Error::NotFound.into());
    };
    if row.try_get_by_index(0)? {
        let problem = Problem::Other("has been undone already".into());
        return Err(Error::field("operation", "This change", problem).into());
    }
    Ok(())
}

/// Locks the operation's records before the first of them is written, kind by kind and in the order
/// of their ids: events are read newest first, and chunk by chunk two writers could wait for each
/// other.
async fn lock_all(operation: &Operation, undone: OperationId) -> Result<()> {
    for kind in Kind::ALL {
        let sql = "select distinct record_id from event where operation_id = $1 and kind = $2";
        let values = [undone.into(), kind.as_str().into()];
        let mut ids: Vec<RecordId> = Vec::new();
        for row in operation.tx().query_all_raw(statement(sql, values)).await? {
            ids.push(row.try_get_by_index(0)?);
        }
        if !ids.is_empty() {
            lock(operation.tx(), kind, &ids).await?;
        }
    }
    Ok(())
}

async fn page(operation: &Operation, undone: OperationId, before: EventId) -> Result<Vec<Logged>> {
    let sql = "select e.id, e.kind, e.record_id, e.what, e.difference, e.note_id,
                      exists (select 1 from event x
                               join operation o on o.id = x.operation_id
                               where x.kind = e.kind and x.record_id = e.record_id
                                 and x.id > e.id and x.operation_id <> $1
                                 and o.undoes is distinct from $1) as touched
                 from event e
                where e.operation_id = $1 and e.id < $2
                order by e.id desc
                limit $3";
    let values = [undone.into(), before.into(), CHUNK.into()];
    Ok(Logged::find_by_statement(statement(sql, values))
        .all(operation.tx())
        .await?)
}

/// Consecutive events of the same kind and nature, no record twice: each run is one statement.
fn runs(events: Vec<Logged>) -> Vec<Vec<Logged>> {
    let mut runs: Vec<Vec<Logged>> = Vec::new();
    let mut records: BTreeSet<RecordId> = BTreeSet::new();
    for event in events {
        let fits = runs
            .last()
            .and_then(|run| run.first())
            .is_some_and(|first| {
                first.kind == event.kind
                    && nature(&first.what) == nature(&event.what)
                    && !records.contains(&event.record_id)
            });
        if !fits {
            runs.push(Vec::new());
            records.clear();
        }
        records.insert(event.record_id);
        if let Some(run) = runs.last_mut() {
            run.push(event);
        }
    }
    runs
}

/// A move is taken back as a change is.
fn nature(what: &str) -> What {
    match What::parse(what) {
        What::Moved => What::Changed,
        what => what,
    }
}

async fn take_back_run(
    ctx: &Ctx,
    operation: &mut Operation,
    run: Vec<Logged>,
    outcome: &mut Outcome,
) -> Result<()> {
    let Some(first) = run.first() else {
        return Ok(());
    };
    let Some(kind) = Kind::parse(&first.kind) else {
        return take_back_beside(ctx, operation, run, outcome).await;
    };
    match nature(&first.what) {
        What::Created => {
            let (touched, untouched): (Vec<_>, Vec<_>) =
                run.into_iter().partition(|event| event.touched);
            for event in touched {
                outcome.keep(format!(
                    "{kind} #{} was changed since and stays.",
                    event.record_id
                ));
            }
            let answers = operation.delete(kind, ids(&untouched)).await?;
            count(kind, &ids(&untouched), answers, outcome);
        }
        What::Restored => {
            let answers = operation.delete(kind, ids(&run)).await?;
            count(kind, &ids(&run), answers, outcome);
        }
        What::Deleted => {
            let answers = operation.restore(kind, ids(&run)).await?;
            count(kind, &ids(&run), answers, outcome);
        }
        what @ (What::Noted | What::NoteEdited | What::NoteDeleted | What::NoteRestored) => {
            for event in run {
                let (note, difference) = (event.note_id, &event.difference);
                match notes::take_back(ctx, operation, what, note, difference).await? {
                    TakenBack::Done => outcome.records += 1,
                    TakenBack::Kept(why) => outcome.keep(why),
                    TakenBack::Hidden => outcome.hidden += 1,
                }
            }
        }
        What::Changed | What::Moved => {
            let schema = schema::load(ctx, kind).await?;
            let stored = fetch_for_update(operation.tx(), &schema, &ids(&run)).await?;
            let stored: BTreeMap<RecordId, Stored> = stored
                .into_iter()
                .map(|stored| (stored.record.id, stored))
                .collect();
            let mut wishes = Vec::new();
            for event in &run {
                if let Some(stored) = stored.get(&event.record_id) {
                    let wish = wish_back(&schema, stored, &event.difference, outcome);
                    wishes.push((event.record_id, wish));
                }
            }
            let asked: Vec<RecordId> = wishes.iter().map(|(id, _)| *id).collect();
            let answers = operation.fulfil(kind, wishes).await?;
            count(kind, &asked, answers, outcome);
        }
    }
    Ok(())
}

/// Takes back what is no record: people, departments, pipelines. They are the administrator's.
async fn take_back_beside(
    ctx: &Ctx,
    operation: &mut Operation,
    run: Vec<Logged>,
    outcome: &mut Outcome,
) -> Result<()> {
    if !ctx.actor.is_administrator() {
        outcome.hidden += run.len() as u64;
        return Ok(());
    }
    outcome.beside = true;
    let administrators = people_settings::administrators(operation.tx()).await?;
    take_back_settings(ctx, operation, &run, outcome).await?;
    if administrators > 0 && people_settings::administrators(operation.tx()).await? == 0 {
        let problem = Problem::Other(people_settings::LAST_ADMINISTRATOR.into());
        return Err(Error::field("operation", "This change", problem).into());
    }
    Ok(())
}

async fn take_back_settings(
    ctx: &Ctx,
    operation: &mut Operation,
    run: &[Logged],
    outcome: &mut Outcome,
) -> Result<()> {
    let Some(first) = run.first() else {
        return Ok(());
    };
    if pipeline_settings::is_ours(&first.kind) {
        let (word, what) = (first.kind.clone(), What::parse(&first.what));
        let events = run
            .iter()
            .map(|event| (event.record_id, event.difference.clone()))
            .collect();
        let (settings, kept) =
            pipeline_settings::take_back(ctx, operation, &word, what, events).await?;
        outcome.records += settings;
        for why in kept {
            outcome.keep(why);
        }
        return Ok(());
    }
    if What::parse(&first.what) == What::Created {
        let (records, kept) = people::take_back(operation, &first.kind, &ids(run)).await?;
        outcome.records += records;
        for why in kept {
            outcome.keep(why);
        }
        return Ok(());
    }
    for event in run {
        let (kind, what) = (event.kind.as_str(), What::parse(&event.what));
        let stays = people_settings::undo::put_back(
            ctx,
            operation,
            kind,
            event.record_id,
            what,
            &event.difference,
        );
        match stays.await? {
            Some(why) => outcome.keep(why),
            None => outcome.records += 1,
        }
    }
    Ok(())
}

/// The old values of what is still as the event left it.
fn wish_back(schema: &Schema, stored: &Stored, difference: &Json, outcome: &mut Outcome) -> Wish {
    let mut wish = Wish::default();
    let Some(difference) = difference.as_object() else {
        return wish;
    };
    for (key, pair) in difference {
        let (old, new) = (&pair[0], &pair[1]);
        if key == POSITION {
            if stored.position.as_deref() == new.as_str() {
                wish.position = old.as_str().map(str::to_owned);
            }
            continue;
        }
        let Some(field) = schema.field(key) else {
            continue;
        };
        if field.set_by == SetBy::Dealwright {
            continue;
        }
        let read = |json: &Json| {
            if json.is_null() {
                Value::Empty
            } else {
                field.field_type.from_json(json)
            }
        };
        if *stored.record.value(key) == read(new) {
            wish.values.insert(key.clone(), read(old));
        } else if field.editable() {
            let title = stored.record.title();
            outcome.keep(format!(
                "“{}” of “{title}” was changed since and stays.",
                field.label
            ));
        }
    }
    wish
}

fn count(kind: Kind, ids: &[RecordId], answers: Answers, outcome: &mut Outcome) {
    for (id, answer) in ids.iter().zip(answers) {
        match answer {
            Ok(_) => outcome.records += 1,
            Err(Error::NotFound) => outcome.hidden += 1,
            Err(error) => outcome.keep(format!("{kind} #{id}: {error}")),
        }
    }
}

fn ids(run: &[Logged]) -> Vec<RecordId> {
    run.iter().map(|event| event.record_id).collect()
}

fn statement<const N: usize>(sql: &str, values: [sea_orm::Value; N]) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}
