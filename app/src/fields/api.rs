//! Server functions of the fields.

use domain::value::Linked;
use domain::{Error, Kind};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// Records of a kind whose title has a text, for pickers.
#[server(input = GetUrl)]
pub async fn find_records(kind: Kind, text: String) -> Result<Vec<Linked>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::request::respond(services::records::read::find(&ctx, kind, &text).await)
}
