//! Filters as SQL. A condition is true or it is not: what is unknown counts as not, and stays so
//! under `not`.

use domain::field::{FieldType, Storage};
use domain::query::filter::{Condition, Filter, Operator};
use domain::{Error, FieldDef, FieldError, Kind, Problem, Value};
use sea_orm::sea_query::Expr;

use super::operand::{self, Operand, bind};
use super::place::Place;
use super::question::Question;
use super::reach;
use super::sql::{fill, join, list, name, not, pattern, plain, texts};
use crate::contact_points::normalise;

/// The alias of a linked record that a condition reaches.
const LINKED: &str = "l";

impl Question<'_> {
    /// The filter as a predicate over the record under the alias.
    pub(super) fn predicate(&self, filter: &Filter, place: Place<'_>) -> Result<Expr, Error> {
        let all = |parts: &[Filter]| {
            parts
                .iter()
                .map(|part| self.predicate(part, place))
                .collect::<Result<Vec<_>, _>>()
        };
        Ok(match filter {
            Filter::And(parts) => join(all(parts)?, " AND ", "TRUE"),
            Filter::Or(parts) => join(all(parts)?, " OR ", "FALSE"),
            Filter::Not(part) => not(self.predicate(part, place)?),
            Filter::Is(condition) => self.condition(condition, place)?,
        })
    }

    fn condition(&self, condition: &Condition, place: Place<'_>) -> Result<Expr, Error> {
        let (field, hop) = condition
            .resolve(&self.schema.fields, |kind| self.fields_of(kind))
            .map_err(|error| Error::Invalid(vec![error]))?;
        let compare = |place| {
            self.compare(place, field, condition).map_err(|mut error| {
                error.field = condition.path.to_string();
                Error::Invalid(vec![error])
            })
        };
        // What is not so of a record is not so of one whose value is missing either, and through a
        // link also where nothing is linked: ask whether it is so, and turn that round.
        let positive = match condition.operator {
            Operator::IsNot => Some(Operator::Is),
            Operator::Empty if hop.is_some() => Some(Operator::Filled),
            _ => None,
        };
        if let Some(operator) = positive {
            return Ok(not(self.condition(
                &Condition {
                    operator,
                    ..condition.clone()
                },
                place,
            )?));
        }
        match hop {
            None => compare(place),
            Some((link, kind)) => {
                let inner = compare(Place {
                    kind,
                    alias: LINKED,
                })?;
                Ok(self.through(place, link, kind, inner))
            }
        }
    }

    /// Whether a linked record that the asker may see is so.
    fn through(&self, place: Place<'_>, link: &FieldDef, kind: Kind, inner: Expr) -> Expr {
        let table = name(kind.as_str());
        let of_link = match (place.rows(link), place.scalar(link)) {
            (Some((rows, id)), _) => {
                format!("{LINKED}.id IN (SELECT {id} FROM {rows})")
            }
            (None, Some(column)) => format!("{LINKED}.id = {column}"),
            (None, None) => "FALSE".to_owned(),
        };
        let start = format!(
            "EXISTS (SELECT 1 FROM {table} {LINKED} WHERE {of_link} \
             AND {LINKED}.deleted_at IS NULL AND $1"
        );
        match reach::visible(&self.ctx.actor, kind, LINKED) {
            None => fill(format!("{start})"), [inner]),
            Some(visible) => fill(format!("{start} AND $2)"), [inner, visible]),
        }
    }

    fn compare(
        &self,
        place: Place<'_>,
        field: &FieldDef,
        condition: &Condition,
    ) -> Result<Expr, FieldError> {
        match condition.operator {
            Operator::Empty => Ok(empty(place, field)),
            Operator::Filled => Ok(not(empty(place, field))),
            Operator::Contains | Operator::StartsWith => {
                let part = condition.operands.first().map_or("", String::as_str);
                let before = if condition.operator == Operator::Contains {
                    "%"
                } else {
                    ""
                };
                like(place, field, before, part)
                    .ok_or_else(|| does_not_fit(field, condition.operator))
            }
            Operator::During => {
                let period = condition.operands.first().map_or("", String::as_str);
                self.during(place, field, period)
                    .ok_or_else(|| does_not_fit(field, condition.operator))
            }
            operator => {
                let operands = condition
                    .operands
                    .iter()
                    .map(|operand| operand::read(self.ctx, field, operand))
                    .collect::<Result<Vec<_>, _>>()?;
                self.by_value(place, field, operator, &operands)
                    .ok_or_else(|| does_not_fit(field, operator))
            }
        }
    }

    fn by_value(
        &self,
        place: Place<'_>,
        field: &FieldDef,
        operator: Operator,
        operands: &[Operand],
    ) -> Option<Expr> {
        match (operator, operands) {
            (Operator::Between, [low, high]) => Some(join(
                vec![
                    ordered(place, field, Operator::AtLeast, low)?,
                    ordered(place, field, Operator::AtMost, high)?,
                ],
                " AND ",
                "TRUE",
            )),
            (Operator::Is, _) => self.equal(place, field, operands),
            (_, [operand]) => ordered(place, field, operator, operand),
            _ => None,
        }
    }

    /// Equal to one of the operands; of many values: has one of them.
    fn equal(&self, place: Place<'_>, field: &FieldDef, operands: &[Operand]) -> Option<Expr> {
        let mut parts = Vec::new();
        let mut ids = Vec::new();
        let mut words = Vec::new();
        for operand in operands {
            match operand {
                Operand::Nothing => parts.push(empty(place, field)),
                Operand::Ids(of) => ids.extend(of),
                Operand::One(Value::Text(word)) => words.push(word.replace('\0', "")),
                Operand::One(Value::Texts(of)) => words.extend(of.iter().cloned()),
                Operand::Points(points) => {
                    let forms = points
                        .iter()
                        .flat_map(|point| [normalise(point, &self.country), point.normalised()])
                        .collect();
                    let (rows, _) = place.rows(field)?;
                    parts.push(fill(
                        format!("EXISTS (SELECT 1 FROM {rows} AND k.normalised = ANY($1))"),
                        [texts(forms)],
                    ));
                }
                one => parts.push(ordered(place, field, Operator::Is, one)?),
            }
        }
        let one_or_many = |mut values: Vec<i64>| match values.len() {
            1 => ("= $1", Expr::val(values.remove(0))),
            _ => ("= ANY($1)", list(values)),
        };
        if !ids.is_empty() {
            let listed = ids.clone();
            let (equal, value) = one_or_many(ids);
            parts.push(match (place.rows(field), place.scalar(field)) {
                (Some(_), _) if field.custom_id().is_some() => has_one(place, field, &listed)?,
                (Some((rows, id)), _) => fill(
                    format!("EXISTS (SELECT 1 FROM {rows} AND {id} {equal})"),
                    [value],
                ),
                (None, column) => fill(format!("{} {equal}", column?), [value]),
            });
        }
        if !words.is_empty() {
            parts.push(match place.compared(field) {
                // Of several choices, in a column or custom: an array of their keys.
                _ if field.field_type == FieldType::Choices => {
                    fill(format!("{} ?| $1", json(place, field)?), [texts(words)])
                }
                column if words.len() == 1 => {
                    fill(format!("{} = $1", column?), [Expr::val(words.remove(0))])
                }
                column => fill(format!("{} = ANY($1)", column?), [texts(words)]),
            });
        }
        Some(join(parts, " OR ", "FALSE"))
    }

    fn during(&self, place: Place<'_>, field: &FieldDef, period: &str) -> Option<Expr> {
        let (from, to) = operand::days(self.ctx, period)?;
        let column = place.scalar(field)?;
        let (from, to) = match field.field_type {
            FieldType::Date => (Value::Date(from), Value::Date(to)),
            FieldType::DateTime => (
                Value::DateTime(self.ctx.start_of(from)),
                Value::DateTime(self.ctx.start_of(to)),
            ),
            _ => return None,
        };
        Some(fill(
            format!("({column} >= $1 AND {column} < $2)"),
            [bind(field, &from)?, bind(field, &to)?],
        ))
    }
}

