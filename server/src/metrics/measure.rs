//! Measures every request on its way.

use std::{sync::Arc, time::Instant};

use axum::{
    extract::{MatchedPath, Request, State},
    http::Method,
    middleware::Next,
    response::Response,
};

use super::Metrics;

/// Where server functions are.
const FUNCTIONS: &str = "/api/app/";
/// The route that stands for all of them; each has its own time under its name.
const FUNCTION: &str = "/api/{function}";
/// What has no route: an address that nobody has made.
const NONE: &str = "none";

/// Counts the request by its route when it is answered. Outermost, so that nothing is missed.
pub async fn measure(
    State(metrics): State<Arc<Metrics>>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.extensions().get::<MatchedPath>().cloned();
    let path = path.as_ref().map_or(NONE, MatchedPath::as_str);
    let function = function(path);
    let route = function.as_ref().map_or(path, |_| FUNCTION).to_owned();
    let method = method(request.method());
    let began = Instant::now();
    let response = next.run(request).await;
    let seconds = began.elapsed().as_secs_f64();
    let status = response.status();
    metrics
        .requests
        .with_label_values(&[method, &route, status.as_str()])
        .inc();
    metrics
        .request_seconds
        .with_label_values(&[&route])
        .observe(seconds);
    if let Some(function) = function {
        metrics
            .function_seconds
            .with_label_values(&[&function])
            .observe(seconds);
    }
    response
}

/// A server function's name with its feature, such as `board/load_board`: each stands in the module
/// `api` of its own.
fn function(route: &str) -> Option<String> {
    Some(route.strip_prefix(FUNCTIONS)?.replace("/api/", "/"))
}

/// A method among those that there are: anybody may send others, and each would be remembered.
fn method(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn server_functions_are_known_by_name() {
        let known = function("/api/app/settings/people/api/change_member");
        assert_eq!(known.as_deref(), Some("settings/people/change_member"));
        assert_eq!(function("/api/live"), None);
        assert_eq!(function("/api/{*path}"), None);
        assert_eq!(function("/deals/{id}"), None);
    }

    #[test]
    fn methods_that_nobody_knows_are_one() {
        let odd = Method::from_bytes(b"BREW").expect("a method");
        assert_eq!((method(&odd), method(&Method::POST)), ("other", "POST"));
    }
}
