//! Fields in which no two records may have the same: who may have what, before anything is stored,
//! and the claims that go with it.
//!
//! A batch may hand a value on from one of its records to another. So what is refused is worked out
//! for the batch as a whole, until nothing changes any more.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Error, FieldDef, FieldError, Problem, RecordId, Value};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde_json::{Value as Json, json};

use super::plan::Plan;
use super::store::statement;
use crate::Ctx;
use crate::contact_points;
use crate::failure::Result;
use crate::fields::unique::{fields, forms, holders};
use crate::records::read;
use crate::schema::Schema;

/// A field and a value of it in the form in which it is compared.
type Claim = (i64, String);

/// What a record gives up and what it takes.
#[derive(Debug, Default)]
pub(super) struct Change {
    /// The plan's index among the records asked for.
    index: usize,
    gives: BTreeSet<Claim>,
    takes: BTreeSet<Claim>,
}

/// What came of asking.
#[derive(Debug, Default)]
pub(super) struct Claims {
    /// The records that may not have what they want, and why.
    pub(super) refused: Vec<(usize, Error)>,
    /// What the others give up and take.
    pub(super) changes: Vec<Change>,
}

/// Who has a value already.
enum Holder {
    Record(RecordId),
    /// One of the same batch, by its place in it.
    Plan(usize),
}

/// Takes the plans out of `plans` whose values others have.
pub(super) async fn settle(
    ctx: &Ctx,
    tx: &DatabaseTransaction,
    schema: &Schema,
    plans: &mut Vec<Plan>,
) -> Result<Claims> {
    let unique: Vec<(i64, &FieldDef)> = fields(&schema.fields).collect();
    if unique.is_empty() || plans.is_empty() {
        return Ok(Claims::default());
    }
    let country = contact_points::country(ctx, tx).await?;
    let changes: Vec<Change> = plans
        .iter()
        .map(|plan| change_of(plan, &unique, &country))
        .collect();
    let wanted: BTreeSet<Claim> = changes.iter().flat_map(|c| &c.takes).cloned().collect();
    if changes
        .iter()
        .all(|c| c.gives.is_empty() && c.takes.is_empty())
    {
        return Ok(Claims::default());
    }
    let holders = holders(tx, wanted).await?;
    let refused = refused(plans, &changes, &holders);
    let errors = errors(ctx, tx, schema, plans, &refused).await?;
    let mut claims = Claims {
        refused: errors,
        changes: Vec::with_capacity(changes.len()),
    };
    for (place, change) in changes.into_iter().enumerate() {
        if !refused.contains_key(&place) {
            claims.changes.push(change);
        }
    }
    let mut place = 0;
    plans.retain(|_| {
        place += 1;
        !refused.contains_key(&(place - 1))
    });
    Ok(claims)
}

/// Stores what is given up and what is taken, once new records have their ids.
pub(super) async fn store(
    tx: &DatabaseTransaction,
    changes: &[Change],
    plans: &[Plan],
) -> Result<()> {
    let ids: BTreeMap<usize, RecordId> = plans.iter().map(|plan| (plan.index, plan.id)).collect();
    let rows = |of: fn(&Change) -> &BTreeSet<Claim>| -> Json {
        let mut rows: Vec<(&Claim, Option<&RecordId>)> = changes
            .iter()
            .flat_map(|change| {
                of(change)
                    .iter()
                    .map(|claim| (claim, ids.get(&change.index)))
            })
            .collect();
        // In one order, so that two batches do not wait for each other.
        rows.sort();
        rows.into_iter()
            .map(|((field, value), id)| json!({"field": field, "value": value, "id": id}))
            .collect()
    };
    let (gives, takes) = (rows(|change| &change.gives), rows(|change| &change.takes));
    if gives.as_array().is_some_and(|rows| !rows.is_empty()) {
        let sql = "delete from custom_unique u
                    using jsonb_to_recordset($1) as n(field bigint, value text, id bigint)
                    where u.field_id = n.field and u.value = n.value and u.record_id = n.id";
        tx.execute_raw(statement(sql, [gives.into()])).await?;
    }
    if takes.as_array().is_some_and(|rows| !rows.is_empty()) {
        let sql = "insert into custom_unique (field_id, value, record_id)
                   select n.field, n.value, n.id
                     from jsonb_to_recordset($1) as n(field bigint, value text, id bigint)";
        tx.execute_raw(statement(sql, [takes.into()])).await?;
    }
    Ok(())
}

