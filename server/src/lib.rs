//! The server of Dealwright: one binary over PostgreSQL.
//!
//! [`config`] is read, [`runtime`] starts [`postgres`] and connects, [`router`] has the routes and
//! [`layers`] what surrounds them, [`commands`] is the command line over all of it.

#![warn(missing_docs)]

pub mod assets;
pub mod backup;
pub mod client;
pub mod commands;
pub mod config;
pub mod error;
pub mod health;
pub mod layers;
pub mod live;
pub mod logging;
pub mod metrics;
pub mod postgres;
pub mod rate_limit;
pub mod room;
pub mod router;
pub mod runtime;
pub mod security;
pub mod session_store;
pub mod sessions;
pub mod shutdown;
pub mod state;
pub mod visit;

/// Serves the CRM until a signal ends it.
pub async fn serve(config: config::Config) -> anyhow::Result<()> {
    commands::serve::run(commands::serve::Args {}, config).await
}
