//! Fields in which no two records may have the same. What is taken stands in `custom_unique`, whose
//! constraint decides between two who write it at the same moment.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Error, FieldDef, Kind, Problem, RecordId, Value};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde_json::json;

use super::change::Change;
use super::rows::Kept;
use super::statement;
use crate::contact_points::{self, normalise};
use crate::failure::Result;
use crate::records::read;

/// Records that are looked at in one go.
const CHUNK: usize = 10_000;
/// Duplicates that are named.
const NAMED: usize = 5;

/// The forms in which a value is compared: letter case does not count in texts, nor how a number
/// is written.
pub(crate) fn forms(value: &Value, country: &str) -> BTreeSet<String> {
    match value {
        Value::Text(text) => BTreeSet::from([text.to_lowercase()]),
        Value::Integer(number) => BTreeSet::from([number.to_string()]),
        Value::Decimal(number) => BTreeSet::from([number.normalize().to_string()]),
        Value::Points(points) => points
            .iter()
            .map(|point| normalise(point, country))
            .collect(),
        _ => BTreeSet::new(),
    }
}

/// Takes what all records in use have in a field, or says which of them have the same.
pub(super) async fn claim(change: &Change<'_>, kept: &Kept) -> Result<()> {
    change.lock_records(kept.kind).await?;
    let country = contact_points::country(change.ctx(), change.tx()).await?;
    let id = kept.id;
    let sql = format!(
        "select id, custom -> '{id}' from {kind}
          where deleted_at is null and custom -> '{id}' is not null and id > $1
          order by id limit $2",
        kind = kept.kind
    );
    let mut last: RecordId = 0;
    let mut doubles: BTreeMap<String, BTreeSet<RecordId>> = BTreeMap::new();
    loop {
        let limit = i64::try_from(CHUNK).map_err(anyhow::Error::from)?;
        let rows = change
            .tx()
            .query_all_raw(statement(&sql, [last.into(), limit.into()]))
            .await?;
        let mut claims = Vec::with_capacity(rows.len());
        for row in &rows {
            last = row.try_get_by_index(0)?;
            let json: serde_json::Value = row.try_get_by_index(1)?;
            for form in forms(&kept.field.field_type.from_json(&json), &country) {
                claims.push((form, last));
            }
        }
        for (form, record) in take(change.tx(), id, claims).await? {
            doubles.entry(form).or_default().insert(record);
        }
        if rows.len() < CHUNK {
            break;
        }
    }
    if doubles.is_empty() {
        return Ok(());
    }
    let holders = holders(
        change.tx(),
        doubles.keys().map(|form| (id, form.clone())).collect(),
    )
    .await?;
    for (form, records) in &mut doubles {
        records.extend(holders.get(&(id, form.clone())));
    }
    Err(told(change, kept.kind, &doubles).await?.into())
}

/// Gives everything free that records have in a field.
pub(super) async fn release(tx: &DatabaseTransaction, id: i64) -> Result<()> {
    let sql = "delete from custom_unique where field_id = $1";
    tx.execute_raw(statement(sql, [id.into()])).await?;
    Ok(())
}

/// Inserts claims; those that another record has already come back.
async fn take(
    tx: &DatabaseTransaction,
    id: i64,
    claims: Vec<(String, RecordId)>,
) -> Result<Vec<(String, RecordId)>> {
    let rows: Vec<_> = claims
        .iter()
        .map(|(form, record)| json!({"value": form, "id": record}))
        .collect();
    let sql = "insert into custom_unique (field_id, value, record_id)
               select $1, n.value, n.id from jsonb_to_recordset($2) as n(value text, id bigint)
               on conflict do nothing returning value, record_id";
    let values = [id.into(), serde_json::Value::Array(rows).into()];
    let mut taken: BTreeSet<(String, RecordId)> = BTreeSet::new();
    for row in tx.query_all_raw(statement(sql, values)).await? {
        taken.insert((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
    }
    Ok(claims
        .into_iter()
        .filter(|claim| !taken.contains(claim))
        .collect())
}

/// Which records have these values, of those that somebody has.
pub(crate) async fn holders(
    tx: &DatabaseTransaction,
    wanted: BTreeSet<(i64, String)>,
) -> Result<BTreeMap<(i64, String), RecordId>> {
    let rows: Vec<_> = wanted
        .iter()
        .map(|(field, value)| json!({"field": field, "value": value}))
        .collect();
    let sql = "select u.field_id, u.value, u.record_id
                 from jsonb_to_recordset($1) as n(field bigint, value text)
                 join custom_unique u on u.field_id = n.field and u.value = n.value";
    let mut holders = BTreeMap::new();
    for row in tx
        .query_all_raw(statement(sql, [serde_json::Value::Array(rows).into()]))
        .await?
    {
        holders.insert(
            (row.try_get_by_index(0)?, row.try_get_by_index(1)?),
            row.try_get_by_index(2)?,
        );
    }
    Ok(holders)
}

/// The duplicates in words.
async fn told(
    change: &Change<'_>,
    kind: Kind,
    doubles: &BTreeMap<String, BTreeSet<RecordId>>,
) -> Result<Error> {
    let ids: BTreeSet<RecordId> = doubles.values().take(NAMED).flatten().copied().collect();
    let titles = read::titles(change.ctx(), &BTreeMap::from([(kind, ids)])).await?;
    let title = |id: &RecordId| {
        titles
            .get(&(kind, *id))
            .map_or_else(|| format!("#{id}"), |title| format!("{title} (#{id})"))
    };
    let mut words: Vec<String> = doubles
        .iter()
        .take(NAMED)
        .map(|(form, records)| {
            let mut names: Vec<String> = records.iter().take(3).map(title).collect();
            if records.len() > names.len() {
                names.push(format!("{} more", records.len() - names.len()));
            }
            let form: String = form.chars().take(40).collect();
            format!("“{form}” in {}", names.join(", "))
        })
        .collect();
    if doubles.len() > words.len() {
        words.push(format!("and {} more values", doubles.len() - words.len()));
    }
    let problem = Problem::Other(format!("is not so yet: {}", words.join("; ")));
    Ok(Error::field("unique", "No two the same", problem))
}

/// The fields of a kind in which no two records may have the same.
pub(crate) fn fields(fields: &[FieldDef]) -> impl Iterator<Item = (i64, &FieldDef)> {
    fields
        .iter()
        .filter(|field| field.unique)
        .filter_map(|field| Some((field.custom_id()?, field)))
}
