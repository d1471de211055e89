//! Signing in, who is asking, and what users set for themselves.

mod checks;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use domain::rights::{Actor, Role};
use domain::timeline::Via;
use domain::{DepartmentId, Error, Problem, UserId};
use entity::user;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, Func};
use sea_orm::{
    ActiveModelTrait as _, ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait as _,
    ExprTrait as _, FromQueryResult, QueryFilter as _, Statement,
};

pub(crate) use checks::{check_email, check_line, check_password, check_time_zone};

use checks::{LONGEST_PASSWORD, shortened};

use crate::Ctx;
use crate::failure::{Failure, Result, settle};
use crate::live::Announcement;
use crate::passwords::{self, Verdict};
use crate::people::{self, NewPerson};
use crate::records::write::Operation;
use crate::sessions;

/// A user as a request needs them.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The context of their use cases.
    pub ctx: Ctx,
    /// `light`, `dark` or `auto`.
    pub theme: String,
}

/// Who signs in with this address and password; [`Error::Unauthenticated`] for a wrong pair, an
/// unknown address and a user who may not come in alike, and after the same work.
pub async fn sign_in(ctx: &Ctx, email: &str, password: &str) -> Result<UserId, Error> {
    settle(
        ctx,
        "accounts.sign_in",
        check_pair(ctx, email, password).await,
    )
}

async fn check_pair(ctx: &Ctx, email: &str, password: &str) -> Result<UserId> {
    let found = find_by_email(&ctx.db, email)
        .await?
        .filter(|user| user.active);
    let too_long = password.len() > LONGEST_PASSWORD;
    let stored = found
        .as_ref()
        .filter(|_| !too_long)
        .and_then(|user| user.password_hash.clone());
    let password = if too_long { "" } else { password };
    let verdict = passwords::verify(password, stored)
        .await
        .map_err(anyhow::Error::from)?;
    match found {
        Some(user) if verdict.is_right() => {
            if verdict == Verdict::RightButOutdated {
                store_password(&ctx.db, user.id, password).await?;
            }
            Ok(user.id)
        }
        _ => Err(Error::Unauthenticated.into()),
    }
}

/// The user with this id as a request needs them; none when they are gone or may not come in.
pub async fn recognise(ctx: &Ctx, user: UserId) -> Result<Option<Visitor>, Error> {
    let known = settle(ctx, "accounts.recognise", find(&ctx.db, user).await)?;
    Ok(known.map(|known| known.visits(ctx)))
}

/// The user who signed in with the session of this token, as a request needs them, and when that
/// session ends; none when it has ended or nobody signed in with it, and as [`recognise`].
pub async fn recognise_session(
    ctx: &Ctx,
    token: &str,
) -> Result<Option<(Visitor, DateTime<Utc>)>, Error> {
    let known = settle(ctx, "accounts.recognise", find_by_session(ctx, token).await)?;
    Ok(known.map(|(known, ends)| (known.visits(ctx), ends)))
}

/// What a user may do; none when they are gone or may not come in.
pub async fn actor(db: &DatabaseConnection, user: UserId) -> Result<Option<Actor>> {
    Ok(find(db, user).await?.map(|known| known.actor))
}

struct Known {
    actor: Actor,
    time_zone: String,
    theme: String,
    fields: String,
}

impl Known {
    fn visits(self, ctx: &Ctx) -> Visitor {
        Visitor {
            ctx: Ctx {
                time_zone: self.time_zone.parse().unwrap_or(Tz::UTC),
                actor: Arc::new(self.actor),
                fields: Some(self.fields.into()),
                ..ctx.clone()
            },
            theme: self.theme,
        }
    }
}

#[derive(FromQueryResult)]
struct Row {
    id: UserId,
    department_id: Option<DepartmentId>,
    time_zone: String,
    theme: String,
    roles: serde_json::Value,
    team: serde_json::Value,
    fields: String,
}

/// All that a request must know of who asks, in one statement: it comes before every other. Only a
/// head of sales has a team; the other roles ask for oneself, or for nobody in particular.
/// `union`, not `union all`: a circle of departments, were there one, ends.
const KNOWN: &str = "u.id, u.department_id, u.theme,
        coalesce(u.time_zone, (select time_zone from organisation), 'UTC') as time_zone,
        coalesce((select json_agg(role order by role) from user_role where user_id = u.id), '[]') as roles,
        (select version::text from custom_field_version) as fields,
        coalesce(case when exists (select from user_role where user_id = u.id and role = $1) then (
          with recursive below as (
            select u.department_id as id where u.department_id is not null
            union
            select d.id from department d join below b on d.parent_id = b.id
          )
          select json_agg(json_build_array(b.id, m.id) order by b.id, m.id)
            from below b left join app_user m on m.department_id = b.id
        ) end, '[]') as team";

