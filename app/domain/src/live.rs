//! What the server tells open pages after a commit.

use serde::{Deserialize, Serialize};

use crate::board::Card;
use crate::{EventId, Kind, Money, PipelineId, RecordId, StageId, UserId};

#[expect(
    clippy::large_enum_variant,
    reason = "nearly every message is the large one"
)]
/// A live message. Each goes only to those who may see what it tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LiveMessage {
    /// A record changed.
    Changed(LiveChange),
    /// Much changed at once, or too much was missed: read again what is shown of this kind, or of
    /// all kinds.
    Reload {
        /// The kind; none is all.
        kind: Option<Kind>,
        /// The newest event.
        event: EventId,
    },
    /// Pipelines, people or rights changed: read the workspace again.
    Workspace,
}

/// A change of one record as one reader may know it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LiveChange {
    /// The event. May come twice; comes once for each record of an operation.
    pub event: EventId,
    /// Who did it.
    pub by: Option<UserId>,
    /// The kind.
    pub kind: Kind,
    /// The record.
    pub id: RecordId,
    /// Its version now.
    pub version: i64,
    /// Where it stood, if the reader could see it there.
    pub before: Option<Placement>,
    /// Where it stands, if the reader can see it there. With `before` and without this, it is gone
    /// from the reader's view.
    pub after: Option<Placement>,
    /// Its card now, where it stands on a board that the reader can see.
    pub card: Option<Card>,
}

/// Where a record stands, and with what it counts there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placement {
    /// The pipeline, for kinds with stages.
    pub pipeline_id: Option<PipelineId>,
    /// The stage, for kinds with stages.
    pub stage_id: Option<StageId>,
    /// The amount.
    pub amount: Option<Money>,
}
