//! What is left in the database after a fault: everything that users were told, and nothing half.

use std::process::Stdio;

use anyhow::Result;
use sea_orm::DatabaseConnection;
use sqlx::PgPool;

use super::work::Told;
use crate::server::Server;

#[cfg(test)]
mod tests;

/// What may not be, and the question that counts it. All of it is about what was written since the
/// database was seeded, which `bench.seed` tells.
const NEVER: [(&str, &str); 10] = [
    (
        "operations without an event",
        "select count(*) from operation o, bench.seed s
          where o.id > s.operation and not exists (select from event e where e.operation_id = o.id)",
    ),
    (
        "events of deals that are not there",
        "select count(*) from event e, bench.seed s
          where e.id > s.event and e.kind = 'deal'
            and not exists (select from deal d where d.id = e.record_id)",
    ),
    (
        "deals without the event that made them",
        "select count(*) from deal d, bench.seed s
          where d.id > s.deal and not exists (
            select from event e where e.kind = 'deal' and e.record_id = d.id and e.what = 'created')",
    ),
    (
        "deals whose version is not that of their last event, or with a version that no event made",
        "select count(*) from deal d join (
           select e.record_id, max(e.version) as last, min(e.version) as first,
                  count(distinct e.version) as versions, count(*) as events
             from event e, bench.seed s
            where e.id > s.event and e.kind = 'deal' group by 1) e on e.record_id = d.id
          where d.version <> e.last or e.versions <> e.last - e.first + 1 or e.events <> e.versions",
    ),
    (
        "deals whose stage is not the one that their last move tells",
        "select count(*) from deal d join (
           select distinct on (e.record_id) e.record_id, e.difference -> 'stage_id' ->> 1 as value
             from event e, bench.seed s
            where e.id > s.event and e.kind = 'deal' and e.difference ? 'stage_id'
            order by e.record_id, e.version desc) e on e.record_id = d.id
          where d.stage_id::text is distinct from e.value",
    ),
    (
        "deals whose title is not the one that their last event tells",
        "select count(*) from deal d join (
           select distinct on (e.record_id) e.record_id, e.difference -> 'title' ->> 1 as value
             from event e, bench.seed s
            where e.id > s.event and e.kind = 'deal' and e.difference ? 'title'
            order by e.record_id, e.version desc) e on e.record_id = d.id
          where d.title is distinct from e.value",
    ),
    (
        "deals in use without a stay in the stage where they are",
        "select count(*) from deal d where d.deleted_at is null and not exists (
           select from stage_stay y where y.kind = 'deal' and y.record_id = d.id
              and y.left_at is null and y.stage_id = d.stage_id and y.pipeline_id = d.pipeline_id)",
    ),
    (
        "deals with as many stays as not moves, counted since the seed",
        "select count(*) from (
           select e.record_id, count(*) as moves from event e, bench.seed s
            where e.id > s.event and e.kind = 'deal' and e.difference ? 'stage_id' group by 1) e
           join (
           select y.record_id, count(*) as stays from stage_stay y, bench.seed s
            where y.kind = 'deal' and y.id > s.stay group by 1) y using (record_id)
          where e.moves <> y.stays",
    ),
    (
        "stays that end before they begin",
        "select count(*) from stage_stay where left_at < entered_at",
    ),
    (
        "events of deals that are not in the order of their versions",
        "select count(*) from (
           select e.version <= lag(e.version) over (partition by e.record_id order by e.id) as back
             from event e, bench.seed s where e.id > s.event and e.kind = 'deal') e
          where e.back",
    ),
];

/// What users were told of a change, and whether the log has it.
const LOST_CHANGES: &str = "
    select count(*) from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[])
             as t (deal, version, field, value)
     where not exists (
       select from event e where e.kind = 'deal' and e.record_id = t.deal and e.version = t.version
          and e.difference -> t.field ->> 1 = t.value)";

/// Rows of an import that are there, and the operations that they are of.
const IMPORTED: &str = "
    select count(*), count(distinct e.operation_id),
           coalesce((select count(*) from event o where o.operation_id = min(e.operation_id)), 0)
      from deal d join event e on e.kind = 'deal' and e.record_id = d.id and e.what = 'created'
     where starts_with(d.external_id, $1)";

/// Everything that is wrong, in words; empty when all is well.
pub(super) async fn wrong(
    server: &Server,
    db: &DatabaseConnection,
    told: &Told,
) -> Result<Vec<String>> {
    let mut wrong = in_database(db.get_postgres_connection_pool(), told).await?;
    wrong.extend(doctor(server).await?);
    Ok(wrong)
}

/// What is wrong in the database itself.
async fn in_database(pool: &PgPool, told: &Told) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    for (what, sql) in NEVER {
        let (count,): (i64,) = sqlx::query_as(sql).fetch_one(pool).await?;
        if count > 0 {
            wrong.push(format!("{count} {what}"));
        }
    }
    let lost = lost_changes(pool, told).await?;
    if lost > 0 {
        wrong.push(format!("{lost} changes that were acknowledged are lost"));
    }
    wrong.extend(imports(pool, told).await?);
    Ok(wrong)
}

async fn lost_changes(pool: &PgPool, told: &Told) -> Result<i64> {
    let told = told.changes();
    let deals: Vec<i64> = told.iter().map(|done| done.deal).collect();
    let versions: Vec<i64> = told.iter().map(|done| done.version).collect();
    let fields: Vec<&str> = told.iter().map(|done| done.field).collect();
    let values: Vec<&str> = told.iter().map(|done| done.value.as_str()).collect();
    let (lost,): (i64,) = sqlx::query_as(LOST_CHANGES)
        .bind(deals)
        .bind(versions)
        .bind(fields)
        .bind(values)
        .fetch_one(pool)
        .await?;
    Ok(lost)
}

/// An import is there as a whole, as one operation, or not at all; and it is there when its user
/// was told so.
async fn imports(pool: &PgPool, told: &Told) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    for import in told.imports() {
        let (rows, operations, events): (i64, i64, i64) = sqlx::query_as(IMPORTED)
            .bind(&import.batch)
            .fetch_one(pool)
            .await?;
        let whole = (rows, operations, events) == (import.rows, 1, import.rows);
        let none = rows == 0 && !import.told;
        if !whole && !none {
            wrong.push(format!(
                "of the {} rows of import {}{} there are {rows}, in {operations} operations of {events} events",
                import.rows,
                import.batch,
                if import.told { ", which was acknowledged," } else { "" },
            ));
        }
    }
    Ok(wrong)
}

/// What `dealwright doctor` calls broken, and whether it compared the totals with a recount.
async fn doctor(server: &Server) -> Result<Vec<String>> {
    let output = server
        .command(&["doctor"])?
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output()
        .await?;
    let said = String::from_utf8_lossy(&output.stdout);
    let mut wrong = diagnosis(&said);
    if wrong.is_empty() && !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        wrong.push(format!("the doctor ended with {}: {errors}", output.status));
    }
    Ok(wrong)
}

/// What is wrong by the doctor's words.
fn diagnosis(said: &str) -> Vec<String> {
    let mut wrong: Vec<_> = said
        .lines()
        .filter(|line| line.starts_with("broken "))
        .map(|line| format!("the doctor says: {line}"))
        .collect();
    let well = |line: &str| line.starts_with("ok ") && line.contains(" totals: ");
    if !said.lines().any(well) {
        wrong.push("the doctor does not say that totals are those of a recount".into());
    }
    wrong
}
