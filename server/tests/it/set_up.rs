//! The first run, from an empty database to the administrator's board.

use app::layout::api::LoadWorkspace;
use app::set_up::api::FinishSetUp;
use axum::http::{Method, StatusCode};
use domain::rights::Role;
use domain::workspace::Workspace;
use domain::{Error, Kind};
use leptos::server_fn::ServerFn;
use services::setup;

use crate::test_app::TestApp;

const FORM: [(&str, &str); 8] = [
    ("form[organisation]", "Nordwind <Handel>"),
    ("form[name]", "Ada Lovelace"),
    ("form[email]", "Ada@Example.com"),
    ("form[password]", "a long password"),
    ("form[currency]", "PLN"),
    ("form[time_zone]", "Europe/Warsaw"),
    ("form[leads]", "true"),
    ("form[preset]", "sales"),
];

/// The form with one field set otherwise, and the token.
fn form<'a>(token: &'a str, field: &str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut form: Vec<_> = FORM
        .iter()
        .map(|&(name, kept)| (name, if name == field { value } else { kept }))
        .collect();
    form.push(("token", token));
    form
}

async fn open_link(app: &TestApp) -> String {
    setup::open_link(&app.db.system())
        .await
        .expect("opened")
        .expect("a token")
}

#[tokio::test]
async fn before_set_up_every_page_says_to_open_the_link() {
    let app = TestApp::empty().await;
    let mut anon = app.anon();
    for path in ["/", "/sign-in", "/deals/board", "/nowhere"] {
        let answer = anon.get(path).await;
        assert_eq!(
            (answer.status, answer.location()),
            (StatusCode::SEE_OTHER, "/set-up"),
            "{path}"
        );
    }
    let page = anon.get("/set-up").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.text.contains("Open the link that was printed"),
        "{}",
        page.text
    );
    assert!(!page.text.contains("<form"), "{}", page.text);
    let page = anon.get("/set-up?token=guessed").await;
    assert!(!page.text.contains("<form"), "{}", page.text);
}

#[tokio::test]
async fn the_link_sets_up_once_and_signs_in() {
    let app = TestApp::empty().await;
    let old = open_link(&app).await;
    let token = open_link(&app).await;
    assert_eq!(token.len(), 64);
    let shown = format!("select count(*) from setup_link where token_hash = '{token}'");
    assert_eq!(app.db.number(&shown).await, 0, "the token itself is stored");

    let mut ada = app.anon();
    let answer = ada.call(FinishSetUp::PATH, &form(&old, "", "")).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "an older link");

    let page = ada.get(&format!("/set-up?token={token}")).await;
    assert_eq!(page.status, StatusCode::OK);
    for text in [
        "Qualification",
        "In delivery",
        "Shipped",
        "Europe/Warsaw",
        "form[preset]",
    ] {
        assert!(page.text.contains(text), "{text}");
    }
    let answer = ada.call(FinishSetUp::PATH, &form(&token, "", "")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);

    let answer = ada.request(Method::GET, LoadWorkspace::PATH).await;
    let workspace: Workspace = serde_json::from_str(&answer.text).expect("a workspace");
    assert_eq!(workspace.organisation, "Nordwind <Handel>");
    assert_eq!(workspace.me.email, "ada@example.com");
    assert_eq!(workspace.actor.roles, [Role::Administrator]);
    assert_eq!(workspace.currency.code(), "PLN");
    assert!(workspace.leads);
    let names = |kind: Kind| -> Vec<String> {
        let pipeline = workspace.pipeline(kind, None).expect("a pipeline");
        pipeline
            .stages
            .iter()
            .map(|stage| stage.name.clone())
            .collect()
    };
    assert_eq!(
        names(Kind::Deal),
        [
            "New",
            "Qualification",
            "Proposal",
            "Negotiation",
            "Contract",
            "Won",
            "Lost"
        ]
    );
    assert_eq!(
        names(Kind::Lead),
        ["New", "In work", "Qualified", "Converted", "Junk"]
    );
    assert!(!workspace.lost_reasons.is_empty());

    let answer = ada.call(FinishSetUp::PATH, &form(&token, "", "")).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND, "it works once");
    assert_eq!(ada.get("/set-up").await.status, StatusCode::NOT_FOUND);
    assert_eq!(setup::open_link(&app.db.system()).await, Ok(None));
    assert_eq!(app.anon().get("/").await.location(), "/sign-in");
    let answer = app
        .anon()
        .sign_in("ada@example.com", "a long password")
        .await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn every_field_that_does_not_fit_is_named_and_nothing_is_made() {
    let app = TestApp::empty().await;
    let token = open_link(&app).await;
    for (field, value) in [
        ("organisation", " "),
        ("name", ""),
        ("email", "ada"),
        ("password", "short"),
        ("currency", "EURO"),
        ("time_zone", "Mars/Olympus"),
        ("preset", "farming"),
    ] {
        let sent = form(&token, &format!("form[{field}]"), value);
        let answer = app.anon().call(FinishSetUp::PATH, &sent).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        let error = answer.error();
        let named: Vec<_> = error
            .field_errors()
            .iter()
            .map(|wrong| wrong.field.as_str())
            .collect();
        assert_eq!(named, [field], "{error:?}");
    }
    let answer = app
        .anon()
        .call(FinishSetUp::PATH, &[("token", &token), ("form[name]", "")])
        .await;
    assert_eq!(
        answer.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        answer.text
    );
    assert_eq!(answer.error().field_errors().len(), 7);
    for table in ["organisation", "app_user", "pipeline", "operation"] {
        let count = app
            .db
            .number(&format!("select count(*) from {table}"))
            .await;
        assert_eq!(count, 0, "{table}");
    }
}

#[tokio::test]
async fn the_form_works_without_javascript_and_keeps_what_was_typed() {
    let app = TestApp::empty().await;
    let token = open_link(&app).await;
    let mut ada = app.anon();
    let page = format!("/set-up?token={token}");
    let answer = ada
        .post(
            FinishSetUp::PATH,
            &page,
            &form(&token, "form[currency]", "EURO"),
        )
        .await;
    assert_eq!(answer.status, StatusCode::FOUND);
    let back = answer
        .location()
        .strip_prefix("https://crm.example.com")
        .expect("ours")
        .to_owned();
    let answer = ada.get(&back).await;
    assert!(
        answer.text.contains("value=\"Nordwind &lt;Handel&gt;\""),
        "{}",
        answer.text
    );
    assert!(
        answer.text.contains("Some fields do not fit"),
        "{}",
        answer.text
    );
    assert!(!answer.text.contains("a long password"));

    let answer = ada
        .post(FinishSetUp::PATH, &page, &form(&token, "", ""))
        .await;
    assert_eq!((answer.status, answer.location()), (StatusCode::FOUND, "/"));
    assert_eq!(ada.get("/account").await.status, StatusCode::OK);
}

#[tokio::test]
async fn only_the_system_opens_the_link() {
    let app = TestApp::empty().await;
    let anonymous = services::Ctx::anonymous(
        app.db.db.clone(),
        services::live::Publisher::silent(),
        test_support::now(),
        "test".into(),
    );
    assert!(matches!(
        setup::open_link(&anonymous).await,
        Err(Error::Forbidden(_))
    ));
}
