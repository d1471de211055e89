//! What users set for themselves.

use domain::Error;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// Changes the user's password, and signs them out in all other browsers.
#[server]
pub async fn change_password(old: String, new: String) -> Result<(), Error> {
    use crate::request;
    let ctx = request::ctx().await?;
    let visit = request::visit()?;
    let session = visit.session.id().map(|id| id.to_string());
    let change = services::accounts::change_password(&ctx, session.as_deref(), &old, &new);
    request::respond(
        visit
            .limited(&format!("{:?}", ctx.actor.user_id), change)
            .await,
    )
}

/// Sets the time zone in which the user's days begin; empty for the organisation's.
#[server]
pub async fn set_time_zone(time_zone: String) -> Result<(), Error> {
    let ctx = crate::request::ctx().await?;
    let chosen = Some(time_zone.as_str()).filter(|chosen| !chosen.is_empty());
    crate::request::respond(services::accounts::set_time_zone(&ctx, chosen).await)
}

/// The names of all time zones, and the user's own choice, if any.
#[server(input = GetUrl)]
pub async fn load_time_zones() -> Result<(Vec<String>, Option<String>), Error> {
    let ctx = crate::request::ctx().await?;
    crate::request::respond(services::accounts::time_zone_choice(&ctx).await)
}
