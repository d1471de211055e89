//! Sessions in the database: what the cookie's store is made of.
//!
//! These take the connection itself and no `Ctx`: they run before it is known who asks.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use entity::session;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, DatabaseConnection, DbErr,
    EntityTrait as _, QueryFilter as _, TryInsertResult, sea_query::Expr,
};
use sha2::{Digest as _, Sha256};

/// The key under which a session remembers who signed in, as a number.
pub const USER_ID: &str = "user_id";

/// A session as it is stored and loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Who has signed in, if anybody: what requests go by.
    pub user_id: Option<i64>,
    /// What the session remembers.
    pub data: Vec<u8>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// Adds a session unless one with this token is there, and says whether it did.
pub async fn create_if_absent(
    db: &DatabaseConnection,
    token: &str,
    stored: Stored,
) -> Result<bool, DbErr> {
    let row = session::ActiveModel {
        id: Set(digest(token)),
        user_id: Set(stored.user_id),
        data: Set(stored.data),
        expires_at: Set(stored.expires_at),
    };
    let inserted = session::Entity::insert(row)
        .on_conflict_do_nothing_on([session::Column::Id])
        .exec_without_returning(db)
        .await?;
    // A conflict counts as an insertion of no row.
    Ok(matches!(inserted, TryInsertResult::Inserted(1..)))
}

/// Writes a session that is there. One that has been deleted meanwhile stays deleted: whoever was
/// signed out everywhere is not signed in again by a request that was under way.
pub async fn save(db: &DatabaseConnection, token: &str, stored: Stored) -> Result<(), DbErr> {
    session::Entity::update_many()
        .col_expr(session::Column::UserId, Expr::value(stored.user_id))
        .col_expr(session::Column::Data, Expr::value(stored.data))
        .col_expr(session::Column::ExpiresAt, Expr::value(stored.expires_at))
        .filter(session::Column::Id.eq(digest(token)))
        .exec(db)
        .await?;
    Ok(())
}

/// Lets a session that is there last until then. It says nothing else than before.
pub async fn prolong(
    db: &DatabaseConnection,
    token: &str,
    until: DateTime<Utc>,
) -> Result<(), DbErr> {
    session::Entity::update_many()
        .col_expr(session::Column::ExpiresAt, Expr::value(until))
        .filter(session::Column::Id.eq(digest(token)))
        .exec(db)
        .await?;
    Ok(())
}

/// The session with this token, unless it has ended.
pub async fn load(
    db: &DatabaseConnection,
    token: &str,
    now: DateTime<Utc>,
) -> Result<Option<Stored>, DbErr> {
    let found = session::Entity::find_by_id(digest(token))
        .filter(session::Column::ExpiresAt.gt(now))
        .one(db)
        .await?;
    Ok(found.map(|row| Stored {
        user_id: row.user_id,
        data: row.data,
        expires_at: row.expires_at,
    }))
}

/// Deletes the session with this token, if it is there.
pub async fn delete(db: &DatabaseConnection, token: &str) -> Result<(), DbErr> {
    session::Entity::delete_by_id(digest(token))
        .exec(db)
        .await?;
    Ok(())
}

/// Deletes the sessions that have ended, and says how many there were.
pub async fn delete_expired(db: &DatabaseConnection, now: DateTime<Utc>) -> Result<u64, DbErr> {
    let deleted = session::Entity::delete_many()
        .filter(session::Column::ExpiresAt.lte(now))
        .exec(db)
        .await?;
    Ok(deleted.rows_affected)
}

/// Signs a user out everywhere, but for the session with the token in `except`, and says of how
/// many browsers: after a change of password, or when the user is switched off.
pub async fn delete_for_user(
    db: &impl ConnectionTrait,
    user_id: i64,
    except: Option<&str>,
) -> Result<u64, DbErr> {
    let mut delete = session::Entity::delete_many().filter(session::Column::UserId.eq(user_id));
    if let Some(token) = except {
        delete = delete.filter(session::Column::Id.ne(digest(token)));
    }
    Ok(delete.exec(db).await?.rows_affected)
}

/// What is stored of a token. It is random and long, so a plain digest cannot be guessed back.
pub(crate) fn digest(token: &str) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(token.as_bytes()) {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_does_not_show_the_token() {
        let stored = digest("abc");
        assert_eq!(stored.len(), 64);
        assert!(stored.starts_with("ba7816bf"));
    }
}
