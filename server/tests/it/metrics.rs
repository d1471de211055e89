//! What is measured: who may see it, what is in it, and what never is.

use std::sync::Arc;

use app::sign_in::api::SignIn;
use axum::body::Body;
use axum::http::{Request, StatusCode, header::AUTHORIZATION};
use domain::{Error, Kind, Value};
use http_body_util::BodyExt as _;
use leptos::server_fn::ServerFn;
use server::{router, shutdown::Shutdown, state::AppState};
use tower::ServiceExt as _;

use crate::test_app::{Answer, METRICS_TOKEN, TestApp};

async fn asked(app: &TestApp, authorization: Option<&str>) -> Answer {
    let mut request = Request::get("/metrics");
    if let Some(authorization) = authorization {
        request = request.header(AUTHORIZATION, authorization);
    }
    let request = request.body(Body::empty()).expect("a request");
    app.anon().send(request).await
}

async fn measured(app: &TestApp) -> String {
    let answer = asked(app, Some(&format!("Bearer {METRICS_TOKEN}"))).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(
        answer.header("content-type"),
        "text/plain; version=0.0.4; charset=utf-8"
    );
    answer.text
}

/// The value of a line: its name and labels as written.
fn value(text: &str, line: &str) -> Option<f64> {
    let found = text
        .lines()
        .find_map(|found| found.strip_prefix(line)?.strip_prefix(' '));
    found.map(|number| number.parse().expect("a number"))
}

#[tokio::test]
async fn only_who_has_the_token_may_see_it() {
    let app = TestApp::new().await;
    for wrong in [
        None,
        Some("Bearer"),
        Some("Bearer a-token-for-prometheu"),
        Some("Basic a-token-for-prometheus"),
        Some("a-token-for-prometheus"),
    ] {
        let refused = asked(&app, wrong).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{wrong:?}");
        assert_eq!(refused.header("www-authenticate"), "Bearer");
        assert_eq!(refused.error(), Error::Unauthenticated);
    }
    // Nor does being signed in, as whomever.
    let refused = app.signed_in("admin").await.get("/metrics").await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    measured(&app).await;

    // Without a token there is none, for who comes from this machine too.
    let config = server::config::Config {
        metrics_token: None,
        ..(*app.state.config).clone()
    };
    let state = AppState::new(Arc::new(config), app.db.db.clone(), Shutdown::default());
    let request = Request::get("/metrics").header(AUTHORIZATION, "Bearer ");
    let answer = router::build(state)
        .oneshot(request.body(Body::empty()).expect("a request"))
        .await
        .expect("an answer");
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn requests_are_counted_by_route_and_functions_by_name() {
    let app = TestApp::new().await;
    let company = app
        .db
        .insert(Kind::Company, [("name", Value::Text("Secret roof".into()))])
        .await;
    let mut sales = app.signed_in("sales").await;
    for path in [
        format!("/companies/{company}"),
        format!("/companies/{company}?tab=x"),
        "/companies/999999".into(),
    ] {
        sales.get(&path).await;
    }
    app.anon().get("/nowhere/anna@example.com").await;
    app.anon()
        .call(
            SignIn::PATH,
            &[("email", "x@example.com"), ("password", "wrong")],
        )
        .await;

    let text = measured(&app).await;
    let record = text
        .lines()
        .filter(|line| {
            line.starts_with("dealwright_http_requests_total") && line.contains("/companies/")
        })
        .collect::<Vec<_>>();
    assert!(!record.is_empty(), "{text}");
    assert!(
        record
            .iter()
            .all(|line| line.contains("route=\"/companies/{")),
        "{record:?}"
    );
    let signed_in = "dealwright_server_function_seconds_count{function=\"sign_in/sign_in\"}";
    assert_eq!(value(&text, signed_in), Some(2.0), "{text}");
    let refused =
        "dealwright_http_requests_total{method=\"POST\",route=\"/api/{function}\",status=\"401\"}";
    assert_eq!(value(&text, refused), Some(1.0), "{text}");
    // Nothing about anybody, and no number of a record. What is measured may have any digits.
    let named: Vec<&str> = text
        .lines()
        .map(|line| line.rsplit_once(' ').map_or(line, |(name, _)| name))
        .collect();
    for secret in [
        "Secret",
        "roof",
        "@",
        "example.com",
        "999999",
        "/companies/1",
        "tab=x",
    ] {
        let told = named.iter().find(|name| name.contains(secret));
        assert_eq!(told, None, "{secret}");
    }
}

#[tokio::test]
async fn the_pool_live_updates_jobs_and_the_process_are_told() {
    let app = TestApp::new().await;
    let sales = app.signed_in("sales").await;
    let request = Request::get("/api/live")
        .body(Body::empty())
        .expect("a request");
    let mut stream = sales.open(request).await.into_body();
    stream.frame().await.expect("a greeting").expect("no error");
    app.db
        .run(
            "insert into bulk_run (user_id, task, total, started_at)
              select min(id), '{}', 1, now() - interval '100 seconds' from app_user",
        )
        .await;
    // Held as by a request under way.
    let held = app
        .state
        .pools
        .db
        .get_postgres_connection_pool()
        .acquire()
        .await
        .expect("one");

    let text = measured(&app).await;
    for (line, least, most) in [
        ("dealwright_live_connections", 1.0, 1.0),
        ("dealwright_database_up", 1.0, 1.0),
        (
            "dealwright_database_connections{state=\"in_use\"}",
            1.0,
            20.0,
        ),
        (
            "dealwright_database_connections{state=\"most\"}",
            20.0,
            20.0,
        ),
        ("dealwright_database_wait_seconds", 0.0, 3.0),
        ("dealwright_jobs{job=\"bulk_running\"}", 1.0, 1.0),
        ("dealwright_jobs{job=\"index_waiting\"}", 0.0, 0.0),
        ("dealwright_jobs_oldest_seconds", 99.0, 200.0),
        ("process_resident_memory_bytes", 1e6, 1e10),
        ("process_open_fds", 3.0, 1e5),
        ("process_start_time_seconds", 1.6e9, 1e10),
    ] {
        let number = value(&text, line).unwrap_or_else(|| panic!("no {line}: {text}"));
        assert!((least..=most).contains(&number), "{line} {number}");
    }
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        value(
            &text,
            &format!("dealwright_build_info{{version=\"{version}\"}}")
        ),
        Some(1.0)
    );
    drop(held);

    // What is committed is published.
    app.state
        .live
        .publisher
        .announce(services::live::Announcement::Workspace);
    for _ in 0..100 {
        let text = measured(&app).await;
        if value(&text, "dealwright_live_announcements_total") == Some(1.0) {
            assert_eq!(
                value(&text, "dealwright_live_publish_seconds_count"),
                Some(1.0)
            );
            assert_eq!(
                value(&text, "dealwright_live_notifications_total"),
                Some(1.0)
            );
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("nothing was published");
}
