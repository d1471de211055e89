//! The read path's answers worked out by hand: filters, rights and orders over values in memory,
//! written apart from the SQL, to compare the two.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::field::FieldType;
use domain::period::Period;
use domain::query::Sort;
use domain::query::filter::{Condition, Filter, Operator};
use domain::record::Values;
use domain::rights::{Action, Standing};
use domain::{FieldDef, Kind, RecordId, Value};
use rust_decimal::Decimal;
use services::Ctx;

/// A record as the test put it there.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) kind: Kind,
    pub(crate) id: RecordId,
    pub(crate) values: Values,
    pub(crate) deleted: bool,
    pub(crate) position: String,
}

impl Known {
    pub(crate) fn value(&self, key: &str) -> &Value {
        static EMPTY: Value = Value::Empty;
        self.values.get(key).unwrap_or(&EMPTY)
    }

    pub(crate) fn standing(&self) -> Standing {
        Standing {
            owner: self.value("owner_id").as_id(),
            observers: match self.value("observers") {
                Value::Ids(ids) => ids.clone(),
                _ => Vec::new(),
            },
            everyone: self.value("everyone") == &Value::YesNo(true),
        }
    }

    pub(crate) fn title(&self) -> &str {
        self.value(self.kind.title_field())
            .as_text()
            .unwrap_or_default()
    }
}

/// All that there is.
#[derive(Debug, Default)]
pub(crate) struct World {
    pub(crate) records: BTreeMap<(Kind, RecordId), Known>,
    /// User → name.
    pub(crate) names: BTreeMap<i64, String>,
    /// Stage → its place in its pipeline.
    pub(crate) places: BTreeMap<i64, i64>,
    /// The fields that users made.
    pub(crate) own: Own,
}

/// The fields that users made, by kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct Own(pub(crate) Arc<BTreeMap<Kind, Vec<FieldDef>>>);

impl Own {
    pub(crate) fn of(&self, kind: Kind) -> &[FieldDef] {
        self.0.get(&kind).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn field(&self, kind: Kind, key: &str) -> &FieldDef {
        domain::field::find(kind.fields(), key)
            .or_else(|| domain::field::find(self.of(kind), key))
            .unwrap_or_else(|| panic!("{kind} has no {key}"))
    }
}

impl World {
    pub(crate) fn of(&self, kind: Kind) -> impl Iterator<Item = &Known> {
        self.records
            .values()
            .filter(move |record| record.kind == kind)
    }

    pub(crate) fn sees(ctx: &Ctx, record: &Known) -> bool {
        ctx.actor.may(Action::Read, record.kind, &record.standing())
    }

    /// The record of a link, where the reader may see it and it is in use.
    pub(crate) fn linked(&self, ctx: &Ctx, kind: Kind, id: RecordId) -> Option<&Known> {
        self.records
            .get(&(kind, id))
            .filter(|record| !record.deleted && Self::sees(ctx, record))
    }

    pub(crate) fn matches(&self, ctx: &Ctx, record: &Known, filter: &Filter) -> bool {
        match filter {
            Filter::And(parts) => parts.iter().all(|part| self.matches(ctx, record, part)),
            Filter::Or(parts) => parts.iter().any(|part| self.matches(ctx, record, part)),
            Filter::Not(part) => !self.matches(ctx, record, part),
            Filter::Is(condition) => self.meets(ctx, record, condition),
        }
    }

    fn meets(&self, ctx: &Ctx, record: &Known, condition: &Condition) -> bool {
        let Some(link) = &condition.path.link else {
            let field = self.own.field(record.kind, &condition.path.field);
            return meets(ctx, field, record.value(&field.key), condition);
        };
        let link = self.own.field(record.kind, link);
        let (FieldType::Link(kind) | FieldType::Links(kind)) = link.field_type else {
            panic!("no link");
        };
        let field = self.own.field(kind, &condition.path.field);
        let (operator, turned) = match condition.operator {
            Operator::IsNot => (Operator::Is, true),
            Operator::Empty => (Operator::Filled, true),
            operator => (operator, false),
        };
        let condition = Condition {
            operator,
            ..condition.clone()
        };
        let Value::Links(links) = record.value(&link.key) else {
            return turned;
        };
        let any = links.iter().any(|link| {
            self.linked(ctx, kind, link.id)
                .is_some_and(|other| meets(ctx, field, other.value(&field.key), &condition))
        });
        any != turned
    }

