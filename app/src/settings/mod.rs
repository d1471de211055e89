//! Settings: fields, pipelines, people.

pub mod fields;
pub mod people;
pub mod pipelines;
