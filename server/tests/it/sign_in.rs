//! Signing in and out, and one's own password.

use app::account::api::{ChangePassword, SetTimeZone};
use app::layout::api::{LoadWorkspace, SetTheme, SignOut};
use app::sign_in::api::SignIn;
use axum::http::{Method, StatusCode};
use domain::Error;
use domain::rights::Role;
use domain::workspace::Workspace;
use leptos::server_fn::ServerFn;

use crate::test_app::{PASSWORD, TestApp};

const SESSION: &str = "dealwright_session";

#[tokio::test]
async fn the_session_gets_a_new_id_at_sign_in_and_ends_at_sign_out() {
    let app = TestApp::new().await;
    let mut browser = app.anon();
    let answer = browser.sign_in(" Sales@Example.com ", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let set = answer.header("set-cookie");
    for part in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
        assert!(set.contains(part), "{part} is not in {set}");
    }
    let first = browser.cookie(SESSION).expect("a session").to_owned();

    // Whoever knew the id from before does not come in with them.
    let before = browser.clone();
    browser.sign_in("admin@example.com", PASSWORD).await;
    let second = browser.cookie(SESSION).expect("a session").to_owned();
    assert_ne!(first, second);
    let stale = before.clone().get("/account").await;
    assert_eq!(stale.location(), "/sign-in?next=/account");

    assert_eq!(
        browser.call(SignOut::PATH, &[]).await.status,
        StatusCode::OK
    );
    assert_eq!(app.db.number("select count(*) from session").await, 0);
    browser.cookies = vec![(SESSION.to_owned(), second)];
    assert_eq!(
        browser.get("/account").await.location(),
        "/sign-in?next=/account"
    );
}

#[tokio::test]
async fn a_session_in_use_is_written_once_a_day() {
    let app = TestApp::new().await;
    let mut browser = app.signed_in("sales").await;
    // Where a second or two make no difference.
    let ends = "select round(extract(epoch from expires_at - now()) / 3600)::bigint from session";
    assert_eq!(app.db.number(ends).await, 14 * 24);
    assert_eq!(browser.get("/account").await.header("set-cookie"), "");
    app.db
        .run("update session set expires_at = expires_at - interval '25 hours'")
        .await;
    let renewed = browser.get("/account").await;
    let set = renewed.header("set-cookie");
    assert!(set.contains("Max-Age=1209600"), "{set}");
    assert_eq!(app.db.number(ends).await, 14 * 24);
    for _ in 0..3 {
        assert_eq!(browser.get("/account").await.header("set-cookie"), "");
    }
    let stranger = app.anon().get("/sign-in").await;
    assert_eq!(stranger.header("set-cookie"), "");
    assert_eq!(app.db.number("select count(*) from session").await, 1);
}

#[tokio::test]
async fn a_session_that_cannot_be_written_down_lets_its_user_read_on() {
    let app = TestApp::new().await;
    let mut browser = app.signed_in("sales").await;
    app.db
        .run(
            "update session set expires_at = expires_at - interval '25 hours';
             create function full_disk() returns trigger language plpgsql as
               $$ begin raise 'No space left on device' using errcode = '53100'; end $$;
             create trigger full_disk before update on session
               for each row execute function full_disk()",
        )
        .await;
    let answer = browser.get("/account").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("set-cookie"), "");
    // Once there is room it is renewed.
    app.db.run("drop trigger full_disk on session").await;
    let answer = browser.get("/account").await;
    assert!(answer.headers.contains_key("set-cookie"));
}

#[tokio::test]
async fn a_session_that_has_ended_lets_nobody_in() {
    let app = TestApp::new().await;
    let mut browser = app.signed_in("sales").await;
    app.db
        .run("update session set expires_at = now() - interval '1 second'")
        .await;
    assert_eq!(
        browser.get("/account").await.location(),
        "/sign-in?next=/account"
    );
    let refused = browser.call(LoadWorkspace::PATH, &[]).await;
    assert_eq!(refused.error(), Error::Unauthenticated);
}

#[tokio::test]
async fn a_wrong_pair_does_not_say_which() {
    let app = TestApp::new().await;
    app.db
        .run("update app_user set active = false where email = 'head@example.com'")
        .await;
    app.db.run("insert into app_user (email, name, created_at) values ('new@example.com', 'New', now())").await;
    for (email, password) in [
        ("sales@example.com", "wrong"),
        ("nobody@example.com", PASSWORD),
        ("head@example.com", PASSWORD),
        ("new@example.com", ""),
        ("", ""),
    ] {
        let mut browser = app.anon();
        let answer = browser.sign_in(email, password).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{email}");
        assert_eq!(answer.error(), Error::Unauthenticated, "{email}");
        assert!(browser.cookie(SESSION).is_none(), "{email}");
    }
}

