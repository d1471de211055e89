//! sea-orm entities of Dealwright, one file a table: those whose rows are read and written one by
//! one. Records have none; their columns follow from `domain`'s descriptions.

pub mod organisation;
pub mod session;
pub mod setup_link;
pub mod user;
