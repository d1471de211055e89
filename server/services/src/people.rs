//! Making people and departments: users are no records, but they come in operations too, so that
//! an import of people can be taken back.

use std::collections::BTreeSet;

use domain::rights::Role;
use domain::{DepartmentId, UserId};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement};

use crate::failure::Result;
use crate::operations::log;
use crate::records::write::Operation;

/// The log's word for a user.
pub(crate) const USER: &str = "user";
/// The log's word for a department.
pub(crate) const DEPARTMENT: &str = "department";

/// A user to be made.
#[derive(Debug, Clone, Default)]
pub(crate) struct NewPerson {
    /// Their name.
    pub(crate) name: String,
    /// Their e-mail address; nobody else has it.
    pub(crate) email: String,
    /// The hash of their password; without one they cannot sign in.
    pub(crate) password_hash: Option<String>,
    /// Their department.
    pub(crate) department: Option<DepartmentId>,
    /// Who they report to.
    pub(crate) manager: Option<UserId>,
    /// What they may do.
    pub(crate) roles: Vec<Role>,
    /// Whether they work here still.
    pub(crate) active: bool,
}

/// Makes a user.
pub(crate) async fn add(
    operation: &mut Operation,
    now: chrono::DateTime<chrono::Utc>,
    person: &NewPerson,
) -> Result<UserId> {
    let sql = "insert into app_user
                 (email, name, password_hash, department_id, manager_id, active, created_at)
               values ($1, $2, $3, $4, $5, $6, $7) returning id";
    let values = [
        person.email.trim().to_lowercase().into(),
        person.name.trim().into(),
        person.password_hash.clone().into(),
        person.department.into(),
        person.manager.into(),
        person.active.into(),
        now.into(),
    ];
    let id = new_id(operation.tx(), sql, values).await?;
    for role in &person.roles {
        let sql = "insert into user_role (user_id, role) values ($1, $2) on conflict do nothing";
        execute(operation.tx(), sql, [id.into(), role.as_str().into()]).await?;
    }
    log::made(operation, now, USER, id, &person.name).await?;
    Ok(id)
}

/// Makes a department.
pub(crate) async fn add_department(
    operation: &mut Operation,
    now: chrono::DateTime<chrono::Utc>,
    name: &str,
    parent: Option<DepartmentId>,
) -> Result<DepartmentId> {
    let sql = "insert into department (name, parent_id) values ($1, $2) returning id";
    let id = new_id(operation.tx(), sql, [name.trim().into(), parent.into()]).await?;
    log::made(operation, now, DEPARTMENT, id, name).await?;
    Ok(id)
}

/// Makes a user the head of a department.
pub(crate) async fn set_head(
    operation: &mut Operation,
    department: DepartmentId,
    head: UserId,
) -> Result<()> {
    let sql = "update department set head_id = $2 where id = $1";
    execute(operation.tx(), sql, [department.into(), head.into()]).await
}

pub(crate) async fn new_id<const N: usize>(
    tx: &DatabaseTransaction,
    sql: &str,
    values: [sea_orm::Value; N],
) -> Result<i64> {
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    let row = tx.query_one_raw(statement).await?;
    let row = row.ok_or_else(|| anyhow::anyhow!("an inserted row has no id"))?;
    Ok(row.try_get_by_index(0)?)
}

pub(crate) async fn execute<const N: usize>(
    tx: &DatabaseTransaction,
    sql: &str,
    values: [sea_orm::Value; N],
) -> Result<()> {
    tx.execute_raw(Statement::from_sql_and_values(
        DbBackend::Postgres,
        sql,
        values,
    ))
    .await?;
    Ok(())
}

/// Takes back what an undone operation has made beside records, and tells how much of it went and
/// why the rest stays. What something still points to cannot go: such people can no longer sign
/// in, such pipelines and reasons are no longer offered.
pub(crate) async fn take_back(
    operation: &mut Operation,
    kind: &str,
    ids: &[i64],
) -> Result<(u64, Vec<String>)> {
    // So that the undo is logged although no record is in it.
    let undo = operation.id().await?;
    let tx = operation.tx();
    let mut kept = Vec::new();
    let mut gone = 0;
    if kind == USER {
        return users_back(tx, ids).await;
    }
    for &id in ids {
        match kind {
            DEPARTMENT => match department_back(tx, id).await? {
                None => gone += 1,
                Some(why) => kept.push(why),
            },
            crate::stages::PIPELINE => match crate::stages::take_back_pipeline(tx, undo, id).await?
            {
                None => gone += 1,
                Some(why) => kept.push(why),
            },
            crate::stages::LOST_REASON => {
                match crate::stages::take_back_reason(tx, undo, id).await? {
                    None => gone += 1,
                    Some(why) => kept.push(why),
                }
            }
            _ => kept.push(format!("{kind} #{id} cannot be taken back.")),
        }
    }
    Ok((gone, kept))
}

/// Deletes the users that nothing names; the others can no longer sign in, and are told.
async fn users_back(tx: &DatabaseTransaction, ids: &[i64]) -> Result<(u64, Vec<String>)> {
    let named = named(tx, ids).await?;
    let (named, free): (Vec<i64>, Vec<i64>) = ids.iter().partition(|id| named.contains(id));
    let sql = "delete from app_user where id = any($1)";
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [free.into()]);
    let gone = tx.execute_raw(statement).await?.rows_affected();
    execute(
        tx,
        "delete from session where user_id = any($1)",
        [named.clone().into()],
    )
    .await?;
    let sql = "update app_user set active = false, password_hash = null where id = any($1)
               returning name";
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [named.into()]);
    let mut kept = Vec::new();
    for row in tx.query_all_raw(statement).await? {
        let name: String = row.try_get_by_index(0)?;
        kept.push(format!(
            "{name} is named in records and cannot sign in any more."
        ));
    }
    Ok((gone, kept))
}

/// Those of some users that a row somewhere names and would not let go. Asked of the schema
/// itself, so that no table is forgotten.
async fn named(tx: &DatabaseTransaction, ids: &[i64]) -> Result<BTreeSet<i64>> {
    let sql = "select c.conrelid::regclass::text, a.attname::text
                 from pg_constraint c
                 join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
                where c.contype = 'f' and c.confrelid = 'app_user'::regclass
                  and c.confdeltype in ('a', 'r')";
    let mut named = BTreeSet::new();
    for row in tx
        .query_all_raw(Statement::from_string(DbBackend::Postgres, sql))
        .await?
    {
        let (table, column): (String, String) =
            (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let sql = format!("select distinct {column} from {table} where {column} = any($1)");
        let values = [ids.to_vec().into()];
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, &sql, values);
        for row in tx.query_all_raw(statement).await? {
            named.insert(row.try_get_by_index(0)?);
        }
    }
    Ok(named)
}

/// Deletes a department, unless others are below it; those in it are in none then.
async fn department_back(tx: &DatabaseTransaction, id: DepartmentId) -> Result<Option<String>> {
    let sql = "select name from department d
                where id = $1 and exists (select 1 from department b where b.parent_id = d.id)";
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [id.into()]);
    if let Some(row) = tx.query_one_raw(statement).await? {
        let name: String = row.try_get_by_index(0)?;
        return Ok(Some(format!(
            "Department “{name}” has others below it and stays."
        )));
    }
    execute(tx, "delete from department where id = $1", [id.into()]).await?;
    Ok(None)
}
