//! How far runs have got, as their table tells. Written beside the run's own transaction, but for
//! the word that it is done: that is part of it, so that the table and the records never disagree.
//!
//! What is written beside it does not wait for the disk: a crash that loses it loses the run too,
//! and a run would wait as long for telling how far it is as for its work.

use std::collections::{BTreeMap, BTreeSet};

use domain::bulk::{REFUSALS_KEPT, Refusal, Run, RunId, RunState, Task};
use domain::{Error, Kind, OperationId, Problem, RecordId, UserId};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement};
use serde_json::{Value as Json, json};

use crate::Ctx;
use crate::failure::Result;
use crate::records::read;

/// Seconds of silence after which a run's node counts as gone. Its transaction is gone with it; and
/// should it come back after all, it finds its run failed and changes nothing.
const SILENCE: i32 = 20;
/// Days for which runs that are over are kept.
const KEPT_DAYS: i32 = 7;

#[derive(Debug, FromQueryResult)]
struct Row {
    id: RunId,
    kind: Option<String>,
    task: Json,
    total: i64,
    done: i64,
    changed: i64,
    refused: i64,
    state: String,
    operation_id: Option<OperationId>,
    kept: Json,
    failure: Option<Json>,
}

const COLUMNS: &str =
    "id, kind, task, total, done, changed, refused, state, operation_id, kept, failure";

impl Row {
    fn run(self) -> Result<Run> {
        let number = |n: i64| u64::try_from(n).unwrap_or_default();
        Ok(Run {
            id: self.id,
            kind: self.kind.as_deref().and_then(Kind::parse),
            task: serde_json::from_value(self.task).map_err(anyhow::Error::from)?,
            total: number(self.total),
            done: number(self.done),
            changed: number(self.changed),
            refused: number(self.refused),
            state: RunState::parse(&self.state),
            operation: self.operation_id,
            kept: serde_json::from_value(self.kept).unwrap_or_default(),
            failure: self
                .failure
                .and_then(|json| serde_json::from_value(json).ok()),
        })
    }
}

/// Has the transaction of the statement that asks this not wait for the disk. It is one row.
const UNHURRIED: &str = "(select set_config('synchronous_commit', 'off', true)) as unhurried";

/// Opens a run, unless the user has one under way.
pub(super) async fn begin(
    ctx: &Ctx,
    user: UserId,
    kind: Option<Kind>,
    task: &Task,
    total: u64,
) -> Result<RunId> {
    fail_silent(ctx, user).await?;
    let sql = "delete from bulk_run where started_at < now() - make_interval(days => $1)";
    ctx.db
        .execute_raw(statement(sql, [KEPT_DAYS.into()]))
        .await?;
    let sql = "insert into bulk_run (user_id, kind, task, total) values ($1, $2, $3, $4)
               on conflict (user_id) where state = 'running' do nothing returning id";
    let task = serde_json::to_value(task).map_err(anyhow::Error::from)?;
    let values = [
        user.into(),
        kind.map(Kind::as_str).into(),
        task.into(),
        signed(total).into(),
    ];
    let Some(row) = ctx.db.query_one_raw(statement(sql, values)).await? else {
        let problem = Problem::Other("can begin when the one under way has ended".into());
        return Err(Error::field("run", "Another change of many records", problem).into());
    };
    Ok(row.try_get_by_index(0)?)
}

/// A run of a user.
pub(super) async fn read(ctx: &Ctx, user: UserId, run: RunId) -> Result<Run> {
    fail_silent(ctx, user).await?;
    let sql = format!("select {COLUMNS} from bulk_run where id = $1 and user_id = $2");
    let row = Row::find_by_statement(statement(&sql, [run.into(), user.into()]))
        .one(&ctx.db)
        .await?;
    row.ok_or(Error::NotFound)?.run()
}

/// The one under way, and the latest whose end has not been seen.
pub(super) async fn unseen(ctx: &Ctx, user: UserId) -> Result<Vec<Run>> {
    fail_silent(ctx, user).await?;
    let sql = format!(
        "select {COLUMNS} from bulk_run
          where user_id = $1 and not seen
            and (state = 'running' or started_at > now() - interval '1 day')
          order by id desc limit 2"
    );
    let rows = Row::find_by_statement(statement(&sql, [user.into()]))
        .all(&ctx.db)
        .await?;
    rows.into_iter().map(Row::run).collect()
}

pub(super) async fn dismiss(ctx: &Ctx, user: UserId, run: RunId) -> Result<()> {
    let sql =
        "update bulk_run set seen = true where id = $1 and user_id = $2 and state <> 'running'";
    ctx.db
        .execute_raw(statement(sql, [run.into(), user.into()]))
        .await?;
    Ok(())
}

/// Stops a run that is under way. Waits where it is just being committed, and then does nothing.
pub(super) async fn cancel(ctx: &Ctx, user: UserId, run: RunId) -> Result<()> {
    let sql = "update bulk_run set state = 'cancelled'
                where id = $1 and user_id = $2 and state = 'running'";
    ctx.db
        .execute_raw(statement(sql, [run.into(), user.into()]))
        .await?;
    Ok(())
}

