//! Tests of the whole server, one file a feature.

mod layers;
mod own_postgres;
mod process;
mod session_store;
mod shutdown;
