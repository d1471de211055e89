//! Values: what a field can hold. Reading, checking, writing and storing live here, with the type.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::contact_point::{ContactPoint, PointType};
use crate::field::{FieldType, LONG_TEXT_LENGTH, TEXT_LENGTH};
use crate::money::{Currency, check_amount, parse_decimal};
use crate::{Money, Problem, RecordId};

/// A field's value on its way between browser, rules and database.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Nothing.
    #[default]
    Empty,
    /// Text, a choice's key, an address on the web.
    Text(String),
    /// Several choices' keys.
    Texts(Vec<String>),
    /// A whole number.
    Integer(i64),
    /// An exact number or a percentage.
    Decimal(Decimal),
    /// An amount in a currency.
    Money(Money),
    /// Yes or no.
    YesNo(bool),
    /// A day.
    Date(NaiveDate),
    /// A moment.
    DateTime(DateTime<Utc>),
    /// A user, stage, pipeline or lost reason.
    Id(i64),
    /// Several users.
    Ids(Vec<i64>),
    /// Linked records, the primary one first.
    Links(Vec<Linked>),
    /// Phone numbers or e-mail addresses.
    Points(Vec<ContactPoint>),
}

/// A linked record. Two links are the same when their ids are: the title is only for the eye.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Linked {
    /// The record.
    pub id: RecordId,
    /// Its title; none on the way in, and none where the reader may not see the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

impl Linked {
    /// A link by id.
    #[must_use]
    pub const fn to(id: RecordId) -> Self {
        Self { id, title: None }
    }
}

impl PartialEq for Linked {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Linked {}

impl Value {
    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.is_empty(),
            Self::Texts(texts) => texts.is_empty(),
            Self::Ids(ids) => ids.is_empty(),
            Self::Links(links) => links.is_empty(),
            Self::Points(points) => points.is_empty(),
            _ => false,
        }
    }

    /// The text, where it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The id, where it is one; of links the primary one's.
    #[must_use]
    pub fn as_id(&self) -> Option<i64> {
        match self {
            Self::Id(id) => Some(*id),
            Self::Links(links) => links.first().map(|link| link.id),
            _ => None,
        }
    }

    /// The amount, where it is one.
    #[must_use]
    pub const fn as_money(&self) -> Option<Money> {
        match self {
            Self::Money(money) => Some(*money),
            _ => None,
        }
    }

    /// The moment, where it is one.
    #[must_use]
    pub const fn as_date_time(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::DateTime(at) => Some(*at),
            _ => None,
        }
    }

    /// As stored in the log and in `custom`; [`FieldType::from_json`] reads it back.
    #[must_use]
    pub fn to_json(&self) -> Json {
        match self {
            Self::Empty => Json::Null,
            Self::Text(text) => json!(text),
            Self::Texts(texts) => json!(texts),
            Self::Integer(number) => json!(number),
            Self::Decimal(number) => json!(number.normalize().to_string()),
            Self::Money(money) => {
                json!({"amount": money.amount.normalize().to_string(), "currency": money.currency})
            }
            Self::YesNo(yes) => json!(yes),
            Self::Date(day) => json!(day),
            Self::DateTime(at) => json!(at.to_rfc3339_opts(SecondsFormat::Micros, true)),
            Self::Id(id) => json!(id),
            Self::Ids(ids) => json!(ids),
            Self::Links(links) => json!(links.iter().map(|link| link.id).collect::<Vec<_>>()),
            Self::Points(points) => json!(points),
        }
    }
}

