//! What is told in the log of a change of people: the fields that changed, old and new, as plain
//! JSON. [`super::undo`] reads it back.

use chrono::{DateTime, Utc};
use domain::UserId;
use domain::timeline::What;
use serde_json::json;

use crate::failure::Result;
pub(super) use crate::operations::log::{Difference, made, one, write};
use crate::people::USER;
use crate::records::write::Operation;

/// Notes a field, where it changed.
pub(super) fn note<T: PartialEq + serde::Serialize>(
    difference: &mut Difference,
    key: &str,
    old: &T,
    new: &T,
) {
    if old != new {
        difference.insert(key.to_owned(), json!([old, new]));
    }
}

/// Writes that something about a user is different now.
pub(super) async fn user_changed(
    operation: &mut Operation,
    now: DateTime<Utc>,
    user: UserId,
    difference: Difference,
) -> Result<()> {
    write(operation, now, USER, user, What::Changed, difference).await
}
