//! The database is away: what somebody who opens a page, or acts on one, is told.

use app::layout::api::LoadWorkspace;
use axum::http::StatusCode;
use domain::Error;
use leptos::server_fn::ServerFn;

use crate::test_app::{Answer, TestApp};

/// A page in words, with a status that says it passes.
fn assert_told(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.header("retry-after"), "5");
    assert!(
        answer.header("content-type").starts_with("text/html"),
        "{}",
        answer.header("content-type")
    );
    for words in [
        "The server is not ready. Try again in a moment.",
        "This page tries again by itself.",
        ">Try again<",
    ] {
        assert!(answer.text.contains(words), "{words}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_page_says_in_words_that_it_is_not_there_and_tries_again() {
    let app = TestApp::new().await;
    let mut browser = app.signed_in("sales").await;
    assert_eq!(browser.get("/deals").await.status, StatusCode::OK);
    app.state.pools.db.close_by_ref().await.expect("closed");
    assert_told(&browser.get("/deals/board").await);
    assert_told(&browser.get("/deals/7").await);
    // Whoever acts on a page that is open already is told what a page can show.
    let refused = browser.get(LoadWorkspace::PATH).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.header("retry-after"), "5");
    assert_eq!(refused.error(), Error::Unavailable);
    // The session is as it was.
    assert_eq!(browser.cookies.len(), 1, "{:?}", browser.cookies);
}

#[tokio::test]
async fn a_server_that_was_never_asked_for_a_page_says_the_same() {
    let app = TestApp::new().await;
    let mut signed_in = app.signed_in("sales").await;
    app.state.pools.db.close_by_ref().await.expect("closed");
    // Nobody is sent to sign in, or to set the server up, for want of knowing better.
    for browser in [&mut signed_in, &mut app.anon()] {
        for page in ["/", "/deals/board"] {
            assert_told(&browser.get(page).await);
        }
    }
}
