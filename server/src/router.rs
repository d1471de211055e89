//! All routes.

use axum::Router;

use crate::{assets, health, layers, state::AppState};

/// The complete router.
pub fn build(state: AppState) -> Router {
    let config = state.config.clone();
    let router = Router::new()
        .merge(assets::router())
        .merge(health::router(state.db.clone(), state.shutdown.token()))
        .with_state(state);
    layers::with_layers(router, &config)
}
