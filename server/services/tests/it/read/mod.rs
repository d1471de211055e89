//! The read path.

mod board;
mod locking;
