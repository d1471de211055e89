//! The timeline of a record: what happened to it, newest first, notes among it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::markdown::Block;
use crate::{EventId, OperationId, UserId, Value};

/// Through what something was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// A form or a field edited in place.
    Form,
    /// The board.
    Board,
    /// Many records at once.
    Bulk,
    /// An import.
    Import,
    /// A merge of duplicates.
    Merge,
    /// A lead that became something.
    Conversion,
    /// A rule.
    Automation,
    /// The programming interface.
    Api,
    /// An undo.
    Undo,
    /// The command line, and set-up.
    System,
}

impl Via {
    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Board => "board",
            Self::Bulk => "bulk",
            Self::Import => "import",
            Self::Merge => "merge",
            Self::Conversion => "conversion",
            Self::Automation => "automation",
            Self::Api => "api",
            Self::Undo => "undo",
            Self::System => "system",
        }
    }

    /// Reads one; what is unknown is the system's.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        [
            Self::Form,
            Self::Board,
            Self::Bulk,
            Self::Import,
            Self::Merge,
            Self::Conversion,
            Self::Automation,
            Self::Api,
            Self::Undo,
        ]
        .into_iter()
        .find(|via| via.as_str() == word)
        .unwrap_or(Self::System)
    }
}

/// What happened to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// It was made.
    Created,
    /// Fields changed.
    Changed,
    /// It changed its stage.
    Moved,
    /// It went into the recycle bin.
    Deleted,
    /// It came out again.
    Restored,
    /// Somebody wrote a note.
    Noted,
    /// Somebody edited a note, or pinned it. In the log, but no entry of its own.
    NoteEdited,
    /// Somebody deleted a note. In the log, but no entry of its own.
    NoteDeleted,
    /// A deleted note came back. In the log, but no entry of its own.
    NoteRestored,
}

impl What {
    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Moved => "moved",
            Self::Deleted => "deleted",
            Self::Restored => "restored",
            Self::Noted => "noted",
            Self::NoteEdited => "note_edited",
            Self::NoteDeleted => "note_deleted",
            Self::NoteRestored => "note_restored",
        }
    }

    /// Reads one; what is unknown is a change.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        [
            Self::Created,
            Self::Moved,
            Self::Deleted,
            Self::Restored,
            Self::Noted,
            Self::NoteEdited,
            Self::NoteDeleted,
            Self::NoteRestored,
        ]
        .into_iter()
        .find(|what| what.as_str() == word)
        .unwrap_or(Self::Changed)
    }
}

/// One field's change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The field's key.
    pub field: String,
    /// Its name.
    pub label: String,
    /// What was there.
    pub old: Value,
    /// What is there now.
    pub new: Value,
}

/// One entry of a timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The event.
    pub event: EventId,
    /// The operation it belongs to, which can be undone.
    pub operation: OperationId,
    /// When.
    pub at: DateTime<Utc>,
    /// Who; none for Dealwright itself.
    pub by: Option<UserId>,
    /// Through what.
    pub via: Via,
    /// What happened.
    pub what: What,
    /// The fields that changed, as far as the reader may see them.
    pub changes: Vec<Change>,
    /// The note, for [`What::Noted`].
    pub note: Option<Note>,
    /// Whether the operation has been undone.
    pub undone: bool,
}

/// A note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Its id.
    pub id: i64,
    /// Its text.
    pub text: Vec<Block>,
    /// Its text as typed, for those who may edit and delete it: its author and administrators.
    pub source: Option<String>,
    /// How often it was edited; sent back with an edit to find conflicts.
    pub edits: i32,
    /// When it was edited last.
    pub edited_at: Option<DateTime<Utc>>,
    /// Whether it stands above the timeline.
    pub pinned: bool,
}

/// What a timeline is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// Everything.
    #[default]
    All,
    /// What people wrote.
    Notes,
    /// What was filled in and changed.
    Changes,
    /// From stage to stage.
    Moves,
}

impl Told {
    /// In the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::All, Self::Notes, Self::Changes, Self::Moves];

    /// The events that are meant, as stored.
    #[must_use]
    pub fn events(self) -> Vec<&'static str> {
        let changes = [What::Created, What::Changed, What::Deleted, What::Restored];
        let events: &[What] = match self {
            Self::All => &[
                What::Created,
                What::Changed,
                What::Deleted,
                What::Restored,
                What::Moved,
                What::Noted,
            ],
            Self::Notes => &[What::Noted],
            Self::Changes => &changes,
            Self::Moves => &[What::Moved],
        };
        events.iter().map(|what| what.as_str()).collect()
    }
}

/// A page of a timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    /// The pinned notes, newest first; with the first page only, and not among its entries.
    pub pinned: Vec<Entry>,
    /// Entries, newest first.
    pub entries: Vec<Entry>,
    /// Ask for what is older than this event; none at the end.
    pub older: Option<EventId>,
}

/// What came of an undo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Undone {
    /// Records put back.
    pub records: u64,
    /// What stayed as it is, and why: somebody changed it since, or it may not be changed.
    pub kept: Vec<String>,
    /// The operation that the undo is, which can be undone in its turn.
    pub operation: Option<OperationId>,
    /// Its events, so that their live echo is known. Empty beyond a hundred.
    pub events: Vec<EventId>,
}
