//! The database schema of Dealwright, step by step. All steps run in one transaction at start.
//!
//! A step is SQL, to be read from top to bottom as the description of the schema; it is never
//! changed after it has landed.

pub use sea_orm_migration::prelude::MigratorTrait;
use sea_orm_migration::prelude::*;

mod m20261122_000001_ground;

/// All steps, in order.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m20261122_000001_ground::Migration)]
    }
}
