//! Taking up an invitation, on the server.

use domain::Error;
use domain::people::Invitation;
use services::people_settings::invitations;

use crate::answer::Answer;
use crate::layout::local_path;
use crate::request::{self, Visit};
use crate::typed;

/// The form's name among those whose typed text is kept.
pub(super) const FORM: &str = "invitation";
/// Under which tries are counted: guessed tokens are limited as guessed passwords are.
const WHOM: &str = "invitation";

/// What a link is good for, unless too many that are not have been tried.
pub(super) async fn look(visit: &Visit, token: &str) -> Result<Invitation, Error> {
    let look = async {
        match invitations::look(&visit.anonymous, token).await? {
            // A try that failed, to the counter.
            Invitation::Unknown => Err(Error::NotFound),
            known => Ok(known),
        }
    };
    match visit.limited(WHOM, look).await {
        Err(Error::NotFound) => Ok(Invitation::Unknown),
        result => result,
    }
}

/// Takes a link up, and signs in whom it lets in.
pub(super) async fn accept(
    visit: &Visit,
    token: &str,
    name: &str,
    password: &str,
) -> Result<(), Error> {
    let taken = invitations::take_up(&visit.anonymous, token, name, password);
    match visit.limited(WHOM, taken).await {
        Ok(user) => {
            typed::forget(FORM);
            visit.start_session(user).await?;
            leptos_axum::redirect(&local_path(None));
            Ok(())
        }
        Err(error) => {
            typed::keep(FORM, &name);
            Err(error)
        }
    }
}

/// A refusal is an answer to a page, and an error to a form without JavaScript, whose page shows
/// it when it comes back.
pub(super) fn answered<T>(result: Result<T, Error>) -> Result<Answer<T>, Error> {
    if request::is_plain_form() {
        return request::respond(result).map(Ok);
    }
    match result {
        Err(error @ Error::RateLimited { .. }) => Ok(Err(error)),
        result => crate::answer::answer(result),
    }
}
