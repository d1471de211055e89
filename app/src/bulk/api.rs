//! Server functions of changing many records at once.

use domain::bulk::{BulkChange, Preview, Refusal, Run, RunId, Selection};
use domain::{Error, Kind, OperationId};
use leptos::prelude::*;
use leptos::server_fn::codec::{GetUrl, Json};

use crate::answer::Answer;

/// What a change would come to.
#[server(input = Json)]
pub async fn preview_change(
    kind: Kind,
    selection: Selection,
    change: BulkChange,
) -> Result<Answer<Preview>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::bulk::preview(&ctx, kind, &selection, change).await)
}

/// Starts a change.
#[server(input = Json)]
pub async fn start_change(
    kind: Kind,
    selection: Selection,
    change: BulkChange,
) -> Result<Answer<Run>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::bulk::start(&ctx, kind, selection, change).await)
}

/// Starts taking an operation back.
#[server]
pub async fn start_undo(operation: OperationId) -> Result<Answer<Run>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::bulk::start_undo(&ctx, operation).await)
}

/// How a run stands.
#[server(input = GetUrl)]
pub async fn run_progress(run: RunId) -> Result<Answer<Run>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::bulk::progress(&ctx, run).await)
}

/// The user's runs that are under way or whose end has not been seen.
#[server(input = GetUrl)]
pub async fn my_runs() -> Result<Vec<Run>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::request::respond(services::bulk::mine(&ctx).await)
}

/// Stops a run.
#[server]
pub async fn cancel_run(run: RunId) -> Result<Answer<Run>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::bulk::cancel(&ctx, run).await)
}

/// Notes that the user has seen how a run ended.
#[server]
pub async fn dismiss_run(run: RunId) -> Result<(), Error> {
    let ctx = crate::request::ctx().await?;
    crate::request::respond(services::bulk::dismiss(&ctx, run).await)
}

/// What a run did not change, and why.
#[server(input = GetUrl)]
pub async fn run_refusals(run: RunId) -> Result<Answer<Vec<Refusal>>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::bulk::refusals(&ctx, run).await)
}
