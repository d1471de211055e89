//! Fields that users make: their settings, their values, what must not be twice, their indexes.

mod every_type;
mod index;
mod settings;
mod sorted;
mod stages;
mod unique;
mod values;

use std::borrow::Cow;

use domain::contact_point::{ContactPoint, PointType};
use domain::field::{ChoiceOption, FieldType};
use domain::field_settings::FieldDraft;
use domain::query::{Filter, Query, Sort};
use domain::rights::Role;
use domain::timeline::Via;
use domain::{Draft, Error, FieldDef, Kind, Record, RecordId, Value};
use services::Ctx;
use services::fields;
use services::records::{read, write};
use test_support::TestDb;

/// A database with an administrator.
pub(crate) struct Office {
    pub(crate) db: TestDb,
    pub(crate) admin: Ctx,
}

impl Office {
    pub(crate) async fn new() -> Self {
        let db = TestDb::new().await;
        let ada = db.user("Ada", &[Role::Administrator], None).await;
        let admin = db.ctx_of(ada).await;
        Self { db, admin }
    }

    pub(crate) async fn make(&self, kind: Kind, draft: FieldDraft) -> FieldDef {
        fields::create(&self.admin, kind, draft)
            .await
            .expect("a field")
    }

    pub(crate) async fn field(&self, kind: Kind, label: &str, of: FieldType) -> FieldDef {
        self.make(kind, FieldDraft::new(label, of)).await
    }

    pub(crate) async fn company(&self, name: &str, values: &[(&FieldDef, Value)]) -> RecordId {
        let draft = draft(&[("name", text(name))], values);
        self.create(Kind::Company, draft).await.expect("a company")
    }

    pub(crate) async fn create(&self, kind: Kind, draft: Draft) -> Result<RecordId, Error> {
        let written = write::create(&self.admin, Via::Form, kind, draft).await?;
        Ok(written.record.expect("it is seen").id)
    }

    pub(crate) async fn set(
        &self,
        kind: Kind,
        id: RecordId,
        values: &[(&FieldDef, Value)],
    ) -> Result<Record, Error> {
        let written = write::change(&self.admin, Via::Form, kind, id, draft(&[], values)).await?;
        Ok(written.record.expect("it is seen"))
    }

    pub(crate) async fn get(&self, kind: Kind, id: RecordId) -> Record {
        read::get(&self.admin, kind, id).await.expect("a record")
    }

    /// The records that a filter lets through, in the order of their ids.
    pub(crate) async fn found(&self, kind: Kind, filter: &str) -> Vec<RecordId> {
        let mut ids = self.listed(kind, filter, &[]).await.expect(filter);
        ids.sort_unstable();
        ids
    }

    /// The records of a list, two a page.
    pub(crate) async fn listed(
        &self,
        kind: Kind,
        filter: &str,
        sort: &[(&str, bool)],
    ) -> Result<Vec<RecordId>, Error> {
        let mut query = Query {
            filter: if filter.is_empty() {
                Filter::everything()
            } else {
                filter.parse().expect(filter)
            },
            sort: sort
                .iter()
                .map(|&(field, descending)| Sort {
                    field: field.to_owned(),
                    descending,
                })
                .collect(),
            limit: Some(2),
            ..Query::default()
        };
        let mut ids = Vec::new();
        loop {
            let page = read::list(&self.admin, kind, &query).await?;
            ids.extend(page.records.iter().map(|record| record.id));
            match page.next {
                Some(next) => query.cursor = Some(next),
                None => return Ok(ids),
            }
        }
    }
}

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

pub(crate) fn points(of: PointType, one: &str) -> Value {
    Value::Points(vec![ContactPoint::new(of, one)])
}

pub(crate) fn draft(own: &[(&str, Value)], custom: &[(&FieldDef, Value)]) -> Draft {
    let own = own
        .iter()
        .map(|(key, value)| ((*key).to_owned(), value.clone()));
    let custom = custom
        .iter()
        .map(|(field, value)| (field.key.to_string(), value.clone()));
    Draft {
        values: own.chain(custom).collect(),
        ..Draft::default()
    }
}

pub(crate) fn choices(label: &str, of: FieldType, options: &[&str]) -> FieldDraft {
    FieldDraft {
        options: options
            .iter()
            .map(|option| ChoiceOption {
                key: Cow::Borrowed(""),
                label: Cow::Owned((*option).to_owned()),
                color: None,
                retired: false,
            })
            .collect(),
        ..FieldDraft::new(label, of)
    }
}

/// The inputs and problems of a refusal.
pub(crate) fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> Vec<(String, String)> {
    let error = result.expect_err("it is refused");
    assert!(matches!(error, Error::Invalid(_)), "{error:?}");
    error
        .field_errors()
        .iter()
        .map(|error| (error.field.clone(), error.problem.to_string()))
        .collect()
}
