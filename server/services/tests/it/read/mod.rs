//! The read path.

mod asking;
mod board;
mod locking;
mod oracle;
mod properties;
mod questions;
mod schema;
mod timeline;
mod world;