async fn find(db: &DatabaseConnection, user: UserId) -> Result<Option<Known>> {
    let sql = format!("select {KNOWN} from app_user u where u.id = $2 and u.active");
    let values = [Role::HeadOfSales.as_str().into(), user.into()];
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    let row = Row::find_by_statement(statement).one(db).await?;
    row.map(Row::known).transpose()
}

/// In the same statement as the session: every request would ask for it first.
async fn find_by_session(ctx: &Ctx, token: &str) -> Result<Option<(Known, DateTime<Utc>)>> {
    let sql = format!(
        "select {KNOWN}, s.expires_at from session s join app_user u on u.id = s.user_id
          where s.id = $2 and s.expires_at > $3 and u.active"
    );
    let values = [
        Role::HeadOfSales.as_str().into(),
        sessions::digest(token).into(),
        ctx.now.into(),
    ];
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    let Some(row) = ctx.db.query_one_raw(statement).await? else {
        return Ok(None);
    };
    let ends = row.try_get("", "expires_at")?;
    Ok(Some((Row::from_query_result(&row, "")?.known()?, ends)))
}

impl Row {
    fn known(self) -> Result<Known> {
        Ok(Known {
            actor: Actor {
                user_id: Some(self.id),
                roles: roles(&self.roles),
                department: self.department_id,
                team: team(self.team)?,
            },
            time_zone: self.time_zone,
            theme: self.theme,
            fields: self.fields,
        })
    }
}

/// The roles in a JSON list. One that an older or newer version wrote grants nothing here.
fn roles(list: &serde_json::Value) -> Vec<Role> {
    let words = list.as_array().into_iter().flatten();
    words
        .filter_map(|word| Role::parse(word.as_str()?))
        .collect()
}

/// The users of a department and of those below it, by department, from `[[department, user], …]`;
/// the user is null where a department has none.
fn team(pairs: serde_json::Value) -> Result<BTreeMap<DepartmentId, Vec<UserId>>> {
    let pairs: Vec<(DepartmentId, Option<UserId>)> =
        serde_json::from_value(pairs).map_err(anyhow::Error::from)?;
    let mut team: BTreeMap<_, Vec<UserId>> = BTreeMap::new();
    for (department, member) in pairs {
        team.entry(department).or_default().extend(member);
    }
    Ok(team)
}

/// Changes the password of the user who asks, who has to know the old one, and ends their sessions
/// in other browsers. `session` is the token of the one that stays.
pub async fn change_password(
    ctx: &Ctx,
    session: Option<&str>,
    old: &str,
    new: &str,
) -> Result<(), Error> {
    settle(
        ctx,
        "accounts.change_password",
        replace_password(ctx, session, old, new).await,
    )
}

async fn replace_password(ctx: &Ctx, session: Option<&str>, old: &str, new: &str) -> Result<()> {
    let me = me(ctx)?;
    let user = user::Entity::find_by_id(me)
        .one(&ctx.db)
        .await?
        .ok_or(Error::Unauthenticated)?;
    check_password("new", "New password", new)?;
    let old = if old.len() > LONGEST_PASSWORD {
        ""
    } else {
        old
    };
    let verdict = passwords::verify(old, user.password_hash)
        .await
        .map_err(anyhow::Error::from)?;
    if !verdict.is_right() {
        let problem = Problem::Other("is not your password".into());
        return Err(Error::field("old", "Old password", problem).into());
    }
    store_password(&ctx.db, me, new).await?;
    sessions::delete_for_user(&ctx.db, me, session).await?;
    Ok(())
}

/// Sets how the pages of the user who asks look: `light`, `dark` or `auto`.
pub async fn set_theme(ctx: &Ctx, theme: &str) -> Result<(), Error> {
    let set = async {
        let mut row = own_row(ctx)?;
        if !["light", "dark", "auto"].contains(&theme) {
            let problem = Problem::UnknownChoice {
                given: shortened(theme),
            };
            return Err(Error::field("theme", "Theme", problem).into());
        }
        row.theme = Set(theme.to_owned());
        row.update(&ctx.db).await?;
        Ok(())
    };
    settle(ctx, "accounts.set_theme", set.await)
}

