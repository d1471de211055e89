//! The read path.

mod locking;
