//! Cursors: where a page ended, as text on its way through the browser, and back as values.

use chrono::{DateTime, NaiveDate, Utc};
use domain::query::Cursor;
use domain::{Error, Problem};
use rust_decimal::Decimal;
use sea_orm::sea_query::Value;
use sea_orm::{DbErr, QueryResult};

use super::order::{Holds, Ordering};

/// The values of a row's keys, which stand in its first columns.
pub(super) fn write(order: &Ordering, row: &QueryResult) -> Result<Cursor, DbErr> {
    let one = |(index, holds): (usize, Holds)| -> Result<Option<String>, DbErr> {
        Ok(match holds {
            Holds::Text => row.try_get_by::<Option<String>, _>(index)?,
            Holds::Integer => row
                .try_get_by::<Option<i64>, _>(index)?
                .map(|n| n.to_string()),
            Holds::Number => row
                .try_get_by::<Option<Decimal>, _>(index)?
                .map(|n| n.to_string()),
            Holds::YesNo => row
                .try_get_by::<Option<bool>, _>(index)?
                .map(|yes| yes.to_string()),
            Holds::Day => row
                .try_get_by::<Option<NaiveDate>, _>(index)?
                .map(|d| d.to_string()),
            Holds::Moment => row
                .try_get_by::<Option<DateTime<Utc>>, _>(index)?
                .map(|at| at.timestamp_micros().to_string()),
        })
    };
    let keys = order.0.iter().map(|key| key.holds).enumerate();
    keys.map(one).collect::<Result<_, _>>().map(Cursor)
}

/// Reads a cursor that was made for this order.
pub(super) fn read(order: &Ordering, cursor: &Cursor) -> Result<Vec<Option<Value>>, Error> {
    if cursor.0.len() != order.0.len() {
        return Err(malformed());
    }
    order
        .0
        .iter()
        .zip(&cursor.0)
        .map(|(key, text)| match text {
            Some(text) => value(key.holds, text).map(Some).ok_or_else(malformed),
            None if key.nullable => Ok(None),
            None => Err(malformed()),
        })
        .collect()
}

fn value(holds: Holds, text: &str) -> Option<Value> {
    Some(match holds {
        Holds::Text if text.contains('\0') => return None,
        Holds::Text => text.into(),
        Holds::Integer => text.parse::<i64>().ok()?.into(),
        Holds::Number => text.parse::<Decimal>().ok()?.into(),
        Holds::YesNo => text.parse::<bool>().ok()?.into(),
        Holds::Day => text
            .parse::<NaiveDate>()
            .ok()
            .filter(|day| within(*day))?
            .into(),
        Holds::Moment => {
            let at = DateTime::from_timestamp_micros(text.parse().ok()?)?;
            within(at.date_naive()).then_some(at)?.into()
        }
    })
}

/// Days that PostgreSQL can hold as days and as moments.
fn within(day: NaiveDate) -> bool {
    use chrono::Datelike;
    (-4000..=200_000).contains(&day.year())
}

/// The cursor was not made by this list.
pub(super) fn malformed() -> Error {
    let problem = Problem::Malformed {
        given: String::new(),
        expected: "where a page of this list ended".to_owned(),
    };
    Error::field("cursor", "Cursor", problem)
}
