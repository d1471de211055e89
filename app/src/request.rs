//! Who asks, and how errors become statuses: the one bridge between server functions and the
//! server that runs them.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use domain::Error;
use http::StatusCode;
use http::header::{ACCEPT, COOKIE, HeaderMap, HeaderValue, RETRY_AFTER, SET_COOKIE};
use http::request::Parts;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::ResponseOptions;
use services::Ctx;
use services::sessions::USER_ID;
use tower_sessions::Session;

/// The cookie that keeps how pages look.
const THEME_COOKIE: &str = "dealwright_theme";

/// What the server knows of a request. It puts this among the request's extensions, and into
/// Leptos's context. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Asks as nobody: for signing in and setting up.
    pub anonymous: Ctx,
    /// Who asks, or why that is not known.
    pub signed_in: Result<Ctx, Error>,
    /// How pages look: `light`, `dark` or `auto`.
    pub theme: Arc<str>,
    /// The session, which holds who has signed in.
    pub session: Session,
    /// Where the request comes from. For limits only: neither stored nor logged.
    pub address: IpAddr,
    /// Counts tries with passwords.
    pub tries: Arc<dyn Tries>,
    /// Whether cookies go over HTTPS only.
    pub secure_cookies: bool,
}

/// Counts tries with passwords; the server has the counter.
pub trait Tries: fmt::Debug + Send + Sync {
    /// Counts a try to be somebody, or answers [`Error::RateLimited`].
    fn try_once(&self, address: IpAddr, whom: &str) -> Result<(), Error>;
    /// Gives the tries back after one that was right.
    fn succeeded(&self, address: IpAddr, whom: &str);
}

impl Visit {
    /// Makes whoever holds the session this user. The session gets a new id, so that nobody who
    /// knew the old one comes in with them. Only in a POST: it changes the cookie.
    pub async fn start_session(&self, user: domain::UserId) -> Result<(), Error> {
        let started = async {
            self.session.cycle_id().await?;
            self.session.insert(USER_ID, user).await
        };
        started.await.map_err(|error| {
            tracing::error!(%error, request.id = %self.anonymous.request_id, "no session");
            Error::Unavailable
        })
    }

    /// Ends the session. Only in a POST.
    pub async fn end_session(&self) -> Result<(), Error> {
        self.session.flush().await.map_err(|error| {
            tracing::error!(%error, request.id = %self.anonymous.request_id, "a session stays");
            Error::Unavailable
        })
    }

    /// Does what needs a password, unless it has been tried too often.
    pub async fn limited<T>(
        &self,
        whom: &str,
        attempt: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        self.tries.try_once(self.address, whom)?;
        let result = attempt.await;
        if result.is_ok() {
            self.tries.succeeded(self.address, whom);
        }
        result
    }
}

/// The visit that this server function, or this page, is part of.
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
    respond(visit().and_then(|visit| visit.signed_in))
}

/// Says with the response's status what the result says. The last line of every server function;
/// Leptos itself answers 500 to every error.
pub fn respond<T>(result: Result<T, Error>) -> Result<T, Error> {
    if let Err(error) = &result
        && let Some(response) = use_context::<ResponseOptions>()
        && !is_plain_form()
        && let Ok(status) = StatusCode::from_u16(error.http_status())
    {
        response.set_status(status);
        if let Some(seconds) = error.retry_after() {
            response.insert_header(RETRY_AFTER, HeaderValue::from(seconds));
        }
    }
    result
}

/// What server functions find in context, for a page that calls one after it has waited for
/// another: the parts of the page between it and the request may be gone by then, and the context
/// with them.
#[derive(Debug)]
pub struct InContext {
    visit: Option<Visit>,
    response: Option<ResponseOptions>,
}

impl InContext {
    /// Looks before the first wait.
    #[must_use]
    pub fn keep() -> Self {
        Self {
            visit: use_context(),
            response: use_context(),
        }
    }

    /// Gives it back to what goes on after the wait.
    pub fn give_back(self) {
        if let Some(visit) = self.visit {
            provide_context(visit);
        }
        if let Some(response) = self.response {
            provide_context(response);
        }
    }
}

/// Sets the status of the page that is being made.
pub fn set_status(status: StatusCode) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(status);
    }
}

/// Whether this is a form posted without JavaScript. Such a browser is sent back to its page, which
/// shows the error; that redirect has a status of its own.
#[must_use]
pub fn is_plain_form() -> bool {
    use_context::<Parts>().is_some_and(|parts| {
        let accept = parts.headers.get(ACCEPT);
        parts.uri.path().starts_with("/api/")
            && accept
                .and_then(|accept| accept.to_str().ok())
                .is_some_and(|accept| accept.contains("text/html"))
    })
}

/// A cookie of the request.
#[must_use]
pub fn cookie(name: &str) -> Option<String> {
    cookie_in(&use_context::<Parts>()?.headers, name)
}

fn cookie_in(headers: &HeaderMap, name: &str) -> Option<String> {
    let values = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok());
    values
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

/// Gives the browser a cookie that scripts cannot read, for so many seconds; none takes it away.
pub fn set_cookie(name: &str, value: &str, seconds: u32) {
    let secure = visit().is_ok_and(|visit| visit.secure_cookies);
    let secure = if secure { "; Secure" } else { "" };
    let cookie =
        format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    if let Some(response) = use_context::<ResponseOptions>()
        && let Ok(cookie) = HeaderValue::from_str(&cookie)
    {
        response.append_header(SET_COOKIE, cookie);
    }
}

/// Keeps a theme in the browser for a year, for pages that nobody is signed in on.
pub fn remember_theme(theme: &str) {
    set_cookie(THEME_COOKIE, theme, 365 * 24 * 60 * 60);
}

/// The theme that the browser keeps, one of those that exist.
#[must_use]
pub fn remembered_theme(headers: &HeaderMap) -> &'static str {
    let kept = cookie_in(headers, THEME_COOKIE);
    let known = ["light", "dark"]
        .into_iter()
        .find(|known| kept.as_deref() == Some(known));
    known.unwrap_or("auto")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_theme_that_does_not_exist_is_none() {
        let theme = |cookie: &'static str| {
            remembered_theme(&HeaderMap::from_iter([(
                COOKIE,
                HeaderValue::from_static(cookie),
            )]))
        };
        assert_eq!(theme("a=b; dealwright_theme=dark"), "dark");
        assert_eq!(theme("dealwright_theme=\"><script>"), "auto");
        assert_eq!(theme(""), "auto");
    }
}
