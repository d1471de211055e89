//! Records straight into their tables, past the write path: for tests of reading.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::field::Storage;
use domain::value::Linked;
use domain::{FieldDef, Kind, RecordId, UserId, Value};
use sea_orm::sea_query::{Alias, Expr, Query};
use sea_orm::{ConnectionTrait, Value as Sql};
use serde_json::Value as Json;

use crate::{TestDb, now};

impl TestDb {
    /// Puts a record into its table, without checks, log or rights. Besides fields, `position`,
    /// `version` and `deleted_at` may be given. What a row cannot be without is filled in: a
    /// title, dates ([`now`]), a place at the end, the first stage of the kind's first pipeline.
    ///
    /// # Panics
    /// On a field that the kind does not have, or a value that the table refuses.
    pub async fn insert<const N: usize>(&self, kind: Kind, values: [(&str, Value); N]) -> RecordId {
        let values = values
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect();
        self.insert_with(kind, kind.fields(), values).await
    }

    /// The same, for a kind described by these fields.
    ///
    /// # Panics
    /// On a field that is not described, or a value that the table refuses.
    pub async fn insert_with(
        &self,
        kind: Kind,
        fields: &[FieldDef],
        values: BTreeMap<String, Value>,
    ) -> RecordId {
        let mut columns = self.defaults(kind).await;
        let mut custom = serde_json::Map::new();
        let mut beside = Vec::new();
        for (key, value) in values {
            match (key.as_str(), &value) {
                ("position", Value::Text(position)) => {
                    columns.insert("position".into(), position.as_str().into());
                }
                ("version", Value::Integer(version)) => {
                    columns.insert("version".into(), (*version).into());
                }
                ("deleted_at", Value::DateTime(at)) => {
                    columns.insert("deleted_at".into(), (*at).into());
                }
                _ => {
                    let field = domain::field::find(fields, &key).expect("the kind has the field");
                    match &field.storage {
                        Storage::Column(column) => {
                            columns.insert(column.to_string(), column_value(field, &value));
                        }
                        Storage::MoneyColumns { amount, currency } => {
                            let money = value.as_money();
                            columns.insert(amount.to_string(), money.map(|m| m.amount).into());
                            let code = money.map(|m| m.currency.code().to_owned());
                            columns.insert(currency.to_string(), code.into());
                        }
                        Storage::Custom(id) => {
                            if !value.is_empty() {
                                custom.insert(id.to_string(), value.to_json());
                            }
                            if matches!(value, Value::Points(_)) {
                                beside.push((field.clone(), value));
                            }
                        }
                        _ => beside.push((field.clone(), value)),
                    }
                }
            }
        }
        if !custom.is_empty() {
            columns.insert("custom".into(), Json::Object(custom).into());
        }
        let id = self.insert_row(kind, columns).await;
        for (field, value) in beside {
            self.insert_beside(kind, id, &field, &value).await;
        }
        id
    }

    async fn defaults(&self, kind: Kind) -> BTreeMap<String, Sql> {
        let number = self.next();
        let mut columns = BTreeMap::from([
            (
                kind.title_field().to_owned(),
                format!("{kind} {number}").into(),
            ),
            ("created_at".to_owned(), now().into()),
            ("updated_at".to_owned(), now().into()),
        ]);
        if kind.has_stages() {
            let first = self
                .rows(&format!(
                    "select s.pipeline_id, s.id from stage s join pipeline p on p.id = s.pipeline_id \
                     where p.kind = '{kind}' order by p.position, p.id, s.position limit 1"
                ))
                .await;
            if let Some(first) = first.first() {
                let (pipeline, stage): (i64, i64) = (
                    first.try_get_by(0).expect("a pipeline"),
                    first.try_get_by(1).expect("a stage"),
                );
                columns.insert("pipeline_id".into(), pipeline.into());
                columns.insert("stage_id".into(), stage.into());
            }
            columns.insert("stage_since".into(), now().into());
            columns.insert("position".into(), format!("{number:08}").into());
        }
        columns
    }

