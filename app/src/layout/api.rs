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

/// Sets how the user's pages look; the browser remembers it too, for when nobody is signed in.
#[server]
pub async fn set_theme(theme: String) -> Result<(), Error> {
    let ctx = crate::request::ctx().await?;
    crate::request::respond(services::accounts::set_theme(&ctx, &theme).await)?;
    crate::request::remember_theme(&theme);
    Ok(())
}

/// Ends the session.
#[server]
pub async fn sign_out() -> Result<(), Error> {
    crate::request::ctx().await?;
    crate::request::respond(crate::request::visit()?.end_session().await)
}
