//! Writing plans: one statement for all records that change the same columns, whatever their
//! number, made from the field descriptions. Rows travel as one JSON parameter, which PostgreSQL
//! turns into typed columns.

use std::collections::BTreeMap;

use domain::contact_point::{ContactPoint, PointType};
use domain::field::{FieldType, Storage};
use domain::timeline::{Via, What};
use domain::{EventId, FieldDef, Kind, OperationId, RecordId, Value};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement};
use serde_json::{Map, Value as Json, json};

use super::checks::ids_of;
use super::plan::{POSITION, Plan};
use crate::Ctx;
use crate::contact_points::normalise;
use crate::failure::Result;
use crate::schema::{Schema, column_type};

/// Stores records and what is kept beside them. New ones get their ids.
pub(super) async fn records(
    ctx: &Ctx,
    tx: &DatabaseTransaction,
    schema: &Schema,
    via: Via,
    plans: &mut [Plan],
) -> Result<()> {
    give_ids(tx, schema.kind, plans).await?;
    insert(ctx, tx, schema, plans).await?;
    update(ctx, tx, schema, plans).await?;
    side_tables(ctx, tx, schema, plans).await?;
    if schema.kind.has_stages() {
        stays(tx, schema.kind, via, plans).await?;
    }
    Ok(())
}

async fn give_ids(tx: &DatabaseTransaction, kind: Kind, plans: &mut [Plan]) -> Result<()> {
    let new = plans.iter().filter(|plan| plan.before.is_none()).count();
    if new == 0 {
        return Ok(());
    }
    let sql = format!(
        "select nextval(pg_get_serial_sequence('{kind}', 'id')) from generate_series(1, $1)"
    );
    let count = i64::try_from(new).map_err(anyhow::Error::from)?;
    let rows = tx.query_all_raw(statement(&sql, [count.into()])).await?;
    for (plan, row) in plans
        .iter_mut()
        .filter(|plan| plan.before.is_none())
        .zip(rows)
    {
        plan.id = row.try_get_by_index(0)?;
    }
    Ok(())
}

