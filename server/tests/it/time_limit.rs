//! The time that a statement of a page has, from the configuration to the page.

use std::{sync::Arc, time::Duration};

use app::sign_in::api::SignIn;
use axum::http::StatusCode;
use domain::{Kind, Value};
use leptos::server_fn::ServerFn;
use sea_orm::ConnectionTrait as _;
use server::{
    config::{Config, Secret},
    runtime::{Access, Runtime},
    shutdown::Shutdown,
    state::AppState,
};

use crate::test_app::{PASSWORD, TestApp};

#[tokio::test]
async fn a_page_that_takes_too_long_says_so_and_a_command_takes_its_time() {
    let app = TestApp::new().await;
    app.db
        .insert(Kind::Product, [("name", Value::Text("Roof".into()))])
        .await;
    let config = Config {
        database_url: Some(Secret::new(&app.db.url)),
        pool_size: 2,
        statement_timeout: Some(Duration::from_millis(300)),
        ..(*app.state.config).clone()
    };
    let mut runtime = Runtime::start(config, Access::Alone)
        .await
        .expect("a runtime");
    let slow = "select pg_sleep(0.5)";
    runtime
        .pools
        .db
        .execute_unprepared(slow)
        .await
        .expect("a command has no limit");
    runtime.limit_statements().await.expect("limited");
    runtime
        .pools
        .db
        .execute_unprepared(slow)
        .await
        .expect_err("a page has");

    app.db
        .run(
            "alter table product rename to product_kept;
             create view product as
               select kept.* from product_kept kept, lateral (select pg_sleep(1 + kept.id * 0)) s",
        )
        .await;
    let state = AppState::new(
        Arc::new((*runtime.config).clone()),
        runtime.pools.clone(),
        Shutdown::default(),
    );
    let mut browser = TestApp::browser(state);
    let form = [("email", "admin@example.com"), ("password", PASSWORD)];
    let signed_in = browser.call(SignIn::PATH, &form).await;
    assert_eq!(signed_in.status, StatusCode::OK, "{}", signed_in.text);
    let page = browser.get("/products").await;
    assert_eq!(
        page.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{}",
        page.text
    );
    assert!(page.text.contains("took too long"), "{}", page.text);
    runtime.stop().await.expect("stopped");
}
