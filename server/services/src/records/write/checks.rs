//! What a value points to must be there, and the writer must be allowed to see it.

use std::collections::{BTreeMap, BTreeSet};

use domain::field::FieldType;
use domain::{Error, FieldError, Kind, Problem, RecordId, Value};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement};

use super::plan::Plan;
use crate::Ctx;
use crate::failure::Result;
use crate::records::read;
use crate::schema::Schema;

/// A place that ids can point to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    User,
    LostReason,
    Record(Kind),
}

/// Takes the plans that point to nothing out of `plans`, and returns their indices with the errors.
pub(super) async fn references(
    ctx: &Ctx,
    tx: &DatabaseTransaction,
    schema: &Schema,
    plans: &mut Vec<Plan>,
) -> Result<Vec<(usize, Error)>> {
    let mut wanted: BTreeMap<Target, BTreeSet<i64>> = BTreeMap::new();
    for plan in plans.iter() {
        for (_, target, ids) in pointed(schema, plan) {
            wanted.entry(target).or_default().extend(ids);
        }
    }
    let mut found: BTreeMap<Target, BTreeSet<i64>> = BTreeMap::new();
    for (target, ids) in wanted {
        let ids: Vec<i64> = ids.into_iter().collect();
        let there = match target {
            Target::User => ids_in(tx, "select id from app_user where id = any($1)", &ids).await?,
            Target::LostReason => {
                let sql = "select id from lost_reason where deleted_at is null and id = any($1)";
                ids_in(tx, sql, &ids).await?
            }
            Target::Record(kind) => read::visible_ids(ctx, tx, kind, &ids).await?,
        };
        found.insert(target, there);
    }
    let mut refused = Vec::new();
    plans.retain(|plan| {
        let errors: Vec<FieldError> = pointed(schema, plan)
            .into_iter()
            .filter(|(_, target, ids)| {
                let itself = *target == Target::Record(schema.kind)
                    && plan.id != 0
                    && ids.contains(&plan.id);
                let missing = || {
                    ids.iter()
                        .any(|id| !found.get(target).is_some_and(|f| f.contains(id)))
                };
                itself || missing()
            })
            .map(|(key, ..)| {
                let label = schema.field(key).map_or(key, |field| &field.label);
                FieldError::new(key, label, Problem::NoSuchRecord)
            })
            .collect();
        if errors.is_empty() {
            return true;
        }
        refused.push((plan.index, Error::Invalid(errors)));
        false
    });
    Ok(refused)
}

/// The fields of a plan that newly point somewhere: key, where to, ids.
fn pointed<'a>(schema: &'a Schema, plan: &'a Plan) -> Vec<(&'a str, Target, Vec<i64>)> {
    plan.changes
        .iter()
        .filter_map(|(key, (old, new))| {
            let target = match schema.field(key)?.field_type {
                FieldType::User | FieldType::Users => Target::User,
                FieldType::LostReason => Target::LostReason,
                FieldType::Link(kind) | FieldType::Links(kind) => Target::Record(kind),
                _ => return None,
            };
            let there = ids_of(old);
            let ids: Vec<i64> = ids_of(new)
                .into_iter()
                .filter(|id| !there.contains(id))
                .collect();
            (!ids.is_empty()).then_some((key.as_str(), target, ids))
        })
        .collect()
}

/// The ids in a value.
pub(super) fn ids_of(value: &Value) -> Vec<RecordId> {
    match value {
        Value::Id(id) => vec![*id],
        Value::Ids(ids) => ids.clone(),
        Value::Links(links) => links.iter().map(|link| link.id).collect(),
        _ => Vec::new(),
    }
}

async fn ids_in(tx: &DatabaseTransaction, sql: &str, ids: &[i64]) -> Result<BTreeSet<i64>> {
    let values = [ids.to_vec().into()];
    let rows = tx
        .query_all_raw(Statement::from_sql_and_values(
            DbBackend::Postgres,
            sql,
            values,
        ))
        .await?;
    rows.iter()
        .map(|row| row.try_get_by_index(0).map_err(Into::into))
        .collect()
}
