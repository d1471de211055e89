//! Users: making them with a link that lets them in, and changing what is said of them.

use domain::people::{InvitationLink, MemberDraft, is_at_or_above};
use domain::{Error, FieldError, OperationId, Problem, UserId};
use sea_orm::ConnectionTrait as _;
use sea_orm::DatabaseTransaction;

use super::log::{self, Difference, note};
use super::{
    administrator, begin, check_administrators, commit, invitations, managers, member, statement,
};
use crate::Ctx;
use crate::accounts::{check_email, check_line};
use crate::failure::{Result, settle};
use crate::people::{self, NewPerson};

/// Makes a user, who comes in with the link that is answered. For administrators.
///
/// # Errors
/// [`Error::Invalid`] names every field that does not fit.
pub async fn invite(ctx: &Ctx, draft: MemberDraft) -> Result<InvitationLink, Error> {
    let make = async {
        administrator(ctx)?;
        let mut operation = begin(ctx).await?;
        let draft = checked(operation.tx(), None, draft).await?;
        let person = NewPerson {
            name: draft.name,
            email: draft.email,
            department: draft.department,
            manager: draft.manager,
            roles: draft.roles,
            active: true,
            ..NewPerson::default()
        };
        let user = people::add(&mut operation, ctx.now, &person).await?;
        let link = invitations::open(operation.tx(), ctx.now, user).await?;
        commit(ctx, operation).await?;
        Ok(link)
    };
    settle(ctx, "people_settings.invite", make.await)
}

/// A new link for a user, with which they set a password; the one before works no longer. For
/// administrators.
///
/// # Errors
/// [`Error::Invalid`] for who has been deactivated.
pub async fn new_link(ctx: &Ctx, user: UserId) -> Result<InvitationLink, Error> {
    let make = async {
        administrator(ctx)?;
        let mut operation = begin(ctx).await?;
        let known = member(operation.tx(), user).await?;
        if known.state == domain::people::MemberState::Deactivated {
            let problem = Problem::Other("is deactivated and cannot come in".into());
            return Err(Error::field("user", "User", problem).into());
        }
        let link = invitations::open(operation.tx(), ctx.now, user).await?;
        let mut difference = Difference::new();
        note(
            &mut difference,
            "link_until",
            &known.link_until,
            &Some(link.until),
        );
        log::user_changed(&mut operation, ctx.now, user, difference).await?;
        commit(ctx, operation).await?;
        Ok(link)
    };
    settle(ctx, "people_settings.new_link", make.await)
}

/// Changes name, address, department, manager and roles. For administrators. Answers the
/// operation; none where nothing changed.
///
/// # Errors
/// [`Error::Invalid`] names every field that does not fit; the last administrator stays one.
pub async fn change(
    ctx: &Ctx,
    user: UserId,
    draft: MemberDraft,
) -> Result<Option<OperationId>, Error> {
    let change = async {
        administrator(ctx)?;
        let mut operation = begin(ctx).await?;
        let old = member(operation.tx(), user).await?.is;
        let new = checked(operation.tx(), Some(user), draft).await?;
        let mut difference = Difference::new();
        note(&mut difference, "name", &old.name, &new.name);
        note(&mut difference, "email", &old.email, &new.email);
        note(
            &mut difference,
            "department",
            &old.department,
            &new.department,
        );
        note(&mut difference, "manager", &old.manager, &new.manager);
        note(&mut difference, "roles", &old.roles, &new.roles);
        if difference.is_empty() {
            return Ok(None);
        }
        store(operation.tx(), user, &new).await?;
        if difference.contains_key("roles") {
            check_administrators(operation.tx()).await?;
        }
        log::user_changed(&mut operation, ctx.now, user, difference).await?;
        commit(ctx, operation).await
    };
    settle(ctx, "people_settings.change", change.await)
}

/// Writes what is said of a user.
pub(super) async fn store(tx: &DatabaseTransaction, user: UserId, new: &MemberDraft) -> Result<()> {
    let sql = "update app_user set name = $2, email = $3, department_id = $4, manager_id = $5
                where id = $1";
    let values = [
        user.into(),
        new.name.clone().into(),
        new.email.clone().into(),
        new.department.into(),
        new.manager.into(),
    ];
    tx.execute_raw(statement(sql, values)).await?;
    tx.execute_raw(statement(
        "delete from user_role where user_id = $1",
        [user.into()],
    ))
    .await?;
    let roles: Vec<String> = new.roles.iter().map(|r| r.as_str().to_owned()).collect();
    let sql = "insert into user_role (user_id, role) select $1, unnest($2::text[])";
    tx.execute_raw(statement(sql, [user.into(), roles.into()]))
        .await?;
    Ok(())
}

/// The draft in stored form; all that does not fit is told at once.
async fn checked(
    tx: &DatabaseTransaction,
    user: Option<UserId>,
    draft: MemberDraft,
) -> Result<MemberDraft> {
    let mut errors: Vec<FieldError> = Vec::new();
    let mut keep = |result: Result<String, Error>| match result {
        Ok(text) => text,
        Err(error) => {
            errors.extend(error.field_errors().iter().cloned());
            String::new()
        }
    };
    let name = keep(check_line("name", "Name", &draft.name));
    let email = keep(check_email("email", "E-mail", &draft.email));
    let mut roles = draft.roles;
    roles.sort_by_key(|role| role.as_str());
    roles.dedup();
    let mut refuse = |field, label, problem| errors.push(FieldError::new(field, label, problem));
    if roles.is_empty() {
        refuse("roles", "Roles", Problem::Required);
    }
    if !email.is_empty() && is_taken(tx, user, &email).await? {
        refuse("email", "E-mail", Problem::Taken);
    }
    if let Some(department) = draft.department {
        let sql = "select 1 from department where id = $1";
        let found = tx
            .query_one_raw(statement(sql, [department.into()]))
            .await?;
        if found.is_none() {
            refuse("department", "Department", Problem::NoSuchRecord);
        }
    }
    if let Some(manager) = draft.manager {
        let managers = managers(tx).await?;
        let circle = user.is_some_and(|user| is_at_or_above(&managers, user, manager));
        if circle {
            let problem = Problem::Other("would report to somebody who reports to them".into());
            refuse("manager", "Manager", problem);
        } else if !managers.contains_key(&manager) {
            refuse("manager", "Manager", Problem::NoSuchRecord);
        }
    }
    if !errors.is_empty() {
        return Err(Error::Invalid(errors).into());
    }
    Ok(MemberDraft {
        name,
        email,
        department: draft.department,
        manager: draft.manager,
        roles,
    })
}

/// Asked before it is tried, so that it is told with everything else that does not fit.
async fn is_taken(tx: &DatabaseTransaction, user: Option<UserId>, email: &str) -> Result<bool> {
    let sql = "select 1 from app_user where lower(email) = $1 and id is distinct from $2";
    let found = tx
        .query_one_raw(statement(sql, [email.into(), user.into()]))
        .await?;
    Ok(found.is_some())
}
