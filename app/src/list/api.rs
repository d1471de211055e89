//! What a list asks the server.
//!
//! What is refused is an answer like another (see [`crate::answer`]), so that the browser logs
//! nothing.

use domain::board::Written;
use domain::list::{Listed, Row, Summary};
use domain::query::{Count, Page, Query};
use domain::timeline::Undone;
use domain::{Draft, Error, Kind, OperationId, RecordId};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

use crate::answer::Answer;

/// The first page of a list.
#[server(input = Json)]
pub async fn open_list(kind: Kind, query: Query) -> Result<Answer<Listed>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::records::lists::open(&ctx, kind, &query).await)
}

/// The page after a cursor.
#[server(input = Json)]
pub async fn load_page(kind: Kind, query: Query) -> Result<Answer<Page>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::records::read::list(&ctx, kind, &query).await)
}

/// Records that are on the list already, as they are now.
#[server(input = Json)]
pub async fn load_rows(
    kind: Kind,
    query: Query,
    ids: Vec<RecordId>,
) -> Result<Answer<Vec<Row>>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::records::lists::rows(&ctx, kind, &query, &ids).await)
}

/// How many records there are; up to the cap unless `exact`.
#[server(input = Json)]
pub async fn count_records(kind: Kind, query: Query, exact: bool) -> Result<Answer<Count>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::records::read::count(&ctx, kind, &query, exact).await)
}

/// What columns come to over all that the list has.
#[server(input = Json)]
pub async fn load_footer(
    kind: Kind,
    query: Query,
    fields: Vec<String>,
) -> Result<Answer<Vec<Summary>>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::records::lists::footer(&ctx, kind, &query, &fields).await)
}

/// Changes a cell, with what a gate asks for.
#[server(input = Json)]
pub async fn change_cell(kind: Kind, id: RecordId, draft: Draft) -> Result<Answer<Written>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::records::write::change(&ctx, FORM, kind, id, draft).await)
}

/// Takes a change back.
#[server(input = Json)]
pub async fn undo_change(operation: OperationId) -> Result<Answer<Undone>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::operations::undo(&ctx, operation).await)
}

#[cfg(feature = "ssr")]
const FORM: domain::timeline::Via = domain::timeline::Via::Form;
