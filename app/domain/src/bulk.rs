//! Changing many records at once: which ones, what is done to them, what it would come to, and how
//! far it has got. The recycle bin is emptied and searched in the same way.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::field::{FieldType, Storage};
use crate::query::{Count, Cursor, Query};
use crate::record::Values;
use crate::rights::Action;
use crate::value::Linked;
use crate::{Error, FieldDef, FieldError, Kind, OperationId, Record, RecordId, Value};

/// A run's id.
pub type RunId = i64;

/// Refused records that are kept of a run, each with its reason.
pub const REFUSALS_KEPT: u64 = 1_000;

/// Which records are meant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Selection {
    /// These.
    These(Vec<RecordId>),
    /// All that a query finds, without those that were taken out by hand.
    All {
        /// Its filter and text count; order, columns and cursor do not.
        query: Query,
        /// Taken out.
        without: Vec<RecordId>,
    },
}

impl Default for Selection {
    fn default() -> Self {
        Self::These(Vec::new())
    }
}

impl Selection {
    /// Whether nothing is selected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::These(ids) if ids.is_empty())
    }

    /// Whether a record is in it, when the query of [`Selection::All`] finds it.
    #[must_use]
    pub fn has(&self, id: RecordId) -> bool {
        match self {
            Self::These(ids) => ids.contains(&id),
            Self::All { without, .. } => !without.contains(&id),
        }
    }

    /// Takes a record in or out.
    pub fn set(&mut self, id: RecordId, is_in: bool) {
        let (list, listed) = match self {
            Self::These(ids) => (ids, is_in),
            Self::All { without, .. } => (without, !is_in),
        };
        list.retain(|other| *other != id);
        if listed {
            list.push(id);
        }
    }
}

/// What is done to each record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BulkChange {
    /// Fields get these values; [`Value::Empty`] clears. Assigning sets the owner, moving the stage.
    Set(Values),
    /// A field that holds several gets these in addition.
    Add {
        /// Its key.
        field: String,
        /// What comes in.
        value: Value,
    },
    /// A field that holds several loses these.
    Remove {
        /// Its key.
        field: String,
        /// What goes.
        value: Value,
    },
    /// They go into the recycle bin.
    Delete,
    /// They come out of it.
    Restore,
    /// They are deleted for ever from it.
    Purge,
}

impl BulkChange {
    /// One field set.
    #[must_use]
    pub fn set(field: &str, value: Value) -> Self {
        Self::Set(Values::from([(field.to_owned(), value)]))
    }

    /// Whether it is done to what lies in the recycle bin.
    #[must_use]
    pub const fn in_bin(&self) -> bool {
        matches!(self, Self::Restore | Self::Purge)
    }

    /// What one must be allowed to do with a record.
    #[must_use]
    pub const fn action(&self) -> Action {
        match self {
            Self::Set(_) | Self::Add { .. } | Self::Remove { .. } => Action::Change,
            Self::Delete | Self::Restore | Self::Purge => Action::Delete,
        }
    }

    /// The same with values in stored form, or what does not fit, field by field: so that nobody
    /// waits for thousands of equal refusals.
    pub fn checked(self, fields: &[FieldDef]) -> Result<Self, Error> {
        let mut errors = Vec::new();
        let mut check = |key: &str, value: Value, several: bool| {
            let Some(field) = crate::field::find(fields, key) else {
                errors.push(FieldError::new(key, key, crate::Problem::NoSuchField));
                return Value::Empty;
            };
            let mut refuse = |problem| {
                errors.push(FieldError::new(key, &field.label, problem));
                Value::Empty
            };
            if !field.editable() || matches!(field.storage, Storage::LinksBack { .. }) {
                return refuse(crate::Problem::ReadOnly);
            }
            match field.check(value) {
                Err(problem) => refuse(problem),
                Ok(_) if several && !holds_several(field.field_type) => {
                    refuse(crate::Problem::Other("holds one value only".to_owned()))
                }
                Ok(Value::Empty) if several || field.required => refuse(crate::Problem::Required),
                Ok(value) => value,
            }
        };
        let checked = match self {
            Self::Set(values) => Self::Set(
                values
                    .into_iter()
                    .map(|(key, value)| {
                        let value = check(&key, value, false);
                        (key, value)
                    })
                    .collect(),
            ),
            Self::Add { field, value } => {
                let value = check(&field, value, true);
                Self::Add { field, value }
            }
            Self::Remove { field, value } => {
                let value = check(&field, value, true);
                Self::Remove { field, value }
            }
            other => other,
        };
        if errors.is_empty() {
            Ok(checked)
        } else {
            Err(Error::Invalid(errors))
        }
    }

