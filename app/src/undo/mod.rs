//! Taking back what was done: the same from every page that offers it.

pub mod api;
