//! Records as they travel: a bag of values under their fields' keys, and what a writer sends.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::timeline::Timeline;
use crate::value::Linked;
use crate::{Kind, RecordId, UserId, Value};

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
    /// The first ones, newest first.
    pub records: Vec<Linked>,
    /// Whether there are more.
    pub more: bool,
}