    /// The values that a record gets which has these now.
    #[must_use]
    pub fn wished(&self, now: &Record) -> Values {
        match self {
            Self::Set(values) => values.clone(),
            Self::Add { field, value } => {
                Values::from([(field.clone(), joined(now.value(field), value))])
            }
            Self::Remove { field, value } => {
                Values::from([(field.clone(), without(now.value(field), value))])
            }
            Self::Delete | Self::Restore | Self::Purge => Values::new(),
        }
    }
}

/// Whether a field of this type holds several things, which can be added and removed one by one.
#[must_use]
pub const fn holds_several(field_type: FieldType) -> bool {
    matches!(
        field_type,
        FieldType::Choices | FieldType::Users | FieldType::Links(_) | FieldType::Points(_)
    )
}

/// What there is, and behind it what is not there yet.
fn joined(there: &Value, more: &Value) -> Value {
    fn join<T: Clone + PartialEq>(there: &[T], more: &[T]) -> Vec<T> {
        let mut all = there.to_vec();
        all.extend(more.iter().filter(|new| !there.contains(new)).cloned());
        all
    }
    match (there, more) {
        (Value::Texts(there), Value::Texts(more)) => Value::Texts(join(there, more)),
        (Value::Ids(there), Value::Ids(more)) => Value::Ids(join(there, more)),
        (Value::Links(there), Value::Links(more)) => Value::Links(join::<Linked>(there, more)),
        (Value::Points(there), Value::Points(more)) => Value::Points(join(there, more)),
        (_, more) => more.clone(),
    }
}

/// What there is without these.
fn without(there: &Value, gone: &Value) -> Value {
    fn rest<T: Clone + PartialEq>(there: &[T], gone: &[T]) -> Vec<T> {
        let kept = there.iter().filter(|old| !gone.contains(old));
        kept.cloned().collect()
    }
    match (there, gone) {
        (Value::Texts(there), Value::Texts(gone)) => Value::Texts(rest(there, gone)),
        (Value::Ids(there), Value::Ids(gone)) => Value::Ids(rest(there, gone)),
        (Value::Links(there), Value::Links(gone)) => Value::Links(rest::<Linked>(there, gone)),
        (Value::Points(there), Value::Points(gone)) => Value::Points(rest(there, gone)),
        (there, _) => there.clone(),
    }
}

/// What a change would come to, counted before anything is done.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Preview {
    /// Records meant: `change + same + forbidden`.
    pub meant: u64,
    /// Those that would change.
    pub change: u64,
    /// Those that are so already.
    pub same: u64,
    /// Those that the asker may see but not change.
    pub forbidden: u64,
    /// What a stage asks for and how many of those that would change lack it: they are refused.
    pub missing: Vec<Missing>,
}

/// A field that records lack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Missing {
    /// The field, and what asks for it.
    pub error: FieldError,
    /// How many lack it.
    pub records: u64,
}

/// What a run does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Changes records.
    Change(BulkChange),
    /// Takes an operation back.
    Undo(OperationId),
}

/// A change of many records, under way or over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// The kind of record; none for an undo, which may have several.
    pub kind: Option<Kind>,
    /// What it does.
    pub task: Task,
    /// Records meant.
    pub total: u64,
    /// Records gone through.
    pub done: u64,
    /// Records written, once it is over.
    pub changed: u64,
    /// Records that were refused.
    pub refused: u64,
    /// How it stands.
    pub state: RunState,
    /// The operation that it was, which can be taken back.
    pub operation: Option<OperationId>,
    /// Of an undo: what stays as it is, and why.
    pub kept: Vec<String>,
    /// Why it failed, where that is known.
    pub failure: Option<Error>,
}

