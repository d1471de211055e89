//! Changes of people and departments taken back, from what the log tells: each field whose value
//! is still as the change left it gets the old one, what was changed since stays and is told.

use domain::people::MemberDraft;
use domain::rights::Role;
use domain::timeline::What;
use domain::{DepartmentId, Error};
use sea_orm::ConnectionTrait as _;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::log::{self, Difference};
use super::{departments_of, member, members, statement};
use crate::Ctx;
use crate::failure::{Failure, Result};
use crate::people::{DEPARTMENT, USER};
use crate::records::write::Operation;
use crate::sessions;

/// Takes back one event of a user or a department that was not made by it. Tells why not, where
/// it stays.
pub(crate) async fn put_back(
    ctx: &Ctx,
    operation: &mut Operation,
    kind: &str,
    id: i64,
    what: What,
    difference: &Json,
) -> Result<Option<String>> {
    match (kind, what) {
        (USER, What::Changed) => user_back(ctx, operation, id, difference).await,
        (DEPARTMENT, What::Changed) => department_back(ctx, operation, id, difference).await,
        (DEPARTMENT, What::Deleted) => department_restored(ctx, operation, id, difference).await,
        _ => Ok(Some(format!("{kind} #{id} cannot be taken back."))),
    }
}

/// Old and new value of a field that the event changed.
fn pair<T: DeserializeOwned>(difference: &Json, key: &str) -> Option<(T, T)> {
    serde_json::from_value(difference.get(key)?.clone()).ok()
}

/// Puts the old value back where the new one still stands, and notes it.
fn back<T>(
    difference: &Json,
    key: &str,
    shown: &mut T,
    done: &mut Difference,
    stays: &mut Vec<String>,
) where
    T: DeserializeOwned + serde::Serialize + PartialEq,
{
    let Some((old, new)) = pair::<T>(difference, key) else {
        return;
    };
    if *shown == new {
        log::note(done, key, &new, &old);
        *shown = old;
    } else if *shown != old {
        stays.push(key.to_owned());
    }
}

fn told(name: &str, stays: &[String]) -> Option<String> {
    (!stays.is_empty()).then(|| {
        format!(
            "{} of {name} was changed since and stays.",
            stays.join(", ")
        )
    })
}

async fn user_back(
    ctx: &Ctx,
    operation: &mut Operation,
    id: i64,
    difference: &Json,
) -> Result<Option<String>> {
    let known = match member(operation.tx(), id).await {
        Ok(known) => known,
        Err(Failure::Domain(Error::NotFound)) => {
            return Ok(Some(format!("User #{id} is not there any more.")));
        }
        Err(failure) => return Err(failure),
    };
    let (mut done, mut stays) = (Difference::new(), Vec::new());
    let MemberDraft {
        mut name,
        mut email,
        mut department,
        mut manager,
        mut roles,
    } = known.is;
    back(difference, "name", &mut name, &mut done, &mut stays);
    back(difference, "email", &mut email, &mut done, &mut stays);
    back(
        difference,
        "department",
        &mut department,
        &mut done,
        &mut stays,
    );
    back(difference, "manager", &mut manager, &mut done, &mut stays);
    back::<Vec<Role>>(difference, "roles", &mut roles, &mut done, &mut stays);
    let mut active = known.state != domain::people::MemberState::Deactivated;
    back(difference, "active", &mut active, &mut done, &mut stays);
    if done.contains_key("email") && email_is_taken(operation, id, &email).await? {
        return Ok(Some(format!("{email} belongs to somebody else by now.")));
    }
    if done.contains_key("department") && !is_there(operation, department).await? {
        department = None;
    }
    let is = MemberDraft {
        name,
        email,
        department,
        manager,
        roles,
    };
    members::store(operation.tx(), id, &is).await?;
    let sql = "update app_user set active = $2 where id = $1";
    operation
        .tx()
        .execute_raw(statement(sql, [id.into(), active.into()]))
        .await?;
    if !active {
        sessions::delete_for_user(operation.tx(), id, None).await?;
    }
    if !done.is_empty() {
        log::user_changed(operation, ctx.now, id, done).await?;
    }
    Ok(told(&is.name, &stays))
}