impl FieldType {
    /// Reads what a person or a file wrote. Choices are read by [`crate::FieldDef::parse`], which
    /// knows them; users and records are read by id here.
    pub fn parse(self, text: &str) -> Result<Value, Problem> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Value::Empty);
        }
        let malformed = |expected: &str| Problem::Malformed {
            given: text.chars().take(40).collect(),
            expected: expected.to_owned(),
        };
        let value = match self {
            Self::Text | Self::LongText | Self::Choice | Self::Url => Value::Text(text.to_owned()),
            Self::Choices => Value::Texts(text.split(',').map(|t| t.trim().to_owned()).collect()),
            Self::Integer => {
                let number = parse_decimal(text)?;
                let whole = number.normalize();
                let number = (whole.scale() == 0)
                    .then(|| i64::try_from(whole.mantissa()).ok())
                    .flatten()
                    .ok_or_else(|| malformed("a whole number such as 12"))?;
                Value::Integer(number)
            }
            Self::Decimal => Value::Decimal(parse_decimal(text)?),
            Self::Percent => Value::Decimal(parse_decimal(text.trim_end_matches('%'))?),
            Self::Money => {
                let (number, code) = split_currency(text);
                let currency = code
                    .map(Currency::parse)
                    .transpose()?
                    .ok_or_else(|| malformed("an amount with its currency such as 1200.50 EUR"))?;
                Value::Money(Money::new(parse_decimal(number)?, currency))
            }
            Self::YesNo => match text.to_lowercase().as_str() {
                "yes" | "true" | "1" | "y" | "on" => Value::YesNo(true),
                "no" | "false" | "0" | "n" | "off" => Value::YesNo(false),
                _ => return Err(malformed("yes or no")),
            },
            Self::Date => Value::Date(
                text.parse()
                    .map_err(|_| malformed("a day such as 2026-11-30"))?,
            ),
            Self::DateTime => Value::DateTime(
                parse_moment(text)
                    .ok_or_else(|| malformed("a moment such as 2026-11-30T14:00:00Z"))?,
            ),
            Self::User | Self::Stage | Self::Pipeline | Self::LostReason => {
                Value::Id(text.parse().map_err(|_| malformed("an id such as 12"))?)
            }
            Self::Users => {
                Value::Ids(parse_ids(text).ok_or_else(|| malformed("ids such as 12,13"))?)
            }
            Self::Link(_) | Self::Links(_) => Value::Links(
                parse_ids(text)
                    .ok_or_else(|| malformed("ids such as 12,13"))?
                    .into_iter()
                    .map(Linked::to)
                    .collect(),
            ),
            Self::Points(point_type) => Value::Points(
                text.split([',', ';'])
                    .map(str::trim)
                    .filter(|part| !part.is_empty())
                    .map(|part| ContactPoint::new(point_type, part))
                    .collect(),
            ),
        };
        self.check(value)
    }

    /// Checks that a value is of this type and fits, and brings it into stored form: text without
    /// blanks around it, empty things as [`Value::Empty`], numbers rounded as the column does.
    pub fn check(self, value: Value) -> Result<Value, Problem> {
        if value.is_empty() {
            return Ok(Value::Empty);
        }
        match (self, value) {
            (Self::Text | Self::Choice, Value::Text(text)) => check_text(&text, TEXT_LENGTH),
            (Self::LongText, Value::Text(text)) => check_text(&text, LONG_TEXT_LENGTH),
            (Self::Url, Value::Text(text)) => check_url(&text),
            (Self::Choices, Value::Texts(texts)) => Ok(Value::Texts(texts)),
            (Self::Integer, Value::Integer(number)) => Ok(Value::Integer(number)),
            (Self::Decimal, Value::Decimal(number)) => check_amount(number).map(Value::Decimal),
            (Self::Percent, Value::Decimal(number)) => {
                if number < Decimal::ZERO || number > Decimal::ONE_HUNDRED {
                    return Err(Problem::OutOfRange {
                        least: "0".into(),
                        most: "100".into(),
                    });
                }
                check_amount(number).map(Value::Decimal)
            }
            (Self::Money, Value::Money(money)) => {
                check_amount(money.amount).map(|amount| Value::Money(Money { amount, ..money }))
            }
            (Self::YesNo, Value::YesNo(yes)) => Ok(Value::YesNo(yes)),
            (Self::Date, Value::Date(day)) => check_day(day).map(Value::Date),
            (Self::DateTime, Value::DateTime(at)) => {
                check_day(at.date_naive())?;
                Ok(Value::DateTime(at))
            }
            (Self::User | Self::Stage | Self::Pipeline | Self::LostReason, Value::Id(id)) => {
                Ok(Value::Id(id))
            }
            (Self::Users, Value::Ids(ids)) => Ok(Value::Ids(unique(ids))),
            (Self::Link(_), Value::Links(mut links)) => {
                links.truncate(1);
                Ok(Value::Links(links))
            }
            (Self::Links(_), Value::Links(links)) => {
                let mut seen = std::collections::BTreeSet::new();
                Ok(Value::Links(
                    links
                        .into_iter()
                        .filter(|link| seen.insert(link.id))
                        .collect(),
                ))
            }
            (Self::Points(point_type), Value::Points(points)) => check_points(point_type, points),
            (_, other) => Err(Problem::Malformed {
                given: other.to_json().to_string().chars().take(40).collect(),
                expected: self.expected().to_owned(),
            }),
        }
    }

    /// Reads a value from the log or from `custom`. What cannot be read is [`Value::Empty`]: an
    /// old log must never keep a page from opening.
    #[must_use]
    pub fn from_json(self, json: &Json) -> Value {
        let read = || -> Option<Value> {
            Some(match self {
                Self::Text | Self::LongText | Self::Choice | Self::Url => {
                    Value::Text(json.as_str()?.to_owned())
                }
                Self::Choices => Value::Texts(serde_json::from_value(json.clone()).ok()?),
                Self::Integer => Value::Integer(json.as_i64()?),
                Self::Decimal | Self::Percent => Value::Decimal(decimal(json)?),
                Self::Money => Value::Money(Money::new(
                    decimal(json.get("amount")?)?,
                    Currency::parse(json.get("currency")?.as_str()?).ok()?,
                )),
                Self::YesNo => Value::YesNo(json.as_bool()?),
                Self::Date => Value::Date(json.as_str()?.parse().ok()?),
                Self::DateTime => Value::DateTime(parse_moment(json.as_str()?)?),
                Self::User | Self::Stage | Self::Pipeline | Self::LostReason => {
                    Value::Id(json.as_i64()?)
                }
                Self::Users => Value::Ids(serde_json::from_value(json.clone()).ok()?),
                Self::Link(_) | Self::Links(_) => Value::Links(
                    serde_json::from_value::<Vec<i64>>(json.clone())
                        .ok()?
                        .into_iter()
                        .map(Linked::to)
                        .collect(),
                ),
                Self::Points(_) => Value::Points(serde_json::from_value(json.clone()).ok()?),
            })
        };
        read().unwrap_or_default()
    }

    /// What a right value looks like, in words.
    #[must_use]
    pub const fn expected(self) -> &'static str {
        match self {
            Self::Text | Self::LongText => "a text",
            Self::Integer => "a whole number such as 12",
            Self::Decimal => "a number such as 1200.50",
            Self::Money => "an amount with its currency such as 1200.50 EUR",
            Self::Percent => "a percentage from 0 to 100",
            Self::YesNo => "yes or no",
            Self::Date => "a day such as 2026-11-30",
            Self::DateTime => "a moment such as 2026-11-30T14:00:00Z",
            Self::Choice | Self::Choices => "one of the choices",
            Self::User | Self::Users => "a user",
            Self::Link(_) | Self::Links(_) => "a record",
            Self::Points(PointType::Phone) => "a phone number such as +48 601 234 567",
            Self::Points(PointType::Email) => "an e-mail address such as anna@example.com",
            Self::Url => "a web address such as https://example.com",
            Self::Stage => "a stage",
            Self::Pipeline => "a pipeline",
            Self::LostReason => "a lost reason",
        }
    }
}

