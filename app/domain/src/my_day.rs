//! My day: what waits for somebody, in a few short lists.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::query::Count;
use crate::record::Record;
use crate::timeline::What;
use crate::view::ViewSpec;
use crate::{EventId, Kind, RecordId, StageId, UserId};

/// Records that a section shows; its list shows all.
pub const SHOWN: usize = 10;

/// What waits for the reader.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MyDay {
    /// When it was read.
    pub now: DateTime<Utc>,
    /// The reader's today.
    pub today: NaiveDate,
    /// The newest event when it was read: live changes up to here are in it already.
    pub seen: EventId,
    /// What waits, the most urgent first. Sections with nothing in them are absent.
    pub sections: Vec<Section>,
    /// Where others have changed something that concerns the reader, the newest first.
    pub changes: Vec<Changed>,
}

impl MyDay {
    /// Whether there is nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sections.is_empty() && self.changes.is_empty()
    }

    /// The section of a topic.
    #[must_use]
    pub fn section(&self, topic: Topic) -> Option<&Section> {
        self.sections.iter().find(|section| section.topic == topic)
    }
}

/// Why records wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Own deals and leads whose next step is due today or late.
    Due,
    /// Own open deals without a dated next step.
    NoStep,
    /// Leads that nobody has, and own ones that nobody has begun with.
    NewLeads,
    /// Own deals and leads that stand in their stage for too long.
    Stale,
    /// The same of everybody, for those who have none of their own.
    StaleOfAll,
    /// Open deals that are expected to close today or were before, for those who have none of
    /// their own.
    Closing,
    /// Deals won or lost today, for those who have none of their own.
    Closed,
}

/// One short list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// Why.
    pub topic: Topic,
    /// At most [`SHOWN`] records, the most urgent first.
    pub items: Vec<Item>,
    /// The whole lists, kind by kind.
    pub all: Vec<Whole>,
}

/// A record that waits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// The record, with what the line shows of it.
    pub record: Record,
    /// Whether the reader may change it; the server decides again with every change.
    pub may_change: bool,
}

/// The list behind a section.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Whole {
    /// Of which kind.
    pub kind: Kind,
    /// Which records, in which order.
    pub spec: ViewSpec,
    /// How many.
    pub count: Count,
}

/// A record that others changed, or in whose notes they named the reader.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Changed {
    /// Its kind.
    pub kind: Kind,
    /// Its id.
    pub id: RecordId,
    /// Its title.
    pub title: String,
    /// What they did, the newest first; never empty.
    pub news: Vec<News>,
}

/// What somebody did with a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct News {
    /// The event.
    pub event: EventId,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: UserId,
    /// What.
    pub what: What,
    /// The keys of the fields that changed, with the names that users gave theirs.
    pub fields: Vec<(String, String)>,
    /// Where it went, where it moved.
    pub stage: Option<StageId>,
    /// Whether the note that was written names the reader.
    pub names_me: bool,
}
