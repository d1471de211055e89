//! Shaping pipelines: what the settings page shows, what it may ask for, and what of it fits.
//!
//! A stage is edited by several people at once without a lock: a change says what its writer saw,
//! and [`merge`] takes over only what the writer changed. What somebody else made different
//! meanwhile is a conflict that shows both.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::error::FieldConflict;
use crate::pipeline::{Gate, Meaning, Pipeline, Stage};
use crate::workspace::PresetOutline;
use crate::{
    Error, FieldDef, FieldError, FieldType, Kind, OperationId, PipelineId, Problem, StageId, Value,
};

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

/// A stage as it is typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageDraft {
    /// Its name.
    pub name: String,
    /// One of [`COLORS`].
    pub color: String,
    /// What it stands for.
    pub meaning: Meaning,
    /// Percent, as typed; won is 100 and lost 0, whatever is typed.
    pub probability: String,
    /// Days, as typed; empty for never.
    pub stale_days: String,
    /// What a record needs to come in, and where it may go.
    pub gate: Gate,
}

impl Default for StageDraft {
    fn default() -> Self {
        Self {
            name: String::new(),
            color: COLORS[1].to_owned(),
            meaning: Meaning::Open,
            probability: "50".to_owned(),
            stale_days: "14".to_owned(),
            gate: Gate::default(),
        }
    }
}

impl From<&Stage> for StageDraft {
    fn from(stage: &Stage) -> Self {
        Self {
            name: stage.name.clone(),
            color: stage.color.clone(),
            meaning: stage.meaning,
            probability: stage.probability.to_string(),
            stale_days: stage
                .stale_days
                .map(|days| days.to_string())
                .unwrap_or_default(),
            gate: stage.gate.clone(),
        }
    }
}

impl StageDraft {
    /// The stage that it makes of one that is there (or, with id 0, a new one of `pipeline`), when
    /// all of it fits. Fields that the gate named before may be gone since; they stay in it.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that does not fit.
    pub fn check(
        &self,
        pipeline: &Pipeline,
        stage: Option<&Stage>,
        fields: &[FieldDef],
    ) -> Result<Stage, Error> {
        let mut errors = Vec::new();
        let name = clean(&self.name);
        errors.extend(name_problem(&name).map(|problem| wrong("name", problem)));
        if !COLORS.contains(&self.color.as_str()) {
            errors.push(wrong("color", unknown(&self.color)));
        }
        let open = self.meaning == Meaning::Open;
        let probability = match self.meaning {
            Meaning::Won => 100,
            Meaning::Lost => 0,
            Meaning::Open => number(&self.probability, 0, 100).unwrap_or_else(|problem| {
                errors.push(wrong("probability", problem));
                0
            }),
        };
        let stale_days = match self.stale_days.trim() {
            _ if !open => None,
            "" => None,
            typed => number(typed, 1, MOST_STALE_DAYS)
                .inspect_err(|problem| errors.push(wrong("stale_days", problem.clone())))
                .ok(),
        };
        let gate = self.check_gate(pipeline, stage, fields, &mut errors);
        if errors.is_empty() {
            Ok(Stage {
                id: stage.map_or(0, |stage| stage.id),
                pipeline_id: pipeline.id,
                name,
                color: self.color.clone(),
                meaning: self.meaning,
                probability: u8::try_from(probability).unwrap_or_default(),
                stale_days,
                gate,
            })
        } else {
            Err(Error::Invalid(errors))
        }
    }

    fn check_gate(
        &self,
        pipeline: &Pipeline,
        stage: Option<&Stage>,
        fields: &[FieldDef],
        errors: &mut Vec<FieldError>,
    ) -> Gate {
        let mut gate = self.gate.clone();
        let had = |key: &String| stage.is_some_and(|stage| stage.gate.required.contains(key));
        let asks = |key: &String| gate_fields(fields).any(|field| field.key == *key) || had(key);
        if let Some(key) = gate.required.iter().find(|key| !asks(key)) {
            errors.push(wrong("required", unknown(key)));
        }
        gate.required.dedup();
        if let Some(next) = &mut gate.next {
            // Stages that are gone since are no way out either.
            next.retain(|id| pipeline.stage(*id).is_some());
            next.retain(|id| stage.is_none_or(|stage| stage.id != *id));
            if next.is_empty() {
                errors.push(wrong("next", Problem::Required));
            }
        }
        gate
    }
}

