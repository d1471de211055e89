//! What is logged: one line for each request, under an id that the browser gets too.
//!
//! Routes, never addresses: what stands in a path or a query may be about a person.

use std::{io::IsTerminal as _, time::Instant};

use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderName, HeaderValue, StatusCode},
    middleware::Next,
    response::Response,
};
use tracing::Instrument as _;
use tracing_subscriber::{EnvFilter, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use crate::{
    config::{Config, LogFormat},
    error,
};

/// The header that carries the request's id both ways.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Begins to log. A wrong filter is an error in words; a second call does nothing.
pub fn start(config: &Config) -> Result<(), WrongFilter> {
    let filter = EnvFilter::try_new(&config.log).map_err(|source| WrongFilter {
        given: config.log.clone(),
        source,
    })?;
    let registry = tracing_subscriber::registry().with(filter);
    let started = match config.log_format {
        LogFormat::Text => registry
            .with(
                tracing_subscriber::fmt::layer()
                    .with_target(false)
                    .with_ansi(std::io::stderr().is_terminal())
                    .with_writer(std::io::stderr),
            )
            .try_init(),
        LogFormat::Json => {
            let layer = tracing_subscriber::fmt::layer()
                .json()
                .flatten_event(true)
                .with_span_list(false)
                .with_writer(std::io::stderr);
            registry.with(layer).try_init()
        }
    };
    if started.is_ok() {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic
                .location()
                .map(ToString::to_string)
                .unwrap_or_default();
            let message = panic.payload_as_str().unwrap_or("no message");
            tracing::error!(place, message, "a panic");
        }));
    }
    Ok(())
}

/// `DEALWRIGHT_LOG` is not a filter.
#[derive(Debug, thiserror::Error)]
#[error("DEALWRIGHT_LOG is “{given}”, but must be a filter such as “info” or “info,server=debug”")]
pub struct WrongFilter {
    given: String,
    source: tracing_subscriber::filter::ParseError,
}

/// Drops an id that somebody sent unless it looks like one: it goes into the log.
pub async fn drop_odd_id(mut request: Request, next: Next) -> Response {
    let is_odd = |id: &HeaderValue| {
        let id = id.as_bytes();
        id.is_empty()
            || id.len() > 64
            || !id
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    if request.headers().get(REQUEST_ID).is_some_and(is_odd) {
        request.headers_mut().remove(REQUEST_ID);
    }
    next.run(request).await
}

/// Logs the request when it is answered, and everything logged meanwhile under its id.
pub async fn observe(request: Request, next: Next) -> Response {
    let id = error::request_id(&request);
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let span = tracing::info_span!("request", id, method = %request.method(), route);
    let started = Instant::now();
    async move {
        let response = next.run(request).await;
        report(&route, response.status(), started);
        response
    }
    .instrument(span)
    .await
}

fn report(route: &str, status: StatusCode, started: Instant) {
    let duration_ms = (started.elapsed().as_secs_f64() * 10_000.0).round() / 10.0;
    let status = status.as_u16();
    // Files and health checks come by the dozen and tell nothing.
    let is_noise =
        matches!(route, "/healthz" | "/readyz" | "/metrics") || route.starts_with("/pkg/");
    if status >= 500 {
        tracing::error!(status, duration_ms, "answered");
    } else if is_noise {
        tracing::debug!(status, duration_ms, "answered");
    } else {
        tracing::info!(status, duration_ms, "answered");
    }
}
