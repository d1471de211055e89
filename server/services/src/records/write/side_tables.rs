//! What is kept beside a record's row: links, contact points, observers.

use domain::contact_point::{ContactPoint, PointType};
use domain::field::{FieldType, Storage};
use domain::{FieldDef, Kind, RecordId, Value};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde_json::{Value as Json, json};

use super::checks::ids_of;
use super::plan::Plan;
use super::store::statement;
use crate::Ctx;
use crate::contact_points::normalise;
use crate::failure::Result;
use crate::schema::Schema;

/// Links, contact points and observers of the records in which they change.
pub(super) async fn write(
    ctx: &Ctx,
    tx: &DatabaseTransaction,
    schema: &Schema,
    plans: &[Plan],
) -> Result<()> {
    let kind = schema.kind;
    // Of hundreds of custom fields few have anything beside the record.
    let beside = |field: &&FieldDef| {
        !matches!(
            field.storage,
            Storage::Column(_) | Storage::MoneyColumns { .. }
        ) && (field.custom_id().is_none() || matches!(field.field_type, FieldType::Points(_)))
    };
    for field in schema.fields.iter().filter(beside) {
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
                let of = PointsOf {
                    kind,
                    point_type,
                    field: "",
                };
                points(ctx, tx, of, existing, values).await?;
            }
            // Kept in `custom` like everything else, and here to be found by number.
            (Storage::Custom(_), FieldType::Points(point_type)) => {
                let field = field.key.as_ref();
                let of = PointsOf {
                    kind,
                    point_type,
                    field,
                };
                points(ctx, tx, of, existing, values).await?;
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

/// Whose phones or addresses, and in which field: none for the kind's own.
#[derive(Debug, Clone, Copy)]
struct PointsOf<'a> {
    kind: Kind,
    point_type: PointType,
    field: &'a str,
}

async fn points<'a>(
    ctx: &Ctx,
    tx: &DatabaseTransaction,
    of: PointsOf<'_>,
    existing: Vec<RecordId>,
    values: impl Iterator<Item = (RecordId, &'a Value)>,
) -> Result<()> {
    let country = crate::contact_points::country(ctx, tx).await?;
    if !existing.is_empty() {
        let sql = "delete from contact_point
                    where kind = $1 and point_type = $2 and field = $3 and record_id = any($4)";
        let values = [
            of.kind.as_str().into(),
            of.point_type.as_str().into(),
            of.field.into(),
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
                 (kind, record_id, point_type, field, text, normalised, label, position)
               select $1, n.id, $2, $3, n.text, n.normalised, n.label, n.position
                 from jsonb_to_recordset($4)
                   as n(id bigint, position integer, text text, normalised text, label text)";
    let values = [
        of.kind.as_str().into(),
        of.point_type.as_str().into(),
        of.field.into(),
        rows.into(),
    ];
    tx.execute_raw(statement(sql, values)).await?;
    Ok(())
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
