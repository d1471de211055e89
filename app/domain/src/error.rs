//! The one error that crosses the wire, and the problems a field can have.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error as ThisError;

use crate::{UserId, Value};

/// Everything a use case can answer instead of its result. A closed set: the browser knows how to
/// show each, and the server knows its status.
///
/// It may travel in the address of a form posted without JavaScript, so it never holds personal
/// data beyond what the user typed, nor anything from inside the server.
#[derive(Debug, Clone, PartialEq, ThisError, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Error {
    /// Nobody is signed in, or the session has ended.
    #[error("Sign in to go on.")]
    Unauthenticated,
    /// The user may see the thing but not do this with it; the text says what is not allowed.
    #[error("{0}")]
    Forbidden(String),
    /// It does not exist, or the user may not know that it does.
    #[error("Not found. It may have been deleted, or you may not be allowed to see it.")]
    NotFound,
    /// What was sent does not fit, field by field.
    #[error("{}", join(.0))]
    Invalid(Vec<FieldError>),
    /// Somebody else changed the same fields meanwhile.
    #[error("Somebody changed this record meanwhile: {}", fields(.0))]
    Conflict(Vec<FieldConflict>),
    /// Too many tries.
    #[error("Too many tries. Wait {retry_after} seconds and try again.")]
    RateLimited {
        /// Seconds to wait.
        retry_after: u64,
    },
    /// The database is away or the server is stopping.
    #[error("The server is not ready. Try again in a moment.")]
    Unavailable,
    /// The database did not finish in the time that a page has; it has written nothing.
    #[error("This took too long and was stopped. Nothing was changed. Ask for less, or try again.")]
    TookTooLong,
    /// The disk of the database is full; nothing was written.
    #[error(
        "The server's disk is full, so nothing can be saved until there is room again. Nothing was \
         changed, and you can go on reading. Tell whoever looks after the server."
    )]
    NoRoom,
    /// What was sent is no request that this server knows: a page of another version, or a client
    /// that got it wrong.
    #[error(
        "The request was not understood. A page that is older than the server is to be loaded again."
    )]
    NotUnderstood,
    /// The answer did not arrive or could not be read.
    #[error("The server could not be reached ({0}).")]
    Transport(String),
    /// A fault of ours. The log has the cause under this request id.
    #[error("Something went wrong on our side. Quote {request_id} when you report it.")]
    Internal {
        /// Finds the log entry.
        request_id: String,
    },
}

impl Error {
    /// One field with one problem.
    #[must_use]
    pub fn field(field: &str, label: &str, problem: Problem) -> Self {
        Self::Invalid(vec![FieldError::new(field, label, problem)])
    }

    /// A stable word for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden(_) => "forbidden",
            Self::NotFound => "not_found",
            Self::Invalid(_) => "invalid",
            Self::Conflict(_) => "conflict",
            Self::RateLimited { .. } => "rate_limited",
            Self::Unavailable => "unavailable",
            Self::TookTooLong => "took_too_long",
            Self::NoRoom => "no_room",
            Self::NotUnderstood => "not_understood",
            Self::Transport(_) => "transport",
            Self::Internal { .. } => "internal",
        }
    }

    /// The HTTP status that says the same.
    #[must_use]
    pub const fn http_status(&self) -> u16 {
        match self {
            Self::NotUnderstood => 400,
            Self::Unauthenticated => 401,
            Self::Forbidden(_) => 403,
            Self::NotFound => 404,
            Self::Invalid(_) => 422,
            Self::Conflict(_) => 409,
            Self::RateLimited { .. } => 429,
            Self::Unavailable | Self::TookTooLong => 503,
            Self::Transport(_) => 502,
            Self::Internal { .. } => 500,
            // “Insufficient storage”: told apart from a server that is away by whoever counts.
            Self::NoRoom => 507,
        }
    }

    /// After how many seconds a try without anybody's doing is worth while; none where the same
    /// would come of it.
    #[must_use]
    pub const fn retry_after(&self) -> Option<u64> {
        match self {
            Self::RateLimited { retry_after } => Some(*retry_after),
            Self::Unavailable | Self::Transport(_) => Some(5),
            _ => None,
        }
    }

    /// The field errors, if that is what this is.
    #[must_use]
    pub fn field_errors(&self) -> &[FieldError] {
        match self {
            Self::Invalid(errors) => errors,
            _ => &[],
        }
    }
}

/// What server functions of Leptos answer instead of their result, as JSON.
#[cfg(feature = "server-fn")]
impl server_fn::error::FromServerFnError for Error {
    type Encoder = server_fn::codec::JsonEncoding;

