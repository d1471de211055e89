//! What people type is shown as they typed it, and is never markup: on every page that shows names,
//! in text, attributes, titles and in the data that the page brings along.

use axum::http::StatusCode;
use domain::rights::Role;
use domain::{Kind, Value};
use test_support::OPEN_WON_LOST;

use crate::test_app::{PASSWORD, TestApp};

/// Ends an attribute, a title, a text area and a script, and begins a script of its own.
const HOSTILE: &str = "\"></title></textarea></script><script>alert(1)</script><!--";

#[tokio::test]
async fn no_page_lets_a_name_become_markup() {
    let app = TestApp::new().await;
    app.db
        .run(&format!("update organisation set name = '{HOSTILE}'"))
        .await;
    let hash = services::passwords::hash(PASSWORD).await.expect("hashed");
    let mallory = app.db.user("m", &[Role::Administrator], None).await;
    let sql = format!(
        "update app_user set name = '{HOSTILE}', email = 'mallory@example.com', \
         password_hash = '{hash}' where id = {mallory}"
    );
    app.db.run(&sql).await;
    app.db.pipeline(Kind::Deal, HOSTILE, &OPEN_WON_LOST).await;
    app.db
        .run(&format!(
            "update stage set name = '{HOSTILE}' where name = 'Offer'"
        ))
        .await;
    let text = || Value::Text(HOSTILE.into());
    let company = app
        .db
        .insert(Kind::Company, [("name", text()), ("address", text())])
        .await;
    let deal = app
        .db
        .insert(
            Kind::Deal,
            [
                ("title", text()),
                ("description", text()),
                ("next_step", text()),
                ("owner_id", Value::Id(mallory)),
            ],
        )
        .await;

    let mut mallory = app.signed_in("mallory").await;
    for path in [
        "/deals/board".to_owned(),
        format!("/deals/board?open={deal}"),
        format!("/deals/{deal}"),
        format!("/companies/{company}"),
        "/funnel".to_owned(),
        "/account".to_owned(),
    ] {
        let page = mallory.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(
            !page.text.contains("<script>alert"),
            "{path}: {}",
            page.text
        );
        assert!(
            !page.text.contains("</title></textarea>"),
            "{path}: {}",
            page.text
        );
    }
    // They are there, as text.
    let page = mallory.get(&format!("/deals/{deal}")).await;
    assert!(
        page.text.contains("&lt;script&gt;alert(1)"),
        "{}",
        page.text
    );
}
