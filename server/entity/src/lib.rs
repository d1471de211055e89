//! sea-orm entities of Dealwright, one file a table.

pub mod session;
