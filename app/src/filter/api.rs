//! What filters ask the server.

use domain::value::Linked;
use domain::{Error, Kind, RecordId};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

/// The titles of records that a filter names.
#[server(input = Json)]
pub async fn load_titles(records: Vec<(Kind, RecordId)>) -> Result<Vec<(Kind, Linked)>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::request::respond(services::records::read::named(&ctx, &records).await)
}
