//! All routes.

use std::path::PathBuf;

use app::request::Visit;
use axum::{
    Router,
    extract::FromRef as _,
    http::{StatusCode, request::Parts},
    middleware,
    response::IntoResponse,
    routing::any,
};
use domain::Error;
use leptos::config::LeptosOptions;
use leptos::context::{provide_context, use_context};
use leptos_axum::{
    AxumRouteListing, LeptosRoutes as _, generate_route_list, render_app_async_with_context,
};

use crate::{
    assets, error, health, layers, live, metrics, security, sessions, state::AppState, visit,
};

/// The complete router.
pub fn build(state: AppState) -> Router {
    let people = Router::new()
        .merge(pages(&state))
        .merge(live::router())
        // A server function that does not exist, or no longer: not a page.
        .route("/api/{*path}", any(no_such_function))
        .layer(middleware::from_fn_with_state(state.clone(), visit::gate))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            visit::note_visit,
        ))
        .with_state(state.clone());
    let router = Router::new()
        .merge(assets::router())
        .merge(health::router(
            state.pools.db.clone(),
            state.shutdown.token(),
            own_disk(&state),
        ))
        .merge(metrics::router(state.clone()))
        .merge(sessions::with_sessions(
            people,
            state.pools.db.clone(),
            &state.config.url,
        ));
    layers::with_layers(router, &state.config).layer(middleware::from_fn_with_state(
        state.metrics.clone(),
        metrics::measure,
    ))
}

/// Where our own PostgreSQL writes; somebody else's is not ours to look at.
fn own_disk(state: &AppState) -> Option<PathBuf> {
    let config = &state.config;
    config.database_url.is_none().then(|| config.data.clone())
}

async fn no_such_function() -> impl IntoResponse {
    (
        StatusCode::NOT_FOUND,
        error::response(&Error::NotUnderstood),
    )
}

/// Pages and server functions.
fn pages(state: &AppState) -> Router<AppState> {
    let files = state.files.clone();
    let options = LeptosOptions::from_ref(state);
    let shell = move || app::shell(options.clone(), files.clone());
    Router::new()
        .leptos_routes_with_context(state, routes(), provide_visit, shell.clone())
        .layer(middleware::map_response(error::say_status))
        // No page has this address: the application says so, in its own words.
        .fallback(render_app_async_with_context(provide_visit, shell))
}

/// The routes of pages and server functions. All pages are made to find them, and what they spawn
/// would run when they are gone: it is spawned where nothing ever runs.
fn routes() -> Vec<AxumRouteListing> {
    let find = || {
        let idle = tokio::runtime::Builder::new_current_thread().build();
        let idle = idle.expect("a runtime that does nothing wants nothing");
        let _entered = idle.enter();
        generate_route_list(app::App)
    };
    let found = std::thread::scope(|threads| threads.spawn(find).join());
    found.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Hands what is known of the request to the page or the server function that it asks for.
fn provide_visit() {
    security::provide_nonce();
    let visit = use_context::<Parts>().and_then(|parts| parts.extensions.get::<Visit>().cloned());
    if let Some(visit) = visit {
        provide_context(visit);
    }
}
