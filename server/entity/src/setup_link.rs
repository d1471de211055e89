//! The one-time link of the first run.

use sea_orm::entity::prelude::*;

/// The one row while set-up is open.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "setup_link")]
pub struct Model {
    /// Always 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i16,
    /// Digest of the token in the link, so that a copy of the table opens no door.
    #[sea_orm(column_type = "Text")]
    pub token_hash: String,
    /// Since when.
    pub created_at: DateTimeUtc,
}

/// The link has no relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
