//! A mapping held against a file's columns and a kind's fields: from then on every row becomes
//! values, or a reason why not.

use std::collections::HashMap;

use domain::field::{FieldType, SetBy};
use domain::money::Currency;
use domain::pipeline::Pipeline;
use domain::record::Values;
use domain::{Error, FieldDef, Money, Value};

use super::field::{FieldPlan, columns_of};
use super::lookup::People;
use super::mapping::{Condition, Key, Mapping, Missing, mistake};
use super::report::quoted;
use super::source::Row;
use crate::Ctx;

/// Everything that turns rows into values.
pub(super) struct Plan<'a> {
    ctx: &'a Ctx,
    /// Field by field.
    pub(super) fields: Vec<FieldPlan>,
    /// What finds rows that are there already.
    pub(super) key: Option<Key>,
    skip: Vec<Condition>,
    columns: HashMap<String, usize>,
    empty: Vec<String>,
}

/// A row's cells by the names of their columns.
pub(super) struct Cells<'a> {
    columns: &'a HashMap<String, usize>,
    empty: &'a [String],
    row: &'a Row,
}

impl<'a> Cells<'a> {
    /// What is in a cell; none where it is empty.
    pub(super) fn get(&self, column: &str) -> Option<&'a str> {
        let text = self.row.cells.get(*self.columns.get(column)?)?.trim();
        let none = text.is_empty()
            || self
                .empty
                .iter()
                .any(|empty| empty.eq_ignore_ascii_case(text));
        (!none).then_some(text)
    }

    pub(super) fn fits(&self, condition: &Condition) -> bool {
        let cell = self.get(&condition.column);
        let among = |texts: &[String]| {
            texts
                .iter()
                .any(|text| text.to_lowercase() == cell.unwrap_or("").to_lowercase())
        };
        match condition {
            Condition {
                is: Some(texts), ..
            } => among(texts),
            Condition {
                is_not: Some(texts),
                ..
            } => !among(texts),
            Condition { empty, .. } => *empty == Some(cell.is_none()),
        }
    }
}

/// A row on its way into a record.
#[derive(Debug)]
pub(super) struct Prepared {
    /// As it stands in the file.
    pub(super) row: Row,
    /// Its values as far as they are known.
    pub(super) values: Values,
    /// Names that must be found: index of the field, names.
    pub(super) names: Vec<(usize, Vec<String>)>,
}

/// What comes of looking at a row.
pub(super) enum Verdict {
    /// It is left out, as the mapping says.
    Skipped,
    /// It cannot be taken.
    Refused(Row, String),
    /// It can.
    Ready(Prepared),
}

/// What values are looked up in.
pub(super) struct Known<'a> {
    /// The users.
    pub(super) people: &'a People,
    /// The pipeline, for kinds with stages.
    pub(super) pipeline: Option<&'a Pipeline>,
}

impl<'a> Plan<'a> {
    /// Holds a mapping against a file's columns and the fields that may be imported.
    pub(super) fn new(
        ctx: &'a Ctx,
        mapping: &Mapping,
        header: &[String],
        fields: &[FieldDef],
        subject: &str,
    ) -> Result<Self, Error> {
        let columns: HashMap<String, usize> = header
            .iter()
            .enumerate()
            .map(|(at, name)| (name.clone(), at))
            .collect();
        let known = |key: &str, column: &str| {
            if columns.contains_key(column) {
                return Ok(());
            }
            let words = format!(
                "the file has no column “{column}”; it has {}",
                header.join(", ")
            );
            Err(mistake(key, words))
        };
        for (index, condition) in mapping.skip.iter().enumerate() {
            known(&format!("skip[{index}].column"), &condition.column)?;
        }
        let mut plans = Vec::new();
        for (name, map) in &mapping.fields {
            let key = format!("fields.{name}");
            let Some(def) = named(fields, name) else {
                let names: Vec<&str> = fields
                    .iter()
                    .filter(|field| {
                        field.set_by != SetBy::Dealwright && field.field_type != FieldType::Pipeline
                    })
                    .map(|field| match field.custom_id() {
                        Some(_) => field.label.as_ref(),
                        None => field.key.as_ref(),
                    })
                    .collect();
                let words = format!("a {subject} has no such field; it has {}", names.join(", "));
                return Err(mistake(&key, words));
            };
            if def.set_by == SetBy::Dealwright || def.field_type == FieldType::Pipeline {
                let words = "is filled in by Dealwright; pipelines are chosen under [pipeline]";
                return Err(mistake(&key, words));
            }
            for (part, column) in columns_of(map) {
                known(&format!("{key}.{part}"), column)?;
            }
            if plans.iter().any(|plan: &FieldPlan| plan.def.key == def.key) {
                return Err(mistake(&key, "is mapped already, under its key"));
            }
            plans.push(FieldPlan::new(&key, def, map)?);
        }
        if let Some(missing) = fields.iter().find(|field| {
            let by_itself = matches!(field.field_type, FieldType::Pipeline | FieldType::Stage);
            let by_itself = by_itself || !field.default.is_empty();
            let is_mapped = plans.iter().any(|plan| plan.def.key == field.key);
            field.required && !by_itself && !is_mapped
        }) {
            let name = match missing.custom_id() {
                Some(_) => &missing.label,
                None => &missing.key,
            };
            let words = format!("“{name}” is needed; map it under [fields]");
            return Err(mistake("fields", words));
        }
        Ok(Self {
            ctx,
            fields: plans,
            key: mapping.key.clone(),
            skip: mapping.skip.clone(),
            columns,
            empty: mapping.empty.clone(),
        })
    }

    /// A row's cells.
    pub(super) fn cells<'r>(&'r self, row: &'r Row) -> Cells<'r> {
        Cells {
            columns: &self.columns,
            empty: &self.empty,
            row,
        }
    }

