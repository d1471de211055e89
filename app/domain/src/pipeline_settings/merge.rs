//! A change of a stage that others may have changed meanwhile, part by part.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::label;
use crate::error::FieldConflict;
use crate::pipeline::Stage;
use crate::{Error, Value};

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
