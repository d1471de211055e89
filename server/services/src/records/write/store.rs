//! Writing plans: one statement for all records that change the same columns, whatever their
//! number, made from the field descriptions. New rows travel as arrays, changes as one JSON
//! parameter; PostgreSQL turns both into typed columns.

use std::collections::BTreeMap;

use domain::field::Storage;
use domain::timeline::Via;
use domain::{FieldDef, Kind, RecordId, Value};
use futures::future::join;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement};
use serde_json::{Map, Value as Json, json};

use super::cells::{Cells, quote};
use super::plan::{POSITION, Plan};
use super::{log, side_tables};
use crate::Ctx;
use crate::failure::Result;
use crate::schema::{self, Schema, column_type};

/// Stores records, which have their ids, and what is kept beside them.
pub(super) async fn records(
    ctx: &Ctx,
    tx: &DatabaseTransaction,
    schema: &Schema,
    via: Via,
    plans: &[Plan],
) -> Result<()> {
    let written = async {
        insert(ctx, tx, schema, plans).await?;
        update(ctx, tx, schema, plans).await?;
        side_tables::write(ctx, tx, schema, plans).await
    };
    if !schema.kind.has_stages() {
        return written.await;
    }
    // Put into words while PostgreSQL writes the records.
    let (written, stays) = join(written, async { log::Stays::of(plans) }).await;
    written?;
    log::stays(tx, schema.kind, via, stays).await
}

/// Gives new records their ids.
pub(super) async fn give_ids(
    tx: &DatabaseTransaction,
    kind: Kind,
    plans: &mut [Plan],
) -> Result<()> {
    let new = plans.iter().filter(|plan| plan.before.is_none()).count();
    if new == 0 {
        return Ok(());
    }
    // The sequence is looked up once, not for each: `offset 0` keeps the two apart.
    let sql = format!(
        "select array_agg(nextval(sequence))
           from (select pg_get_serial_sequence('{kind}', 'id')::regclass as sequence offset 0) s,
                generate_series(1, $1)"
    );
    let count = i64::try_from(new).map_err(anyhow::Error::from)?;
    let row = tx.query_one_raw(statement(&sql, [count.into()])).await?;
    let ids: Vec<RecordId> = row
        .ok_or_else(|| anyhow::anyhow!("a sequence gave nothing"))?
        .try_get_by_index(0)?;
    let new = plans.iter_mut().filter(|plan| plan.before.is_none());
    for (plan, id) in new.zip(ids) {
        plan.id = id;
    }
    Ok(())
}

async fn insert(
    ctx: &Ctx,
    tx: &DatabaseTransaction,
    schema: &Schema,
    plans: &[Plan],
) -> Result<()> {
    let mut columns = table_columns(schema);
    for (name, column_type) in [
        ("id", "bigint"),
        ("custom", "jsonb"),
        ("created_by", "bigint"),
        ("updated_at", "timestamp with time zone"),
        ("updated_by", "bigint"),
    ] {
        columns.insert(name.to_owned(), column_type);
    }
    if schema.kind.has_stages() {
        columns.insert(POSITION.into(), "text");
    }
    let fields: BTreeMap<&str, &FieldDef> = schema
        .fields
        .iter()
        .flat_map(|field| schema::columns(field).into_iter().map(move |c| (c, field)))
        .collect();
    let mut cells = Cells::of(columns);
    for plan in plans.iter().filter(|plan| plan.before.is_none()) {
        cells.add_json(|column| match column {
            "id" => Some(json!(plan.id)),
            "custom" => Some(custom(schema, plan)),
            "created_by" | "updated_by" => Some(json!(ctx.actor.user_id)),
            "updated_at" => Some(json!(ctx.now)),
            POSITION if plan.position.is_some() => Some(json!(plan.position)),
            _ => {
                let field = fields.get(column)?;
                Some(cell(field, column, plan.after.get(field.key.as_ref())?))
            }
        });
    }
    if cells.is_empty() {
        return Ok(());
    }
    let names = cells.names();
    let statement = cells.statement([], |rows| {
        let kind = schema.kind;
        format!("insert into {kind} ({names}) select {names} from {rows} n")
    });
    tx.execute_raw(statement).await?;
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
            if column == "custom" {
                // Only the custom values that change; emptied ones go.
                set.push_str("custom = jsonb_strip_nulls(r.custom || n.custom), ");
            } else {
                for part in [name.as_str(), " = n.", name.as_str(), ", "] {
                    set.push_str(part);
                }
            }
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

/// A value's cells in the row of its table.
fn put(row: &mut Map<String, Json>, field: &FieldDef, value: &Value) {
    for column in schema::columns(field) {
        row.insert(column.to_owned(), cell(field, column, value));
    }
    if let Some(id) = field.custom_id() {
        let custom = row.entry("custom").or_insert_with(|| json!({}));
        custom[id.to_string()] = value.to_json();
    }
}

/// What one of the columns that hold a field has of its value.
fn cell(field: &FieldDef, column: &str, value: &Value) -> Json {
    match (&field.storage, value) {
        (Storage::MoneyColumns { amount, .. }, value) => {
            let money = value.as_money();
            if column == amount {
                json!(money.map(|money| money.amount.to_string()))
            } else {
                json!(money.map(|money| money.currency))
            }
        }
        (_, Value::Links(links)) => json!(links.first().map(|link| link.id)),
        (_, value) => value.to_json(),
    }
}

/// The values of a new record's custom fields.
fn custom(schema: &Schema, plan: &Plan) -> Json {
    let mut custom = Map::new();
    for (key, value) in &plan.after {
        if let Some(id) = schema.field(key).and_then(FieldDef::custom_id) {
            custom.insert(id.to_string(), value.to_json());
        }
    }
    Json::Object(custom)
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

pub(super) fn statement<const N: usize>(sql: &str, values: [sea_orm::Value; N]) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}
