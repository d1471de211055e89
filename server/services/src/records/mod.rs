//! Records: one way out ([`read`]), one way in ([`write`]).

pub mod read;
pub mod write;