fn check_text(text: &str, most: usize) -> Result<Value, Problem> {
    // PostgreSQL stores no NUL in text.
    let text: String = text.trim().chars().filter(|c| *c != '\0').collect();
    let length = text.chars().count();
    if length > most {
        return Err(Problem::TooLong { length, most });
    }
    Ok(if text.is_empty() {
        Value::Empty
    } else {
        Value::Text(text)
    })
}

/// Links from users may only lead where a click does no harm: http, https, mailto, tel.
fn check_url(text: &str) -> Result<Value, Problem> {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    let allowed = ["http://", "https://", "mailto:", "tel:"];
    if allowed.iter().any(|scheme| lower.starts_with(scheme)) {
        return check_text(text, TEXT_LENGTH);
    }
    let looks_like_host = !text.contains(char::is_whitespace)
        && !text.contains(':')
        && text
            .split('/')
            .next()
            .is_some_and(|host| host.contains('.'));
    if looks_like_host {
        return check_text(&format!("https://{text}"), TEXT_LENGTH);
    }
    Err(Problem::Malformed {
        given: text.chars().take(40).collect(),
        expected: FieldType::Url.expected().to_owned(),
    })
}

fn check_day(day: NaiveDate) -> Result<NaiveDate, Problem> {
    use chrono::Datelike;
    if (1900..=2200).contains(&day.year()) {
        Ok(day)
    } else {
        Err(Problem::OutOfRange {
            least: "1900-01-01".into(),
            most: "2200-12-31".into(),
        })
    }
}

fn check_points(point_type: PointType, points: Vec<ContactPoint>) -> Result<Value, Problem> {
    let mut kept: Vec<ContactPoint> = Vec::with_capacity(points.len());
    for point in points {
        let point = point.checked(point_type)?;
        if let Some(point) = point
            && !kept.contains(&point)
        {
            kept.push(point);
        }
    }
    Ok(if kept.is_empty() {
        Value::Empty
    } else {
        Value::Points(kept)
    })
}

