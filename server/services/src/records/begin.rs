//! New records before they are written: what their form begins with, and copies of old ones.

use std::collections::{BTreeMap, BTreeSet};

use domain::board::Written;
use domain::field::{FieldType, Storage};
use domain::record::{Begun, Values};
use domain::rights::{Action, Scope, Standing};
use domain::timeline::Via;
use domain::{Draft, Error, FieldError, Kind, Problem, RecordId, Value};

use super::{read, write};
use crate::Ctx;
use crate::failure::{Result, settle};
use crate::schema::{self, Schema};

/// What the form of a new record begins with: the fields' defaults, the asker as owner, and over
/// that what the address brought along, each value as [`domain::FieldDef::parse`] reads it. Keys
/// that name no field are not meant for us.
pub async fn begin(
    ctx: &Ctx,
    kind: Kind,
    given: &BTreeMap<String, String>,
) -> Result<Begun, Error> {
    settle(ctx, "records.begin", prepared(ctx, kind, given).await)
}

async fn prepared(ctx: &Ctx, kind: Kind, given: &BTreeMap<String, String>) -> Result<Begun> {
    let may_add = ctx.actor.scope(kind, Action::Add) != Scope::None;
    let schema = schema::load(ctx, kind).await?;
    let mut values: Values = schema
        .fields
        .iter()
        .filter(|field| field.editable() && !field.default.is_empty())
        .map(|field| (field.key.to_string(), field.default.clone()))
        .collect();
    if let Some(me) = ctx.actor.user_id {
        values.insert("owner_id".into(), Value::Id(me));
    }
    let mut refused = Vec::new();
    for (key, text) in given {
        let Some(field) = schema.field(key).filter(|field| field.editable()) else {
            continue;
        };
        match field.parse(text).and_then(|value| field.check(value)) {
            Ok(value) => {
                values.insert(key.clone(), value);
            }
            Err(problem) => refused.push(FieldError::new(key, &field.label, problem)),
        }
    }
    for key in name_links(ctx, &schema, &mut values).await? {
        let label = schema.field(&key).map_or("", |field| &field.label);
        refused.push(FieldError::new(&key, label, Problem::NoSuchRecord));
    }
    Ok(Begun {
        may_add,
        values,
        refused,
        now: ctx.now,
    })
}

/// Gives linked records their titles, takes those out that the asker may not see, and returns the
/// keys of the fields that lost one.
async fn name_links(ctx: &Ctx, schema: &Schema, values: &mut Values) -> Result<Vec<String>> {
    let kind_of = |key: &str| match schema.field(key)?.field_type {
        FieldType::Link(kind) | FieldType::Links(kind) => Some(kind),
        _ => None,
    };
    let mut wanted: BTreeMap<Kind, BTreeSet<RecordId>> = BTreeMap::new();
    for (key, value) in values.iter() {
        if let (Some(kind), Value::Links(links)) = (kind_of(key), value) {
            wanted
                .entry(kind)
                .or_default()
                .extend(links.iter().map(|link| link.id));
        }
    }
    let titles = read::titles(ctx, &wanted).await?;
    let mut lost = Vec::new();
    for (key, value) in values.iter_mut() {
        if let (Some(kind), Value::Links(links)) = (kind_of(key), value) {
            for link in links.iter_mut() {
                link.title = titles.get(&(kind, link.id)).cloned();
            }
            let before = links.len();
            links.retain(|link| link.title.is_some());
            if links.len() < before {
                lost.push(key.clone());
            }
        }
    }
    Ok(lost)
}

/// What a copy does not take along: where it stands and why it was lost, which are its own story,
/// and what another system knows the first one by.
const OWN: [&str; 3] = ["stage_id", "lost_reason_id", "external_id"];

/// Makes a record with the values of another one that the asker may see, under another title, at
/// the beginning of the same pipeline. Linked records that the asker may not see are left out, and
/// so is what could not be written today, such as a choice that is offered no more.
pub async fn copy(ctx: &Ctx, kind: Kind, id: RecordId, title: &str) -> Result<Written, Error> {
    let record = read::get(ctx, kind, id).await?;
    let schema = settle(ctx, "records.copy", schema::load(ctx, kind).await)?;
    let mut values = Values::new();
    for field in schema.fields.iter() {
        let is_own = OWN.contains(&field.key.as_ref()) || field.unique;
        let is_back = matches!(field.storage, Storage::LinksBack { .. });
        if is_own || is_back || !field.editable() {
            continue;
        }
        let mut value = record.value(&field.key).clone();
        if let Value::Links(links) = &mut value {
            links.retain(|link| link.title.is_some());
        }
        if !value.is_empty() {
            values.insert(field.key.to_string(), value);
        }
    }
    if values.contains_key(kind.title_field()) {
        values.insert(kind.title_field().into(), Value::Text(title.to_owned()));
    }
    let standing = Standing {
        owner: record.owner(),
        ..Standing::default()
    };
    if !ctx.actor.may(Action::Add, kind, &standing) {
        // Who may add for oneself only adds for oneself.
        values.remove("owner_id");
    }
    let draft = |values: Values| Draft {
        values,
        ..Draft::default()
    };
    match write::create(ctx, Via::Form, kind, draft(values.clone())).await {
        Err(Error::Invalid(errors)) => {
            values.retain(|key, _| errors.iter().all(|error| error.field != *key));
            write::create(ctx, Via::Form, kind, draft(values)).await
        }
        done => done,
    }
}
