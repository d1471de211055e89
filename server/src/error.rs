//! Errors that never reach a server function, in the same form as those that come from one.

use std::panic::AssertUnwindSafe;

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};
use domain::Error;
use futures::FutureExt as _;
use tower_http::request_id::RequestId;

/// The answer that says this error.
pub fn response(error: &Error) -> Response {
    let status =
        StatusCode::from_u16(error.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = serde_json::to_vec(error).unwrap_or_default();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    if let Some(seconds) = error.retry_after() {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// Turns a panic into an answer. Its message has been logged under the same id.
pub async fn catch_panic(request: Request, next: Next) -> Response {
    let request_id = request_id(&request);
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    answered.unwrap_or_else(|_| response(&Error::Internal { request_id }))
}

/// The request's id, as in the log and in the header of the answer.
pub fn request_id(request: &Request) -> String {
    let id = request
        .extensions()
        .get::<RequestId>()
        .map(RequestId::header_value);
    id.and_then(|id| id.to_str().ok())
        .unwrap_or_default()
        .to_owned()
}
