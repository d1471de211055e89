//! A signed-in browser.

use sea_orm::entity::prelude::*;

/// One row a session. The id is a digest of what the browser's cookie says, so that a stolen copy
/// of the table opens no door.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// Digest of the cookie's value.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub id: String,
    /// Whose it is, once somebody has signed in.
    pub user_id: Option<i64>,
    /// What the session remembers, as JSON.
    pub data: Vec<u8>,
    /// When it ends unless it is used.
    pub expires_at: DateTimeUtc,
}

/// A session has no relations that queries follow.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