async fn email_is_taken(operation: &Operation, id: i64, email: &str) -> Result<bool> {
    let sql = "select 1 from app_user where lower(email) = lower($1) and id <> $2";
    let found = operation
        .tx()
        .query_one_raw(statement(sql, [email.into(), id.into()]))
        .await?;
    Ok(found.is_some())
}

async fn is_there(operation: &Operation, department: Option<DepartmentId>) -> Result<bool> {
    let Some(id) = department else {
        return Ok(true);
    };
    let all = departments_of(operation.tx()).await?;
    Ok(all.iter().any(|department| department.id == id))
}

async fn department_back(
    ctx: &Ctx,
    operation: &mut Operation,
    id: DepartmentId,
    difference: &Json,
) -> Result<Option<String>> {
    let all = departments_of(operation.tx()).await?;
    let Some(known) = all.iter().find(|department| department.id == id).cloned() else {
        return Ok(Some(format!("Department #{id} is not there any more.")));
    };
    let (mut done, mut stays) = (Difference::new(), Vec::new());
    let (mut name, mut parent, mut head) = (known.name, known.parent, known.head);
    back(difference, "name", &mut name, &mut done, &mut stays);
    back(difference, "parent", &mut parent, &mut done, &mut stays);
    back(difference, "head", &mut head, &mut done, &mut stays);
    let parents = domain::people::parents(&all);
    if let Some(above) = parent
        && (!parents.contains_key(&above) || domain::people::is_at_or_above(&parents, id, above))
    {
        return Ok(Some(format!(
            "Department “{name}” cannot go back to where it was."
        )));
    }
    let sql = "update department set name = $2, parent_id = $3, head_id = $4 where id = $1";
    let values = [id.into(), name.clone().into(), parent.into(), head.into()];
    operation.tx().execute_raw(statement(sql, values)).await?;
    if !done.is_empty() {
        log::write(operation, ctx.now, DEPARTMENT, id, What::Changed, done).await?;
    }
    Ok(told(&name, &stays))
}

/// Makes a deleted department again under its old id; those who have not moved on since come back
/// to it.
async fn department_restored(
    ctx: &Ctx,
    operation: &mut Operation,
    id: DepartmentId,
    difference: &Json,
) -> Result<Option<String>> {
    let old = |key: &str| difference.get(key).and_then(|pair| pair.get(0)).cloned();
    let name = old("name").and_then(|name| name.as_str().map(str::to_owned));
    let name = name.unwrap_or_else(|| format!("#{id}"));
    let number = |key: &str| old(key).and_then(|value| value.as_i64());
    let numbers = |key: &str| -> Vec<i64> {
        old(key)
            .and_then(|value| serde_json::from_value(value).ok())
            .unwrap_or_default()
    };
    // Where it stood, unless that is gone too.
    let was_under = number("parent");
    let parent = if is_there(operation, was_under).await? {
        was_under
    } else {
        None
    };
    let tx = operation.tx();
    let sql = "insert into department (id, name, parent_id, head_id)
               select $1, $2, $3, (select id from app_user where id = $4)
               on conflict (id) do nothing";
    let values = [
        id.into(),
        name.clone().into(),
        parent.into(),
        number("head").into(),
    ];
    if tx
        .execute_raw(statement(sql, values))
        .await?
        .rows_affected()
        == 0
    {
        return Ok(Some(format!("Department “{name}” is there already.")));
    }
    let sql = "update app_user set department_id = $1
                where id = any($2) and department_id is not distinct from $3";
    let values = [id.into(), numbers("people").into(), was_under.into()];
    tx.execute_raw(statement(sql, values)).await?;
    let sql = "update department set parent_id = $1
                where id = any($2) and parent_id is not distinct from $3 and id <> $1";
    let values = [id.into(), numbers("below").into(), was_under.into()];
    tx.execute_raw(statement(sql, values)).await?;
    log::made(operation, ctx.now, DEPARTMENT, id, &name).await?;
    Ok(None)
}
