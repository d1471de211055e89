//! What surrounds every route: headers, the check of writes, request ids, compression.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, Response, StatusCode},
    routing::{get, post},
};
use domain::Error;
use http_body_util::BodyExt as _;
use server::{
    client::ClientIp,
    config::{Config, LogFormat, PublicUrl},
    layers,
    security::CspNonce,
};
use tower::ServiceExt as _;

#[tokio::test]
async fn every_answer_carries_the_headers_and_a_nonce_of_its_own() {
    let (one, two) = (send(visit("/page")).await, send(visit("/page")).await);
    let policy = header(&one, "content-security-policy").to_owned();
    let nonce = text(one).await;
    assert!(policy.contains(&format!("'nonce-{nonce}'")), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"));
    assert_ne!(header(&two, "content-security-policy"), policy);
    assert_eq!(header(&two, "x-content-type-options"), "nosniff");
    assert_eq!(header(&two, "referrer-policy"), "same-origin");
    assert_eq!(header(&two, "cross-origin-opener-policy"), "same-origin");
    assert_eq!(
        header(&two, "strict-transport-security"),
        "max-age=31536000"
    );
    assert_eq!(header(&two, "cache-control"), "private, no-cache");
    let missing = send(visit("/nowhere")).await;
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    assert_eq!(header(&missing, "x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn a_write_from_another_site_is_refused_as_any_other_error() {
    let write = |headers: &[(&str, &str)]| {
        let mut request = Request::post("/write");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(Body::empty()).expect("a request")
    };
    let refused = send(write(&[("sec-fetch-site", "cross-site")])).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    assert_eq!(header(&refused, "content-type"), "application/json");
    let error = serde_json::from_str::<Error>(&text(refused).await).expect("our error");
    assert!(matches!(error, Error::Forbidden(_)));

    let bare = send(write(&[])).await;
    assert_eq!(bare.status(), StatusCode::FORBIDDEN);
    let other = [
        ("origin", "https://evil.example"),
        ("host", "crm.example.com"),
    ];
    assert_eq!(send(write(&other)).await.status(), StatusCode::FORBIDDEN);
    let own = [
        ("origin", "https://crm.example.com"),
        ("host", "crm.example.com"),
    ];
    assert_eq!(send(write(&own)).await.status(), StatusCode::OK);
    let browser = [("sec-fetch-site", "same-origin")];
    assert_eq!(send(write(&browser)).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_request_keeps_its_id_unless_it_is_odd() {
    let given = visit_with("/page", "x-request-id", "abc-123");
    assert_eq!(header(&send(given).await, "x-request-id"), "abc-123");
    let odd = visit_with("/page", "x-request-id", "a b\u{e9}");
    assert_eq!(header(&send(odd).await, "x-request-id").len(), 36);
    assert_eq!(
        header(&send(visit("/page")).await, "x-request-id").len(),
        36
    );
}

#[tokio::test]
async fn a_panic_is_an_answer_with_the_requests_id() {
    let answer = send(visit_with("/panic", "x-request-id", "abc-123")).await;
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(header(&answer, "x-request-id"), "abc-123");
    assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
    let error = serde_json::from_str::<Error>(&text(answer).await).expect("our error");
    assert_eq!(
        error,
        Error::Internal {
            request_id: "abc-123".to_owned()
        }
    );
}

#[tokio::test]
async fn pages_are_compressed_and_live_streams_are_not() {
    let page = send(visit_with("/long", "accept-encoding", "gzip, br")).await;
    assert_eq!(header(&page, "content-encoding"), "br");
    let plain = send(visit("/long")).await;
    assert!(!plain.headers().contains_key("content-encoding"));
    let live = send(visit_with("/live", "accept-encoding", "gzip, br")).await;
    assert!(!live.headers().contains_key("content-encoding"));
}

#[tokio::test]
async fn a_body_without_end_is_cut_off() {
    let body = Body::from(vec![b'x'; 9 * 1024 * 1024]);
    let request = Request::post("/write").header("sec-fetch-site", "same-origin");
    let answer = send(request.body(body).expect("a request")).await;
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn the_address_of_who_asks_is_known() {
    let behind = visit_with("/address", "x-forwarded-for", "203.0.113.7");
    assert_eq!(text(send(behind).await).await, "203.0.113.7");
}

async fn send(request: Request<Body>) -> Response<Body> {
    let long = "a calm and dense page ".repeat(100);
    let router = Router::new()
        .route(
            "/page",
            get(async |nonce: axum::Extension<CspNonce>| nonce.as_str().to_owned()),
        )
        .route("/long", get(async move || axum::response::Html(long)))
        .route(
            "/live",
            get(async || {
                (
                    [("content-type", "text/event-stream")],
                    "data: 1\n\n".repeat(200),
                )
            }),
        )
        .route(
            "/panic",
            get(async || -> &'static str { panic!("on purpose") }),
        )
        .route("/write", post(async |_: String| "written"))
        .route(
            "/address",
            get(async |ip: axum::Extension<ClientIp>| ip.0.0.to_string()),
        );
    layers::with_layers(router, &config())
        .oneshot(request)
        .await
        .expect("infallible")
}

fn config() -> Config {
    Config {
        database_url: None,
        data: "/nonexistent".into(),
        addr: ([127, 0, 0, 1], 0).into(),
        url: PublicUrl::parse("https://crm.example.com").expect("a URL"),
        url_is_given: true,
        pool_size: 2,
        log_format: LogFormat::Text,
        log: "off".to_owned(),
        pg_bin: None,
        trusted_proxies: Vec::new(),
        metrics_token: None,
        statement_timeout: None,
        watched: false,
    }
}

fn visit(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).expect("a request")
}

fn visit_with(path: &str, name: &'static str, value: &str) -> Request<Body> {
    let mut request = visit(path);
    let value = http::HeaderValue::from_bytes(value.as_bytes()).expect("a value");
    request.headers_mut().insert(name, value);
    request
}

fn header<'a>(response: &'a Response<Body>, name: &str) -> &'a str {
    let headers: &HeaderMap = response.headers();
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

async fn text(response: Response<Body>) -> String {
    let bytes = response
        .into_body()
        .collect()
        .await
        .expect("a body")
        .to_bytes();
    String::from_utf8(bytes.to_vec()).expect("text")
}