    /// Whether the mapping leaves a row out.
    pub(super) fn skips(&self, row: &Row) -> bool {
        let cells = self.cells(row);
        self.skip.iter().any(|condition| cells.fits(condition))
    }

    /// Turns a row into values.
    pub(super) fn prepare(&self, row: Row, known: &Known<'_>) -> Verdict {
        if self.skips(&row) {
            return Verdict::Skipped;
        }
        let mut values = Values::new();
        let mut names = Vec::new();
        let mut wrong = Vec::new();
        let cells = self.cells(&row);
        for (index, field) in self.fields.iter().enumerate() {
            let text = match field.text(&cells) {
                Ok(Some(text)) => text,
                Ok(None) => continue,
                Err(words) => {
                    wrong.push(words);
                    continue;
                }
            };
            match self.value(field, &text, &cells, known) {
                Ok(Read::Value(Value::Empty)) => {}
                Ok(Read::Value(value)) => {
                    values.insert(field.def.key.to_string(), value);
                }
                Ok(Read::Names(found)) => names.push((index, found)),
                Err(words) => wrong.push(format!("{}: {words}", field.def.label)),
            }
        }
        if wrong.is_empty() {
            Verdict::Ready(Prepared { row, values, names })
        } else {
            Verdict::Refused(row, wrong.join("; "))
        }
    }

    fn value(
        &self,
        field: &FieldPlan,
        text: &str,
        cells: &Cells<'_>,
        known: &Known<'_>,
    ) -> Result<Read, String> {
        let value = match field.def.field_type {
            FieldType::Link(_) | FieldType::LostReason => {
                return Ok(Read::Names(vec![tidy(text)]));
            }
            FieldType::Links(_) => {
                let names = match &field.map.split {
                    Some(split) => text.split(split.as_str()).map(tidy).collect(),
                    None => vec![tidy(text)],
                };
                let names: Vec<String> =
                    names.into_iter().filter(|name| !name.is_empty()).collect();
                return Ok(Read::Names(names));
            }
            FieldType::User | FieldType::Users => return people(field, text, known.people),
            FieldType::Stage => stage(text, known.pipeline)?,
            FieldType::Money => {
                let currency = match (&field.currency, &field.map.currency_column) {
                    (Some(currency), _) => *currency,
                    (None, Some(column)) => {
                        let code = cells.get(column).ok_or("has no currency")?;
                        Currency::parse(code).map_err(|problem| problem.to_string())?
                    }
                    (None, None) => return Err("has no currency".to_owned()),
                };
                Value::Money(Money::new(field.number(text)?, currency))
            }
            FieldType::Decimal | FieldType::Percent => Value::Decimal(field.number(text)?),
            FieldType::Integer => {
                let number = field.number(text)?.normalize().to_string();
                field
                    .def
                    .parse(&number)
                    .map_err(|problem| problem.to_string())?
            }
            FieldType::Date => Value::Date(field.moment(text)?.0),
            FieldType::DateTime => match field.moment(text)? {
                (day, None) => Value::DateTime(self.ctx.start_of(day)),
                (day, Some(time)) => {
                    // Moments without a zone are meant in the organisation's.
                    let since = time.time().signed_duration_since(chrono::NaiveTime::MIN);
                    Value::DateTime(self.ctx.start_of(day) + since)
                }
            },
            _ => {
                let text = match &field.map.split {
                    Some(split) => text.replace(split.as_str(), ","),
                    None => text.to_owned(),
                };
                field
                    .def
                    .parse(&text)
                    .map_err(|problem| problem.to_string())?
            }
        };
        Ok(Read::Value(value))
    }
}

enum Read {
    Value(Value),
    Names(Vec<String>),
}

fn people(field: &FieldPlan, text: &str, people: &People) -> Result<Read, String> {
    let many = field.def.field_type == FieldType::Users;
    let split = field.map.split.as_deref().filter(|_| many);
    let names = split.map_or_else(|| vec![text], |split| text.split(split).collect());
    let mut ids = Vec::new();
    for name in names {
        match (people.find(name), field.map.missing) {
            (Ok(id), _) => ids.push(id),
            (Err(_), Missing::Empty) => {}
            (Err(words), _) => return Err(words),
        }
    }
    Ok(Read::Value(match (many, ids.first()) {
        (true, _) => Value::Ids(ids),
        (false, Some(id)) => Value::Id(*id),
        (false, None) => Value::Empty,
    }))
}

fn stage(text: &str, pipeline: Option<&Pipeline>) -> Result<Value, String> {
    let Some(pipeline) = pipeline else {
        return Err("there is no pipeline".to_owned());
    };
    let wanted = tidy(text).to_lowercase();
    let mut stages = pipeline.stages.iter();
    let found = stages.find(|stage| stage.name.to_lowercase() == wanted);
    found.map(|stage| Value::Id(stage.id)).ok_or_else(|| {
        let names: Vec<&str> = pipeline
            .stages
            .iter()
            .map(|stage| stage.name.as_str())
            .collect();
        let names = names.join(", ");
        format!(
            "{} is no stage of “{}”; it has {names}",
            quoted(text),
            pipeline.name
        )
    })
}

/// A name without blanks around it, and with one where there are several.
pub(super) fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A field by its key, or one of users' own making by its label: nobody knows its key.
fn named<'a>(fields: &'a [FieldDef], name: &str) -> Option<&'a FieldDef> {
    let wanted = tidy(name).to_lowercase();
    fields.iter().find(|field| field.key == name).or_else(|| {
        fields
            .iter()
            .find(|field| field.custom_id().is_some() && field.label.to_lowercase() == wanted)
    })
}