/// The fields that a gate can ask for: those that people fill in and that may be empty otherwise.
pub fn gate_fields(fields: &[FieldDef]) -> impl Iterator<Item = &FieldDef> {
    fields.iter().filter(|field| {
        let of_the_board = matches!(
            field.field_type,
            FieldType::Stage | FieldType::Pipeline | FieldType::LostReason
        );
        field.editable() && !field.required && !of_the_board && field.key != "everyone"
    })
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

fn number(typed: &str, least: u16, most: u16) -> Result<u16, Problem> {
    let typed = typed.trim().trim_end_matches('%').trim_end();
    if typed.is_empty() {
        return Err(Problem::Required);
    }
    let malformed = || Problem::Malformed {
        given: typed.chars().take(40).collect(),
        expected: format!("a whole number such as {}", most.min(20)),
    };
    let number: i64 = typed.parse().map_err(|_| malformed())?;
    u16::try_from(number)
        .ok()
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| Problem::OutOfRange {
            least: least.to_string(),
            most: most.to_string(),
        })
}

fn unknown(given: &str) -> Problem {
    Problem::UnknownChoice {
        given: given.chars().take(40).collect(),
    }
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

/// The parts of a stage that are edited, by name.
#[must_use]
pub fn parts(stage: &Stage) -> BTreeMap<String, Json> {
    let mut parts = BTreeMap::new();
    if let Ok(Json::Object(all)) = serde_json::to_value(stage) {
        for (name, part) in all {
            match (name.as_str(), part) {
                ("id" | "pipeline_id", _) => {}
                ("gate", Json::Object(gate)) => parts.extend(gate),
                (_, part) => {
                    parts.insert(name, part);
                }
            }
        }
    }
    parts
}

/// The stage with some parts of it replaced; none where one does not fit.
#[must_use]
pub fn with_parts(stage: &Stage, changed: &BTreeMap<String, Json>) -> Option<Stage> {
    let mut all = serde_json::to_value(stage).ok()?;
    for (name, part) in changed {
        let gate = matches!(name.as_str(), "required" | "next" | "movers");
        if gate {
            all["gate"][name] = part.clone();
        } else {
            all[name] = part.clone();
        }
    }
    serde_json::from_value(all).ok()
}

/// What a stage becomes when its writer saw `seen`, wishes for `wished`, and it is `now` what
/// others made of it meanwhile: what the writer changed, and all else as it is.
///
/// # Errors
/// [`Error::Conflict`] with the parts that both changed, each in another way.
pub fn merge(now: &Stage, seen: &Stage, wished: &Stage) -> Result<Stage, Error> {
    let (of_now, of_seen) = (parts(now), parts(seen));
    let mut mine = parts(wished);
    mine.retain(|name, part| of_seen.get(name) != Some(part));
    let conflicts: Vec<FieldConflict> = mine
        .iter()
        .filter(|(name, part)| {
            let theirs = of_now.get(*name);
            theirs != of_seen.get(*name) && theirs != Some(part)
        })
        .map(|(name, part)| FieldConflict {
            field: name.clone(),
            label: label(name).to_owned(),
            theirs: as_value(of_now.get(name)),
            mine: as_value(Some(part)),
            by: None,
            at: None,
        })
        .collect();
    if !conflicts.is_empty() {
        return Err(Error::Conflict(conflicts));
    }
    with_parts(now, &mine).ok_or_else(|| Error::Conflict(Vec::new()))
}

/// A part of a stage as a conflict tells it.
fn as_value(part: Option<&Json>) -> Value {
    match part {
        None | Some(Json::Null) => Value::Empty,
        Some(Json::String(text)) => Value::Text(text.clone()),
        Some(other) => Value::Text(other.to_string()),
    }
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

#[cfg(test)]
mod tests;
