//! A session's beginning, on the server.

use domain::{Error, UserId};
use services::accounts;

use crate::request::{self, Visit};

/// The cookie by which a form posted without JavaScript finds its e-mail address again.
const TYPED: &str = "dealwright_typed";
/// How long it is kept, in seconds.
const KEPT: u32 = 120;

/// Signs in, unless it has been tried too often.
pub(super) async fn sign_in(visit: &Visit, email: &str, password: &str) -> Result<(), Error> {
    let pair = accounts::sign_in(&visit.anonymous, email, password);
    match visit.limited(email, pair).await {
        Ok(user) => start(visit, user).await,
        Err(error) => {
            keep_typed(email);
            Err(error)
        }
    }
}

/// Makes the session this user's.
async fn start(visit: &Visit, user: UserId) -> Result<(), Error> {
    visit.start_session(user).await?;
    if request::cookie(TYPED).is_some() {
        request::set_cookie(TYPED, "", 0);
    }
    Ok(())
}

/// With JavaScript the page keeps what was typed. Without, it is made anew: the address comes back
/// in a cookie, never in the URL, which goes into logs and histories.
fn keep_typed(email: &str) {
    if request::is_plain_form() {
        let hex: String =
            email.bytes().take(254).map(|byte| format!("{byte:02x}")).collect();
        request::set_cookie(TYPED, &hex, KEPT);
    }
}

/// What was typed before a plain form came back.
pub(super) fn typed() -> String {
    let hex = request::cookie(TYPED).unwrap_or_default();
    let bytes = hex.as_bytes().chunks_exact(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    });
    let bytes: Option<Vec<u8>> = bytes.collect();
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}
