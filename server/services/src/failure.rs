//! What can go wrong inside a use case, and the one place where it becomes the wire's error.

use domain::{Error, FieldError, Problem};
use sea_orm::{DbErr, RuntimeErr, SqlErr};

use crate::Ctx;

/// A failure on its way to the boundary.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Something the user should know.
    #[error(transparent)]
    Domain(#[from] Error),
    /// The database refused or is away.
    #[error("database")]
    Db(#[from] DbErr),
    /// A fault of ours.
    #[error(transparent)]
    Other(#[from] anyhow::Error),
}

/// Inside services.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

/// How often a use case is tried when PostgreSQL had to end it for somebody else's sake.
const TRIES: usize = 4;

/// Does the work again when PostgreSQL ended it because two transactions waited for each other:
/// nothing of it was written, and the other one is through by then.
pub(crate) async fn retried<T, W>(work: impl Fn() -> W) -> Result<T>
where
    W: Future<Output = Result<T>>,
{
    for _ in 1..TRIES {
        match work().await {
            Err(Failure::Db(error)) if lost(&error) => {
                tracing::info!("a transaction lost to another one and is tried again");
            }
            done => return done,
        }
    }
    work().await
}

/// SQLSTATE 40P01 (deadlock) or 40001 (serialisation), or two who took the same value at the same
/// moment: the second try finds it taken, and says so.
fn lost(error: &DbErr) -> bool {
    match sql_state(error).as_deref() {
        Some("40P01" | "40001") => true,
        Some("23505") => error.to_string().contains("custom_unique"),
        _ => false,
    }
}

/// What the driver says of an error that came from below sea-orm.
fn driver(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}

/// What PostgreSQL calls an error.
pub(crate) fn sql_state(error: &DbErr) -> Option<String> {
    let code = driver(error)?.as_database_error()?.code()?;
    Some(code.into_owned())
}

/// Whether it is the database that cannot answer anybody now, rather than this question that it
/// cannot answer: there is no connection, or it broke; or PostgreSQL is short of connections or
/// memory (class 53), or stops, starts or has just crashed (57P).
fn is_away(error: &DbErr) -> bool {
    if matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_)) {
        return true;
    }
    if let Some(state) = sql_state(error) {
        return ["08", "53", "57P"]
            .iter()
            .any(|class| state.starts_with(class));
    }
    matches!(
        driver(error),
        Some(
            sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed
                | sqlx::Error::BeginFailed
        )
    )
}

/// The boundary: what the user should know goes on, everything else is logged once, whole, under
/// the request id, and goes on as a word without insides.
pub fn settle<T>(ctx: &Ctx, use_case: &'static str, result: Result<T>) -> Result<T, Error> {
    result.map_err(|failure| match failure {
        Failure::Domain(error) => error,
        Failure::Db(error) => database(ctx, use_case, &error),
        Failure::Other(error) => {
            tracing::error!(use_case, request.id = %ctx.request_id, error = ?error, "use case failed");
            Error::Internal { request_id: ctx.request_id.to_string() }
        }
    })
}

fn database(ctx: &Ctx, use_case: &'static str, error: &DbErr) -> Error {
    if let Some(known) = constraint(error) {
        return known;
    }
    match sql_state(error).as_deref() {
        // Cancelled, which is what the time limit of statements does.
        Some("57014") => {
            tracing::warn!(use_case, request.id = %ctx.request_id, "a statement took too long");
            return Error::TookTooLong;
        }
        Some("53100") => {
            tracing::error!(use_case, request.id = %ctx.request_id, error = ?error, "the database's disk is full");
            return Error::NoRoom;
        }
        _ => {}
    }
    let away = is_away(error);
    tracing::error!(use_case, request.id = %ctx.request_id, error = ?error, away, "database failed");
    if away {
        Error::Unavailable
    } else {
        Error::Internal {
            request_id: ctx.request_id.to_string(),
        }
    }
}

/// Named constraints that a user can run into, as errors of the field they guard.
fn constraint(error: &DbErr) -> Option<Error> {
    let Some(SqlErr::UniqueConstraintViolation(text) | SqlErr::ForeignKeyConstraintViolation(text)) =
        error.sql_err()
    else {
        return None;
    };
    let field =
        |field, label, problem| Some(Error::Invalid(vec![FieldError::new(field, label, problem)]));
    if text.contains("app_user_email") {
        return field("email", "E-mail", Problem::Taken);
    }
    if text.contains("custom_field_label") {
        return field("label", "Label", Problem::Taken);
    }
    if text.contains("custom_unique") {
        let words = "cannot be written: somebody else has just written the same into a field in \
                     which no two records may have the same. Try again";
        return field("record", "The record", Problem::Other(words.to_owned()));
    }
    if text.contains("owner_id_fkey") {
        return field("owner_id", "Owner", Problem::NoSuchRecord);
    }
    if text.contains("lost_reason_id_fkey") {
        return field("lost_reason_id", "Lost reason", Problem::NoSuchRecord);
    }
    None
}
