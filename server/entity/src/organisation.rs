//! The organisation.

use sea_orm::entity::prelude::*;

/// The one row of settings; it exists once set-up is done.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organisation")]
pub struct Model {
    /// Always 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i16,
    /// Its name.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// The currency offered first, an ISO 4217 code.
    #[sea_orm(column_type = "Text")]
    pub currency: String,
    /// An IANA name.
    #[sea_orm(column_type = "Text")]
    pub time_zone: String,
    /// ISO 3166 alpha-2: phone numbers without a country code belong to it.
    #[sea_orm(column_type = "Text")]
    pub country: String,
    /// Whether leads are in use.
    pub leads: bool,
    /// Whether this is a demonstration.
    pub demo: bool,
    /// Since when.
    pub created_at: DateTimeUtc,
}

/// The organisation has no relations that queries follow.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