/// What a run did not change, with titles as far as the asker may see them.
pub(super) async fn refusals(ctx: &Ctx, user: UserId, run: RunId) -> Result<Vec<Refusal>> {
    let known = read(ctx, user, run).await?;
    let sql = "select record_id, reason from bulk_refusal where run_id = $1 order by record_id";
    let mut refusals = Vec::new();
    for row in ctx.db.query_all_raw(statement(sql, [run.into()])).await? {
        let reason: Json = row.try_get_by_index(1)?;
        refusals.push(Refusal {
            id: row.try_get_by_index(0)?,
            title: None,
            reason: serde_json::from_value(reason).unwrap_or(Error::NotFound),
        });
    }
    if let Some(kind) = known.kind {
        let ids: BTreeSet<RecordId> = refusals.iter().map(|refusal| refusal.id).collect();
        let titles = read::titles(ctx, &BTreeMap::from([(kind, ids)])).await?;
        for refusal in &mut refusals {
            refusal.title = titles.get(&(kind, refusal.id)).cloned();
        }
    }
    Ok(refusals)
}

/// Runs whose node has been silent for too long have failed.
async fn fail_silent(ctx: &Ctx, user: UserId) -> Result<()> {
    let sql = "update bulk_run set state = 'failed'
                where user_id = $1 and state = 'running'
                  and heartbeat < now() - make_interval(secs => $2)";
    let values = [user.into(), SILENCE.into()];
    ctx.db.execute_raw(statement(sql, values)).await?;
    Ok(())
}

/// Says that the node is at work; false where the run was stopped meanwhile.
pub(super) async fn beat(ctx: &Ctx, run: RunId) -> Result<bool> {
    let sql = format!(
        "update bulk_run set heartbeat = now() from {UNHURRIED} where id = $1 and state = 'running'"
    );
    let updated = ctx.db.execute_raw(statement(&sql, [run.into()])).await?;
    Ok(updated.rows_affected() == 1)
}

/// Notes how far a run has got, and what it has just refused; false where it was stopped.
pub(super) async fn step(
    ctx: &Ctx,
    run: RunId,
    done: u64,
    refused: u64,
    refusals: &[(RecordId, Error)],
) -> Result<bool> {
    let kept = refused.saturating_sub(refusals.len() as u64);
    let room = usize::try_from(REFUSALS_KEPT.saturating_sub(kept)).unwrap_or_default();
    if room > 0 && !refusals.is_empty() {
        let rows: Vec<Json> = refusals
            .iter()
            .take(room)
            .map(|(id, reason)| json!({"id": id, "reason": reason}))
            .collect();
        let sql = format!(
            "insert into bulk_refusal (run_id, record_id, reason)
             select $1, n.id, n.reason
               from jsonb_to_recordset($2) as n(id bigint, reason jsonb), {UNHURRIED}
             on conflict do nothing"
        );
        let values = [run.into(), Json::Array(rows).into()];
        ctx.db.execute_raw(statement(&sql, values)).await?;
    }
    let sql = format!(
        "update bulk_run set done = $2, refused = $3, heartbeat = now() from {UNHURRIED}
          where id = $1 and state = 'running'"
    );
    let values = [run.into(), signed(done).into(), signed(refused).into()];
    let updated = ctx.db.execute_raw(statement(&sql, values)).await?;
    Ok(updated.rows_affected() == 1)
}

/// How a run ended.
#[derive(Debug, Clone, Default)]
pub(super) struct Ended {
    pub(super) done: u64,
    pub(super) changed: u64,
    pub(super) refused: u64,
    pub(super) operation: Option<OperationId>,
    pub(super) kept: Vec<String>,
    /// Whether it cannot be taken back.
    pub(super) is_final: bool,
}

/// Says that a run is done, in its own transaction; false where it was stopped meanwhile, and then
/// the transaction must not be committed.
pub(super) async fn finish(tx: &impl ConnectionTrait, run: RunId, ended: &Ended) -> Result<bool> {
    let sql = "update bulk_run
                  set state = 'done', done = $2, changed = $3, refused = $4, operation_id = $5,
                      kept = $6, heartbeat = now()
                where id = $1 and state = 'running'";
    let values = [
        run.into(),
        signed(ended.done).into(),
        signed(ended.changed).into(),
        signed(ended.refused).into(),
        ended.operation.into(),
        json!(ended.kept).into(),
    ];
    let updated = tx.execute_raw(statement(sql, values)).await?;
    Ok(updated.rows_affected() == 1)
}

/// Says that a run has failed, where it has not ended otherwise.
pub(super) async fn fail(ctx: &Ctx, run: RunId, failure: &Error) -> Result<()> {
    let sql =
        "update bulk_run set state = 'failed', failure = $2 where id = $1 and state = 'running'";
    let values = [run.into(), json!(failure).into()];
    ctx.db.execute_raw(statement(sql, values)).await?;
    Ok(())
}

/// Forgets what a run that begins again has noted.
pub(super) async fn rewind(ctx: &Ctx, run: RunId) -> Result<()> {
    let sql = "delete from bulk_refusal where run_id = $1";
    ctx.db.execute_raw(statement(sql, [run.into()])).await?;
    Ok(())
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn statement<const N: usize>(sql: &str, values: [sea_orm::Value; N]) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}
