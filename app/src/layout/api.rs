//! What the frame asks the server.

use domain::Error;
use domain::workspace::Workspace;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// The workspace of who is signed in.
#[server(input = GetUrl)]
pub async fn load_workspace() -> Result<Workspace, Error> {
    let ctx = crate::request::ctx().await?;
    crate::request::respond(services::workspace::load(&ctx).await)
}
