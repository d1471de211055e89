//! What keeps other sites out: response headers, and the check that a write comes from our pages.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, Method,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, ORIGIN, REFERRER_POLICY,
            STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
        },
        request::Parts,
    },
    middleware::Next,
    response::Response,
};
use domain::Error;
use leptos::{context, nonce::Nonce};

use crate::{
    config::{Config, PublicUrl},
    error,
};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The nonce of this response, put among the request's extensions for who makes the page.
#[derive(Debug, Clone)]
pub struct CspNonce(Arc<str>);

impl CspNonce {
    fn new() -> Self {
        Self(format!("{:032x}", rand::random::<u128>()).into())
    }

    /// The nonce itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Has Leptos mark its scripts with the nonce that the header will carry. To be called in the
/// closure of `leptos_routes_with_context`, where Leptos has provided a nonce of its own already.
pub fn provide_nonce() {
    let nonce = context::use_context::<Parts>()
        .and_then(|parts| parts.extensions.get::<CspNonce>().cloned());
    if let Some(CspNonce(nonce)) = nonce {
        context::provide_context(Nonce::from_value(nonce));
    }
}

/// What of the configuration the headers and the check depend on.
#[derive(Debug)]
pub struct Policy {
    url: PublicUrl,
    /// Where the page may connect to.
    connect: &'static str,
}

impl Policy {
    /// The policy under this configuration.
    pub fn new(config: &Config) -> Self {
        // `cargo leptos watch` tells the page over a web socket on another port to reload.
        let connect = if config.watched {
            "'self' ws:"
        } else {
            "'self'"
        };
        Self {
            url: config.url.clone(),
            connect,
        }
    }

    fn content_security(&self, nonce: &CspNonce) -> String {
        // Scripts run by nonce alone, and may load what they import. Style attributes are allowed:
        // Leptos writes them on the server; style elements are not.
        format!(
            "default-src 'none'; \
             script-src 'nonce-{}' 'strict-dynamic' 'wasm-unsafe-eval'; \
             style-src 'self'; style-src-attr 'unsafe-inline'; \
             img-src 'self' data:; font-src 'self'; connect-src {}; \
             manifest-src 'self'; worker-src 'self'; \
             form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
            nonce.as_str(),
            self.connect
        )
    }
}

/// Headers that every response carries.
const HEADERS: [(HeaderName, &str); 6] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// Adds the security headers to every response.
pub async fn headers(
    State(policy): State<Arc<Policy>>,
    mut request: Request,
    next: Next,
) -> Response {
    let nonce = CspNonce::new();
    request.extensions_mut().insert(nonce.clone());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(value) = HeaderValue::from_str(&policy.content_security(&nonce)) {
        headers.insert(CONTENT_SECURITY_POLICY, value);
    }
    if policy.url.is_https() {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(STRICT_TRANSPORT_SECURITY, year);
    }
    // What says nothing about caching is somebody's data.
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("private, no-cache"));
    response
}

/// Refuses every write that does not come from one of our own pages, so that no other site can act
/// through the cookie of a visitor.
pub async fn same_origin(
    State(policy): State<Arc<Policy>>,
    request: Request,
    next: Next,
) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD)
        || is_same_origin(request.headers(), request.uri().host(), &policy.url)
    {
        return next.run(request).await;
    }
    tracing::warn!("refused a write from another site");
    error::response(&Error::Forbidden(
        "This request did not come from a Dealwright page.".into(),
    ))
}

/// Browsers say where a request comes from in `Sec-Fetch-Site`, over HTTPS and on localhost; over
/// plain HTTP, `Origin` has to do.
fn is_same_origin(headers: &HeaderMap, uri_host: Option<&str>, url: &PublicUrl) -> bool {
    if let Some(site) = headers.get(SEC_FETCH_SITE) {
        // `none` is the user's own doing, such as a reload of a form.
        return site == "same-origin" || site == "none";
    }
    let Some(origin) = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok()) else {
        return false;
    };
    let Some((_, authority)) = origin.split_once("://") else {
        return false;
    };
    // HTTP/2 has the host in the address instead of a header. A proxy may have put another host
    // there; what users type stands in the configuration.
    let host = headers
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .or(uri_host);
    host.is_some_and(|host| host.eq_ignore_ascii_case(authority))
        || origin.eq_ignore_ascii_case(&url.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(headers: &[(&'static str, &'static str)]) -> bool {
        let headers = headers
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect();
        let url = PublicUrl::parse("https://crm.example.com").expect("a URL");
        is_same_origin(&headers, None, &url)
    }

    #[test]
    fn browsers_that_say_where_from_are_believed() {
        assert!(allowed(&[("sec-fetch-site", "same-origin")]));
        assert!(allowed(&[("sec-fetch-site", "none")]));
        assert!(!allowed(&[("sec-fetch-site", "cross-site")]));
        assert!(!allowed(&[("sec-fetch-site", "same-site")]));
        let both = [
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://crm.example.com"),
            ("host", "crm.example.com"),
        ];
        assert!(!allowed(&both));
    }

    #[test]
    fn others_are_judged_by_their_origin() {
        assert!(allowed(&[
            ("origin", "http://crm.lan:3000"),
            ("host", "crm.lan:3000")
        ]));
        assert!(allowed(&[
            ("origin", "https://crm.example.com"),
            ("host", "upstream:3000")
        ]));
        assert!(!allowed(&[
            ("origin", "https://evil.example"),
            ("host", "crm.lan:3000")
        ]));
        assert!(!allowed(&[("origin", "null"), ("host", "null")]));
        assert!(!allowed(&[("host", "crm.lan:3000")]));
        assert!(!allowed(&[]));
    }

    #[test]
    fn nonces_are_long_and_never_the_same() {
        let (one, two) = (CspNonce::new(), CspNonce::new());
        assert_eq!(one.as_str().len(), 32);
        assert_ne!(one.as_str(), two.as_str());
    }
}
