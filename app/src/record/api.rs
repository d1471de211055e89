//! Server functions of the record page.

use domain::board::Written;
use domain::record::Opened;
use domain::timeline::{Timeline, Told};
use domain::{Draft, Error, EventId, Kind, RecordId};
use leptos::prelude::*;
use leptos::server_fn::codec::{GetUrl, Json};

use crate::answer::Answer;

/// Everything that the page shows.
#[server(input = GetUrl)]
pub async fn open_record(kind: Kind, id: RecordId) -> Result<Answer<Opened>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::records::open::open(&ctx, kind, id).await)
}

/// A page of the timeline: the newest entries of what is asked for, or those before an event.
#[server(input = Json)]
pub async fn read_timeline(
    kind: Kind,
    id: RecordId,
    told: Told,
    older: Option<EventId>,
) -> Result<Answer<Timeline>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::timeline::read(&ctx, kind, id, told, older).await)
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

/// Makes a record with the values of another one, under another title.
#[server]
pub async fn copy_record(
    kind: Kind,
    id: RecordId,
    title: String,
) -> Result<Answer<Written>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::records::begin::copy(&ctx, kind, id, &title).await)
}

/// Writes a note.
#[server]
pub async fn add_note(kind: Kind, id: RecordId, body: String) -> Result<Answer<Written>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::notes::add(&ctx, kind, id, &body).await)
}

/// Gives a note another wording; `seen` is how often it had been edited when that began.
#[server]
pub async fn edit_note(note: i64, body: String, seen: i32) -> Result<Answer<Written>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::notes::edit(&ctx, note, &body, seen).await)
}

/// Puts a note above the timeline, or back into it.
#[server]
pub async fn pin_note(note: i64, pinned: bool) -> Result<Answer<Written>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::notes::pin(&ctx, note, pinned).await)
}

/// Deletes a note.
#[server]
pub async fn delete_note(note: i64) -> Result<Answer<Written>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::notes::delete(&ctx, note).await)
}
