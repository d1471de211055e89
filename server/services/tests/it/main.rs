//! The use cases over a PostgreSQL of the test's own. One binary; a module a feature.

mod demo;
mod funnel;
mod import;
mod live;
mod read;
mod search;
mod undo;
mod write;
