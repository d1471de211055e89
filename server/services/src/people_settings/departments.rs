//! Departments: a tree with heads.

use domain::people::{DepartmentDraft, is_at_or_above, parents};
use domain::timeline::What;
use domain::workspace::Department;
use domain::{DepartmentId, Error, FieldError, OperationId, Problem, UserId};
use sea_orm::{ConnectionTrait as _, DatabaseTransaction};
use serde_json::json;

use super::log::{self, Difference, note};
use super::{begin, commit, departments_of, statement};
use crate::Ctx;
use crate::accounts::check_line;
use crate::failure::{Result, settle};
use crate::people::{self, DEPARTMENT};

/// Makes a department. For administrators.
///
/// # Errors
/// [`Error::Invalid`] names every field that does not fit.
pub async fn add(ctx: &Ctx, draft: DepartmentDraft) -> Result<DepartmentId, Error> {
    let add = async {
        let mut operation = begin(ctx).await?;
        let draft = checked(operation.tx(), None, draft).await?;
        let id = people::add_department(&mut operation, ctx.now, &draft.name, draft.parent).await?;
        if let Some(head) = draft.head {
            people::set_head(&mut operation, id, head).await?;
        }
        commit(ctx, operation).await?;
        Ok(id)
    };
    settle(ctx, "people_settings.add_department", add.await)
}

/// Renames a department, moves it under another, gives it a head. For administrators. Answers the
/// operation; none where nothing changed.
///
/// # Errors
/// [`Error::Invalid`] names every field that does not fit: a department cannot stand under itself.
pub async fn change(
    ctx: &Ctx,
    id: DepartmentId,
    draft: DepartmentDraft,
) -> Result<Option<OperationId>, Error> {
    let change = async {
        let mut operation = begin(ctx).await?;
        let old = department(operation.tx(), id).await?;
        let new = checked(operation.tx(), Some(id), draft).await?;
        let mut difference = Difference::new();
        note(&mut difference, "name", &old.name, &new.name);
        note(&mut difference, "parent", &old.parent, &new.parent);
        note(&mut difference, "head", &old.head, &new.head);
        if difference.is_empty() {
            return Ok(None);
        }
        let values = [
            id.into(),
            new.name.into(),
            new.parent.into(),
            new.head.into(),
        ];
        let sql = "update department set name = $2, parent_id = $3, head_id = $4 where id = $1";
        operation.tx().execute_raw(statement(sql, values)).await?;
        log::write(
            &mut operation,
            ctx.now,
            DEPARTMENT,
            id,
            What::Changed,
            difference,
        )
        .await?;
        commit(ctx, operation).await
    };
    settle(ctx, "people_settings.change_department", change.await)
}

/// Deletes a department; its people and the departments below it move up. For administrators.
pub async fn delete(ctx: &Ctx, id: DepartmentId) -> Result<Option<OperationId>, Error> {
    let delete = async {
        let mut operation = begin(ctx).await?;
        let old = department(operation.tx(), id).await?;
        let parent = old.parent;
        let people = moved_up(
            operation.tx(),
            "update app_user set department_id = $2 where department_id = $1 returning id",
            id,
            parent,
        )
        .await?;
        let below = moved_up(
            operation.tx(),
            "update department set parent_id = $2 where parent_id = $1 returning id",
            id,
            parent,
        )
        .await?;
        let sql = "delete from department where id = $1";
        operation
            .tx()
            .execute_raw(statement(sql, [id.into()]))
            .await?;
        let mut difference = Difference::new();
        difference.insert("name".into(), json!([old.name, null]));
        difference.insert("parent".into(), json!([old.parent, null]));
        difference.insert("head".into(), json!([old.head, null]));
        difference.insert("people".into(), json!([people, null]));
        difference.insert("below".into(), json!([below, null]));
        log::write(
            &mut operation,
            ctx.now,
            DEPARTMENT,
            id,
            What::Deleted,
            difference,
        )
        .await?;
        commit(ctx, operation).await
    };
    settle(ctx, "people_settings.delete_department", delete.await)
}

async fn moved_up(
    tx: &DatabaseTransaction,
    sql: &str,
    id: DepartmentId,
    to: Option<DepartmentId>,
) -> Result<Vec<i64>> {
    let rows = tx
        .query_all_raw(statement(sql, [id.into(), to.into()]))
        .await?;
    rows.iter()
        .map(|row| row.try_get_by_index(0).map_err(Into::into))
        .collect()
}

async fn department(tx: &DatabaseTransaction, id: DepartmentId) -> Result<Department> {
    let all = departments_of(tx).await?;
    Ok(all
        .into_iter()
        .find(|department| department.id == id)
        .ok_or(Error::NotFound)?)
}

async fn checked(
    tx: &DatabaseTransaction,
    id: Option<DepartmentId>,
    draft: DepartmentDraft,
) -> Result<DepartmentDraft> {
    let mut errors: Vec<FieldError> = Vec::new();
    let name = match check_line("name", "Name", &draft.name) {
        Ok(name) => name,
        Err(error) => {
            errors.extend(error.field_errors().iter().cloned());
            String::new()
        }
    };
    let parents = parents(&departments_of(tx).await?);
    let mut refuse = |field, label, problem| errors.push(FieldError::new(field, label, problem));
    if let Some(parent) = draft.parent {
        if id.is_some_and(|id| is_at_or_above(&parents, id, parent)) {
            let problem = Problem::Other("cannot be the department itself or one below it".into());
            refuse("parent", "Part of", problem);
        } else if !parents.contains_key(&parent) {
            refuse("parent", "Part of", Problem::NoSuchRecord);
        }
    }
    if let Some(head) = draft.head
        && !exists(tx, head).await?
    {
        refuse("head", "Head", Problem::NoSuchRecord);
    }
    if !errors.is_empty() {
        return Err(Error::Invalid(errors).into());
    }
    Ok(DepartmentDraft { name, ..draft })
}

async fn exists(tx: &DatabaseTransaction, user: UserId) -> Result<bool> {
    let sql = "select 1 from app_user where id = $1";
    Ok(tx
        .query_one_raw(statement(sql, [user.into()]))
        .await?
        .is_some())
}
