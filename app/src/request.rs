//! Who asks, and how errors become statuses: the one bridge between server functions and the
//! server that runs them.

use std::net::IpAddr;
use std::sync::Arc;

use domain::Error;
use http::StatusCode;
use http::header::{ACCEPT, HeaderMap, HeaderValue, RETRY_AFTER};
use http::request::Parts;
use leptos::prelude::{expect_context, use_context};
use leptos_axum::ResponseOptions;
use services::Ctx;
use tower_sessions::Session;

/// What the server knows of a request, put by it among the request's extensions and into Leptos's
/// context. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Asks as nobody signed in: for signing in and setting up.
    pub anonymous: Ctx,
    /// Who asks, or why that is not known.
    pub signed_in: Result<Ctx, Error>,
    /// The session, which holds who has signed in.
    pub session: Session,
    /// Where the request comes from. For limits only: neither stored nor logged.
    pub address: IpAddr,
    /// Counts tries to sign in.
    pub sign_in_limit: Arc<dyn SignInLimit>,
}

/// Counts tries to sign in; the server has the counter.
pub trait SignInLimit: std::fmt::Debug + Send + Sync {
    /// Counts a try, or answers [`Error::RateLimited`].
    fn try_once(&self, address: IpAddr, email: &str) -> Result<(), Error>;
    /// Gives the tries back after one that was right.
    fn succeeded(&self, address: IpAddr, email: &str);
}

/// The visit that this server function is part of.
pub fn visit() -> Result<Visit, Error> {
    // Missing only where a route forgot to provide it, and then nobody may be let in.
    use_context::<Visit>().ok_or(Error::Unauthenticated)
}

/// The context of the user who asks; [`Error::Unauthenticated`] when nobody is signed in. The first
/// line of every server function.
#[expect(
    clippy::unused_async,
    reason = "leaves room to look somebody up only when asked"
)]
pub async fn ctx() -> Result<Ctx, Error> {
    let visit = match visit() {
        Ok(visit) => visit,
        Err(error) => return respond(Err(error)),
    };
    respond(visit.signed_in)
}

/// Says with the response's status what the result says. The last line of every server function;
/// Leptos itself answers 500 to every error.
pub fn respond<T>(result: Result<T, Error>) -> Result<T, Error> {
    if let Err(error) = &result
        && let Some(response) = use_context::<ResponseOptions>()
        && !answers_with_redirect()
        && let Ok(status) = StatusCode::from_u16(error.http_status())
    {
        response.set_status(status);
        if let Error::RateLimited { retry_after } = error {
            response.insert_header(RETRY_AFTER, HeaderValue::from(*retry_after));
        }
    }
    result
}

/// Whether this is a form posted without JavaScript: such a browser is sent back to its page, which
/// shows the error, and needs the redirect's own status.
fn answers_with_redirect() -> bool {
    use_context::<Parts>()
        .is_some_and(|parts| parts.uri.path().starts_with("/api/") && accepts_html(&parts.headers))
}

fn accepts_html(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

/// Sets the status of the page that is being made.
pub fn set_status(status: StatusCode) {
    expect_context::<ResponseOptions>().set_status(status);
}