async fn insert(
    ctx: &Ctx,
    tx: &DatabaseTransaction,
    schema: &Schema,
    plans: &[Plan],
) -> Result<()> {
    let rows: Vec<Json> = plans
        .iter()
        .filter(|plan| plan.before.is_none())
        .map(|plan| {
            let mut row = Map::new();
            row.insert("id".into(), json!(plan.id));
            row.insert("custom".into(), json!({}));
            for field in schema.fields.iter() {
                let value = plan.after.get(field.key.as_ref()).unwrap_or(&Value::Empty);
                put(&mut row, field, value);
            }
            if let Some(position) = &plan.position {
                row.insert(POSITION.into(), json!(position));
            }
            row.insert("created_by".into(), json!(ctx.actor.user_id));
            row.insert("updated_at".into(), json!(ctx.now));
            row.insert("updated_by".into(), json!(ctx.actor.user_id));
            Json::Object(row)
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let mut columns = table_columns(schema);
    columns.insert("id".into(), "bigint");
    columns.insert("custom".into(), "jsonb");
    if schema.kind.has_stages() {
        columns.insert(POSITION.into(), "text");
    }
    let names = columns
        .keys()
        .map(|name| quote(name))
        .collect::<Vec<_>>()
        .join(", ");
    let sql = format!(
        "insert into {kind} ({names}) select {names} from jsonb_to_recordset($1) as n({types})",
        kind = schema.kind,
        types = typed(&columns),
    );
    tx.execute_raw(statement(&sql, [Json::Array(rows).into()]))
        .await?;
    Ok(())
}

async fn update(
    ctx: &Ctx,
    tx: &DatabaseTransaction,
    schema: &Schema,
    plans: &[Plan],
) -> Result<()> {
    // Records that change the same columns go in one statement.
    let mut groups: BTreeMap<Vec<String>, Vec<Json>> = BTreeMap::new();
    for plan in plans {
        let Some(before) = &plan.before else { continue };
        let mut row = Map::new();
        for (key, (_, new)) in &plan.changes {
            if let Some(field) = schema.field(key) {
                put(&mut row, field, new);
            }
        }
        if before.position != plan.position {
            row.insert(POSITION.into(), json!(plan.position));
        }
        if before.deleted != plan.deleted {
            let deleted_at = plan.deleted.then_some(ctx.now);
            row.insert("deleted_at".into(), json!(deleted_at));
        }
        let columns: Vec<String> = row.keys().cloned().collect();
        row.insert("id".into(), json!(plan.id));
        groups.entry(columns).or_default().push(Json::Object(row));
    }
    let mut types = table_columns(schema);
    types.insert("custom".into(), "jsonb");
    types.insert("deleted_at".into(), "timestamp with time zone");
    types.insert(POSITION.into(), "text");
    for (columns, rows) in groups {
        let mut set = String::new();
        let mut of_group = BTreeMap::from([("id".to_owned(), "bigint")]);
        for column in columns {
            let name = quote(&column);
            set.push_str(&match column.as_str() {
                // Only the custom values that change; emptied ones go.
                "custom" => "custom = jsonb_strip_nulls(r.custom || n.custom), ".to_owned(),
                _ => format!("{name} = n.{name}, "),
            });
            let column_type = types.get(&column).copied().unwrap_or("text");
            of_group.insert(column, column_type);
        }
        let sql = format!(
            "update {kind} as r
                set {set}version = r.version + 1, updated_at = $2, updated_by = $3
               from jsonb_to_recordset($1) as n({types})
              where r.id = n.id",
            kind = schema.kind,
            types = typed(&of_group),
        );
        let values = [
            Json::Array(rows).into(),
            ctx.now.into(),
            ctx.actor.user_id.into(),
        ];
        tx.execute_raw(statement(&sql, values)).await?;
    }
    Ok(())
}

/// Links, contact points and observers of the records in which they change.
async fn side_tables(
    ctx: &Ctx,
    tx: &DatabaseTransaction,
    schema: &Schema,
    plans: &[Plan],
) -> Result<()> {
    let kind = schema.kind;
    for field in schema.fields.iter() {
        let changed: Vec<(RecordId, bool, &Value)> = plans
            .iter()
            .filter_map(|plan| {
                let (_, new) = plan.changes.get(field.key.as_ref())?;
                Some((plan.id, plan.before.is_some(), new))
            })
            .collect();
        if changed.is_empty() {
            continue;
        }
        let existing: Vec<RecordId> = changed
            .iter()
            .filter(|(_, existing, _)| *existing)
            .map(|(id, ..)| *id)
            .collect();
        let values = changed.iter().map(|(id, _, value)| (*id, *value));
        match (&field.storage, field.field_type) {
            (Storage::Links, FieldType::Links(to)) => {
                if !existing.is_empty() {
                    let sql = "delete from record_link
                                where from_kind = $1 and field = $2 and from_id = any($3)";
                    let values = [
                        kind.as_str().into(),
                        field.key.as_ref().into(),
                        existing.into(),
                    ];
                    tx.execute_raw(statement(sql, values)).await?;
                }
                let rows = numbered(values, |value| {
                    ids_of(value)
                        .into_iter()
                        .map(|id| json!({"to": id}))
                        .collect()
                });
                let sql = "insert into record_link
                             (from_kind, from_id, field, to_kind, to_id, position)
                           select $1, n.id, $2, $3, n.to, n.position
                             from jsonb_to_recordset($4)
                               as n(id bigint, position integer, \"to\" bigint)";
                let values = [
                    kind.as_str().into(),
                    field.key.as_ref().into(),
                    to.as_str().into(),
                    rows.into(),
                ];
                tx.execute_raw(statement(sql, values)).await?;
            }
            (Storage::Points, FieldType::Points(point_type)) => {
                points(ctx, tx, kind, point_type, existing, values).await?;
            }
            (Storage::Observers, _) => {
                if !existing.is_empty() {
                    let sql = "delete from record_observer
                                where kind = $1 and record_id = any($2)";
                    tx.execute_raw(statement(sql, [kind.as_str().into(), existing.into()]))
                        .await?;
                }
                let rows = numbered(values, |value| {
                    ids_of(value)
                        .into_iter()
                        .map(|id| json!({"user": id}))
                        .collect()
                });
                let sql = "insert into record_observer (kind, record_id, user_id)
                           select $1, n.id, n.user
                             from jsonb_to_recordset($2) as n(id bigint, \"user\" bigint)";
                tx.execute_raw(statement(sql, [kind.as_str().into(), rows.into()]))
                    .await?;
            }
            _ => {}
        }
    }
    Ok(())
}

async fn points<'a>(
    ctx: &Ctx,
    tx: &DatabaseTransaction,
    kind: Kind,
    point_type: PointType,
    existing: Vec<RecordId>,
    values: impl Iterator<Item = (RecordId, &'a Value)>,
) -> Result<()> {
    let country = crate::contact_points::country(ctx, tx).await?;
    if !existing.is_empty() {
        let sql = "delete from contact_point
                    where kind = $1 and point_type = $2 and record_id = any($3)";
        let values = [
            kind.as_str().into(),
            point_type.as_str().into(),
            existing.into(),
        ];
        tx.execute_raw(statement(sql, values)).await?;
    }
    let rows = numbered(values, |value| {
        let points: &[ContactPoint] = if let Value::Points(points) = value {
            points
        } else {
            &[]
        };
        points
            .iter()
            .map(|point| {
                let normalised = normalise(point, &country);
                json!({"text": point.text, "label": point.label, "normalised": normalised})
            })
            .collect()
    });
    let sql = "insert into contact_point
                 (kind, record_id, point_type, text, normalised, label, position)
               select $1, n.id, $2, n.text, n.normalised, n.label, n.position
                 from jsonb_to_recordset($3)
                   as n(id bigint, position integer, text text, normalised text, label text)";
    let values = [
        kind.as_str().into(),
        point_type.as_str().into(),
        rows.into(),
    ];
    tx.execute_raw(statement(sql, values)).await?;
    Ok(())
}

/// Entries and exits of stages.
async fn stays(tx: &DatabaseTransaction, kind: Kind, via: Via, plans: &[Plan]) -> Result<()> {
    let mut rows: Vec<Json> = plans
        .iter()
        .filter(|plan| plan.enters_stage())
        .map(|plan| {
            let placement = plan.placement();
            json!({
                "id": plan.id,
                "pipeline_id": placement.pipeline_id,
                "stage_id": placement.stage_id,
                "since": plan.after.get("stage_since").map(Value::to_json),
                "owner_id": plan.standing().owner,
                "amount": placement.amount.map(|money| money.amount.to_string()),
                "currency": placement.amount.map(|money| money.currency),
            })
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    if via == Via::Undo {
        // A move that is taken back has not been: its stay goes, and the one before goes on.
        let sql = "delete from stage_stay s
                    using jsonb_to_recordset($2) as n(id bigint, stage_id bigint, since timestamptz),
                          stage_stay p
                    where s.kind = $1 and s.record_id = n.id and s.left_at is null
                      and p.kind = $1 and p.record_id = n.id and p.left_at = s.entered_at
                      and p.stage_id = n.stage_id and p.entered_at = n.since
                returning p.id, s.record_id";
        let values = [kind.as_str().into(), Json::Array(rows.clone()).into()];
        let mut reopened: Vec<i64> = Vec::new();
        for row in tx.query_all_raw(statement(sql, values)).await? {
            reopened.push(row.try_get_by_index(0)?);
            let record: RecordId = row.try_get_by_index(1)?;
            rows.retain(|row| row["id"] != json!(record));
        }
        let sql = "update stage_stay set left_at = null where id = any($1)";
        tx.execute_raw(statement(sql, [reopened.into()])).await?;
    }
    let rows = Json::Array(rows);
    let sql = "update stage_stay s set left_at = greatest(s.entered_at, n.since)
                 from jsonb_to_recordset($2) as n(id bigint, since timestamptz)
                where s.kind = $1 and s.record_id = n.id and s.left_at is null";
    tx.execute_raw(statement(sql, [kind.as_str().into(), rows.clone().into()]))
        .await?;
    let sql = "insert into stage_stay
                 (kind, record_id, pipeline_id, stage_id, entered_at, owner_id, amount, currency)
               select $1, n.id, n.pipeline_id, n.stage_id, n.since, n.owner_id, n.amount, n.currency
                 from jsonb_to_recordset($2)
                   as n(id bigint, pipeline_id bigint, stage_id bigint, since timestamptz,
                        owner_id bigint, amount numeric, currency text)";
    tx.execute_raw(statement(sql, [kind.as_str().into(), rows.into()]))
        .await?;
    Ok(())
}

/// Writes an event a record, and returns their ids in the same order.
pub(super) async fn events(
    ctx: &Ctx,
    tx: &DatabaseTransaction,
    kind: Kind,
    operation: OperationId,
    plans: &[Plan],
) -> Result<Vec<EventId>> {
    let rows: Vec<Json> = plans
        .iter()
        .map(|plan| {
            json!({
                "id": plan.id,
                "what": plan.what.as_str(),
                "version": plan.version,
                "difference": difference(plan),
            })
        })
        .collect();
    let sql = "insert into event
                 (operation_id, at, user_id, kind, record_id, what, version, difference)
               select $1, $2, $3, $4, n.id, n.what, n.version, n.difference
                 from jsonb_to_recordset($5)
                   as n(id bigint, what text, version bigint, difference jsonb)
               returning record_id, id";
    let values = [
        operation.into(),
        ctx.now.into(),
        ctx.actor.user_id.into(),
        kind.as_str().into(),
        Json::Array(rows).into(),
    ];
    let mut events: BTreeMap<RecordId, EventId> = BTreeMap::new();
    for row in tx.query_all_raw(statement(sql, values)).await? {
        events.insert(row.try_get_by_index(0)?, row.try_get_by_index(1)?);
    }
    Ok(plans
        .iter()
        .map(|plan| events.get(&plan.id).copied().unwrap_or_default())
        .collect())
}

/// `{key: [old, new]}`, the place on the board among it.
fn difference(plan: &Plan) -> Json {
    let mut difference: Map<String, Json> = plan
        .changes
        .iter()
        .map(|(key, (old, new))| (key.clone(), json!([old.to_json(), new.to_json()])))
        .collect();
    // In another stage the same position is another place.
    if let Some(before) = &plan.before
        && (before.position != plan.position || plan.what == What::Moved)
    {
        difference.insert(POSITION.into(), json!([before.position, plan.position]));
    }
    Json::Object(difference)
}

/// A value's cells in the row of its table.
fn put(row: &mut Map<String, Json>, field: &FieldDef, value: &Value) {
    match &field.storage {
        Storage::Column(column) => {
            let cell = match value {
                Value::Links(links) => json!(links.first().map(|link| link.id)),
                value => value.to_json(),
            };
            row.insert(column.to_string(), cell);
        }
        Storage::MoneyColumns { amount, currency } => {
            let money = value.as_money();
            let digits = money.map(|money| money.amount.to_string());
            row.insert(amount.to_string(), json!(digits));
            row.insert(
                currency.to_string(),
                json!(money.map(|money| money.currency)),
            );
        }
        Storage::Custom(id) => {
            let custom = row.entry("custom").or_insert_with(|| json!({}));
            custom[id.to_string()] = value.to_json();
        }
        Storage::Links | Storage::LinksBack { .. } | Storage::Points | Storage::Observers => {}
    }
}

/// The columns of the kind's table that fields live in, with their SQL types.
fn table_columns(schema: &Schema) -> BTreeMap<String, &'static str> {
    let mut columns = BTreeMap::new();
    for field in schema.fields.iter() {
        match &field.storage {
            Storage::Column(column) => {
                columns.insert(column.to_string(), column_type(field.field_type));
            }
            Storage::MoneyColumns { amount, currency } => {
                columns.insert(amount.to_string(), "numeric");
                columns.insert(currency.to_string(), "text");
            }
            _ => {}
        }
    }
    columns
}

/// `"a" bigint, "b" text`
fn typed(columns: &BTreeMap<String, &'static str>) -> String {
    let columns: Vec<String> = columns
        .iter()
        .map(|(name, column_type)| format!("{} {column_type}", quote(name)))
        .collect();
    columns.join(", ")
}

fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Several entries a record, each with the record's id and its place in the record's list.
fn numbered<'a>(
    values: impl Iterator<Item = (RecordId, &'a Value)>,
    entries: impl Fn(&Value) -> Vec<Json>,
) -> Json {
    let mut rows = Vec::new();
    for (id, value) in values {
        for (position, mut entry) in entries(value).into_iter().enumerate() {
            entry["id"] = json!(id);
            entry["position"] = json!(position);
            rows.push(entry);
        }
    }
    Json::Array(rows)
}

fn statement<const N: usize>(sql: &str, values: [sea_orm::Value; N]) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}
