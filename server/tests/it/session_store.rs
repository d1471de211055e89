//! Sessions: the cookie, the row behind it, and when either ends.

use axum::{
    Router,
    body::Body,
    http::{
        Request, Response,
        header::{COOKIE, SET_COOKIE},
    },
    routing::{get, post},
};
use http_body_util::BodyExt as _;
use sea_orm::ConnectionTrait as _;
use server::{config::PublicUrl, session_store::DatabaseStore, sessions};
use services::sessions::{USER_ID, delete_for_user};
use test_support::TestDb;
use time::{Duration, OffsetDateTime};
use tower::ServiceExt as _;
use tower_sessions::{
    ExpiredDeletion as _, Session, SessionStore as _,
    session::{Id, Record},
};

#[tokio::test]
async fn a_cookie_signs_in_until_the_session_is_flushed() {
    let db = TestDb::new().await;
    let anna = db.user("Anna", &[], None).await;
    let site = Site::new(&db, "https://crm.example.com");

    let answer = site.send("POST", &format!("/sign-in/{anna}"), None).await;
    let set = answer.headers()[SET_COOKIE]
        .to_str()
        .expect("text")
        .to_owned();
    for part in [
        "HttpOnly",
        "SameSite=Lax",
        "Secure",
        "Path=/",
        "Max-Age=1209600",
    ] {
        assert!(set.contains(part), "{part} is not in {set}");
    }
    let cookie = cookie(&answer);
    assert!(cookie.starts_with("dealwright_session="), "{cookie}");

    let answer = site.send("GET", "/who", Some(&cookie)).await;
    assert_eq!(text(answer).await, anna.to_string());
    assert_eq!(db.number("select count(*) from session").await, 1);
    let of_anna = "select user_id from session";
    assert_eq!(db.number(of_anna).await, anna);
    // The table does not show what the cookie says.
    let token = cookie.split_once('=').expect("a value").1;
    let shown = format!("select count(*) from session where id = '{token}'");
    assert_eq!(db.number(&shown).await, 0);

    let answer = site.send("POST", "/sign-out", Some(&cookie)).await;
    assert!(
        answer.headers()[SET_COOKIE]
            .to_str()
            .expect("text")
            .contains("Max-Age=0")
    );
    assert_eq!(
        text(site.send("GET", "/who", Some(&cookie)).await).await,
        "nobody"
    );
    assert_eq!(db.number("select count(*) from session").await, 0);
}

#[tokio::test]
async fn signing_in_takes_a_new_id() {
    let db = TestDb::new().await;
    let anna = db.user("Anna", &[], None).await;
    let site = Site::new(&db, "http://localhost:3000");
    let before = site.send("POST", "/remember", None).await;
    assert!(
        !before.headers()[SET_COOKIE]
            .to_str()
            .expect("text")
            .contains("Secure")
    );
    let given = cookie(&before);
    let after = site
        .send("POST", &format!("/sign-in/{anna}"), Some(&given))
        .await;
    assert_ne!(cookie(&after), given);
    assert_eq!(
        text(site.send("GET", "/who", Some(&given)).await).await,
        "nobody"
    );
}

#[tokio::test]
async fn an_id_that_is_taken_is_never_shared() {
    let db = TestDb::new().await;
    let store = DatabaseStore::new(db.db.clone());
    let mut one = record("one", Duration::days(1));
    store.create(&mut one).await.expect("created");
    let mut two = Record {
        id: one.id,
        ..record("two", Duration::days(1))
    };
    store
        .create(&mut two)
        .await
        .expect("created under another id");
    assert_ne!(one.id, two.id);
    let kept = store.load(&one.id).await.expect("loaded").expect("there");
    assert_eq!(kept.data, one.data);
    assert_eq!(
        kept.expiry_date.unix_timestamp(),
        one.expiry_date.unix_timestamp()
    );
}

#[tokio::test]
async fn a_deleted_session_is_not_brought_back_by_a_request_under_way() {
    let db = TestDb::new().await;
    let store = DatabaseStore::new(db.db.clone());
    let mut record = record("x", Duration::days(1));
    store.create(&mut record).await.expect("created");
    store.delete(&record.id).await.expect("deleted");
    store.save(&record).await.expect("no error");
    assert!(store.load(&record.id).await.expect("loaded").is_none());
}

