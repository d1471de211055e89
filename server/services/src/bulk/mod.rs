//! Changing many records at once: counted first ([`preview`]), then done as a run ([`start`]) in
//! this process, as one operation through the one write path. How far it has got stands in a table,
//! so that every node and a page that was loaded anew can show it. Nothing is seen of a run until
//! all of it is written; when it is stopped, or its node dies, nothing was changed.

mod job;
mod purge;
mod store;

use std::time::Duration;

use domain::bulk::{BulkChange, Missing, Preview, Refusal, Run, RunId, Selection, Task};
use domain::pipeline::missing_for;
use domain::rights::Scope;
use domain::{Error, Kind, OperationId, Problem, UserId, Value};

use crate::failure::{Result, settle};
use crate::records::read::meant::Meant;
use crate::{Ctx, operations, pipelines, schema};

pub(crate) use job::Job;

/// A short run is awaited, so that changing three records takes one request.
const AWAITED: Duration = Duration::from_millis(700);

/// What a change would come to. Nothing is done.
///
/// # Errors
/// [`Error::Forbidden`] where the asker may change no record of the kind; [`Error::Invalid`] where
/// no record could take the values.
pub async fn preview(
    ctx: &Ctx,
    kind: Kind,
    selection: &Selection,
    change: BulkChange,
) -> Result<Preview, Error> {
    let work = async {
        let change = permitted(ctx, kind, change).await?;
        let needed = needed(ctx, kind, &change).await?;
        let keys: Vec<String> = needed.iter().map(|error| error.field.clone()).collect();
        let meant = Meant::of(ctx, kind, selection, change.in_bin()).await?;
        let counted = meant.count(&change, &keys).await?;
        let missing = needed.into_iter().zip(counted.lack);
        Ok(Preview {
            meant: counted.meant,
            change: counted.differ,
            same: counted.allowed - counted.differ,
            forbidden: counted.meant - counted.allowed,
            missing: missing
                .filter(|(_, records)| *records > 0)
                .map(|(error, records)| Missing { error, records })
                .collect(),
        })
    };
    settle(ctx, "bulk.preview", work.await)
}

/// Starts a change of many records. Answers with how it ended where it took no time, else with the
/// run under way.
///
/// # Errors
/// As [`preview`]; [`Error::Invalid`] also where another run of the same user is under way, or the
/// selection is empty.
pub async fn start(
    ctx: &Ctx,
    kind: Kind,
    selection: Selection,
    change: BulkChange,
) -> Result<Run, Error> {
    let work = async {
        let user = user(ctx)?;
        let change = permitted(ctx, kind, change).await?;
        let meant = Meant::of(ctx, kind, &selection, change.in_bin()).await?;
        let total = meant.count(&change, &[]).await?.meant;
        if total == 0 {
            return Err(refused("is empty: these records are gone, or not yours to see").into());
        }
        let task = Task::Change(change.clone());
        let run = store::begin(ctx, user, Some(kind), &task, total).await?;
        let job = Job::new(ctx, run);
        await_shortly(tokio::spawn(job.change(kind, selection, change))).await;
        store::read(ctx, user, run).await
    };
    settle(ctx, "bulk.start", work.await)
}

/// Takes an operation back as a run, so that its progress can be seen.
///
/// # Errors
/// [`Error::Invalid`] where another run of the same user is under way. What [`operations::undo`]
/// refuses is the run's failure.
pub async fn start_undo(ctx: &Ctx, operation: OperationId) -> Result<Run, Error> {
    let work = async {
        let user = user(ctx)?;
        let total = operations::events(ctx, operation).await?;
        let run = store::begin(ctx, user, None, &Task::Undo(operation), total).await?;
        let job = Job::new(ctx, run);
        await_shortly(tokio::spawn(job.undo(operation))).await;
        store::read(ctx, user, run).await
    };
    settle(ctx, "bulk.start_undo", work.await)
}