#[tokio::test]
async fn too_many_tries_have_to_wait() {
    let app = TestApp::new().await;
    let mut browser = app.anon();
    for _ in 0..5 {
        let answer = browser.sign_in("sales@example.com", "wrong").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }
    let answer = browser.sign_in("sales@example.com", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(matches!(
        answer.error(),
        Error::RateLimited {
            retry_after: 1..=30
        }
    ));
    assert!(!answer.header("retry-after").is_empty());
}

#[tokio::test]
async fn the_form_works_without_javascript() {
    let app = TestApp::new().await;
    let mut browser = app.anon();
    let page = browser.get("/sign-in?next=/funnel").await;
    assert!(
        page.text.contains(&format!("action=\"{}\"", SignIn::PATH)),
        "{}",
        page.text
    );
    assert!(
        page.text.contains("name=\"next\" value=\"/funnel\""),
        "{}",
        page.text
    );

    let wrong = [
        ("email", "a\"<b>@example.com"),
        ("password", "sesame"),
        ("next", "/funnel"),
    ];
    let answer = browser
        .post(SignIn::PATH, "/sign-in?next=/funnel", &wrong)
        .await;
    assert_eq!(answer.status, StatusCode::FOUND);
    let back = answer
        .location()
        .strip_prefix("https://crm.example.com")
        .expect("ours")
        .to_owned();
    assert!(
        !back.contains("example.com"),
        "what was typed is in the address: {back}"
    );
    let page = browser.get(&back).await;
    assert!(page.text.contains("do not fit together"), "{}", page.text);
    assert!(
        page.text.contains("value=\"a&quot;&lt;b&gt;@example.com\""),
        "{}",
        page.text
    );
    assert!(!page.text.contains("sesame"), "the password came back");

    let right = [
        ("email", "sales@example.com"),
        ("password", PASSWORD),
        ("next", "/funnel"),
    ];
    let answer = browser
        .post(SignIn::PATH, "/sign-in?next=/funnel", &right)
        .await;
    assert_eq!(
        (answer.status, answer.location()),
        (StatusCode::FOUND, "/funnel")
    );
    assert_eq!(browser.get("/account").await.status, StatusCode::OK);
}

#[tokio::test]
async fn one_never_lands_on_another_site() {
    let app = TestApp::new().await;
    let form = [
        ("email", "sales@example.com"),
        ("password", PASSWORD),
        ("next", "//evil.example"),
    ];
    let answer = app.anon().post(SignIn::PATH, "/sign-in", &form).await;
    assert_eq!(answer.location(), "/");
}

#[tokio::test]
async fn a_change_of_password_needs_the_old_one_and_ends_the_other_sessions() {
    let app = TestApp::new().await;
    let (mut here, mut there) = (app.signed_in("sales").await, app.signed_in("sales").await);
    let change = |old: &'static str, new: &'static str| [("old", old), ("new", new)];

    let answer = here
        .call(ChangePassword::PATH, &change("wrong", "a new password"))
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.error().field_errors()[0].field, "old");
    let answer = here
        .call(ChangePassword::PATH, &change(PASSWORD, "short"))
        .await;
    assert_eq!(answer.error().field_errors()[0].field, "new");

    let answer = here
        .call(ChangePassword::PATH, &change(PASSWORD, "a new password"))
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(here.get("/account").await.status, StatusCode::OK);
    assert_eq!(
        there.get("/account").await.location(),
        "/sign-in?next=/account"
    );
    assert_eq!(
        app.anon()
            .sign_in("sales@example.com", PASSWORD)
            .await
            .status,
        StatusCode::UNAUTHORIZED
    );
    let answer = app
        .anon()
        .sign_in("sales@example.com", "a new password")
        .await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn whoever_is_switched_off_is_out_at_once() {
    let app = TestApp::new().await;
    let mut sales = app.signed_in("sales").await;
    app.db
        .run("update app_user set active = false where email = 'sales@example.com'")
        .await;
    assert_eq!(
        sales.get("/account").await.location(),
        "/sign-in?next=/account"
    );
    let answer = sales.request(Method::GET, LoadWorkspace::PATH).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_workspace_tells_who_is_there_and_what_they_may_do() {
    let app = TestApp::new().await;
    let mut head = app.signed_in("head").await;
    let answer = head.request(Method::GET, LoadWorkspace::PATH).await;
    let workspace: Workspace = serde_json::from_str(&answer.text).expect("a workspace");
    assert_eq!(workspace.organisation, "Test");
    assert_eq!(workspace.me.email, "head@example.com");
    assert_eq!(workspace.actor.roles, [Role::HeadOfSales]);
    assert_eq!(workspace.people.len(), 4);
    // The own department and the one below, with who is in it.
    let team: Vec<_> = workspace.actor.team.values().flatten().collect();
    assert_eq!((workspace.actor.team.len(), team.len()), (2, 2));
    assert_eq!(workspace.time_zone, "Europe/Warsaw");

    let mut sales = app.signed_in("sales").await;
    let answer = sales.request(Method::GET, LoadWorkspace::PATH).await;
    let workspace: Workspace = serde_json::from_str(&answer.text).expect("a workspace");
    assert!(workspace.actor.team.is_empty());
}

#[tokio::test]
async fn theme_and_time_zone_are_kept() {
    let app = TestApp::new().await;
    let mut sales = app.signed_in("sales").await;
    assert!(
        sales
            .get("/account")
            .await
            .text
            .contains("data-theme=\"auto\"")
    );
    let answer = sales.call(SetTheme::PATH, &[("theme", "dark")]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert!(
        sales
            .get("/account")
            .await
            .text
            .contains("data-theme=\"dark\"")
    );
    let answer = sales
        .call(SetTheme::PATH, &[("theme", "\"><script>")])
        .await;
    assert_eq!(answer.error().field_errors()[0].field, "theme");
    // The sign-in page of this browser follows.
    sales.call(SignOut::PATH, &[]).await;
    assert!(
        sales
            .get("/sign-in")
            .await
            .text
            .contains("data-theme=\"dark\"")
    );

    let mut sales = app.signed_in("sales").await;
    let answer = sales
        .call(SetTimeZone::PATH, &[("time_zone", "Asia/Kolkata")])
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let answer = sales.request(Method::GET, LoadWorkspace::PATH).await;
    let workspace: Workspace = serde_json::from_str(&answer.text).expect("a workspace");
    assert_eq!(
        (workspace.time_zone.as_str(), workspace.utc_offset),
        ("Asia/Kolkata", 19800)
    );
    let answer = sales
        .call(SetTimeZone::PATH, &[("time_zone", "Mars/Olympus")])
        .await;
    assert_eq!(answer.error().field_errors()[0].field, "time_zone");
}
