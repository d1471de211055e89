//! Server functions of the record page.

use domain::board::Written;
use domain::record::Opened;
use domain::timeline::{Timeline, Undone};
use domain::{Draft, Error, EventId, Kind, OperationId, RecordId};
use leptos::prelude::*;
use leptos::server_fn::codec::{GetUrl, Json};

use crate::answer::Answer;

/// Everything that the page shows.
#[server(input = GetUrl)]
pub async fn open_record(kind: Kind, id: RecordId) -> Result<Answer<Opened>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::records::open::open(&ctx, kind, id).await)
}

/// What is older on the timeline.
#[server(input = GetUrl)]
pub async fn older_entries(kind: Kind, id: RecordId, older: EventId) -> Result<Timeline, Error> {
    let ctx = crate::request::ctx().await?;
    crate::request::respond(services::timeline::read(&ctx, kind, id, Some(older)).await)
}

/// Changes fields or the stage.
#[server(input = Json)]
pub async fn change_record(
    kind: Kind,
    id: RecordId,
    draft: Draft,
) -> Result<Answer<Written>, Error> {
    let ctx = crate::request::ctx().await?;
    let written =
        services::records::write::change(&ctx, domain::timeline::Via::Form, kind, id, draft).await;
    crate::answer::answer(written)
}

/// Puts a record into the recycle bin.
#[server]
pub async fn delete_record(kind: Kind, id: RecordId) -> Result<Answer<Written>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(
        services::records::write::delete(&ctx, domain::timeline::Via::Form, kind, id).await,
    )
}

/// Writes a note.
#[server]
pub async fn add_note(kind: Kind, id: RecordId, body: String) -> Result<Answer<Written>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::notes::add(&ctx, kind, id, &body).await)
}

/// Takes an operation back.
#[server]
pub async fn undo_operation(operation: OperationId) -> Result<Answer<Undone>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::operations::undo(&ctx, operation).await)
}