    /// Faults of the wire itself: the answer never came, or one side does not understand the other
    /// (a page older than the server). The details are for the console, not for people.
    fn from_server_fn_error(value: server_fn::error::ServerFnErrorErr) -> Self {
        use server_fn::error::ServerFnErrorErr as Fault;
        match value {
            Fault::Request(_) => Self::Transport("no answer".into()),
            Fault::Args(_) | Fault::MissingArg(_) => Self::NotUnderstood,
            // Of the same name at both ends: a server has read a request, a browser an answer, which
            // may be that of a proxy.
            Fault::Deserialization(_) if cfg!(not(target_arch = "wasm32")) => Self::NotUnderstood,
            Fault::Deserialization(_) => Self::Transport("the answer was not understood".into()),
            _ => Self::Transport("the request failed".into()),
        }
    }
}

/// A problem with one field, which finds its place on the form by `field`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldError {
    /// The field's key, or the name of the input.
    pub field: String,
    /// The field's name as the user knows it.
    pub label: String,
    /// What is wrong.
    pub problem: Problem,
}

impl FieldError {
    /// A problem with a field.
    #[must_use]
    pub fn new(field: &str, label: &str, problem: Problem) -> Self {
        Self {
            field: field.to_owned(),
            label: label.to_owned(),
            problem,
        }
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.label, self.problem)
    }
}

/// What is wrong with a value, and what would be right.
#[derive(Debug, Clone, PartialEq, ThisError, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// A value is needed.
    #[error("must be filled in")]
    Required,
    /// A value is needed before the record may enter this stage.
    #[error("must be filled in before “{stage}”")]
    RequiredAtStage {
        /// The stage's name.
        stage: String,
    },
    /// Longer than fits.
    #[error("is too long: {length} characters, at most {most}")]
    TooLong {
        /// Characters given.
        length: usize,
        /// Characters allowed.
        most: usize,
    },
    /// Shorter than is safe.
    #[error("is too short, at least {least} characters")]
    TooShort {
        /// Characters needed.
        least: usize,
    },
    /// Not of the field's type; the text shows a right one.
    #[error("“{given}” is not {expected}")]
    Malformed {
        /// What was given, shortened.
        given: String,
        /// What would be right, with an example.
        expected: String,
    },
    /// Outside what may be stored.
    #[error("must be between {least} and {most}")]
    OutOfRange {
        /// Lowest value allowed.
        least: String,
        /// Highest value allowed.
        most: String,
    },
    /// Not among the choices, or no longer.
    #[error("“{given}” is not one of the choices")]
    UnknownChoice {
        /// What was given.
        given: String,
    },
    /// Points to a record that is not there or may not be seen.
    #[error("there is no such record")]
    NoSuchRecord,
    /// The field does not exist.
    #[error("there is no such field")]
    NoSuchField,
    /// The operator does not fit the field's type.
    #[error("cannot be compared with “{operator}”")]
    OperatorDoesNotFit {
        /// The operator as written.
        operator: String,
    },
    /// Set by Dealwright itself.
    #[error("is filled in by Dealwright and cannot be changed")]
    ReadOnly,
    /// Somebody else has the same.
    #[error("is taken already")]
    Taken,
    /// Another record has the same.
    #[error("“{given}” is already taken by “{title}”")]
    TakenBy {
        /// What is taken, shortened.
        given: String,
        /// The record that has it, which the writer may see.
        title: String,
    },
    /// The move is not allowed from where the record is.
    #[error("cannot be moved from “{from}” to “{to}”")]
    StageNotAllowed {
        /// Where it is.
        from: String,
        /// Where it was to go.
        to: String,
    },
    /// Anything said best in its own words.
    #[error("{0}")]
    Other(String),
}

/// Two people's values for one field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldConflict {
    /// The field's key.
    pub field: String,
    /// The field's name.
    pub label: String,
    /// What is stored now.
    pub theirs: Value,
    /// What was sent.
    pub mine: Value,
    /// Who changed it last.
    #[serde(default)]
    pub by: Option<UserId>,
    /// When.
    #[serde(default)]
    pub at: Option<DateTime<Utc>>,
}

fn join(errors: &[FieldError]) -> String {
    errors
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}

fn fields(conflicts: &[FieldConflict]) -> String {
    conflicts
        .iter()
        .map(|c| c.label.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_error_names_the_field_and_what_would_be_right() {
        let error = Error::field(
            "amount",
            "Amount",
            Problem::Malformed {
                given: "abc".into(),
                expected: "a number such as 1200.50".into(),
            },
        );
        assert_eq!(
            error.to_string(),
            "Amount: “abc” is not a number such as 1200.50"
        );
        assert_eq!(error.http_status(), 422);
    }

    #[test]
    fn an_error_survives_the_wire() {
        let error = Error::Conflict(vec![FieldConflict {
            field: "title".into(),
            label: "Title".into(),
            theirs: Value::Text("a".into()),
            mine: Value::Text("b".into()),
            by: Some(3),
            at: None,
        }]);
        let json = serde_json::to_string(&error).expect("errors serialise");
        assert_eq!(
            serde_json::from_str::<Error>(&json).expect("and back"),
            error
        );
    }
}
