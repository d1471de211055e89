//! The read path.

mod board;
mod locking;
mod oracle;
mod properties;
mod questions;
mod schema;
mod timeline;
mod world;
