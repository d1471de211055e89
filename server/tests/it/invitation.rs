//! Who may set up people, and who comes in with a link.

use app::conversion::api::{ConvertLead, PrepareConversion};
use app::invitation::api::{AcceptInvitation, LoadInvitation};
use app::settings::people::api::{
    AddDepartment, ChangeDepartment, ChangeMember, CountOpenRecords, Deactivate, DeleteDepartment,
    Invite, LoadPeople, NewLink, Reactivate,
};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use domain::Error;
use domain::people::InvitationLink;
use leptos::server_fn::ServerFn;
use serde_json::{Value as Json, json};

use crate::test_app::{Answer, Browser, PASSWORD, TestApp};

const NEW_PASSWORD: &str = "another long password";

/// Calls a server function that takes JSON.
async fn post(browser: &mut Browser, path: &str, body: &Json) -> Answer {
    let request = Request::post(path)
        .header("accept", "application/json")
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/json");
    let body = Body::from(body.to_string());
    browser.send(request.body(body).expect("a request")).await
}

/// What a refusal that travels as an answer says.
fn refusal(answer: &Answer) -> Option<Error> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let told: Result<Json, Error> = serde_json::from_str(&answer.text).expect("an answer");
    told.err()
}

fn eve() -> Json {
    json!({"draft": {"name": "Eve", "email": "eve@example.com", "department": null,
                     "manager": null, "roles": ["salesperson"]}})
}

async fn invited(app: &TestApp) -> InvitationLink {
    let mut admin = app.signed_in("admin").await;
    let answer = post(&mut admin, Invite::PATH, &eve()).await;
    let told: Result<InvitationLink, Error> = serde_json::from_str(&answer.text).expect("a link");
    told.expect("made")
}

fn form<'a>(token: &'a str, password: &'a str) -> [(&'a str, &'a str); 3] {
    [
        ("token", token),
        ("name", "Eve Adams"),
        ("password", password),
    ]
}

#[tokio::test]
async fn settings_of_people_answer_to_administrators_alone() {
    let app = TestApp::new().await;
    let department = json!({"name": "North", "parent": null, "head": null});
    for who in ["head", "sales", "director"] {
        let mut browser = app.signed_in(who).await;
        let page = browser.get("/settings/people").await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{who}: {}", page.text);
        assert!(!page.text.contains("people__list"), "{who}");
        let read = format!("{}?user=1", CountOpenRecords::PATH);
        let read = browser.request(Method::GET, &read).await;
        let people = browser.request(Method::GET, LoadPeople::PATH).await;
        let mut answers = vec![read, people];
        for (path, body) in [
            (Invite::PATH, eve()),
            (NewLink::PATH, json!({"user": 1})),
            (
                ChangeMember::PATH,
                json!({"user": 1, "draft": eve()["draft"]}),
            ),
            (Deactivate::PATH, json!({"user": 1, "to": null})),
            (Reactivate::PATH, json!({"user": 1})),
            (AddDepartment::PATH, json!({"draft": department})),
            (
                ChangeDepartment::PATH,
                json!({"id": 1, "draft": department}),
            ),
            (DeleteDepartment::PATH, json!({"id": 1})),
        ] {
            answers.push(post(&mut browser, path, &body).await);
        }
        for answer in answers {
            let refused = refusal(&answer);
            assert!(matches!(refused, Some(Error::Forbidden(_))), "{refused:?}");
        }
    }
    assert_eq!(
        app.db.number("select count(*) from app_user").await,
        4,
        "nobody was made"
    );
}

