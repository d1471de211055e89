//! People and departments as administrators set them up: who comes in ([`members`]), by which link
//! ([`invitations`]), who takes over from whom ([`leaving`]), and who works where
//! ([`departments`]). Every change is an operation in the log and can be undone ([`undo`]); open
//! pages are told at once, and have their new rights with it.

pub mod departments;
pub mod invitations;
pub mod leaving;
mod log;
pub mod members;
pub(crate) mod undo;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::people::{Member, MemberDraft, MemberState, PeopleSettings};
use domain::rights::Role;
use domain::timeline::Via;
use domain::workspace::Department;
use domain::{DepartmentId, Error, OperationId, Problem, UserId};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement};
use serde_json::Value as Json;

use crate::Ctx;
use crate::failure::{Result, settle};
use crate::live::Announcement;
use crate::records::write::Operation;
use crate::records::write::operation::unhurried;

/// Everything that the page of people shows. For administrators.
pub async fn load(ctx: &Ctx) -> Result<PeopleSettings, Error> {
    let read = async {
        administrator(ctx)?;
        Ok(PeopleSettings {
            members: members_of(&ctx.db, None).await?,
            departments: departments_of(&ctx.db).await?,
            now: ctx.now,
        })
    };
    settle(ctx, "people_settings.load", read.await)
}

/// Asks for the administrator's right.
pub(crate) fn administrator(ctx: &Ctx) -> Result<()> {
    if ctx.actor.is_administrator() {
        return Ok(());
    }
    Err(Error::Forbidden("Only administrators may change people and departments.".into()).into())
}

/// Begins a change of people, one at a time: so that of two administrators who take each other's
/// role away, the second is refused.
async fn begin(ctx: &Ctx) -> Result<Operation> {
    administrator(ctx)?;
    let operation = Operation::begin(ctx, Via::Form, "").await?;
    // Who leaves may leave many records.
    unhurried(operation.tx()).await?;
    let sql = "select pg_advisory_xact_lock(hashtext('dealwright.people'))";
    operation
        .tx()
        .execute_raw(Statement::from_string(DbBackend::Postgres, sql))
        .await?;
    Ok(operation)
}

/// Makes a change of people seen, and tells every page, whose rights may be others now.
async fn commit(ctx: &Ctx, operation: Operation) -> Result<Option<OperationId>> {
    let finished = operation.commit().await?;
    if finished.operation.is_some() {
        ctx.publisher.announce(Announcement::Workspace);
    }
    Ok(finished.operation)
}

#[derive(FromQueryResult)]
struct Row {
    id: UserId,
    name: String,
    email: String,
    department_id: Option<DepartmentId>,
    manager_id: Option<UserId>,
    active: bool,
    has_password: bool,
    roles: Json,
    link_until: Option<DateTime<Utc>>,
}

impl From<Row> for Member {
    fn from(row: Row) -> Self {
        let state = match (row.active, row.has_password) {
            (false, _) => MemberState::Deactivated,
            (true, false) => MemberState::Invited,
            (true, true) => MemberState::Active,
        };
        let words = row.roles.as_array().into_iter().flatten();
        Self {
            id: row.id,
            is: MemberDraft {
                name: row.name,
                email: row.email,
                department: row.department_id,
                manager: row.manager_id,
                // A role that another version knows grants nothing here.
                roles: words
                    .filter_map(|word| Role::parse(word.as_str()?))
                    .collect(),
            },
            state,
            link_until: row.link_until,
        }
    }
}

/// Everybody, or one.
async fn members_of(db: &impl ConnectionTrait, only: Option<UserId>) -> Result<Vec<Member>> {
    let sql = "select u.id, u.name, u.email, u.department_id, u.manager_id, u.active,
                      u.password_hash is not null as has_password,
                      (select coalesce(json_agg(r.role order by r.role), '[]')
                         from user_role r where r.user_id = u.id) as roles,
                      i.expires_at as link_until
                 from app_user u
                 left join invitation i on i.user_id = u.id and i.used_at is null
                where $1::bigint is null or u.id = $1
                order by lower(u.name), u.id";
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [only.into()]);
    let rows = Row::find_by_statement(statement).all(db).await?;
    Ok(rows.into_iter().map(Member::from).collect())
}

async fn member(db: &impl ConnectionTrait, user: UserId) -> Result<Member> {
    let mut found = members_of(db, Some(user)).await?;
    Ok(found.pop().ok_or(Error::NotFound)?)
}

async fn departments_of(db: &impl ConnectionTrait) -> Result<Vec<Department>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: DepartmentId,
        name: String,
        parent_id: Option<DepartmentId>,
        head_id: Option<UserId>,
    }
    let sql = "select id, name, parent_id, head_id from department order by lower(name), id";
    let rows = Row::find_by_statement(Statement::from_string(DbBackend::Postgres, sql));
    let rows = rows.all(db).await?;
    Ok(rows
        .into_iter()
        .map(|row| Department {
            id: row.id,
            name: row.name,
            parent: row.parent_id,
            head: row.head_id,
        })
        .collect())
}

/// Who everybody reports to.
async fn managers(db: &impl ConnectionTrait) -> Result<BTreeMap<UserId, Option<UserId>>> {
    let sql = "select id, manager_id from app_user";
    let rows = db
        .query_all_raw(Statement::from_string(DbBackend::Postgres, sql))
        .await?;
    rows.iter()
        .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)))
        .collect()
}

/// How many administrators can sign in.
pub(crate) async fn administrators(db: &impl ConnectionTrait) -> Result<i64> {
    let sql = "select count(*) from app_user u
                 join user_role r on r.user_id = u.id and r.role = 'administrator'
                where u.active and u.password_hash is not null";
    let row = db
        .query_one_raw(Statement::from_string(DbBackend::Postgres, sql))
        .await?;
    Ok(row
        .map(|row| row.try_get_by_index(0))
        .transpose()?
        .unwrap_or_default())
}

/// Refuses what would leave nobody who can set anything up.
async fn check_administrators(db: &impl ConnectionTrait) -> Result<()> {
    if administrators(db).await? > 0 {
        return Ok(());
    }
    let problem = Problem::Other(LAST_ADMINISTRATOR.into());
    Err(Error::field("roles", "Roles", problem).into())
}

/// Why the last administrator stays one.
pub(crate) const LAST_ADMINISTRATOR: &str =
    "Nobody else could change settings: make somebody else an administrator first.";

fn statement<const N: usize>(sql: &str, values: [sea_orm::Value; N]) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}
