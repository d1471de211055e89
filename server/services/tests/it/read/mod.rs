//! The read path.

mod board;
mod locking;
mod oracle;
mod properties;
mod world;
