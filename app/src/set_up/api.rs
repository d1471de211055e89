//! The first run.

use domain::Error;
use domain::workspace::{SetUp, SetUpOffer};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// What there is to choose from, for whoever has the newest link; none for others.
#[server(input = GetUrl)]
pub async fn load_offer(token: String) -> Result<Option<SetUpOffer>, Error> {
    let visit = crate::request::visit()?;
    crate::request::respond(services::setup::offer(&visit.anonymous, &token).await)
}

/// Makes the organisation, signs its administrator in, and goes to the board.
#[server]
pub async fn finish_set_up(token: String, form: SetUp) -> Result<(), Error> {
    let visit = crate::request::visit()?;
    crate::request::respond(super::first_run::set_up(&visit, &token, form).await)?;
    leptos_axum::redirect(&crate::layout::local_path(None));
    Ok(())
}
