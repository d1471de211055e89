//! What every request passes through before it reaches a route, and every answer after.

use std::sync::Arc;

use axum::{Router, middleware};
use tower_http::{
    CompressionLevel,
    compression::{
        CompressionLayer, Predicate as _,
        predicate::{NotForContentType, SizeAbove},
    },
    limit::RequestBodyLimitLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
};

use crate::{
    client,
    config::Config,
    error,
    logging::{self, REQUEST_ID},
    security::{self, Policy},
};

/// The most that a request may send: forms and drafts, not files.
const LARGEST_BODY: usize = 8 * 1024 * 1024;

/// Answers shorter than this are sent as they are.
const SMALLEST_COMPRESSED: u16 = 860;

/// Puts the layers around a complete router. From outside in: request id, log line, security
/// headers, check of writes, compression, limit of the body, panics, the client's address.
pub fn with_layers(router: Router, config: &Config) -> Router {
    let policy = Arc::new(Policy::new(config));
    let trusted = Arc::<[_]>::from(config.trusted_proxies.clone());
    router
        .layer(middleware::from_fn_with_state(
            trusted,
            client::note_address,
        ))
        .layer(middleware::from_fn(error::catch_panic))
        .layer(RequestBodyLimitLayer::new(LARGEST_BODY))
        .layer(compression())
        .layer(middleware::from_fn_with_state(
            policy.clone(),
            security::same_origin,
        ))
        .layer(middleware::from_fn_with_state(policy, security::headers))
        .layer(middleware::from_fn(logging::observe))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
        .layer(middleware::from_fn(logging::drop_odd_id))
}

/// Compresses pages and answers of server functions. Live streams pass as they are: an event must
/// not wait in a compressor. So does wasm, which [`crate::assets`] has compressed or, in debug,
/// takes longer to compress than to send.
fn compression() -> CompressionLayer<impl tower_http::compression::Predicate> {
    let predicate = SizeAbove::new(SMALLEST_COMPRESSED)
        .and(NotForContentType::SSE)
        .and(NotForContentType::IMAGES)
        .and(NotForContentType::const_new("font/"))
        .and(NotForContentType::const_new("application/wasm"));
    // Most of the gain for little of the time: a page is made for each request.
    CompressionLayer::new()
        .quality(CompressionLevel::Precise(3))
        .compress_when(predicate)
}