fn unique(ids: Vec<i64>) -> Vec<i64> {
    let mut seen = std::collections::BTreeSet::new();
    ids.into_iter().filter(|id| seen.insert(*id)).collect()
}

fn parse_ids(text: &str) -> Option<Vec<i64>> {
    text.split(',')
        .map(|part| part.trim().parse().ok())
        .collect()
}

fn decimal(json: &Json) -> Option<Decimal> {
    match json {
        Json::String(text) => text.parse().ok(),
        Json::Number(number) => number.to_string().parse().ok(),
        _ => None,
    }
}

/// RFC 3339, or a day, which is its first moment in UTC.
fn parse_moment(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text)
        .map(|at| at.with_timezone(&Utc))
        .ok()
        .or_else(|| {
            Some(
                text.parse::<NaiveDate>()
                    .ok()?
                    .and_hms_opt(0, 0, 0)?
                    .and_utc(),
            )
        })
}

/// `1200.50 EUR` and `EUR 1200.50` in number and code.
fn split_currency(text: &str) -> (&str, Option<&str>) {
    let is_code = |part: &str| part.len() == 3 && part.bytes().all(|b| b.is_ascii_alphabetic());
    match (text.get(..3), text.get(text.len().saturating_sub(3)..)) {
        (_, Some(tail)) if is_code(tail) => (text[..text.len() - 3].trim(), Some(tail)),
        (Some(head), _) if is_code(head) => (text[3..].trim(), Some(head)),
        _ => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Kind;

    #[test]
    fn values_are_read_by_type() {
        assert_eq!(FieldType::Integer.parse("1,200"), Ok(Value::Integer(1200)));
        assert!(FieldType::Integer.parse("1.5").is_err());
        assert_eq!(FieldType::YesNo.parse("Yes"), Ok(Value::YesNo(true)));
        assert_eq!(
            FieldType::Money
                .parse("1 200,50 eur")
                .unwrap()
                .as_money()
                .unwrap()
                .full(),
            "€1,200.50"
        );
        assert!(FieldType::Money.parse("1200").is_err());
        assert!(FieldType::Date.parse("30.11.2026").is_err());
        assert_eq!(
            FieldType::Links(Kind::Contact).parse("3, 5,3"),
            Ok(Value::Links(vec![Linked::to(3), Linked::to(5)]))
        );
    }

    #[test]
    fn a_value_of_another_type_is_refused_in_words() {
        let problem = FieldType::Date.check(Value::YesNo(true)).unwrap_err();
        assert_eq!(
            problem.to_string(),
            "“true” is not a day such as 2026-11-30"
        );
    }

    #[test]
    fn links_from_users_lead_only_where_a_click_does_no_harm() {
        assert!(FieldType::Url.parse("javascript:alert(1)").is_err());
        assert!(FieldType::Url.parse("data:text/html,x").is_err());
        assert_eq!(
            FieldType::Url.parse("example.com/a"),
            Ok(Value::Text("https://example.com/a".into()))
        );
    }

    #[test]
    fn a_text_too_long_says_how_long_it_may_be() {
        let text = "я".repeat(TEXT_LENGTH + 1);
        assert_eq!(
            FieldType::Text.check(Value::Text(text)),
            Err(Problem::TooLong {
                length: TEXT_LENGTH + 1,
                most: TEXT_LENGTH
            })
        );
    }

    fn any_type() -> impl Strategy<Value = FieldType> {
        prop::sample::select(vec![
            FieldType::Text,
            FieldType::LongText,
            FieldType::Integer,
            FieldType::Decimal,
            FieldType::Money,
            FieldType::Percent,
            FieldType::YesNo,
            FieldType::Date,
            FieldType::DateTime,
            FieldType::User,
            FieldType::Users,
            FieldType::Links(Kind::Deal),
            FieldType::Points(PointType::Email),
            FieldType::Url,
        ])
    }

    proptest! {
        #[test]
        fn whatever_is_read_survives_the_log(field_type in any_type(), text in "[-0-9a-zA-Z@., :/]{0,30}") {
            if let Ok(value) = field_type.parse(&text) {
                prop_assert_eq!(field_type.from_json(&value.to_json()), value.clone());
                prop_assert_eq!(field_type.check(value.clone()), Ok(value));
            }
        }

        #[test]
        fn reading_never_panics(field_type in any_type(), text in ".{0,60}") {
            let _ = field_type.parse(&text);
        }
    }
}
