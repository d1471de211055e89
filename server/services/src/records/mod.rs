//! Records: one way out ([`read`]), one way in ([`write`]).

pub mod open;
pub mod read;
pub mod write;
