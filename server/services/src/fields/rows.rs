//! The rows of custom fields: read as descriptions, and written from drafts.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use domain::field::{ChoiceOption, FieldType, Group, Storage};
use domain::field_settings::FieldDraft;
use domain::{FieldDef, Kind, StageId};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::failure::Result;

/// A row of `custom_field`, as `to_jsonb` writes it.
#[derive(Debug, Deserialize)]
struct Row {
    id: i64,
    kind: String,
    field_type: Json,
    label: String,
    help: String,
    section: String,
    on_card: bool,
    required: bool,
    required_from: Vec<StageId>,
    is_unique: bool,
    options: Vec<ChoiceOption>,
    default_value: Json,
    deleted_at: Option<DateTime<Utc>>,
}

/// A custom field with what its description does not say.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) id: i64,
    pub(crate) kind: Kind,
    pub(crate) field: FieldDef,
    pub(crate) deleted_at: Option<DateTime<Utc>>,
}

/// The key of a custom field.
pub(crate) fn key_of(id: i64) -> String {
    format!("c{id}")
}

/// The version that holds, and the fields in use, in order: one statement, so that they belong
/// together.
pub(crate) async fn all(db: &impl ConnectionTrait) -> Result<(String, Vec<(Kind, FieldDef)>)> {
    let sql = "select v.version::text,
                      (select coalesce(jsonb_agg(to_jsonb(f) order by f.position, f.id), '[]')
                         from custom_field f where f.deleted_at is null)
                 from custom_field_version v";
    let row = db
        .query_one_raw(Statement::from_string(DbBackend::Postgres, sql))
        .await?
        .ok_or_else(|| anyhow::anyhow!("custom fields have no version"))?;
    let fields = kept(row.try_get_by_index(1)?)?;
    Ok((
        row.try_get_by_index(0)?,
        fields.into_iter().map(|k| (k.kind, k.field)).collect(),
    ))
}

/// The ids of the fields in use, those first that were filtered or sorted by most lately.
pub(crate) async fn by_use(db: &impl ConnectionTrait) -> Result<Vec<i64>> {
    let sql = "select id from custom_field where deleted_at is null
                order by used_at desc nulls last, position, id";
    let rows = db
        .query_all_raw(Statement::from_string(DbBackend::Postgres, sql))
        .await?;
    rows.iter()
        .map(|row| row.try_get_by_index(0).map_err(Into::into))
        .collect()
}

/// The fields of a kind, in the bin or in use, in order.
pub(crate) async fn of_kind(db: &impl ConnectionTrait, kind: Kind) -> Result<Vec<Kept>> {
    let sql = "select coalesce(jsonb_agg(to_jsonb(f) order by f.position, f.id), '[]')
                 from custom_field f where f.kind = $1";
    read(db, sql, kind.as_str().into()).await
}

/// One field, in the bin or in use.
pub(crate) async fn one(db: &impl ConnectionTrait, id: i64) -> Result<Option<Kept>> {
    let sql = "select coalesce(jsonb_agg(to_jsonb(f)), '[]') from custom_field f where f.id = $1";
    Ok(read(db, sql, id.into()).await?.pop())
}

async fn read(db: &impl ConnectionTrait, sql: &str, with: sea_orm::Value) -> Result<Vec<Kept>> {
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [with]);
    let row = db.query_one_raw(statement).await?;
    row.map_or_else(|| Ok(Vec::new()), |row| kept(row.try_get_by_index(0)?))
}

/// Descriptions of rows. A kind or a type that another version knows is left out: nothing could be
/// done with it here.
fn kept(json: Json) -> Result<Vec<Kept>> {
    let rows: Vec<Row> = serde_json::from_value(json).map_err(anyhow::Error::from)?;
    Ok(rows.into_iter().filter_map(described).collect())
}

fn described(row: Row) -> Option<Kept> {
    let kind = Kind::parse(&row.kind)?;
    let field_type: FieldType = serde_json::from_value(row.field_type).ok()?;
    let field = FieldDef {
        key: Cow::Owned(key_of(row.id)),
        label: Cow::Owned(row.label),
        storage: Storage::Custom(row.id),
        group: Group::Details,
        section: Cow::Owned(row.section),
        required: row.required,
        required_from: row.required_from,
        unique: row.is_unique,
        on_card: row.on_card,
        options: row.options,
        help: Cow::Owned(row.help),
        default: field_type.from_json(&row.default_value),
        ..FieldDef::stored("", "", field_type, Storage::Custom(row.id))
    };
    Some(Kept {
        id: row.id,
        kind,
        field,
        deleted_at: row.deleted_at,
    })
}

/// A draft as the columns of its row.
pub(super) fn columns(draft: &FieldDraft) -> Json {
    json!({
        "field_type": draft.field_type,
        "label": draft.label,
        "help": draft.help,
        "section": draft.section,
        "on_card": draft.on_card,
        "required": draft.required,
        "required_from": draft.required_from,
        "is_unique": draft.unique,
        "options": draft.options,
        "default_value": draft.default.to_json(),
    })
}