/// A record in use has what stands in its fields; one in the recycle bin has nothing.
fn change_of(plan: &Plan, unique: &[(i64, &FieldDef)], country: &str) -> Change {
    let was_in_use = plan.before.as_ref().is_some_and(|before| !before.deleted);
    let mut change = Change {
        index: plan.index,
        ..Change::default()
    };
    for (id, field) in unique {
        let key = field.key.as_ref();
        let changed = plan.changes.get(key);
        if changed.is_none() && was_in_use != plan.deleted {
            continue;
        }
        let after = plan.after.get(key).unwrap_or(&Value::Empty);
        let before = changed.map_or(after, |(old, _)| old);
        let claims = |value: &Value| -> BTreeSet<Claim> {
            let forms = forms(value, country).into_iter();
            forms.map(|form| (*id, form)).collect()
        };
        let had = if was_in_use {
            claims(before)
        } else {
            BTreeSet::new()
        };
        let has = if plan.deleted {
            BTreeSet::new()
        } else {
            claims(after)
        };
        change.gives.extend(had.difference(&has).cloned());
        change.takes.extend(has.difference(&had).cloned());
    }
    change
}

/// The plans that cannot be, by their place in the batch, each with what it wants and who has it.
fn refused(
    plans: &[Plan],
    changes: &[Change],
    holders: &BTreeMap<Claim, RecordId>,
) -> BTreeMap<usize, (Claim, Holder)> {
    let mut refused: BTreeMap<usize, (Claim, Holder)> = BTreeMap::new();
    loop {
        let before = refused.len();
        let freed: BTreeSet<(&Claim, RecordId)> = changes
            .iter()
            .zip(plans)
            .enumerate()
            .filter(|(place, _)| !refused.contains_key(place))
            .flat_map(|(_, (change, plan))| change.gives.iter().map(|claim| (claim, plan.id)))
            .collect();
        let mut taken: BTreeMap<&Claim, usize> = BTreeMap::new();
        let mut more: Vec<(usize, (Claim, Holder))> = Vec::new();
        for (place, change) in changes.iter().enumerate() {
            if refused.contains_key(&place) {
                continue;
            }
            for claim in &change.takes {
                let held = holders
                    .get(claim)
                    .filter(|holder| !freed.contains(&(claim, **holder)));
                if let Some(holder) = held {
                    more.push((place, (claim.clone(), Holder::Record(*holder))));
                } else if let Some(other) = taken.get(claim) {
                    more.push((place, (claim.clone(), Holder::Plan(*other))));
                } else {
                    taken.insert(claim, place);
                }
            }
        }
        for (place, why) in more {
            refused.entry(place).or_insert(why);
        }
        if refused.len() == before {
            return refused;
        }
    }
}

/// Why not, without a title that the writer may not see.
async fn errors(
    ctx: &Ctx,
    tx: &DatabaseTransaction,
    schema: &Schema,
    plans: &[Plan],
    refused: &BTreeMap<usize, (Claim, Holder)>,
) -> Result<Vec<(usize, Error)>> {
    let ids: Vec<RecordId> = refused
        .values()
        .filter_map(|(_, holder)| match holder {
            Holder::Record(id) => Some(*id),
            Holder::Plan(_) => None,
        })
        .collect();
    let titles = read::visible_titles(ctx, tx, schema.kind, &ids).await?;
    let title_field = schema.kind.title_field();
    Ok(refused
        .iter()
        .filter_map(|(place, ((field, form), holder))| {
            let plan = plans.get(*place)?;
            let title = match holder {
                Holder::Record(id) => titles.get(id).cloned(),
                Holder::Plan(other) => plans
                    .get(*other)
                    .and_then(|other| other.after.get(title_field)?.as_text())
                    .map(str::to_owned),
            };
            let problem = title.map_or(Problem::Taken, |title| Problem::TakenBy {
                given: form.chars().take(60).collect(),
                title,
            });
            let field = schema
                .fields
                .iter()
                .find(|f| f.custom_id() == Some(*field))?;
            let error = FieldError::new(&field.key, &field.label, problem);
            Some((plan.index, Error::Invalid(vec![error])))
        })
        .collect())
}
