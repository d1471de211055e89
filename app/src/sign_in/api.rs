//! Signing in.

use domain::Error;
use leptos::prelude::*;

/// Starts a session for whom the e-mail address and the password fit, and goes to `next`, or to
/// the board.
#[server]
pub async fn sign_in(email: String, password: String, next: Option<String>) -> Result<(), Error> {
    use crate::request;
    let visit = request::visit()?;
    request::respond(super::session::sign_in(&visit, &email, &password).await)?;
    leptos_axum::redirect(&crate::layout::local_path(next.as_deref()));
    Ok(())
}
