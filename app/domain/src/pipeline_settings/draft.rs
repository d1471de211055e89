//! A stage as somebody types it, and what of it fits.

use serde::{Deserialize, Serialize};

use super::{COLORS, MOST_STALE_DAYS, clean, name_problem, wrong};
use crate::pipeline::{Gate, Meaning, Pipeline, Stage};
use crate::{Error, FieldDef, FieldError, FieldType, Problem};

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
