//! Live updates: what was committed is handed to a queue, published in batches, and heard by every
//! node.

use domain::rights::Standing;
use domain::live::Placement;
use domain::{EventId, Kind, RecordId, UserId};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

/// One committed change of one record, as nodes tell it to each other. Small: a notification of
/// PostgreSQL holds 8,000 bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Committed {
    /// The event.
    pub event: EventId,
    /// Who did it.
    pub by: Option<UserId>,
    /// The kind.
    pub kind: Kind,
    /// The record.
    pub id: RecordId,
    /// Its version now.
    pub version: i64,
    /// Who could see it, and where it stood; none when it is new or comes from the recycle bin.
    pub before: Option<(Standing, Placement)>,
    /// Who can see it, and where it stands; none when it went into the recycle bin.
    pub after: Option<(Standing, Placement)>,
}

/// What is handed over after a commit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Announcement {
    /// Records changed, up to a hundred of one operation.
    Changes(Vec<Committed>),
    /// More than that.
    Reload {
        /// The kind; none is all.
        kind: Option<Kind>,
        /// The newest event.
        event: EventId,
    },
    /// Pipelines, people or rights changed.
    Workspace,
}

/// The entrance of the queue. Cheap to clone; sending never waits, so that no request waits on
/// PostgreSQL's notify lock.
#[derive(Debug, Clone)]
pub struct Publisher(mpsc::UnboundedSender<Announcement>);

impl Publisher {
    /// A queue: its entrance and its exit.
    #[must_use]
    pub fn new() -> (Self, mpsc::UnboundedReceiver<Announcement>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Self(sender), receiver)
    }

    /// A queue that nobody hears, for the command line.
    #[must_use]
    pub fn silent() -> Self {
        Self::new().0
    }

    /// Hands over what was committed.
    pub fn announce(&self, announcement: Announcement) {
        // Nobody listens only when the server stops, and then nobody misses it.
        let _ = self.0.send(announcement);
    }
}
