//! What the routes share.

use std::sync::Arc;

use sea_orm::DatabaseConnection;

use crate::{config::Config, rate_limit::SignInLimit, runtime::Runtime, shutdown::Shutdown};

/// Cheap to clone: handles, all of them.
#[derive(Debug, Clone)]
pub struct AppState {
    /// How we are configured.
    pub config: Arc<Config>,
    /// The pool of connections.
    pub db: DatabaseConnection,
    /// Tells live streams to end.
    pub shutdown: Shutdown,
    /// Counts tries to sign in.
    pub sign_in_limit: Arc<SignInLimit>,
}

impl AppState {
    /// The state of a server on this runtime.
    pub fn new(runtime: &Runtime, shutdown: Shutdown) -> Self {
        Self {
            config: runtime.config.clone(),
            db: runtime.db.clone(),
            shutdown,
            sign_in_limit: Arc::default(),
        }
    }
}
