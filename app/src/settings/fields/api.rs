//! Server functions of the fields' settings. What a rule refuses is an answer.

use domain::field_settings::{FieldDraft, FieldSettings};
use domain::query::{Count, Query};
use domain::{Error, FieldDef, Kind};
use leptos::prelude::*;
use leptos::server_fn::codec::{GetUrl, Json};

use crate::answer::Answer;

/// The custom fields of a kind, and those in the bin.
#[server(input = GetUrl)]
pub async fn load_fields(kind: Kind) -> Result<Answer<FieldSettings>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::fields::settings(&ctx, kind).await)
}

/// Makes a field.
#[server(input = Json)]
pub async fn create_field(kind: Kind, draft: FieldDraft) -> Result<Answer<FieldDef>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::fields::create(&ctx, kind, draft).await)
}

/// Changes a field.
#[server(input = Json)]
pub async fn change_field(id: i64, draft: FieldDraft) -> Result<Answer<()>, Error> {
    let ctx = crate::request::ctx().await?;
    let changed = services::fields::change(&ctx, id, draft).await;
    crate::answer::answer(changed.map(drop))
}

/// Puts a kind's fields in order.
#[server(input = Json)]
pub async fn order_fields(kind: Kind, ids: Vec<i64>) -> Result<Answer<()>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::fields::order(&ctx, kind, ids).await)
}

/// How many of the records that one may see a question has, counted to the end: those that hold a
/// value of a field that is about to go.
#[server(input = Json)]
pub async fn count_holding(kind: Kind, query: Query) -> Result<Answer<Count>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::records::read::count(&ctx, kind, &query, true).await)
}

/// Puts a field into the bin, with its values.
#[server]
pub async fn delete_field(id: i64) -> Result<Answer<()>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::fields::delete(&ctx, id).await)
}

/// Takes a field out of the bin, with its values.
#[server]
pub async fn restore_field(id: i64) -> Result<Answer<()>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::fields::restore(&ctx, id).await.map(drop))
}
