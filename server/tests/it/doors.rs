//! Who comes in where: server functions and pages, with and without a session.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use app::funnel::api::LoadFunnel;
use app::invitation::api::{AcceptInvitation, LoadInvitation};
use app::layout::api::SignOut;
use app::record::api::DeleteRecord;
use app::set_up::api::{FinishSetUp, LoadOffer};
use app::sign_in::api::SignIn;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use domain::Error;
use leptos::server_fn::{ServerFn, axum::server_fn_paths};

use tokio::time::sleep;

use crate::test_app::TestApp;

/// The server functions that answer to everybody. To add one here is to open a door.
const OPEN: [&str; 5] = [
    SignIn::PATH,
    LoadOffer::PATH,
    FinishSetUp::PATH,
    LoadInvitation::PATH,
    AcceptInvitation::PATH,
];

/// How often the routes are found to see that it never fails: it did once in two hundred times.
const ROUNDS: usize = 1_000;

#[tokio::test]
async fn every_server_function_but_five_is_shut_without_a_session() {
    let app = TestApp::new().await;
    let mut seen = BTreeSet::new();
    for (path, method) in server_fn_paths() {
        seen.insert(path);
        let answer = app.anon().request(method.clone(), path).await;
        if OPEN.contains(&path) {
            assert_ne!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
        } else {
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
            assert_eq!(answer.error(), Error::Unauthenticated, "{method} {path}");
        }
    }
    assert!(seen.len() > 8, "only {seen:?} are registered");
    assert!(OPEN.iter().all(|open| seen.contains(open)), "{seen:?}");
}

/// To find the routes all pages are made once, with nobody there, and what they spawn must not run
/// when they are gone.
#[tokio::test(flavor = "multi_thread")]
async fn routes_are_found_without_a_panic() {
    static PANICS: AtomicUsize = AtomicUsize::new(0);
    let app = TestApp::new().await;
    std::panic::set_hook(Box::new(|_| {
        PANICS.fetch_add(1, Ordering::Relaxed);
    }));
    for _ in 0..ROUNDS {
        drop(server::router::build(app.state.clone()));
    }
    sleep(Duration::from_millis(100)).await;
    let _ = std::panic::take_hook();
    assert_eq!(PANICS.load(Ordering::Relaxed), 0);
}

/// The door above is one lock; this is the other: every function asks who is there by itself.
#[test]
fn every_server_function_asks_who_is_there() {
    let open = [
        "sign_in",
        "load_offer",
        "finish_set_up",
        "load_invitation",
        "accept_invitation",
    ];
    let mut asked = 0;
    for (file, text) in sources("api.rs") {
        for function in text.split("#[server").skip(1) {
            let name = function
                .split("fn ")
                .nth(1)
                .and_then(|rest| rest.split('(').next());
            let name = name.expect("a name").split('<').next().expect("a name");
            let body = function.split_once('{').map_or("", |(_, body)| body);
            let asks = body.contains("request::ctx()");
            assert_eq!(asks, !open.contains(&name), "{name} in {file}");
            asked += 1;
        }
    }
    assert!(asked > 8, "{asked} functions found");
}

/// Of a page that is older than the server, or of somebody's own client: no fault of ours.
#[tokio::test]
async fn what_cannot_be_read_is_refused_and_no_fault() {
    let app = TestApp::new().await;
    let mut sales = app.signed_in("sales").await;
    for body in [
        "",
        "{",
        "[]",
        r#"{"query":{"period":7}}"#,
        r#"{"request":{}}"#,
    ] {
        let request = Request::post(LoadFunnel::PATH)
            .header("accept", "application/json")
            .header("content-type", "application/json")
            .header("sec-fetch-site", "same-origin");
        let answer = sales
            .send(request.body(Body::from(body)).expect("a request"))
            .await;
        let seen = (answer.status, answer.error());
        let refused = (StatusCode::BAD_REQUEST, Error::NotUnderstood);
        assert_eq!(seen, refused, "{body}");
    }
    let answer = sales.call(DeleteRecord::PATH, &[("id", "seven")]).await;
    let seen = (answer.status, answer.error());
    assert_eq!(seen, (StatusCode::BAD_REQUEST, Error::NotUnderstood));
}

#[tokio::test]
async fn a_write_from_another_site_is_refused_with_a_session_too() {
    let app = TestApp::new().await;
    let mut sales = app.signed_in("sales").await;
    let request = Request::post(SignOut::PATH)
        .header("sec-fetch-site", "cross-site")
        .header("content-type", "application/x-www-form-urlencoded");
    let refused = sales
        .send(request.body(Body::empty()).expect("a request"))
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(
        sales.get("/account").await.status,
        StatusCode::OK,
        "still signed in"
    );
}

#[tokio::test]
async fn pages_send_to_sign_in_and_back() {
    let app = TestApp::new().await;
    let mut anon = app.anon();
    let answer = anon.get("/deals/board?pipeline=2").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(
        answer.location(),
        "/sign-in?next=/deals/board%3Fpipeline%3D2"
    );
    assert_eq!(anon.get("/").await.location(), "/sign-in");
    assert_eq!(anon.get("/sign-in").await.status, StatusCode::OK);

    let mut sales = app.signed_in("sales").await;
    let answer = sales.get("/sign-in").await;
    assert_eq!(
        (answer.status, answer.location()),
        (StatusCode::SEE_OTHER, "/")
    );
    assert_eq!(sales.get("/").await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_not_there_is_404() {
    let app = TestApp::new().await;
    let mut sales = app.signed_in("sales").await;
    for path in [
        "/nowhere",
        "/deals/42",
        "/contacts/1",
        "/deals/forty-two",
        "/deals/42/",
        "/dragons/1/tail",
        "/products/board",
        "/set-up",
    ] {
        let answer = sales.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.text.contains("Not found"), "{path}");
    }
    let missing = sales.request(Method::GET, "/api/nothing").await;
    assert_eq!(
        (missing.status, missing.error()),
        (StatusCode::NOT_FOUND, Error::NotUnderstood)
    );
    assert_eq!(
        app.anon().get("/set-up?token=abc").await.status,
        StatusCode::NOT_FOUND
    );
}

/// Raw forms that do not escape (see `docs/`), and HTML from strings, stay where they are made safe.
#[test]
fn nothing_writes_what_leptos_does_not_escape() {
    for (file, text) in sources(".rs") {
        let ours = file.starts_with("ui/");
        for raw in ["<textarea", "<Title", "leptos_meta::Title"] {
            assert!(ours || !text.contains(raw), "{raw} in {file}");
        }
        let chart = file.starts_with("funnel/");
        assert!(
            ours || chart || !text.contains("inner_html"),
            "inner_html in {file}"
        );
    }
}

/// The sources of the pages whose name ends so, by their path in `app/src`.
fn sources(end: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, root: &Path, end: &str, found: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, root, end, found);
            } else if path.to_string_lossy().ends_with(end) {
                let name = path
                    .strip_prefix(root)
                    .expect("inside")
                    .to_string_lossy()
                    .into_owned();
                found.push((name, std::fs::read_to_string(&path).expect("a text")));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../app/src");
    let mut found = Vec::new();
    walk(&root, &root, end, &mut found);
    assert!(!found.is_empty());
    found
}