/// Sets the time zone in which the days of the user who asks begin; none for the organisation's.
pub async fn set_time_zone(ctx: &Ctx, time_zone: Option<&str>) -> Result<(), Error> {
    let set = async {
        let mut row = own_row(ctx)?;
        let time_zone = time_zone.map(check_time_zone).transpose()?;
        row.time_zone = Set(time_zone.map(|zone| zone.name().to_owned()));
        row.update(&ctx.db).await?;
        Ok(())
    };
    settle(ctx, "accounts.set_time_zone", set.await)
}

/// The names of all time zones, and the one that the user who asks has chosen, if any.
pub async fn time_zone_choice(ctx: &Ctx) -> Result<(Vec<String>, Option<String>), Error> {
    let find = async {
        let user = user::Entity::find_by_id(me(ctx)?).one(&ctx.db).await?;
        Ok((time_zones(), user.and_then(|user| user.time_zone)))
    };
    settle(ctx, "accounts.time_zone_choice", find.await)
}

/// The names of all time zones, for pages to choose from.
pub(crate) fn time_zones() -> Vec<String> {
    // Zones of a continent and of an ocean, and UTC: the others are old names for the same.
    const AREAS: [&str; 10] = [
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    ];
    let current = |name: &str| {
        name == "UTC"
            || name
                .split_once('/')
                .is_some_and(|(area, _)| AREAS.contains(&area))
    };
    chrono_tz::TZ_VARIANTS
        .iter()
        .map(|zone| zone.name())
        .filter(|name| current(name))
        .map(str::to_owned)
        .collect()
}

/// A user to be made by [`add_user`].
#[derive(Debug, Clone)]
pub struct NewUser {
    /// The address to sign in with.
    pub email: String,
    /// What others see.
    pub name: String,
    /// What they may do.
    pub roles: Vec<Role>,
    /// Their first password.
    pub password: String,
}

/// Makes a user. For administrators.
pub async fn add_user(ctx: &Ctx, new: NewUser) -> Result<UserId, Error> {
    let add = async {
        administrator(ctx)?;
        let name = check_line("name", "Name", &new.name)?;
        let email = check_email("email", "E-mail", &new.email)?;
        check_password("password", "Password", &new.password)?;
        let person = NewPerson {
            name,
            email,
            password_hash: Some(hash(&new.password).await?),
            roles: new.roles,
            active: true,
            ..NewPerson::default()
        };
        let mut operation = Operation::begin(ctx, Via::System, "New user").await?;
        let id = people::add(&mut operation, ctx.now, &person).await?;
        operation.commit().await?;
        ctx.publisher.announce(Announcement::Workspace);
        Ok(id)
    };
    settle(ctx, "accounts.add_user", add.await)
}

/// Gives a user a new password and signs them out everywhere. For administrators;
/// [`Error::NotFound`] where nobody has the address.
pub async fn reset_password(ctx: &Ctx, email: &str, new: &str) -> Result<(), Error> {
    let reset = async {
        administrator(ctx)?;
        check_password("password", "Password", new)?;
        let user = find_by_email(&ctx.db, email)
            .await?
            .ok_or(Error::NotFound)?;
        store_password(&ctx.db, user.id, new).await?;
        sessions::delete_for_user(&ctx.db, user.id, None).await?;
        Ok(())
    };
    settle(ctx, "accounts.reset_password", reset.await)
}

async fn find_by_email(db: &impl ConnectionTrait, email: &str) -> Result<Option<user::Model>> {
    let lower = Expr::expr(Func::lower(Expr::col(user::Column::Email)));
    let query = user::Entity::find().filter(lower.eq(email.trim().to_lowercase()));
    Ok(query.one(db).await?)
}

async fn store_password(db: &impl ConnectionTrait, user: UserId, password: &str) -> Result<()> {
    let password_hash = Set(Some(hash(password).await?));
    let row = user::ActiveModel {
        id: Set(user),
        password_hash,
        ..Default::default()
    };
    row.update(db).await?;
    Ok(())
}

pub(crate) async fn hash(password: &str) -> Result<String> {
    Ok(passwords::hash(password)
        .await
        .map_err(anyhow::Error::from)?)
}

fn me(ctx: &Ctx) -> Result<UserId> {
    ctx.actor
        .user_id
        .ok_or(Failure::Domain(Error::Unauthenticated))
}

fn own_row(ctx: &Ctx) -> Result<user::ActiveModel> {
    Ok(user::ActiveModel {
        id: Set(me(ctx)?),
        ..Default::default()
    })
}

fn administrator(ctx: &Ctx) -> Result<()> {
    if ctx.actor.is_administrator() {
        return Ok(());
    }
    Err(Error::Forbidden("Only administrators may do this.".into()).into())
}