    /// The records of a page without end.
    pub(crate) fn list(
        &self,
        ctx: &Ctx,
        kind: Kind,
        filter: &Filter,
        text: Option<&str>,
        deleted: bool,
    ) -> Vec<&Known> {
        self.of(kind)
            .filter(|record| record.deleted == deleted && Self::sees(ctx, record))
            .filter(|record| self.matches(ctx, record, filter))
            .filter(|record| text.is_none_or(|text| has(record.title(), text.trim(), false)))
            .collect()
    }

    pub(crate) fn sort(&self, ctx: &Ctx, records: &mut [&Known], sort: &[Sort]) {
        let newest = [Sort {
            field: "created_at".into(),
            descending: true,
        }];
        let sort = if sort.is_empty() { &newest[..] } else { sort };
        records.sort_by(|a, b| {
            for key in sort {
                let field = self.own.field(a.kind, &key.field);
                let (x, y) = (self.key(ctx, field, a), self.key(ctx, field, b));
                let order = match (x, y) {
                    (None, None) => Ordering::Equal,
                    (None, _) => Ordering::Greater,
                    (_, None) => Ordering::Less,
                    (Some(x), Some(y)) if key.descending => y.cmp(&x),
                    (Some(x), Some(y)) => x.cmp(&y),
                };
                if order != Ordering::Equal {
                    return order;
                }
            }
            let order = a.id.cmp(&b.id);
            if sort.last().is_some_and(|key| key.descending) {
                order.reverse()
            } else {
                order
            }
        });
    }

