//! A user.

use sea_orm::entity::prelude::*;

/// One row a user, those who left too: old records name them.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "app_user")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The address to sign in with, in lower case.
    #[sea_orm(column_type = "Text")]
    pub email: String,
    /// What others see.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// None until the first password is set: such a user cannot sign in.
    #[sea_orm(column_type = "Text", nullable)]
    pub password_hash: Option<String>,
    /// Their department.
    pub department_id: Option<i64>,
    /// Who they report to.
    pub manager_id: Option<i64>,
    /// None for the organisation's.
    #[sea_orm(column_type = "Text", nullable)]
    pub time_zone: Option<String>,
    /// `light`, `dark` or `auto`.
    #[sea_orm(column_type = "Text")]
    pub theme: String,
    /// Whether they may sign in.
    pub active: bool,
    /// Since when.
    pub created_at: DateTimeUtc,
}

/// A user has no relations that queries follow.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
