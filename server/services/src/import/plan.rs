//! A mapping held against a file's columns and a kind's fields: from then on every row becomes
//! values, or a reason why not.

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveDateTime};
use domain::field::{FieldType, SetBy};
use domain::money::{Currency, parse_decimal};
use domain::pipeline::Pipeline;
use domain::record::Values;
use domain::{Error, FieldDef, Kind, Money, Value};
use rust_decimal::Decimal;

use super::lookup::People;
use super::mapping::{Condition, DecimalMark, FieldMap, Key, Mapping, Missing, Other, mistake};
use super::source::Row;
use crate::Ctx;

/// Where a field's value comes from, checked.
#[derive(Debug)]
pub(super) struct FieldPlan {
    /// The field.
    pub(super) def: FieldDef,
    /// What the mapping says of it.
    pub(super) map: FieldMap,
    currency: Option<Currency>,
    multiply: Option<Decimal>,
    constant: Option<String>,
}

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

    fn fits(&self, condition: &Condition) -> bool {
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
            let Some(def) = fields.iter().find(|field| field.key == *name) else {
                let names: Vec<&str> = fields
                    .iter()
                    .filter(|field| {
                        field.set_by != SetBy::Dealwright && field.field_type != FieldType::Pipeline
                    })
                    .map(|field| field.key.as_ref())
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
            plans.push(FieldPlan::new(&key, def, map)?);
        }
        if let Some(missing) = fields.iter().find(|field| {
            let by_itself = matches!(field.field_type, FieldType::Pipeline | FieldType::Stage);
            field.required && !by_itself && !mapping.fields.contains_key(field.key.as_ref())
        }) {
            let words = format!("“{}” is needed; map it under [fields]", missing.key);
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

impl FieldPlan {
    fn new(key: &str, def: &FieldDef, map: &FieldMap) -> Result<Self, Error> {
        let misfit = |part: &str, words: &str| Err(mistake(&format!("{key}.{part}"), words));
        let takes = def.field_type;
        let number = matches!(
            takes,
            FieldType::Money | FieldType::Decimal | FieldType::Percent | FieldType::Integer
        );
        if takes != FieldType::Money && (map.currency.is_some() || map.currency_column.is_some()) {
            return misfit("currency", "only fits an amount");
        }
        if takes == FieldType::Money && map.currency.is_none() && map.currency_column.is_none() {
            return misfit(
                "currency",
                "is needed, such as currency = \"EUR\", or currency_column",
            );
        }
        if !number && (map.multiply.is_some() || map.decimal.is_some()) {
            return misfit("multiply", "and decimal only fit a number");
        }
        if !matches!(takes, FieldType::Date | FieldType::DateTime) && map.format.is_some() {
            return misfit("format", "only fits a day or a moment");
        }
        let link = match takes {
            FieldType::Link(kind) | FieldType::Links(kind) => Some(kind),
            _ => None,
        };
        let found_by_name = link.is_some()
            || matches!(
                takes,
                FieldType::User | FieldType::Users | FieldType::LostReason
            );
        if map.missing != Missing::Refuse && !found_by_name && def.key != "manager" {
            return misfit(
                "missing",
                "only fits users, linked records and lost reasons",
            );
        }
        if map.missing == Missing::Create && matches!(takes, FieldType::User | FieldType::Users) {
            return misfit("missing", "cannot be create for users: import them first");
        }
        if let Some(by) = &map.match_by {
            let Some(kind) = link else {
                return misfit("match", "only fits linked records");
            };
            let fits = kind
                .fields()
                .iter()
                .any(|field| field.key == *by && field.field_type == FieldType::Text);
            if !fits {
                return misfit(
                    "match",
                    &format!("must be a text field of a {kind}, such as name or external_id"),
                );
            }
        }
        let currency = map.currency.as_deref().map(Currency::parse).transpose();
        let Ok(currency) = currency else {
            return misfit("currency", "must be a code such as EUR");
        };
        let multiply = map
            .multiply
            .as_ref()
            .map(|factor| plain(factor).and_then(|text| parse_decimal(&text).ok()));
        let multiply = match multiply {
            Some(None) => return misfit("multiply", "must be a number such as 1000"),
            Some(factor) => factor,
            None => None,
        };
        let constant = match map.value.as_ref().map(plain) {
            Some(None) => return misfit("value", "must be a text, a number, true or false"),
            Some(text) => text,
            None => None,
        };
        Ok(Self {
            def: def.clone(),
            map: map.clone(),
            currency,
            multiply,
            constant,
        })
    }

    /// What the row has for this field, translated; an error in words where that is not allowed.
    pub(super) fn text(&self, cells: &Cells<'_>) -> Result<Option<String>, String> {
        let map = &self.map;
        if map
            .when
            .as_ref()
            .is_some_and(|condition| !cells.fits(condition))
        {
            return Ok(None);
        }
        let fill = |template: &super::template::Template| template.fill(|name| cells.get(name));
        let own = match (&map.column, &map.template, &self.constant) {
            (Some(column), ..) => cells.get(column).map(str::to_owned),
            (_, Some(template), _) => fill(template),
            (_, _, Some(constant)) => Some(constant.clone()),
            _ => map
                .columns
                .iter()
                .find_map(|column| cells.get(column))
                .map(str::to_owned),
        };
        let own = own.filter(|text| {
            !map.empty
                .iter()
                .any(|empty| empty.eq_ignore_ascii_case(text))
        });
        let Some(text) = own else {
            return Ok(map.fallback.as_ref().and_then(fill));
        };
        if map.values.is_empty() {
            return Ok(Some(text));
        }
        match (map.values.get(&text), map.other) {
            (Some(meant), _) => Ok(Some(meant.clone()).filter(|meant| !meant.is_empty())),
            (None, Other::Keep) => Ok(Some(text)),
            (None, Other::Empty) => Ok(None),
            (None, Other::Refuse) => Err(format!(
                "{}: “{text}” is not among the mapping's values",
                self.def.label
            )),
        }
    }

    fn number(&self, text: &str) -> Result<Decimal, String> {
        let text = match self.map.decimal {
            None => text.to_owned(),
            Some(DecimalMark::Point) => text.replace(',', ""),
            Some(DecimalMark::Comma) => text.replace('.', "").replace(',', "."),
        };
        let number = parse_decimal(&text).map_err(|problem| problem.to_string())?;
        match self.multiply {
            None => Ok(number),
            Some(factor) => number
                .checked_mul(factor)
                .ok_or_else(|| "is too large".to_owned()),
        }
    }

    /// A day, and the time of day where there is one.
    fn moment(&self, text: &str) -> Result<(NaiveDate, Option<NaiveDateTime>), String> {
        if let Some(format) = &self.map.format {
            if let Ok(at) = NaiveDateTime::parse_from_str(text, format) {
                return Ok((at.date(), Some(at)));
            }
            return NaiveDate::parse_from_str(text, format)
                .map(|day| (day, None))
                .map_err(|_| format!("“{text}” is not written as {format}"));
        }
        if let Ok(day) = text.parse::<NaiveDate>() {
            return Ok((day, None));
        }
        for format in [
            "%Y-%m-%dT%H:%M:%S%.f",
            "%Y-%m-%d %H:%M:%S%.f",
            "%Y-%m-%d %H:%M",
        ] {
            if let Ok(at) = NaiveDateTime::parse_from_str(text.trim_end_matches('Z'), format) {
                return Ok((at.date(), Some(at)));
            }
        }
        Err(format!(
            "“{text}” is not a day such as 2026-11-30; give its format in the mapping"
        ))
    }
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
    match pipeline
        .stages
        .iter()
        .find(|stage| stage.name.to_lowercase() == wanted)
    {
        Some(stage) => Ok(Value::Id(stage.id)),
        None => {
            let names: Vec<&str> = pipeline
                .stages
                .iter()
                .map(|stage| stage.name.as_str())
                .collect();
            Err(format!(
                "“{text}” is no stage of “{}”; it has {}",
                pipeline.name,
                names.join(", ")
            ))
        }
    }
}

/// Every column that a field needs, with the part of the mapping that names it.
fn columns_of(map: &FieldMap) -> Vec<(&'static str, &str)> {
    let mut columns: Vec<(&'static str, &str)> = Vec::new();
    columns.extend(map.column.as_deref().map(|column| ("column", column)));
    columns.extend(
        map.columns
            .iter()
            .map(|column| ("columns", column.as_str())),
    );
    columns.extend(
        map.currency_column
            .as_deref()
            .map(|column| ("currency_column", column)),
    );
    columns.extend(
        map.when
            .as_ref()
            .map(|condition| ("when.column", condition.column.as_str())),
    );
    for (part, template) in [("template", &map.template), ("fallback", &map.fallback)] {
        columns.extend(
            template
                .iter()
                .flat_map(|t| t.columns())
                .map(|column| (part, column)),
        );
    }
    columns
}

/// A constant as a cell would have it.
fn plain(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Float(number) => Some(number.to_string()),
        toml::Value::Boolean(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
        toml::Value::Datetime(at) => Some(at.to_string()),
        _ => None,
    }
}

/// A name without blanks around it, and with one where there are several.
pub(super) fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What records of a kind may be given.
pub(super) fn importable(kind: Kind) -> Vec<FieldDef> {
    kind.fields().to_vec()
}
