//! Rows as records.

use chrono::{DateTime, NaiveDate, Utc};
use domain::field::{FieldType, Storage};
use domain::money::Currency;
use domain::record::Values;
use domain::value::Linked;
use domain::{FieldDef, Money, Record, Value};
use rust_decimal::Decimal;
use sea_orm::{DbErr, QueryResult};
use serde_json::Value as Json;

use super::select::{Selection, Titles};

impl Selection<'_> {
    /// The record of a row whose columns are this selection's, after `skip` others.
    pub(super) fn record(&self, row: &QueryResult, skip: usize) -> Result<Record, DbErr> {
        let mut columns = Columns { row, next: skip };
        let (id, version, deleted) = (columns.take()?, columns.take()?, columns.take()?);
        let mut values = Values::new();
        let is_whole = self.is_whole();
        let custom: Option<Json> = if is_whole { columns.take()? } else { None };
        for field in &self.fields {
            let value = match field.custom_id() {
                Some(id) if is_whole && self.is_in_whole(field) => custom
                    .as_ref()
                    .and_then(|custom| custom.get(id.to_string()))
                    .map_or(Value::Empty, |json| field.field_type.from_json(json)),
                _ => self.value(field, &mut columns)?,
            };
            if !value.is_empty() {
                values.insert(field.key.to_string(), value);
            }
        }
        Ok(Record {
            kind: self.kind,
            id,
            version,
            deleted,
            values,
        })
    }

    fn value(&self, field: &FieldDef, columns: &mut Columns<'_>) -> Result<Value, DbErr> {
        Ok(match (&field.storage, field.field_type) {
            (Storage::Column(_), FieldType::Link(_)) => {
                let id: Option<i64> = columns.take()?;
                let title = match self.titles {
                    Titles::Without => None,
                    Titles::SeenBy(_) => columns.take()?,
                };
                id.map_or(Value::Empty, |id| Value::Links(vec![Linked { id, title }]))
            }
            (Storage::Column(_), field_type) => scalar(field_type, columns)?,
            (Storage::MoneyColumns { .. }, _) => {
                let (amount, currency): (Option<Decimal>, Option<String>) =
                    (columns.take()?, columns.take()?);
                money(amount, currency.as_deref())
            }
            (Storage::Custom(_), FieldType::Link(_) | FieldType::Links(_))
            | (Storage::Links | Storage::LinksBack { .. }, _) => links(columns.take()?),
            (Storage::Custom(_) | Storage::Points | Storage::Observers, field_type) => columns
                .take::<Option<Json>>()?
                .map_or(Value::Empty, |json| field_type.from_json(&json)),
        })
    }
}

/// The columns of a row, from left to right.
struct Columns<'a> {
    row: &'a QueryResult,
    next: usize,
}

impl Columns<'_> {
    fn take<T: sea_orm::TryGetable>(&mut self) -> Result<T, DbErr> {
        self.next += 1;
        self.row.try_get_by(self.next - 1)
    }
}

fn scalar(field_type: FieldType, columns: &mut Columns<'_>) -> Result<Value, DbErr> {
    fn to<T>(value: Option<T>, make: impl FnOnce(T) -> Value) -> Value {
        value.map_or(Value::Empty, make)
    }
    Ok(match field_type {
        FieldType::Text | FieldType::LongText | FieldType::Choice | FieldType::Url => {
            to(columns.take()?, Value::Text)
        }
        FieldType::Integer => to(columns.take()?, Value::Integer),
        FieldType::Decimal | FieldType::Percent => to(columns.take()?, Value::Decimal),
        FieldType::YesNo => to(columns.take()?, Value::YesNo),
        FieldType::Date => to(columns.take::<Option<NaiveDate>>()?, Value::Date),
        FieldType::DateTime => to(columns.take::<Option<DateTime<Utc>>>()?, Value::DateTime),
        FieldType::User | FieldType::Stage | FieldType::Pipeline | FieldType::LostReason => {
            to(columns.take()?, Value::Id)
        }
        FieldType::Money
        | FieldType::Choices
        | FieldType::Users
        | FieldType::Link(_)
        | FieldType::Links(_)
        | FieldType::Points(_) => to(columns.take::<Option<Json>>()?, |json: Json| {
            field_type.from_json(&json)
        }),
    })
}

/// An amount without a currency is none: nothing could be said of it.
pub(super) fn money(amount: Option<Decimal>, currency: Option<&str>) -> Value {
    match (amount, currency.map(Currency::parse)) {
        (Some(amount), Some(Ok(currency))) => {
            Value::Money(Money::new(amount.normalize(), currency))
        }
        _ => Value::Empty,
    }
}

/// `[[id, title], …]` as links.
fn links(json: Option<Json>) -> Value {
    let Some(Json::Array(pairs)) = json else {
        return Value::Empty;
    };
    Value::Links(
        pairs
            .iter()
            .filter_map(|pair| {
                Some(Linked {
                    id: pair.get(0)?.as_i64()?,
                    title: pair.get(1).and_then(Json::as_str).map(str::to_owned),
                })
            })
            .collect(),
    )
}
