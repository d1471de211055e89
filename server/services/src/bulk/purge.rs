//! Deleting for ever, out of the recycle bin: the one place where records and all that hangs on
//! them leave the database, and the one thing that cannot be taken back. What the log has of them
//! stays: who did what, and when.

use domain::field::{FieldType, Storage};
use domain::timeline::What;
use domain::{Error, EventId, Kind, RecordId};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement};

use crate::failure::Result;
use crate::records::read::fetch_for_update;
use crate::records::write::Operation;
use crate::records::write::operation::Answers;
use crate::{Ctx, schema};

/// Deletes records of a kind for ever, of those that lie in the recycle bin.
pub(super) async fn purge(
    ctx: &Ctx,
    operation: &mut Operation,
    kind: Kind,
    ids: &[RecordId],
) -> Result<Answers> {
    if !ctx.actor.is_administrator() {
        let words = "Only administrators may delete for ever.".to_owned();
        return Err(Error::Forbidden(words).into());
    }
    let schema = schema::load(ctx, kind).await?;
    let stored = fetch_for_update(operation.tx(), &schema, ids).await?;
    let gone: Vec<RecordId> = stored
        .iter()
        .map(|stored| &stored.record)
        .filter(|record| record.deleted)
        .map(|record| record.id)
        .collect();
    let answers = ids
        .iter()
        .map(|id| gone.contains(id).then_some(*id).ok_or(Error::NotFound))
        .collect();
    if gone.is_empty() {
        return Ok(answers);
    }
    // The row first: what stands beside it no longer counts in any sum then.
    point_nowhere(operation.tx(), kind, &gone).await?;
    empty_custom_links(ctx, operation.tx(), kind, &gone).await?;
    let sql = format!("delete from {kind} where id = any($1)");
    run(operation.tx(), &sql, [gone.clone().into()]).await?;
    delete_beside(operation.tx(), kind, &gone).await?;
    let events = log(ctx, operation, kind, &gone).await?;
    operation.count_beside(kind, &events);
    Ok(answers)
}

/// Empties the columns that point to these records. Asked of the schema itself, so that no column
/// is forgotten.
async fn point_nowhere(tx: &DatabaseTransaction, kind: Kind, gone: &[RecordId]) -> Result<()> {
    let sql = "select c.conrelid::regclass::text, a.attname::text
                 from pg_constraint c
                 join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
                where c.contype = 'f' and c.confrelid = $1::regclass
                  and c.confdeltype in ('a', 'r') and array_length(c.conkey, 1) = 1
                order by 1, 2";
    for (table, column) in pairs(tx, sql, kind).await? {
        let sql = format!("update {table} set {column} = null where {column} = any($1)");
        run(tx, &sql, [gone.to_vec().into()]).await?;
    }
    Ok(())
}

/// Takes these records out of the links that users' own fields hold.
async fn empty_custom_links(
    ctx: &Ctx,
    tx: &DatabaseTransaction,
    kind: Kind,
    gone: &[RecordId],
) -> Result<()> {
    for other in Kind::ALL {
        let schema = schema::load(ctx, other).await?;
        for field in schema.fields.iter() {
            let (Storage::Custom(id), FieldType::Link(to) | FieldType::Links(to)) =
                (&field.storage, field.field_type)
            else {
                continue;
            };
            if to != kind {
                continue;
            }
            let sql = format!(
                "update {other} r
                    set custom = jsonb_strip_nulls(r.custom || jsonb_build_object('{id}', (
                          select jsonb_agg(e.value order by e.place)
                            from jsonb_array_elements(r.custom -> '{id}') with ordinality e(value, place)
                           where not (e.value::text::bigint = any($1)))))
                  where jsonb_typeof(r.custom -> '{id}') = 'array'
                    and exists (select 1 from jsonb_array_elements(r.custom -> '{id}') e
                                 where e::text::bigint = any($1))"
            );
            run(tx, &sql, [gone.to_vec().into()]).await?;
        }
    }
    Ok(())
}

/// Deletes what is kept beside these records: links both ways, contact points, observers, notes,
/// stays. Asked of the schema itself: every table that names a record by kind and id, but the log.
async fn delete_beside(tx: &DatabaseTransaction, kind: Kind, gone: &[RecordId]) -> Result<()> {
    let sql = "update event set note_id = null
                where note_id in (select id from note where kind = $1 and record_id = any($2))";
    run(tx, sql, [kind.as_str().into(), gone.to_vec().into()]).await?;
    let sql = "select k.table_name::text, k.column_name::text || ',' || i.column_name::text
                 from information_schema.columns k
                 join information_schema.tables t using (table_schema, table_name)
                 join information_schema.columns i
                   on i.table_schema = k.table_schema and i.table_name = k.table_name
                  and (k.column_name = 'kind' and i.column_name = 'record_id'
                       or k.column_name like '%\\_kind'
                          and i.column_name = replace(k.column_name, '_kind', '_id'))
                where k.table_schema = current_schema() and t.table_type = 'BASE TABLE'
                  and k.table_name <> 'event' and $1 <> ''
                order by 1, 2";
    for (table, columns) in pairs(tx, sql, kind).await? {
        let Some((of_kind, of_id)) = columns.split_once(',') else {
            continue;
        };
        let sql = format!("delete from {table} where {of_kind} = $1 and {of_id} = any($2)");
        run(tx, &sql, [kind.as_str().into(), gone.to_vec().into()]).await?;
    }
    Ok(())
}

/// Tells the log, with an event a record that says no more than that it was deleted.
async fn log(
    ctx: &Ctx,
    operation: &mut Operation,
    kind: Kind,
    gone: &[RecordId],
) -> Result<Vec<EventId>> {
    let id = operation.id().await?;
    let sql = "insert into event
                 (operation_id, at, user_id, kind, record_id, what, version, difference)
               select $1, $2, $3, $4, n.id,  $5, coalesce((
                        select max(e.version) from event e where e.kind = $4 and e.record_id = n.id
                      ), 0) + 1, '{}'
                 from unnest($6::bigint[]) as n(id)
               returning id";
    let values = [
        id.into(),
        ctx.now.into(),
        ctx.actor.user_id.into(),
        kind.as_str().into(),
        What::Deleted.as_str().into(),
        gone.to_vec().into(),
    ];
    let rows = operation.tx().query_all_raw(statement(sql, values)).await?;
    rows.iter()
        .map(|row| row.try_get_by_index(0).map_err(Into::into))
        .collect()
}

/// Two names from the schema, found by the name of a kind's table.
async fn pairs(tx: &DatabaseTransaction, sql: &str, kind: Kind) -> Result<Vec<(String, String)>> {
    let rows = tx
        .query_all_raw(statement(sql, [kind.as_str().into()]))
        .await?;
    rows.iter()
        .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)))
        .collect()
}

async fn run<const N: usize>(
    tx: &DatabaseTransaction,
    sql: &str,
    values: [sea_orm::Value; N],
) -> Result<()> {
    tx.execute_raw(statement(sql, values)).await?;
    Ok(())
}

fn statement<const N: usize>(sql: &str, values: [sea_orm::Value; N]) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}
