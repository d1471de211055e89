//! A session's beginning, on the server.

use domain::Error;
use services::accounts;

use crate::request::Visit;
use crate::typed;

/// The form's name among those whose typed text is kept.
pub(super) const FORM: &str = "sign_in";

/// Signs in, unless it has been tried too often.
pub(super) async fn sign_in(visit: &Visit, email: &str, password: &str) -> Result<(), Error> {
    let pair = accounts::sign_in(&visit.anonymous, email, password);
    match visit.limited(email, pair).await {
        Ok(user) => {
            typed::forget(FORM);
            visit.start_session(user).await
        }
        Err(error) => {
            typed::keep(FORM, &email);
            Err(error)
        }
    }
}
