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

    /// Whether one of these stages is the stage, or stands before it: what is needed from a stage
    /// on is needed in it and in those behind it, but not where all is lost.
    #[must_use]
    pub fn needs_from(&self, from: &[StageId], stage: &Stage) -> bool {
        let place = |id: StageId| self.stages.iter().position(|stage| stage.id == id);
        from.contains(&stage.id)
            || (stage.meaning != Meaning::Lost
                && from
                    .iter()
                    .any(|&first| place(first).is_some_and(|first| Some(first) < place(stage.id))))
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

/// The fields that are missing for a stage: those that its gate names, those that are needed from
/// it or an earlier stage on, the reason where it is lost, and those of users' own making that no
/// record may be without any more. Each is named once, the gate's own first.
#[must_use]
pub fn missing_for(
    pipeline: &Pipeline,
    stage: &Stage,
    fields: &[FieldDef],
    values: &Values,
) -> Vec<FieldError> {
    let asked_by_gate = stage
        .gate
        .required
        .iter()
        .filter_map(|key| find(fields, key));
    let asked_from = fields
        .iter()
        .filter(|field| pipeline.needs_from(&field.required_from, stage));
    let reason = (stage.meaning == Meaning::Lost)
        .then(|| find(fields, "lost_reason_id"))
        .flatten();
    let always = fields
        .iter()
        .filter(|field| field.required && field.custom_id().is_some());
    let at_stage = || Problem::RequiredAtStage {
        stage: stage.name.clone(),
    };
    let mut missing: Vec<FieldError> = Vec::new();
    for (field, problem) in asked_by_gate
        .chain(asked_from)
        .chain(reason)
        .map(|field| (field, at_stage()))
        .chain(always.map(|field| (field, Problem::Required)))
    {
        let is_empty = values.get(field.key.as_ref()).is_none_or(Value::is_empty);
        if is_empty && missing.iter().all(|error| error.field != field.key) {
            missing.push(FieldError::new(&field.key, &field.label, problem));
        }
    }
    missing
}

/// Checks whether a record may go from one stage to another of a pipeline (`from` is none for a new
/// record, and may be another pipeline's), with the values it would have then. Holds for every path
/// in.
pub fn check_move(
    actor: &Actor,
    from: Option<&Stage>,
    pipeline: &Pipeline,
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
    let missing = missing_for(pipeline, to, fields, values);
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

    fn pipeline(stages: &[&Stage]) -> Pipeline {
        Pipeline {
            id: 1,
            kind: Kind::Deal,
            name: "Sales".into(),
            stages: stages.iter().map(|&stage| stage.clone()).collect(),
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
            &pipeline(&[from, to]),
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

    #[test]
    fn a_field_is_needed_from_a_stage_on_but_not_where_all_is_lost() {
        let stages: Vec<Stage> = [
            (1, Meaning::Open),
            (2, Meaning::Open),
            (3, Meaning::Lost),
            (4, Meaning::Open),
            (5, Meaning::Won),
        ]
        .map(|(id, meaning)| stage(id, meaning, Gate::default()))
        .into();
        let sales = pipeline(&stages.iter().collect::<Vec<_>>());
        let asked = |from: &[StageId]| -> Vec<StageId> {
            stages
                .iter()
                .filter(|stage| sales.needs_from(from, stage))
                .map(|stage| stage.id)
                .collect()
        };
        assert_eq!(asked(&[2]), [2, 4, 5]);
        assert_eq!(asked(&[3]), [3, 4, 5]);
        assert_eq!(asked(&[4, 2]), [2, 4, 5]);
        assert_eq!(asked(&[]), [0; 0]);
        assert_eq!(asked(&[99]), [0; 0], "another pipeline's");

        let budget = FieldDef {
            required_from: vec![2],
            ..FieldDef::column("budget", "Budget", crate::FieldType::Integer)
        };
        let missing = missing_for(&sales, &stages[3], &[budget], &Values::new());
        assert_eq!(missing.len(), 1);
        assert_eq!(
            missing[0].to_string(),
            "Budget: must be filled in before “Stage 4”"
        );
    }
}