#[tokio::test]
async fn sessions_end_and_are_cleared_away() {
    let db = TestDb::new().await;
    let store = DatabaseStore::new(db.db.clone());
    let mut over = record("over", Duration::seconds(-2));
    let mut live = record("live", Duration::days(1));
    store.create(&mut over).await.expect("created");
    store.create(&mut live).await.expect("created");
    assert!(store.load(&over.id).await.expect("loaded").is_none());
    store.delete_expired().await.expect("deleted");
    assert_eq!(db.number("select count(*) from session").await, 1);
    assert!(store.load(&live.id).await.expect("loaded").is_some());
}

#[tokio::test]
async fn a_user_is_signed_out_everywhere_but_here() {
    let db = TestDb::new().await;
    let (anna, ben) = (
        db.user("Anna", &[], None).await,
        db.user("Ben", &[], None).await,
    );
    let store = DatabaseStore::new(db.db.clone());
    let mut ids = Vec::new();
    for user in [anna, anna, ben] {
        let mut record = record("x", Duration::days(1));
        record.data.insert(USER_ID.to_owned(), user.into());
        store.create(&mut record).await.expect("created");
        ids.push(record.id.to_string());
    }
    let ended = delete_for_user(&db.db, anna, Some(&ids[0]))
        .await
        .expect("deleted");
    assert_eq!(ended, 1);
    let left = db.number("select count(*) from session").await;
    assert_eq!(left, 2, "this browser's and Ben's");
}

#[tokio::test]
async fn what_cannot_be_read_is_no_session() {
    let db = TestDb::new().await;
    let store = DatabaseStore::new(db.db.clone());
    let mut record = record("x", Duration::days(1));
    store.create(&mut record).await.expect("created");
    db.db
        .execute_unprepared("update session set data = 'rubbish'")
        .await
        .expect("written");
    assert!(store.load(&record.id).await.expect("no error").is_none());
}

/// A site of three routes with sessions.
struct Site(Router);

impl Site {
    fn new(db: &TestDb, url: &str) -> Self {
        let routes = Router::new()
            .route("/sign-in/{user}", post(sign_in))
            .route(
                "/sign-out",
                post(async |session: Session| session.flush().await.expect("flushed")),
            )
            .route(
                "/remember",
                post(async |session: Session| {
                    session.insert("theme", "dark").await.expect("kept");
                }),
            )
            .route("/who", get(who));
        let url = PublicUrl::parse(url).expect("a URL");
        Self(sessions::with_sessions(routes, db.db.clone(), &url))
    }

    async fn send(&self, method: &str, path: &str, cookie: Option<&str>) -> Response<Body> {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(cookie) = cookie {
            request = request.header(COOKIE, cookie);
        }
        let request = request.body(Body::empty()).expect("a request");
        let answer = self.0.clone().oneshot(request).await.expect("infallible");
        assert!(answer.status().is_success(), "{}", answer.status());
        answer
    }
}

async fn sign_in(session: Session, axum::extract::Path(user): axum::extract::Path<i64>) {
    session.cycle_id().await.expect("a new id");
    session.insert(USER_ID, user).await.expect("kept");
}

async fn who(session: Session) -> String {
    let user = session.get::<i64>(USER_ID).await.expect("read");
    user.map_or_else(|| "nobody".to_owned(), |user| user.to_string())
}

fn record(word: &str, lasts: Duration) -> Record {
    Record {
        id: Id::default(),
        data: [("word".to_owned(), word.into())].into(),
        expiry_date: OffsetDateTime::now_utc() + lasts,
    }
}

/// What the browser sends back.
fn cookie(answer: &Response<Body>) -> String {
    let set = answer.headers()[SET_COOKIE].to_str().expect("text");
    set.split(';').next().expect("a pair").to_owned()
}

async fn text(answer: Response<Body>) -> String {
    let bytes = answer
        .into_body()
        .collect()
        .await
        .expect("a body")
        .to_bytes();
    String::from_utf8(bytes.to_vec()).expect("text")
}
