//! Who may see what is measured: whoever has the token of the configuration. Without one there is
//! no such page. Who is on this machine is not told apart: behind a proxy everybody is.

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use domain::Error;
use prometheus::TextEncoder;
use sha2::{Digest as _, Sha256};

use crate::{error, state::AppState};

/// What Prometheus calls the form of the text.
const FORM: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The route. It belongs among those without a session.
pub fn router(state: AppState) -> Router {
    Router::new()
        .route("/metrics", get(scrape))
        .with_state(state)
}

async fn scrape(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let Some(token) = &state.config.metrics_token else {
        return error::response(&Error::NotFound);
    };
    if !is_told(&headers, token.expose()) {
        let mut refused = error::response(&Error::Unauthenticated);
        let bearer = HeaderValue::from_static("Bearer");
        refused
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, bearer);
        return refused;
    }
    let metrics = &state.metrics;
    metrics.gather(&state).await;
    match TextEncoder::new().encode_to_string(&metrics.registry.gather()) {
        Ok(text) => ([(header::CONTENT_TYPE, FORM)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "what is measured could not be written");
            error::response(&Error::Unavailable)
        }
    }
}

/// Whether the request names the token. Digests are compared, so that the time it takes tells
/// nothing of how much was right.
fn is_told(headers: &HeaderMap, token: &str) -> bool {
    let told = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, told)| told.trim());
    told.is_some_and(|told| Sha256::digest(told) == Sha256::digest(token))
}
