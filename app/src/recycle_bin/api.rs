//! Server functions of the recycle bin.

use domain::bulk::BinPage;
use domain::query::Cursor;
use domain::{Error, Kind};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

/// A part of the bin.
#[server(input = Json)]
pub async fn load_bin(kind: Kind, text: String, cursor: Option<Cursor>) -> Result<BinPage, Error> {
    let ctx = crate::request::ctx().await?;
    crate::request::respond(services::recycle_bin::page(&ctx, kind, Some(text), cursor).await)
}
