//! Records as they travel: a bag of values under their fields' keys, and what a writer sends.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::query::Count;
use crate::timeline::Timeline;
use crate::{FieldError, Kind, RecordId, UserId, Value};

/// Values by field key.
pub type Values = BTreeMap<String, Value>;

/// A record as one reader may see it. Fields that are empty, hidden or not asked for are absent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Its kind.
    pub kind: Kind,
    /// Its id.
    pub id: RecordId,
    /// Grows by one with every change; sent back with a change to find conflicts.
    pub version: i64,
    /// Whether it lies in the recycle bin.
    pub deleted: bool,
    /// Its values.
    pub values: Values,
}

impl Record {
    /// The value under a key, empty when absent.
    #[must_use]
    pub fn value(&self, key: &str) -> &Value {
        static EMPTY: Value = Value::Empty;
        self.values.get(key).unwrap_or(&EMPTY)
    }

    /// What names it in links and headings; never empty.
    #[must_use]
    pub fn title(&self) -> String {
        self.value(self.kind.title_field())
            .as_text()
            .map_or_else(|| format!("#{}", self.id), str::to_owned)
    }

    /// Its owner.
    #[must_use]
    pub fn owner(&self) -> Option<UserId> {
        self.value("owner_id").as_id()
    }
}

/// The values that give a new record of a kind its title; a contact's is its first and last name.
#[must_use]
pub fn titled(kind: Kind, title: &str) -> Values {
    let title = title.trim();
    let text = |text: &str| Value::Text(text.to_owned());
    if kind != Kind::Contact {
        return Values::from([(kind.title_field().to_owned(), text(title))]);
    }
    let (first, last) = title.rsplit_once(' ').unwrap_or((title, ""));
    let mut values = Values::from([("first_name".to_owned(), text(first.trim()))]);
    if !last.is_empty() {
        values.insert("last_name".to_owned(), text(last));
    }
    values
}

/// What somebody wants written: new values for some fields of a new or an existing record.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Draft {
    /// The version that the writer saw; none when new, or when the writer did not look (bulk).
    #[serde(default)]
    pub version: Option<i64>,
    /// New values; [`Value::Empty`] clears.
    pub values: Values,
    /// Where on the board it is to stand.
    #[serde(default)]
    pub place: Option<Place>,
}

impl Draft {
    /// A draft of some values.
    #[must_use]
    pub fn of<const N: usize>(values: [(&str, Value); N]) -> Self {
        Self {
            values: values
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect(),
            ..Self::default()
        }
    }

    /// Seen at a version.
    #[must_use]
    pub fn at_version(mut self, version: i64) -> Self {
        self.version = Some(version);
        self
    }
}

/// A place in a column of the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Above all others.
    Top,
    /// Directly below this record.
    Below(RecordId),
    /// Directly above this record.
    Above(RecordId),
}

/// Everything that a record's page shows, read at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    /// The record.
    pub record: Record,
    /// Whether the reader may change it; the server decides again with every change.
    pub may_change: bool,
    /// Whether the reader may delete it.
    pub may_delete: bool,
    /// The newest part of its timeline.
    pub timeline: Timeline,
    /// Records that point to it.
    pub related: Vec<Related>,
    /// When it was read: the page shows times relative to this.
    pub now: DateTime<Utc>,
}

/// Records of one kind that point to a record through one field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Related {
    /// Their kind.
    pub kind: Kind,
    /// The key of their field.
    pub field: String,
    /// The first ones, newest first, each with its title, stage and amount.
    pub records: Vec<Record>,
    /// How many there are that the reader may see.
    pub count: Count,
}

/// A new record before it is one: what its form begins with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Begun {
    /// Whether the reader may add records of the kind; the server decides again when it is saved.
    pub may_add: bool,
    /// What stands in the form: defaults, and what the address brought along.
    pub values: Values,
    /// What the address brought along and does not fit, field by field.
    pub refused: Vec<FieldError>,
    /// When: the form shows days relative to this.
    pub now: DateTime<Utc>,
}

/// A record that may be the same thing as one that somebody is about to add.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alike {
    /// Its kind.
    pub kind: Kind,
    /// Its id.
    pub id: RecordId,
    /// Its title.
    pub title: String,
    /// The keys of the fields that are alike.
    pub fields: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_makes_the_values_of_its_kind() {
        let text = |text: &str| Value::Text(text.to_owned());
        assert_eq!(
            titled(Kind::Company, " Acme Works "),
            Values::from([("name".to_owned(), text("Acme Works"))])
        );
        assert_eq!(
            titled(Kind::Contact, "Anna Maria Nowak"),
            Values::from([
                ("first_name".to_owned(), text("Anna Maria")),
                ("last_name".to_owned(), text("Nowak")),
            ])
        );
        assert_eq!(
            titled(Kind::Contact, "Cher"),
            Values::from([("first_name".to_owned(), text("Cher"))])
        );
    }
}
