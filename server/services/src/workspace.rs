//! What every page needs to know.

use chrono::Offset as _;
use domain::money::Currency;
use domain::rights::Role;
use domain::workspace::{Department, Person, Workspace};
use domain::{Error, UserId};
use sea_orm::{DbBackend, FromQueryResult, Statement};
use serde::Deserialize;

use crate::failure::{Result, settle};
use crate::{Ctx, pipelines, schema};

/// The workspace of the user who asks.
pub async fn load(ctx: &Ctx) -> Result<Workspace, Error> {
    settle(ctx, "workspace.load", read(ctx).await)
}

/// Settings, people and departments in one statement: every page waits for them.
const SQL: &str = "\
    select o.name, o.currency, o.leads, o.demo,
           (select theme from app_user where id = $1) as theme,
           (select coalesce(json_agg(json_build_object(
                     'id', u.id, 'name', u.name, 'email', u.email, 'active', u.active,
                     'department', u.department_id,
                     'roles', (select coalesce(json_agg(r.role order by r.role), '[]')
                               from user_role r where r.user_id = u.id))
                   order by u.name, u.id), '[]')
              from app_user u) as people,
           (select coalesce(json_agg(json_build_object(
                     'id', d.id, 'name', d.name, 'parent', d.parent_id, 'head', d.head_id)
                   order by d.name, d.id), '[]')
              from department d) as departments
    from organisation o";

#[derive(FromQueryResult)]
struct Row {
    name: String,
    currency: String,
    leads: bool,
    demo: bool,
    theme: Option<String>,
    people: serde_json::Value,
    departments: serde_json::Value,
}

#[derive(Deserialize)]
struct PersonRow {
    id: UserId,
    name: String,
    email: String,
    active: bool,
    department: Option<i64>,
    roles: Vec<String>,
}

impl From<PersonRow> for Person {
    fn from(row: PersonRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            email: row.email,
            department: row.department,
            // A role that another version knows grants nothing here.
            roles: row
                .roles
                .iter()
                .filter_map(|word| Role::parse(word))
                .collect(),
            active: row.active,
        }
    }
}

async fn read(ctx: &Ctx) -> Result<Workspace> {
    let user = ctx.actor.user_id.ok_or(Error::Unauthenticated)?;
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, SQL, [user.into()]);
    let row = async {
        let row = Row::find_by_statement(statement).one(&ctx.db).await?;
        row.ok_or_else(|| Error::Unavailable.into())
    };
    // Every page waits for all of it.
    let (row, pipelines, lost_reasons, past, custom_fields) = tokio::try_join!(
        row,
        pipelines::load(&ctx.db),
        pipelines::lost_reasons(&ctx.db),
        pipelines::past_names(&ctx.db),
        schema::custom_fields(ctx),
    )?;
    let people: Vec<PersonRow> = serde_json::from_value(row.people).map_err(anyhow::Error::from)?;
    let people: Vec<Person> = people.into_iter().map(Person::from).collect();
    let departments: Vec<Department> =
        serde_json::from_value(row.departments).map_err(anyhow::Error::from)?;
    let me = people
        .iter()
        .find(|person| person.id == user)
        .ok_or(Error::Unauthenticated)?;
    Ok(Workspace {
        organisation: row.name,
        currency: Currency::parse(&row.currency)
            .map_err(|problem| anyhow::anyhow!("the organisation's currency {problem}"))?,
        leads: row.leads,
        demo: row.demo,
        actor: (*ctx.actor).clone(),
        me: me.clone(),
        time_zone: ctx.time_zone.name().to_owned(),
        utc_offset: ctx
            .now
            .with_timezone(&ctx.time_zone)
            .offset()
            .fix()
            .local_minus_utc(),
        theme: row.theme.unwrap_or_else(|| "auto".to_owned()),
        people,
        departments,
        pipelines,
        lost_reasons,
        past,
        custom_fields,
    })
}
