//! Pipelines and stages, and the gates between them.

use serde::{Deserialize, Serialize};

use crate::field::find;
use crate::record::Values;
use crate::rights::{Actor, Role};
use crate::{Error, FieldDef, FieldError, Kind, PipelineId, Problem, StageId, Value};

/// A pipeline of a kind, with its stages in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pipeline {
    /// Its id.
    pub id: PipelineId,
    /// Whose stages these are.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// Its stages, in order; never empty.
    pub stages: Vec<Stage>,
}

impl Pipeline {
    /// A stage of it.
    #[must_use]
    pub fn stage(&self, id: StageId) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.id == id)
    }

    /// Where new records start: the first open stage.
    #[must_use]
    pub fn first_stage(&self) -> Option<&Stage> {
        self.stages
            .iter()
            .find(|stage| stage.meaning == Meaning::Open)
            .or(self.stages.first())
    }
}

/// A stage of a pipeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Its id.
    pub id: StageId,
    /// Its pipeline.
    pub pipeline_id: PipelineId,
    /// Its name.
    pub name: String,
    /// One of the named stage colours of the style sheet.
    pub color: String,
    /// What it stands for.
    pub meaning: Meaning,
    /// How likely records in it are won, in percent.
    pub probability: u8,
    /// After so many days in it a record counts as stale; none for never.
    pub stale_days: Option<u16>,
    /// What a record needs to come in.
    pub gate: Gate,
}

/// What a stage stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// Work goes on.
    Open,
    /// Won.
    Won,
    /// Lost; asks for a reason.
    Lost,
}

impl Meaning {
    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }

    /// Reads one.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Open, Self::Won, Self::Lost]
            .into_iter()
            .find(|meaning| meaning.as_str() == word)
    }

    /// Whether work has ended.
    #[must_use]
    pub const fn is_closed(self) -> bool {
        !matches!(self, Self::Open)
    }
}

/// What a record needs to enter a stage, and where it may go from there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Gate {
    /// Fields that must be filled to come in.
    #[serde(default)]
    pub required: Vec<String>,
    /// The only stages that records may go to from here; none for all.
    #[serde(default)]
    pub next: Option<Vec<StageId>>,
    /// The only roles that may bring records in; none for all. Administrators always may.
    #[serde(default)]
    pub movers: Option<Vec<Role>>,
}

/// A reason for losing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostReason {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
}

/// The fields that are missing for a stage: those its gate names, and the reason where it is lost.
#[must_use]
pub fn missing_for(stage: &Stage, fields: &[FieldDef], values: &Values) -> Vec<FieldError> {
    let empty = |key: &str| values.get(key).is_none_or(Value::is_empty);
    let mut missing: Vec<FieldError> = stage
        .gate
        .required
        .iter()
        .filter_map(|key| find(fields, key))
        .filter(|field| empty(&field.key))
        .map(|field| {
            let problem = Problem::RequiredAtStage {
                stage: stage.name.clone(),
            };
            FieldError::new(&field.key, &field.label, problem)
        })
        .collect();
    if stage.meaning == Meaning::Lost
        && empty("lost_reason_id")
        && let Some(field) = find(fields, "lost_reason_id")
        && missing.iter().all(|error| error.field != field.key)
    {
        let problem = Problem::RequiredAtStage {
            stage: stage.name.clone(),
        };
        missing.push(FieldError::new(&field.key, &field.label, problem));
    }
    missing
}

/// Checks whether a record may go from one stage to another (`from` is none for a new record),
/// with the values it would have then. Holds for every path in.
pub fn check_move(
    actor: &Actor,
    from: Option<&Stage>,
    to: &Stage,
    fields: &[FieldDef],
    values: &Values,
) -> Result<(), Error> {
    if let Some(from) = from
        && from.id != to.id
        && let Some(next) = &from.gate.next
        && from.pipeline_id == to.pipeline_id
        && !next.contains(&to.id)
    {
        return Err(Error::field(
            "stage_id",
            "Stage",
            Problem::StageNotAllowed {
                from: from.name.clone(),
                to: to.name.clone(),
            },
        ));
    }
    if let Some(movers) = &to.gate.movers
        && from.is_none_or(|from| from.id != to.id)
        && !actor.is_administrator()
        && !actor.roles.iter().any(|role| movers.contains(role))
    {
        return Err(Error::Forbidden(format!(
            "Your role may not move records to “{}”.",
            to.name
        )));
    }
    let missing = missing_for(to, fields, values);
    if missing.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(missing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Money;
    use crate::money::Currency;

    fn stage(id: StageId, meaning: Meaning, gate: Gate) -> Stage {
        Stage {
            id,
            pipeline_id: 1,
            name: format!("Stage {id}"),
            color: "blue".into(),
            meaning,
            probability: 50,
            stale_days: None,
            gate,
        }
    }

    fn check(from: &Stage, to: &Stage, values: &Values) -> Result<(), Error> {
        check_move(
            &Actor {
                roles: vec![Role::Salesperson],
                user_id: Some(1),
                ..Actor::system()
            },
            Some(from),
            to,
            Kind::Deal.fields(),
            values,
        )
    }

    #[test]
    fn a_gate_names_exactly_the_missing_fields() {
        let from = stage(1, Meaning::Open, Gate::default());
        let gate = Gate {
            required: vec!["amount".into(), "company_id".into()],
            ..Gate::default()
        };
        let to = stage(2, Meaning::Open, gate);
        let amount = Value::Money(Money::new(100.into(), Currency::EUR));
        let mut values = Values::from([("amount".to_owned(), amount)]);
        let error = check(&from, &to, &values).unwrap_err();
        assert_eq!(
            error.to_string(),
            "Company: must be filled in before “Stage 2”"
        );
        values.insert(
            "company_id".into(),
            Value::Links(vec![crate::value::Linked::to(3)]),
        );
        assert_eq!(check(&from, &to, &values), Ok(()));
    }

    #[test]
    fn losing_asks_for_a_reason() {
        let from = stage(1, Meaning::Open, Gate::default());
        let lost = stage(2, Meaning::Lost, Gate::default());
        let error = check(&from, &lost, &Values::new()).unwrap_err();
        assert_eq!(error.field_errors()[0].field, "lost_reason_id");
        let values = Values::from([("lost_reason_id".to_owned(), Value::Id(1))]);
        assert_eq!(check(&from, &lost, &values), Ok(()));
    }

    #[test]
    fn a_stage_may_name_the_next_ones_and_who_moves() {
        let from = stage(
            1,
            Meaning::Open,
            Gate {
                next: Some(vec![2]),
                ..Gate::default()
            },
        );
        let to = stage(3, Meaning::Open, Gate::default());
        assert!(
            check(&from, &to, &Values::new())
                .unwrap_err()
                .to_string()
                .contains("Stage 3")
        );
        let heads = Gate {
            movers: Some(vec![Role::HeadOfSales]),
            ..Gate::default()
        };
        let guarded = stage(2, Meaning::Open, heads);
        assert!(matches!(
            check(&from, &guarded, &Values::new()),
            Err(Error::Forbidden(_))
        ));
    }
}
