//! Refusals as answers. A browser logs every request that fails to its console, whatever the page
//! does with it; so what a rule refuses, and what has gone meanwhile, is an answer, and only what
//! went wrong is a failure.

use domain::Error;

/// What came of a request that reached the server.
pub type Answer<T> = Result<T, Error>;

/// Answers what a rule refuses, and responds with everything else as always. The last line of
/// server functions in place of [`crate::request::respond`].
///
/// # Errors
/// Whatever is no refusal: nobody signed in, the database away, a fault of ours.
#[cfg(feature = "ssr")]
pub fn answer<T>(result: Result<T, Error>) -> Result<Answer<T>, Error> {
    match result {
        Err(
            error
            @ (Error::Invalid(_) | Error::Conflict(_) | Error::Forbidden(_) | Error::NotFound),
        ) => Ok(Err(error)),
        result => crate::request::respond(result).map(Ok),
    }
}
