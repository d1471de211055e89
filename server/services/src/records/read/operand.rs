//! Operands: the text of a condition as the values it stands for, to whoever asks.

use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::contact_point::ContactPoint;
use domain::field::{FieldType, Storage};
use domain::period::Period;
use domain::query::filter::{ME, MY_DEPARTMENT};
use domain::{FieldDef, FieldError, Money, UserId, Value};
use rust_decimal::Decimal;
use sea_orm::sea_query::Expr;

use super::sql::text;
use crate::Ctx;

/// What an operand stands for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    /// Nothing: an operand left empty means records without a value.
    Nothing,
    /// One value.
    One(Value),
    /// Ids of users or records.
    Ids(Vec<i64>),
    /// A stretch of moments: from the first on, up to but without the second. A day is one.
    Moments(DateTime<Utc>, DateTime<Utc>),
    /// A number without a currency, compared with amounts of every currency.
    Bare(Decimal),
    /// An amount, compared within its currency.
    Amount(Money),
    /// Phones or e-mail addresses.
    Points(Vec<ContactPoint>),
}

/// Reads an operand of a condition that compares by value.
pub(super) fn read(ctx: &Ctx, field: &FieldDef, operand: &str) -> Result<Operand, FieldError> {
    let refuse = |problem| FieldError::new(&field.key, &field.label, problem);
    if operand.trim().is_empty() {
        return Ok(Operand::Nothing);
    }
    match field.field_type {
        FieldType::User | FieldType::Users if operand == ME => {
            return Ok(Operand::Ids(ctx.actor.user_id.into_iter().collect()));
        }
        FieldType::User | FieldType::Users if operand == MY_DEPARTMENT => {
            return Ok(Operand::Ids(my_department(ctx)));
        }
        // A choice that is gone is no error: it may still stand in old records.
        FieldType::Choice | FieldType::Choices => {
            return Ok(Operand::One(
                field
                    .parse(operand)
                    .unwrap_or_else(|_| Value::Text(operand.to_owned())),
            ));
        }
        FieldType::Money => {
            if let Ok(number) = domain::money::parse_decimal(operand) {
                return Ok(Operand::Bare(number));
            }
        }
        FieldType::DateTime => {
            if let Ok(day) = operand.trim().parse::<NaiveDate>() {
                // The day must be one that is stored at all.
                FieldType::Date.check(Value::Date(day)).map_err(refuse)?;
                return Ok(Operand::Moments(
                    ctx.start_of(day),
                    ctx.start_of(day + Days::new(1)),
                ));
            }
        }
        _ => {}
    }
    Ok(match field.parse(operand).map_err(refuse)? {
        Value::Empty => Operand::Nothing,
        Value::Money(money) => Operand::Amount(money),
        Value::Id(id) => Operand::Ids(vec![id]),
        Value::Ids(ids) => Operand::Ids(ids),
        Value::Links(links) => Operand::Ids(links.into_iter().map(|link| link.id).collect()),
        Value::Points(points) => Operand::Points(points),
        value => Operand::One(value),
    })
}

/// The days of a period in the calendar of who asks: its first, and the first after it.
pub(super) fn days(ctx: &Ctx, period: &str) -> Option<(NaiveDate, NaiveDate)> {
    Some(Period::parse(period)?.days(ctx.today()))
}

/// Everyone in the asker's department and below, the asker too.
fn my_department(ctx: &Ctx) -> Vec<UserId> {
    let mut users: Vec<UserId> = ctx.actor.team.values().flatten().copied().collect();
    users.extend(ctx.actor.user_id);
    users.sort_unstable();
    users.dedup();
    users
}

/// A value as it is compared with the expression of [`super::place::Place::scalar`].
pub(super) fn bind(field: &FieldDef, value: &Value) -> Option<Expr> {
    let stored_as_text = matches!(field.storage, Storage::Custom(_));
    Some(match value {
        Value::Text(value) => text(value),
        Value::Integer(number) | Value::Id(number) => Expr::val(*number),
        Value::Decimal(number) => Expr::val(*number),
        Value::YesNo(yes) => Expr::val(*yes),
        Value::Date(_) | Value::DateTime(_) if stored_as_text => text(value.to_json().as_str()?),
        Value::Date(day) => Expr::val(*day),
        Value::DateTime(at) => Expr::val(*at),
        _ => return None,
    })
}
