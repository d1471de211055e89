//! Shaping pipelines: what the settings page shows, what it may ask for, and what of it fits.
//!
//! A stage is edited by several people at once without a lock: a change says what its writer saw,
//! and [`merge`] takes over only what the writer changed. What somebody else made different
//! meanwhile is a conflict that shows both.

mod draft;
mod merge;
#[cfg(test)]
mod tests;

pub use draft::{StageDraft, gate_fields};
pub use merge::{merge, parts, with_parts};

use serde::{Deserialize, Serialize};

use crate::error::FieldConflict;
use crate::pipeline::{Meaning, Pipeline, Stage};
use crate::workspace::PresetOutline;
use crate::{Error, FieldError, Kind, OperationId, PipelineId, Problem, StageId, Value};

/// The named stage colours of the style sheet.
pub const COLORS: [&str; 10] = [
    "gray", "blue", "cyan", "teal", "green", "amber", "orange", "red", "pink", "violet",
];
/// Characters of a name of a pipeline, a stage or a reason.
pub const NAME_LENGTH: usize = 60;
/// Days after which a record may be called stale at the latest: they fit a year or two.
pub const MOST_STALE_DAYS: u16 = 999;
/// The kinds that have stages, in the order in which settings show them.
pub const STAGED: [Kind; 2] = [Kind::Deal, Kind::Lead];

/// Everything that the settings of pipelines show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PipelineSettings {
    /// The pipelines of all kinds, in order.
    pub pipelines: Vec<Pipeline>,
    /// Records in use, stage by stage; stages without any are left out.
    pub records: Vec<(StageId, u64)>,
    /// The reasons for losing in order, retired ones last.
    pub lost_reasons: Vec<ReasonState>,
    /// What a new pipeline of deals can begin with.
    pub presets: Vec<PresetOutline>,
}

impl PipelineSettings {
    /// Records in use in a stage.
    #[must_use]
    pub fn records_in(&self, stage: StageId) -> u64 {
        self.records
            .iter()
            .find(|(id, _)| *id == stage)
            .map_or(0, |(_, records)| *records)
    }

    /// Records in use in a pipeline.
    #[must_use]
    pub fn records_of(&self, pipeline: &Pipeline) -> u64 {
        pipeline
            .stages
            .iter()
            .map(|stage| self.records_in(stage.id))
            .sum()
    }
}

/// A reason for losing as the settings show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonState {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Not offered any more, but kept where it is.
    pub retired: bool,
    /// Records in use that were lost for it.
    pub records: u64,
}

/// One change of the settings. `seen` is what its writer saw when it was begun.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PipelineChange {
    /// Makes a pipeline behind those of its kind.
    AddPipeline {
        /// Of which kind.
        kind: Kind,
        /// Its name.
        name: String,
        /// A preset's key; empty for one open stage, won and lost.
        preset: String,
    },
    /// Gives a pipeline another name.
    RenamePipeline {
        /// Which.
        id: PipelineId,
        /// The name that was seen.
        seen: String,
        /// The new one.
        name: String,
    },
    /// Orders the pipelines of a kind.
    OrderPipelines {
        /// Of which kind.
        kind: Kind,
        /// The order that was seen.
        seen: Vec<PipelineId>,
        /// The new one.
        order: Vec<PipelineId>,
    },
    /// Puts a pipeline away.
    DeletePipeline {
        /// Which.
        id: PipelineId,
        /// Where its records go; needed where it has some.
        records_to: Option<StageId>,
    },
    /// Makes a stage: an open one behind the open ones, others at the end.
    AddStage {
        /// In which pipeline.
        pipeline: PipelineId,
        /// What it is to be.
        draft: StageDraft,
    },
    /// Changes a stage.
    ChangeStage {
        /// The stage that was seen.
        seen: Stage,
        /// What it is to be.
        draft: StageDraft,
    },
    /// Orders the stages of a pipeline; won and lost ones stand last, whatever is asked.
    OrderStages {
        /// In which pipeline.
        pipeline: PipelineId,
        /// The order that was seen.
        seen: Vec<StageId>,
        /// The new one.
        order: Vec<StageId>,
    },
    /// Puts a stage away.
    DeleteStage {
        /// Which.
        id: StageId,
        /// Where its records go; needed where it has some.
        records_to: Option<StageId>,
    },
    /// Makes a reason for losing.
    AddReason {
        /// Its name.
        name: String,
    },
    /// Gives a reason another name.
    RenameReason {
        /// Which.
        id: i64,
        /// The name that was seen.
        seen: String,
        /// The new one.
        name: String,
    },
    /// Orders the reasons that are offered.
    OrderReasons {
        /// The order that was seen.
        seen: Vec<i64>,
        /// The new one.
        order: Vec<i64>,
    },
    /// Offers a reason no more, or again.
    RetireReason {
        /// Which.
        id: i64,
        /// Whether it is retired from now on.
        retired: bool,
    },
}

/// What came of a change of the settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PipelinesChanged {
    /// What was made, if something was.
    pub id: Option<i64>,
    /// Records that went to another stage.
    pub moved: u64,
    /// The operation, which can be undone. None when there was nothing to change.
    pub operation: Option<OperationId>,
    /// The settings as they are now.
    pub settings: PipelineSettings,
}

/// A name without the room around and within it that nobody sees.
#[must_use]
pub fn clean(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is wrong with a cleaned name.
#[must_use]
pub fn name_problem(name: &str) -> Option<Problem> {
    let length = name.chars().count();
    if length == 0 {
        Some(Problem::Required)
    } else if length > NAME_LENGTH {
        Some(Problem::TooLong {
            length,
            most: NAME_LENGTH,
        })
    } else {
        None
    }
}

/// Whether two names are the same to a reader.
#[must_use]
pub fn same_name(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// A problem with a part of a stage.
#[must_use]
pub fn wrong(part: &str, problem: Problem) -> FieldError {
    FieldError::new(part, label(part), problem)
}

/// The English name of a part of a stage.
#[must_use]
pub fn label(part: &str) -> &'static str {
    match part {
        "name" => "Name",
        "color" => "Colour",
        "meaning" => "Meaning",
        "probability" => "Probability",
        "stale_days" => "Stale after",
        "required" => "Required fields",
        "next" => "Next stages",
        "movers" => "Who may move",
        "records_to" => "Where its records go",
        _ => "Order",
    }
}

/// The stages in the order in which a pipeline has them: open ones, then won, then lost.
#[must_use]
pub fn in_order(mut stages: Vec<Stage>) -> Vec<Stage> {
    stages.sort_by_key(|stage| match stage.meaning {
        Meaning::Open => 0,
        Meaning::Won => 1,
        Meaning::Lost => 2,
    });
    stages
}

/// A conflict of two orders.
#[must_use]
pub fn order_conflict() -> Error {
    Error::Conflict(vec![FieldConflict {
        field: "order".to_owned(),
        label: label("order").to_owned(),
        theirs: Value::Empty,
        mine: Value::Empty,
        by: None,
        at: None,
    }])
}

/// Whether an order names the same things as another, each once.
#[must_use]
pub fn same_members(one: &[i64], other: &[i64]) -> bool {
    let sorted = |ids: &[i64]| {
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids
    };
    sorted(one) == sorted(other)
}