    async fn insert_row(&self, kind: Kind, columns: BTreeMap<String, Sql>) -> RecordId {
        let mut insert = Query::insert();
        insert
            .into_table(Alias::new(kind.as_str()))
            .columns(columns.keys().map(Alias::new))
            .values_panic(columns.into_values().map(Expr::val))
            .returning_col(Alias::new("id"));
        let row = self
            .db
            .query_one(&insert)
            .await
            .expect("a row that fits")
            .expect("its id");
        row.try_get_by(0).expect("an id")
    }

    async fn insert_beside(&self, kind: Kind, id: RecordId, field: &FieldDef, value: &Value) {
        match (&field.storage, value) {
            (Storage::Links, Value::Links(links)) => {
                for (place, link) in (0i32..).zip(links) {
                    let (domain::FieldType::Link(to) | domain::FieldType::Links(to)) =
                        field.field_type
                    else {
                        continue;
                    };
                    self.link(kind, id, &field.key, to, link.id, place).await;
                }
            }
            (Storage::LinksBack { from, field }, Value::Links(links)) => {
                for Linked { id: other, .. } in links {
                    self.link(*from, *other, field, kind, id, 0).await;
                }
            }
            (Storage::Points | Storage::Custom(_), Value::Points(points)) => {
                let own = field.custom_id().map(|_| field.key.as_ref());
                for (place, point) in (0i32..).zip(points) {
                    self.returning_id(
                        "insert into contact_point (kind, record_id, point_type, text, normalised, \
                         label, position, field) values ($1, $2, $3, $4, $5, $6, $7, $8) \
                         returning id",
                        [
                            kind.as_str().into(),
                            id.into(),
                            point.point_type.as_str().into(),
                            point.text.as_str().into(),
                            point.normalised().into(),
                            point.label.as_str().into(),
                            place.into(),
                            own.unwrap_or_default().into(),
                        ],
                    )
                    .await;
                }
            }
            (Storage::Observers, Value::Ids(users)) => {
                for user in users {
                    self.observe(kind, id, *user).await;
                }
            }
            (_, Value::Empty) => {}
            (storage, value) => panic!("{value:?} cannot be kept in {storage:?}"),
        }
    }

    /// Makes a user an observer of a record.
    pub async fn observe(&self, kind: Kind, id: RecordId, user: UserId) {
        self.returning_id(
            "insert into record_observer (kind, record_id, user_id) values ($1, $2, $3) \
             returning record_id",
            [kind.as_str().into(), id.into(), user.into()],
        )
        .await;
    }

    /// Links a record to another.
    pub async fn link(
        &self,
        from: Kind,
        id: RecordId,
        field: &str,
        to: Kind,
        other: RecordId,
        place: i32,
    ) {
        self.returning_id(
            "insert into record_link (from_kind, from_id, field, to_kind, to_id, position) \
             values ($1, $2, $3, $4, $5, $6) returning from_id",
            [
                from.as_str().into(),
                id.into(),
                field.into(),
                to.as_str().into(),
                other.into(),
                place.into(),
            ],
        )
        .await;
    }
}

/// A value as its column takes it; nothing as the column's kind of nothing.
fn column_value(field: &FieldDef, value: &Value) -> Sql {
    use domain::FieldType as T;
    match (value, field.field_type) {
        (Value::Text(text), _) => text.as_str().into(),
        (Value::Integer(number) | Value::Id(number), _) => (*number).into(),
        (Value::Decimal(number), _) => (*number).into(),
        (Value::YesNo(yes), _) => (*yes).into(),
        (Value::Date(day), _) => (*day).into(),
        (Value::DateTime(at), _) => (*at).into(),
        (Value::Links(links), _) => links.first().map(|link| link.id).into(),
        (
            Value::Empty,
            T::Integer | T::User | T::Link(_) | T::Stage | T::Pipeline | T::LostReason,
        ) => None::<i64>.into(),
        (Value::Empty, T::Decimal | T::Percent) => None::<rust_decimal::Decimal>.into(),
        (Value::Empty, T::YesNo) => None::<bool>.into(),
        (Value::Empty, T::Date) => None::<chrono::NaiveDate>.into(),
        (Value::Empty, T::DateTime) => None::<DateTime<Utc>>.into(),
        (Value::Empty, _) => None::<String>.into(),
        (value, _) => panic!("{value:?} does not fit the column of {}", field.key),
    }
}
