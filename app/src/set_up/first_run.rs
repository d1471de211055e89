//! The first run, on the server.

use domain::Error;
use domain::workspace::SetUp;
use services::setup;

use crate::request::Visit;
use crate::typed;

/// The form's name among those whose typed text is kept.
pub(super) const FORM: &str = "set_up";

/// Sets up, and signs the administrator in.
pub(super) async fn set_up(visit: &Visit, token: &str, form: SetUp) -> Result<(), Error> {
    let without_password = SetUp {
        password: String::new(),
        ..form.clone()
    };
    match setup::set_up(&visit.anonymous, token, form).await {
        Ok(administrator) => {
            typed::forget(FORM);
            visit.start_session(administrator).await
        }
        Err(error) => {
            typed::keep(FORM, &without_password);
            Err(error)
        }
    }
}
