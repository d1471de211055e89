//! Temporary: the read tests alone (not committed).

#[path = "it/read/mod.rs"]
mod read;