/// Whether a list that is kept as JSON has one of these ids, asked so that an index answers it.
fn has_one(place: Place<'_>, field: &FieldDef, ids: &[i64]) -> Option<Expr> {
    let list = json(place, field)?;
    let each = ids
        .iter()
        .map(|id| {
            fill(
                format!("{list} @> $1"),
                [Expr::val(serde_json::json!([id]))],
            )
        })
        .collect();
    Some(join(each, " OR ", "FALSE"))
}

fn does_not_fit(field: &FieldDef, operator: Operator) -> FieldError {
    let problem = Problem::OperatorDoesNotFit {
        operator: operator.as_str().to_owned(),
    };
    FieldError::new(&field.key, &field.label, problem)
}

/// Whether the field has no value.
fn empty(place: Place<'_>, field: &FieldDef) -> Expr {
    if let Storage::Custom(id) = &field.storage {
        let json = place.custom(*id);
        return plain(format!(
            "({json} IS NULL OR {json} IN ('null', '\"\"', '[]'))"
        ));
    }
    match (place.rows(field), place.scalar(field), field.field_type) {
        (Some((rows, _)), _, _) => plain(format!("NOT EXISTS (SELECT 1 FROM {rows})")),
        (None, Some(column), FieldType::Text | FieldType::LongText | FieldType::Url) => {
            plain(format!("({column} IS NULL OR {column} = '')"))
        }
        (None, Some(column), _) => plain(format!("{column} IS NULL")),
        (None, None, _) => plain("TRUE"),
    }
}