    fn key(&self, ctx: &Ctx, field: &FieldDef, record: &Known) -> Option<Key> {
        Some(match (record.value(&field.key), field.field_type) {
            (Value::Empty, _) => return None,
            (Value::Text(text), FieldType::Choice) => {
                let place = field
                    .options
                    .iter()
                    .position(|option| option.key == *text)?;
                Key::Number(place.into())
            }
            (Value::Text(text), _) => Key::Text(text.clone()),
            (Value::Integer(number), _) => Key::Number((*number).into()),
            (Value::Decimal(number), _) => Key::Number(*number),
            (Value::Money(money), _) => Key::Number(money.amount),
            (Value::YesNo(yes), _) => Key::Number(i64::from(*yes).into()),
            (Value::Date(day), _) => Key::Day(*day),
            (Value::DateTime(at), _) => Key::Moment(*at),
            (Value::Id(id), FieldType::User) => Key::Text(self.names.get(id)?.clone()),
            (Value::Id(id), FieldType::Stage) => Key::Number((*self.places.get(id)?).into()),
            (Value::Links(links), FieldType::Link(kind)) => Key::Text(
                self.linked(ctx, kind, links.first()?.id)?
                    .title()
                    .to_owned(),
            ),
            (value, field_type) => panic!("{value:?} of {field_type:?} is not sorted in tests"),
        })
    }
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Text(String),
    Number(Decimal),
    Day(NaiveDate),
    Moment(DateTime<Utc>),
}

/// Whether a text has another in it (or begins with it), in any case.
fn has(text: &str, part: &str, begins: bool) -> bool {
    let (text, part) = (text.to_lowercase(), part.to_lowercase());
    if begins {
        text.starts_with(&part)
    } else {
        text.contains(&part)
    }
}

fn meets(ctx: &Ctx, field: &FieldDef, value: &Value, condition: &Condition) -> bool {
    let first = || condition.operands.first().map_or("", String::as_str);
    let compare = |test: fn(Ordering) -> bool, operand: &str| {
        compared(ctx, field, value, operand).is_some_and(test)
    };
    match condition.operator {
        Operator::Empty => value.is_empty(),
        Operator::Filled => !value.is_empty(),
        Operator::Is => condition
            .operands
            .iter()
            .any(|o| equals(ctx, field, value, o)),
        Operator::IsNot => !condition
            .operands
            .iter()
            .any(|o| equals(ctx, field, value, o)),
        Operator::Contains | Operator::StartsWith => {
            contains(value, first(), condition.operator == Operator::StartsWith)
        }
        Operator::Less => compare(Ordering::is_lt, first()),
        Operator::AtMost => compare(Ordering::is_le, first()),
        Operator::Greater => compare(Ordering::is_gt, first()),
        Operator::AtLeast => compare(Ordering::is_ge, first()),
        Operator::Between => {
            compare(Ordering::is_ge, first()) && compare(Ordering::is_le, &condition.operands[1])
        }
        Operator::During => {
            let (from, to) = Period::parse(first()).expect("a period").days(ctx.today());
            match value {
                Value::Date(day) => from <= *day && *day < to,
                Value::DateTime(at) => ctx.start_of(from) <= *at && *at < ctx.start_of(to),
                _ => false,
            }
        }
    }
}

fn equals(ctx: &Ctx, field: &FieldDef, value: &Value, operand: &str) -> bool {
    if operand.is_empty() {
        return value.is_empty();
    }
    let users = || -> Vec<i64> {
        match operand {
            "me" => ctx.actor.user_id.into_iter().collect(),
            "my_department" => {
                let team = ctx.actor.team.values().flatten().copied();
                team.chain(ctx.actor.user_id).collect()
            }
            id => vec![id.parse().expect("an id")],
        }
    };
    match value {
        Value::Id(id) if field.field_type == FieldType::User => users().contains(id),
        Value::Id(id) => id.to_string() == operand,
        Value::Ids(ids) => ids.iter().any(|id| users().contains(id)),
        Value::Links(links) => links.iter().any(|link| link.id.to_string() == operand),
        Value::Text(text) => text == operand,
        Value::Texts(texts) => texts.iter().any(|text| text == operand),
        Value::YesNo(yes) => (if *yes { "yes" } else { "no" }) == operand,
        Value::Points(points) => points.iter().any(|point| {
            let digits = |text: &str| {
                text.chars()
                    .filter(char::is_ascii_digit)
                    .collect::<String>()
            };
            if point.text.contains('@') {
                point.text.to_lowercase() == operand.to_lowercase()
            } else {
                digits(&point.text) == digits(operand)
            }
        }),
        _ => compared(ctx, field, value, operand).is_some_and(Ordering::is_eq),
    }
}

fn contains(value: &Value, part: &str, begins: bool) -> bool {
    match value {
        Value::Text(text) => has(text, part, begins),
        Value::Points(points) => points.iter().any(|point| {
            let digits: String = part.chars().filter(char::is_ascii_digit).collect();
            let plus = if part.starts_with('+') { "+" } else { "" };
            let number = !digits.is_empty() && !part.chars().any(char::is_alphabetic);
            has(&point.text, part, begins)
                || (number && has(&point.normalised(), &format!("{plus}{digits}"), begins))
        }),
        _ => false,
    }
}

/// How a value stands to an operand; a moment within a day that is asked for is equal to it.
fn compared(ctx: &Ctx, field: &FieldDef, value: &Value, operand: &str) -> Option<Ordering> {
    if operand.is_empty() {
        return None;
    }
    match value {
        Value::Integer(number) => Some(number.cmp(&operand.parse().expect("a number"))),
        Value::Decimal(number) => Some(number.cmp(&operand.parse().expect("a number"))),
        Value::Money(money) => match operand.split_once(' ') {
            Some((amount, currency)) => (money.currency.code() == currency)
                .then(|| money.amount.cmp(&amount.parse().expect("an amount"))),
            None => Some(money.amount.cmp(&operand.parse().expect("an amount"))),
        },
        Value::Date(day) => Some(day.cmp(&operand.parse().expect("a day"))),
        Value::DateTime(at) => Some(match operand.parse::<NaiveDate>() {
            Ok(day) if *at < ctx.start_of(day) => Ordering::Less,
            Ok(day) if *at >= ctx.start_of(day + Days::new(1)) => Ordering::Greater,
            Ok(_) => Ordering::Equal,
            Err(_) => at.cmp(&operand.parse().expect("a moment")),
        }),
        Value::Empty => None,
        other => panic!("{other:?} of {} is not compared in tests", field.key),
    }
}
