//! Records: one way out ([`read`]), one way in ([`write`]).

pub mod alike;
pub mod begin;
pub mod lists;
pub mod open;
pub mod read;
pub mod write;