#[tokio::test]
async fn a_link_lets_in_once_and_signs_in() {
    let app = TestApp::new().await;
    let link = invited(&app).await;
    let page = format!("/invitation/{}", link.token);
    let mut eve = app.anon();
    let shown = eve.get(&page).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(shown.text.contains("eve@example.com"), "{}", shown.text);

    let answer = eve
        .call(AcceptInvitation::PATH, &form(&link.token, "short"))
        .await;
    let refused = refusal(&answer).expect("refused");
    assert_eq!(refused.field_errors()[0].field, "password");
    assert_eq!(eve.get("/account").await.status, StatusCode::SEE_OTHER);

    let answer = eve
        .call(AcceptInvitation::PATH, &form(&link.token, NEW_PASSWORD))
        .await;
    assert_eq!(refusal(&answer), None);
    assert_eq!(eve.get("/account").await.status, StatusCode::OK);

    let mut other = app.anon();
    let shown = other.get(&page).await;
    assert!(shown.text.contains("has been used"), "{}", shown.text);
    let answer = other
        .call(AcceptInvitation::PATH, &form(&link.token, NEW_PASSWORD))
        .await;
    assert!(matches!(refusal(&answer), Some(Error::Forbidden(_))));
    let answer = other.sign_in("eve@example.com", NEW_PASSWORD).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn a_link_that_does_not_work_says_so_in_words() {
    let app = TestApp::new().await;
    let link = invited(&app).await;
    let page = format!("/invitation/{}", link.token);
    let unknown = app.anon().get("/invitation/nonsense").await;
    assert_eq!(unknown.status, StatusCode::OK);
    assert!(unknown.text.contains("does not work"), "{}", unknown.text);
    app.db
        .run("update invitation set expires_at = now() - interval '1 day'")
        .await;
    let expired = app.anon().get(&page).await;
    assert!(expired.text.contains("has run out"), "{}", expired.text);
    assert!(!expired.text.contains("eve@example.com"));
    assert!(!expired.text.contains("<form"), "{}", expired.text);
}

#[tokio::test]
async fn tokens_are_not_guessed() {
    let app = TestApp::new().await;
    let mut browser = app.anon();
    for _ in 0..5 {
        let path = format!("{}?token=guess", LoadInvitation::PATH);
        let answer = browser.request(Method::GET, &path).await;
        assert_eq!(refusal(&answer), None, "an answer in words");
    }
    let answer = browser
        .call(AcceptInvitation::PATH, &form("guess", NEW_PASSWORD))
        .await;
    assert!(matches!(refusal(&answer), Some(Error::RateLimited { .. })));
}

#[tokio::test]
async fn the_form_works_without_javascript() {
    let app = TestApp::new().await;
    let link = invited(&app).await;
    let page = format!("/invitation/{}", link.token);
    let mut eve = app.anon();
    let answer = eve
        .post(AcceptInvitation::PATH, &page, &form(&link.token, "short"))
        .await;
    assert_eq!(answer.status, StatusCode::FOUND);
    let back = answer
        .location()
        .strip_prefix("https://crm.example.com")
        .expect("ours")
        .to_owned();
    let shown = eve.get(&back).await;
    assert!(shown.text.contains("value=\"Eve Adams\""), "{}", shown.text);
    assert!(shown.text.contains("at least 10"), "{}", shown.text);
    let answer = eve
        .post(
            AcceptInvitation::PATH,
            &page,
            &form(&link.token, NEW_PASSWORD),
        )
        .await;
    assert_eq!((answer.status, answer.location()), (StatusCode::FOUND, "/"));
    assert_eq!(eve.get("/account").await.status, StatusCode::OK);
}

#[tokio::test]
async fn who_is_deactivated_is_out_at_once() {
    let app = TestApp::new().await;
    let mut sales = app.signed_in("sales").await;
    let id = app
        .db
        .number("select id from app_user where email = 'sales@example.com'")
        .await;
    let mut admin = app.signed_in("admin").await;
    let answer = post(
        &mut admin,
        Deactivate::PATH,
        &json!({"user": id, "to": null}),
    )
    .await;
    assert_eq!(refusal(&answer), None, "{}", answer.text);
    assert_eq!(
        sales.get("/account").await.location(),
        "/sign-in?next=/account"
    );
    let answer = app.anon().sign_in("sales@example.com", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn leads_of_others_are_not_there_to_be_converted() {
    let app = TestApp::new().await;
    let mut sales = app.signed_in("sales").await;
    let path = format!("{}?lead=1", PrepareConversion::PATH);
    let answer = sales.request(Method::GET, &path).await;
    assert_eq!(refusal(&answer), Some(Error::NotFound));
    let conversion = json!({"conversion": {"lead": 1, "version": 1, "contact": null,
        "company": null, "deal": {"title": {"text": "x"}}, "lead_values": {}}});
    let answer = post(&mut sales, ConvertLead::PATH, &conversion).await;
    assert_eq!(refusal(&answer), Some(Error::NotFound));
}
