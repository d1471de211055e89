//! The use cases over a PostgreSQL of the test's own. One binary; a module a feature.

mod demo;
mod funnel;
mod import;
mod live;
mod read;
mod undo;
mod write;
