//! Use cases of Dealwright over PostgreSQL.
//!
//! Every function takes a [`Ctx`] first (who asks, when, in which request) and asks for permission
//! before anything else. Records have one way in ([`records::write`]) and one way out
//! ([`records::read`]). Entities never leave this crate: what comes out is `domain`'s.

pub mod accounts;
pub mod backup;
pub mod bulk;
mod contact_points;
pub mod conversion;
pub mod ctx;
pub mod demo;
pub mod doctor;
pub mod failure;
pub mod fields;
pub mod funnel;
pub mod import;
pub mod live;
mod markdown;
pub mod my_day;
pub mod notes;
pub mod operations;
pub mod passwords;
pub mod people;
pub mod people_settings;
pub mod pipeline_settings;
pub mod pipelines;
mod presets;
pub mod records;
pub mod recycle_bin;
pub mod schema;
pub mod search;
pub mod sessions;
pub mod setup;
mod stages;
pub mod timeline;
pub mod views;
pub mod workspace;

pub use ctx::{Ctx, Pools};
pub use failure::Failure;
