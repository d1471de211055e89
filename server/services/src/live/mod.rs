//! Live updates: what was committed is handed to a queue ([`Publisher`]), published in batches
//! ([`publish`]), heard by every node ([`listen`]), and told ([`telling`]) to each open page as far as
//! its reader may see it ([`hub`], [`view`]). Who comes back after a gap is told what was missed ([`replay`]).

pub mod hub;
mod listen;
pub mod publish;
pub mod replay;
mod telling;
mod view;

use std::sync::Arc;

use domain::live::Placement;
use domain::rights::Standing;
use domain::{EventId, Kind, RecordId, UserId};
use sea_orm::DatabaseConnection;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

pub use hub::{Hub, Message, Subscription};
use publish::Publishing;

/// The channel of PostgreSQL on which nodes tell each other what was committed.
const CHANNEL: &str = "dealwright";

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

    /// Whether somebody hears it: a server, which goes on after the request. Work in the background
    /// is for those.
    #[must_use]
    pub fn is_heard(&self) -> bool {
        !self.0.is_closed()
    }

    /// Hands over what was committed.
    pub fn announce(&self, announcement: Announcement) {
        // Nobody listens only when the server stops, and then nobody misses it.
        let _ = self.0.send(announcement);
    }
}

/// A node's part in live updates: the queue's entrance, the hub of its browsers, and the two tasks
/// between them and PostgreSQL. Cheap to clone; the tasks end with the last clone.
#[derive(Debug, Clone)]
pub struct Live {
    /// Where committed changes are handed over.
    pub publisher: Publisher,
    /// Where browsers subscribe.
    pub hub: Arc<Hub>,
    tasks: Arc<Tasks>,
}

#[derive(Debug)]
struct Tasks {
    publishing: Publishing,
    listening: AbortHandle,
}

impl Drop for Tasks {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Live {
    /// Starts publishing and listening, each on a connection of its own beside the pool. Neither
    /// needs the database to be there already: both try until it is.
    #[must_use]
    pub fn start(db: &DatabaseConnection) -> Self {
        Self::start_watched(db, Arc::new(|_| {}))
    }

    /// The same for who measures what is published.
    #[must_use]
    pub fn start_watched(db: &DatabaseConnection, watch: publish::Watch) -> Self {
        let (publisher, publishing) = publish::start_watched(db, watch);
        let hub = Arc::new(Hub::new(db.clone()));
        let listening = tokio::spawn(listen::listen(db.clone(), hub.clone())).abort_handle();
        Self {
            publisher,
            hub,
            tasks: Arc::new(Tasks {
                publishing,
                listening,
            }),
        }
    }

    /// Publishes what has been handed over, so that a node that stops leaves nothing unsaid. What
    /// is handed over afterwards is not published.
    pub async fn finish(&self) {
        self.tasks.publishing.finish().await;
    }
}