/// The array of a value that is kept as JSON.
fn json(place: Place<'_>, field: &FieldDef) -> Option<String> {
    match &field.storage {
        Storage::Custom(id) => Some(place.custom(*id)),
        Storage::Column(column) => Some(place.column(column)),
        _ => None,
    }
}

/// Whether the text, or one of the contact points, has the part in it.
fn like(place: Place<'_>, field: &FieldDef, before: &str, part: &str) -> Option<Expr> {
    let Some((rows, _)) = place.rows(field) else {
        let column = place.scalar(field)?;
        return Some(fill(
            format!("{column} ILIKE $1"),
            [pattern(before, part, "%")],
        ));
    };
    let text = pattern(before, part, "%");
    let digits: String = part.chars().filter(char::is_ascii_digit).collect();
    let is_number = !digits.is_empty() && !part.chars().any(char::is_alphabetic);
    Some(if is_number {
        // A part of a number is found however the number is written.
        let plus = if part.trim_start().starts_with('+') {
            "+"
        } else {
            ""
        };
        fill(
            format!("EXISTS (SELECT 1 FROM {rows} AND (k.text ILIKE $1 OR k.normalised LIKE $2))"),
            [text, pattern(before, &format!("{plus}{digits}"), "%")],
        )
    } else {
        fill(
            format!("EXISTS (SELECT 1 FROM {rows} AND k.text ILIKE $1)"),
            [text],
        )
    })
}

/// Compares by order. A stretch of moments lies before or after as a whole: later than a day is
/// from the next day on.
fn ordered(
    place: Place<'_>,
    field: &FieldDef,
    operator: Operator,
    operand: &Operand,
) -> Option<Expr> {
    let column = place.scalar(field)?;
    let sign = match operator {
        Operator::Is => "=",
        Operator::Less => "<",
        Operator::AtMost => "<=",
        Operator::Greater => ">",
        Operator::AtLeast => ">=",
        _ => return None,
    };
    Some(match operand {
        Operand::Nothing => plain("FALSE"),
        Operand::One(value) => fill(format!("{column} {sign} $1"), [bind(field, value)?]),
        Operand::Bare(number) => fill(format!("{column} {sign} $1"), [Expr::val(*number)]),
        Operand::Amount(money) => fill(
            format!("({column} {sign} $1 AND {} = $2)", place.currency(field)?),
            [Expr::val(money.amount), Expr::val(money.currency.code())],
        ),
        Operand::Moments(from, until) => {
            let (from, until) = (
                bind(field, &Value::DateTime(*from))?,
                bind(field, &Value::DateTime(*until))?,
            );
            match operator {
                Operator::Is => fill(format!("({column} >= $1 AND {column} < $2)"), [from, until]),
                Operator::Less => fill(format!("{column} < $1"), [from]),
                Operator::AtMost => fill(format!("{column} < $1"), [until]),
                Operator::Greater => fill(format!("{column} >= $1"), [until]),
                _ => fill(format!("{column} >= $1"), [from]),
            }
        }
        Operand::Ids(_) | Operand::Points(_) => return None,
    })
}
