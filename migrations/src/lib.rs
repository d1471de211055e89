//! The database schema of Dealwright, step by step. All steps run in one transaction at start.
//!
//! A step is SQL, to be read from top to bottom as the description of the schema; it is never
//! changed after it has landed.

pub use sea_orm_migration::prelude::MigratorTrait;
// What a step is made of, for tests of steps that fail.
use sea_orm_migration::prelude::*;
pub use sea_orm_migration::prelude::{MigrationName, MigrationTrait, SchemaManager};

mod m20261122_000001_ground;
mod m20261122_000002_custom_fields;
mod m20261122_000003_views;
mod m20261122_000004_notes;
mod m20261122_000005_people;
mod m20261122_000006_search;
mod m20261122_000007_bulk;
mod m20261122_000008_conversion;
mod m20261122_000009_pipelines;
mod m20261122_000010_stays;
mod m20261122_000011_funnel_by_owner;
mod m20261122_000012_edits;
mod m20261122_000013_expected_close;
mod m20261122_000014_stage_share;
mod m20261123_000015_fewer_checks;
mod m20261123_000016_furthest_of_return;

/// All steps, in order.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_ground::Migration),
            Box::new(m20261122_000002_custom_fields::Migration),
            Box::new(m20261122_000003_views::Migration),
            Box::new(m20261122_000004_notes::Migration),
            Box::new(m20261122_000005_people::Migration),
            Box::new(m20261122_000006_search::Migration),
            Box::new(m20261122_000007_bulk::Migration),
            Box::new(m20261122_000008_conversion::Migration),
            Box::new(m20261122_000009_pipelines::Migration),
            Box::new(m20261122_000010_stays::Migration),
            Box::new(m20261122_000011_funnel_by_owner::Migration),
            Box::new(m20261122_000012_edits::Migration),
            Box::new(m20261122_000013_expected_close::Migration),
            Box::new(m20261122_000014_stage_share::Migration),
            Box::new(m20261123_000015_fewer_checks::Migration),
            Box::new(m20261123_000016_furthest_of_return::Migration),
        ]
    }
}
