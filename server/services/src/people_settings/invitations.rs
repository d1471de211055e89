//! Links that let somebody set a password: only a token's digest is stored, a new link takes the
//! place of the old, and it works once.

use std::fmt::Write as _;

use chrono::{DateTime, TimeDelta, Utc};
use domain::people::{INVITATION_DAYS, Invitation, InvitationLink, Invited};
use domain::timeline::Via;
use domain::{Error, UserId};
use sea_orm::{ConnectionTrait, DatabaseTransaction, FromQueryResult};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::log::{self, Difference};
use super::statement;
use crate::Ctx;
use crate::accounts::{self, check_line, check_password};
use crate::failure::{Result, settle};
use crate::live::Announcement;
use crate::records::write::Operation;
use crate::sessions;

/// Opens a link for a user and tells its token, which is not stored.
pub(super) async fn open(
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    user: UserId,
) -> Result<InvitationLink> {
    let bits: [u8; 32] = rand::random();
    let token = hex(&bits);
    let until = now + TimeDelta::days(INVITATION_DAYS);
    let sql = "insert into invitation (user_id, token_hash, created_at, expires_at)
               values ($1, $2, $3, $4)
               on conflict (user_id) do update
                  set token_hash = excluded.token_hash, created_at = excluded.created_at,
                      expires_at = excluded.expires_at, used_at = null";
    let values = [user.into(), digest(&token).into(), now.into(), until.into()];
    tx.execute_raw(statement(sql, values)).await?;
    Ok(InvitationLink { user, token, until })
}

/// What a link is good for. For everybody: who has the token has the right.
pub async fn look(ctx: &Ctx, token: &str) -> Result<Invitation, Error> {
    let look = async {
        let found = find(&ctx.db, token, false).await?;
        Ok(found.map_or(Invitation::Unknown, |found| found.stands(ctx.now)))
    };
    settle(ctx, "invitations.look", look.await)
}

/// Takes up an invitation: the user has this name and password from now on, sessions that they
/// had before end, and the link has done its work. Tells the user. For everybody: who has the
/// token has the right.
///
/// # Errors
/// [`Error::Forbidden`] says in words why a link does not work; [`Error::Invalid`] names every
/// field that does not fit.
pub async fn take_up(ctx: &Ctx, token: &str, name: &str, password: &str) -> Result<UserId, Error> {
    settle(
        ctx,
        "invitations.take_up",
        store(ctx, token, name, password).await,
    )
}

async fn store(ctx: &Ctx, token: &str, name: &str, password: &str) -> Result<UserId> {
    // Before anything costs: hashing is only for those who have a link.
    check_open(ctx, find(&ctx.db, token, false).await?)?;
    let mut errors = Vec::new();
    let name = match check_line("name", "Your name", name) {
        Ok(name) => name,
        Err(error) => {
            errors.extend(error.field_errors().iter().cloned());
            String::new()
        }
    };
    if let Err(error) = check_password("password", "Password", password) {
        errors.extend(error.field_errors().iter().cloned());
    }
    if !errors.is_empty() {
        return Err(Error::Invalid(errors).into());
    }
    let hash = accounts::hash(password).await?;
    // Whoever has the link acts as the system, once.
    let system = Ctx::system(ctx.db.clone(), ctx.publisher.clone(), ctx.now);
    let mut operation = Operation::begin(&system, Via::System, "Invitation").await?;
    // Locked, so that of two browsers with the link one comes in.
    let found = check_open(ctx, find(operation.tx(), token, true).await?)?;
    let sql = "update app_user set name = $2, password_hash = $3 where id = $1";
    let values = [found.user_id.into(), name.clone().into(), hash.into()];
    operation.tx().execute_raw(statement(sql, values)).await?;
    let sql = "update invitation set used_at = $2 where user_id = $1";
    let values = [found.user_id.into(), ctx.now.into()];
    operation.tx().execute_raw(statement(sql, values)).await?;
    sessions::delete_for_user(operation.tx(), found.user_id, None).await?;
    let mut difference = Difference::new();
    log::note(&mut difference, "name", &found.name, &name);
    difference.insert("password".into(), json!([found.again, true]));
    let user = found.user_id;
    log::user_changed(&mut operation, ctx.now, user, difference).await?;
    operation.commit().await?;
    ctx.publisher.announce(Announcement::Workspace);
    Ok(user)
}

#[derive(FromQueryResult)]
struct Found {
    user_id: UserId,
    name: String,
    email: String,
    active: bool,
    again: bool,
    organisation: String,
    expires_at: DateTime<Utc>,
    used_at: Option<DateTime<Utc>>,
}

impl Found {
    fn stands(self, now: DateTime<Utc>) -> Invitation {
        if !self.active {
            return Invitation::Unknown;
        }
        if self.used_at.is_some() {
            return Invitation::Used;
        }
        if self.expires_at <= now {
            return Invitation::Expired;
        }
        Invitation::Open(Invited {
            organisation: self.organisation,
            name: self.name,
            email: self.email,
            again: self.again,
        })
    }
}

/// Digests are compared, so the time it takes tells nothing.
async fn find(db: &impl ConnectionTrait, token: &str, lock: bool) -> Result<Option<Found>> {
    let lock = if lock { "for update of i, u" } else { "" };
    let sql = format!(
        "select i.user_id, u.name, u.email, u.active, u.password_hash is not null as again,
                coalesce((select name from organisation), '') as organisation,
                i.expires_at, i.used_at
           from invitation i join app_user u on u.id = i.user_id
          where i.token_hash = $1 {lock}"
    );
    let statement = statement(&sql, [digest(token).into()]);
    Ok(Found::find_by_statement(statement).one(db).await?)
}

fn check_open(ctx: &Ctx, found: Option<Found>) -> Result<Found> {
    let refuse = |text: &str| Err(Error::Forbidden(text.into()).into());
    match found {
        None => refuse("This link does not work. Ask your administrator for a new one."),
        Some(found) if !found.active => {
            refuse("This link does not work. Ask your administrator for a new one.")
        }
        Some(found) if found.used_at.is_some() => {
            refuse("This link has been used. Sign in with your e-mail address and password.")
        }
        Some(found) if found.expires_at <= ctx.now => {
            refuse("This link has run out. Ask your administrator for a new one.")
        }
        Some(found) => Ok(found),
    }
}

fn digest(token: &str) -> String {
    hex(&Sha256::digest(token.trim().as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
