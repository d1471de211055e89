//! Errors that never reach a server function, in the same form as those that come from one.

use std::panic::AssertUnwindSafe;

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use domain::Error;
use futures::FutureExt as _;
use leptos::server_fn::error::SERVER_FN_ERROR_HEADER;
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

/// The most that an error says: a conflict's fields with both values.
const LONGEST: usize = 1024 * 1024;

/// Says with the status what the error of a server function says, where it could not do that itself:
/// it is not asked when its arguments cannot be read, and Leptos answers 500.
pub async fn say_status(response: Response) -> Response {
    let failed = response.status() == StatusCode::INTERNAL_SERVER_ERROR
        && response.headers().contains_key(SERVER_FN_ERROR_HEADER);
    if !failed {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, LONGEST).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if let Ok(error) = serde_json::from_slice::<Error>(&body)
        && let Ok(status) = StatusCode::from_u16(error.http_status())
    {
        parts.status = status;
    }
    Response::from_parts(parts, Body::from(body))
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
