//! Judges facts, and says in words what is, why it matters and what to do. All wording of the
//! doctor is here.

mod kept;
mod machine;
#[cfg(test)]
mod tests;
mod traffic;

pub(super) use kept::{indexes, jobs, totals};
pub(super) use machine::{clock, settings, space, versions};
pub(super) use traffic::{queries, sessions, vacuum};

use super::Finding;
use crate::Failure;

const MB: i64 = 1024 * 1024;
const GB: u64 = 1024 * 1024 * 1024;

/// What could not be looked at.
pub(super) fn hidden(subject: &'static str, failure: &Failure) -> Finding {
    Finding::look(
        subject,
        format!("could not be looked at ({})", cause(failure)),
        "what cannot be looked at may be wrong",
        "run doctor again, as the database's owner where rights are missing",
    )
}

/// A failure, with what PostgreSQL said.
pub(super) fn cause(failure: &Failure) -> String {
    match failure {
        Failure::Db(error) => error.to_string(),
        other => other.to_string(),
    }
}

/// The first few, and how many more there are.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown = names[..names.len().min(SHOWN)].join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// A size to read.
fn bytes(bytes: i64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "for reading only")]
    let mb = bytes as f64 / (1024.0 * 1024.0);
    if mb >= 1024.0 {
        format!("{:.1} GB", mb / 1024.0)
    } else {
        format!("{mb:.0} MB")
    }
}