/// How a run stands.
///
/// # Errors
/// [`Error::NotFound`] where it is not the asker's.
pub async fn progress(ctx: &Ctx, run: RunId) -> Result<Run, Error> {
    let work = async { store::read(ctx, user(ctx)?, run).await };
    settle(ctx, "bulk.progress", work.await)
}

/// The asker's runs that are under way, and the latest whose end the asker has not seen.
pub async fn mine(ctx: &Ctx) -> Result<Vec<Run>, Error> {
    let work = async { store::unseen(ctx, user(ctx)?).await };
    settle(ctx, "bulk.mine", work.await)
}

/// Notes that the asker has seen how a run ended.
pub async fn dismiss(ctx: &Ctx, run: RunId) -> Result<(), Error> {
    let work = async { store::dismiss(ctx, user(ctx)?, run).await };
    settle(ctx, "bulk.dismiss", work.await)
}

/// Stops a run; nothing will have been changed. One that is through is through: the answer tells.
///
/// # Errors
/// [`Error::NotFound`] where it is not the asker's.
pub async fn cancel(ctx: &Ctx, run: RunId) -> Result<Run, Error> {
    let work = async {
        let user = user(ctx)?;
        store::cancel(ctx, user, run).await?;
        store::read(ctx, user, run).await
    };
    settle(ctx, "bulk.cancel", work.await)
}

/// The first thousand records that a run did not change, with the reason of each.
///
/// # Errors
/// [`Error::NotFound`] where the run is not the asker's.
pub async fn refusals(ctx: &Ctx, run: RunId) -> Result<Vec<Refusal>, Error> {
    let work = async { store::refusals(ctx, user(ctx)?, run).await };
    settle(ctx, "bulk.refusals", work.await)
}

/// A run belongs to somebody.
fn user(ctx: &Ctx) -> Result<UserId, Error> {
    ctx.actor
        .user_id
        .filter(|user| *user != 0)
        .ok_or(Error::Unauthenticated)
}

/// The change in stored form, if the asker may do such a thing at all. Each record is asked for
/// again when it is written.
async fn permitted(ctx: &Ctx, kind: Kind, change: BulkChange) -> Result<BulkChange> {
    if ctx.actor.scope(kind, change.action()) == Scope::None {
        let words = kind.plural();
        return Err(Error::Forbidden(format!("You may not change {words}.")).into());
    }
    if change == BulkChange::Purge && !ctx.actor.is_administrator() {
        let words = "Only administrators may delete for ever.";
        return Err(Error::Forbidden(words.to_owned()).into());
    }
    let schema = schema::load(ctx, kind).await?;
    Ok(change.checked(&schema.fields)?)
}

/// The fields that a record must have beyond what the change brings: those that its new stage asks
/// for.
async fn needed(ctx: &Ctx, kind: Kind, change: &BulkChange) -> Result<Vec<domain::FieldError>> {
    let BulkChange::Set(values) = change else {
        return Ok(Vec::new());
    };
    let Some(stage) = values.get("stage_id").and_then(Value::as_id) else {
        return Ok(Vec::new());
    };
    let pipelines = pipelines::load(&ctx.db).await?;
    let (pipeline, stage) = pipelines
        .iter()
        .filter(|pipeline| pipeline.kind == kind)
        .find_map(|pipeline| Some((pipeline, pipeline.stage(stage)?)))
        .ok_or_else(|| Error::field("stage_id", "Stage", Problem::NoSuchRecord))?;
    let schema = schema::load(ctx, kind).await?;
    Ok(missing_for(pipeline, stage, &schema.fields, values))
}

fn refused(why: &str) -> Error {
    Error::field("selection", "Selection", Problem::Other(why.to_owned()))
}

async fn await_shortly(task: tokio::task::JoinHandle<()>) {
    // Whether it is over or goes on, the table tells.
    let _ = tokio::time::timeout(AWAITED, task).await;
}
