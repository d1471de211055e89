//! The built site inside the binary: script, wasm, style sheet and public files.
//!
//! A release embeds what cargo-leptos built, with its brotli and gzip variants; what it did not
//! compress is compressed at its first use and kept. Debug builds read the files from disk.

use std::borrow::Cow;

use axum::{
    Router,
    body::{Body, Bytes},
    extract::Path,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{
            ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG,
            IF_NONE_MATCH, VARY,
        },
    },
    response::{IntoResponse as _, Response},
    routing::get,
};
use rust_embed::EmbeddedFile;

use encoding::Encoding;

mod encoding;
mod names;
mod site;

pub use names::{SiteNames, names};

/// Where cargo-leptos puts what it builds, within the site.
const PKG: &str = "pkg/";

/// A file under a name of its content never changes.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// A public file keeps its name when it changes.
const AN_HOUR: &str = "public, max-age=3600";

/// What a debug build makes keeps its name too, and changes all the time.
const ASK: &str = "no-cache";

/// Routes for everything in the site.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let pkg = get(|Path(path): Path<String>, headers: HeaderMap| async move {
        serve(format!("{PKG}{path}"), &headers).await
    });
    site::files()
        .into_iter()
        .filter(|name| !name.starts_with(PKG) && Encoding::of_name(name).is_none())
        .fold(Router::new().route("/pkg/{*path}", pkg), |router, name| {
            let path = format!("/{name}");
            let file = get(async move |headers: HeaderMap| serve(name, &headers).await);
            router.route(&path, file)
        })
}

async fn serve(name: String, headers: &HeaderMap) -> Response {
    let Some(file) = site::get(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let accepted = if is_text(&name) {
        Encoding::preferred(headers.get_all(ACCEPT_ENCODING))
    } else {
        None
    };
    let tag = tag(&file, accepted);
    let mut response = if is_known(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let (body, encoding) = body(&name, file, accepted).await;
        let mut response = Response::new(Body::empty());
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type(&name)));
        headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
        if let Some(encoding) = encoding {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding.token()));
        }
        *response.body_mut() = Body::from(body);
        response
    };
    let headers = response.headers_mut();
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(caching(&name)));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    response
}

/// The file in the encoding that is accepted, when it can be had so.
async fn body(
    name: &str,
    file: EmbeddedFile,
    accepted: Option<Encoding>,
) -> (Bytes, Option<Encoding>) {
    let plain = bytes(file);
    let Some(encoding) = accepted else {
        return (plain, None);
    };
    if let Some(built) = site::get(&format!("{name}.{}", encoding.suffix())) {
        return (bytes(built), Some(encoding));
    }
    // In debug the file may change, and time to compress it is better spent otherwise.
    if cfg!(debug_assertions) {
        return (plain, None);
    }
    match encoding::compressed(name, plain.clone(), encoding).await {
        Some(compressed) => (compressed, Some(encoding)),
        None => (plain, None),
    }
}

fn bytes(file: EmbeddedFile) -> Bytes {
    match file.data {
        Cow::Borrowed(data) => Bytes::from_static(data),
        Cow::Owned(data) => Bytes::from(data),
    }
}

/// Names the content and its encoding.
fn tag(file: &EmbeddedFile, encoding: Option<Encoding>) -> String {
    let hash = file.metadata.sha256_hash();
    let start = hash
        .iter()
        .take(16)
        .fold(0, |number, byte| number << 8 | u128::from(*byte));
    let suffix = encoding.map_or("", Encoding::suffix);
    format!("\"{start:032x}{suffix}\"")
}

fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|known| known.trim().trim_start_matches("W/") == tag)
}

fn caching(name: &str) -> &'static str {
    if !name.starts_with(PKG) {
        AN_HOUR
    } else if names::is_hashed(name) {
        FOREVER
    } else {
        ASK
    }
}

fn extension(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// Whether it gets shorter by compression.
fn is_text(name: &str) -> bool {
    matches!(
        extension(name),
        "css" | "html" | "ico" | "js" | "json" | "map" | "svg" | "txt" | "wasm" | "webmanifest"
    )
}

fn media_type(name: &str) -> &'static str {
    match extension(name) {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "ico" => "image/x-icon",
        "jpg" | "jpeg" => "image/jpeg",
        "js" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        "webmanifest" => "application/manifest+json",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_with_a_hash_are_kept_for_ever() {
        assert_eq!(caching("pkg/dealwright.Zkkt8kLuiH2DwkrdZ9dF1w.js"), FOREVER);
        assert_eq!(caching("pkg/dealwright.js"), ASK);
        assert_eq!(caching("pkg/snippets/leptos-0a1b2c3d/inline0.js"), ASK);
        assert_eq!(caching("favicon.svg"), AN_HOUR);
    }

    #[test]
    fn a_known_tag_is_recognised_in_a_list() {
        let mut headers = HeaderMap::new();
        headers.insert(IF_NONE_MATCH, HeaderValue::from_static("\"a\", W/\"b\""));
        assert!(is_known(&headers, "\"a\"") && is_known(&headers, "\"b\""));
        assert!(!is_known(&headers, "\"c\""));
    }
}