/// How a run stands. Only [`RunState::Done`] has changed anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Under way.
    Running,
    /// Everything is written.
    Done,
    /// Somebody stopped it; nothing was changed.
    Cancelled,
    /// It failed, or its server went away; nothing was changed.
    Failed,
}

impl RunState {
    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }

    /// Reads one; what is unknown has failed.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        [Self::Running, Self::Done, Self::Cancelled]
            .into_iter()
            .find(|state| state.as_str() == word)
            .unwrap_or(Self::Failed)
    }
}

/// A record that a run did not change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    /// The record.
    pub id: RecordId,
    /// Its title, where the asker may see it.
    pub title: Option<String>,
    /// Why not.
    pub reason: Error,
}

/// A part of the recycle bin, what was deleted last first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BinPage {
    /// The records: title, owner, and as `updated_at` and `updated_by` when and by whom they were
    /// deleted, since nothing changes in the bin.
    pub records: Vec<Binned>,
    /// Where the next page begins; none at the end.
    pub next: Option<Cursor>,
    /// How many there are.
    pub count: Count,
    /// When it was read: the page tells times relative to this.
    pub now: DateTime<Utc>,
}

/// A record in the recycle bin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Binned {
    /// The record.
    pub record: Record,
    /// Records that it links to and that lie in the bin too: kind, id, title.
    pub with_it: Vec<(Kind, RecordId, String)>,
    /// Whether the reader may restore it.
    pub may_restore: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Problem;

    fn deal(observers: &[i64]) -> Record {
        Record {
            kind: Kind::Deal,
            id: 1,
            version: 1,
            deleted: false,
            values: Values::from([("observers".to_owned(), Value::Ids(observers.to_vec()))]),
        }
    }

    #[test]
    fn a_selection_of_all_is_one_with_exceptions() {
        let mut some = Selection::default();
        some.set(4, true);
        some.set(4, true);
        assert_eq!(some, Selection::These(vec![4]));
        let mut all = Selection::All {
            query: Query::default(),
            without: Vec::new(),
        };
        all.set(4, false);
        assert!(!all.has(4) && all.has(5) && !all.is_empty());
        all.set(4, true);
        assert!(all.has(4));
    }

    #[test]
    fn adding_keeps_what_is_there_and_adds_nothing_twice() {
        let field = "observers".to_owned();
        let value = Value::Ids(vec![2, 3]);
        let add = BulkChange::Add {
            field: field.clone(),
            value: value.clone(),
        };
        assert_eq!(
            add.wished(&deal(&[1, 2]))["observers"],
            Value::Ids(vec![1, 2, 3])
        );
        assert_eq!(add.wished(&deal(&[]))["observers"], value);
        let remove = BulkChange::Remove { field, value };
        assert_eq!(
            remove.wished(&deal(&[1, 2]))["observers"],
            Value::Ids(vec![1])
        );
    }

    #[test]
    fn what_no_record_could_take_is_refused_at_once() {
        let problem = |change: BulkChange| match change.checked(Kind::Deal.fields()) {
            Err(Error::Invalid(errors)) => errors[0].problem.clone(),
            other => panic!("{other:?}"),
        };
        let set = BulkChange::set;
        assert_eq!(problem(set("title", Value::Empty)), Problem::Required);
        assert_eq!(problem(set("colour", Value::Empty)), Problem::NoSuchField);
        assert_eq!(problem(set("updated_by", Value::Id(1))), Problem::ReadOnly);
        let two_owners = BulkChange::Add {
            field: "owner_id".to_owned(),
            value: Value::Id(1),
        };
        assert!(matches!(problem(two_owners), Problem::Other(_)));
        let cleared = set("next_step", Value::Empty);
        assert_eq!(cleared.clone().checked(Kind::Deal.fields()), Ok(cleared));
    }
}
