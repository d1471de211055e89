//! Live updates over server-sent events.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::response::Response;
use domain::live::{LiveMessage, Placement};
use domain::rights::Standing;
use domain::{Error, EventId, Kind};
use http_body_util::BodyExt as _;
use server::live::PATH;
use services::live::{Announcement, Committed};
use tokio::time::{sleep, timeout};

use crate::test_app::{Browser, TestApp};

const LONG: Duration = Duration::from_secs(10);

/// A stream as its browser reads it, block by block.
struct Stream {
    response: Response,
    read: String,
}

impl Stream {
    /// The next block that is not a comment; none when the stream has ended.
    async fn next(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.read.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.read = rest;
                if !block.starts_with(':') {
                    return Some(block);
                }
                continue;
            }
            let frame = timeout(LONG, self.response.frame())
                .await
                .expect("in time")?;
            let bytes = frame.expect("no fault").into_data().expect("data");
            self.read
                .push_str(std::str::from_utf8(&bytes).expect("text"));
        }
    }

    async fn message(&mut self) -> LiveMessage {
        let block = self.next().await.expect("an open stream");
        let data = block
            .lines()
            .find_map(|line| line.strip_prefix("data: "))
            .expect("data");
        serde_json::from_str(data).expect("a live message")
    }
}

async fn open(app: &TestApp, browser: &Browser, path: &str, last: Option<&str>) -> Stream {
    timeout(LONG, async {
        while !app.state.live.hub.is_listening() {
            sleep(Duration::from_millis(5)).await;
        }
    })
    .await
    .expect("the node listens");
    let mut request = Request::get(path).header("accept-encoding", "br, gzip");
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    let response = browser
        .open(request.body(Body::empty()).expect("a request"))
        .await;
    assert_eq!(response.status(), StatusCode::OK);
    Stream {
        response,
        read: String::new(),
    }
}

fn announce(app: &TestApp, event: EventId) {
    let placement = Placement {
        pipeline_id: None,
        stage_id: None,
        amount: None,
    };
    let change = Committed {
        event,
        by: None,
        kind: Kind::Company,
        id: 7,
        version: 1,
        before: None,
        after: Some((Standing::default(), placement)),
    };
    app.state
        .live
        .publisher
        .announce(Announcement::Changes(vec![change]));
}

#[tokio::test]
async fn nobody_listens_without_a_session() {
    let app = TestApp::new().await;
    let answer = app.anon().get(PATH).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.error(), Error::Unauthenticated);
}

#[tokio::test]
async fn a_stream_is_sent_as_it_comes_and_says_where_to_go_on() {
    let app = TestApp::new().await;
    let director = app.signed_in("director").await;
    let mut stream = open(&app, &director, PATH, None).await;
    let header = |name: &str| {
        let value = stream.response.headers().get(name);
        value.map(|value| value.to_str().expect("text").to_owned())
    };
    assert_eq!(header("content-type").as_deref(), Some("text/event-stream"));
    assert_eq!(header("cache-control").as_deref(), Some("no-store"));
    assert_eq!(header("x-accel-buffering").as_deref(), Some("no"));
    assert_eq!(header("content-encoding"), None);
    let greeting = stream.next().await.expect("a greeting");
    assert!(
        greeting.contains("retry: 1000") && greeting.contains("id: 0"),
        "{greeting}"
    );
    announce(&app, 5);
    let block = stream.next().await.expect("a message");
    assert!(block.lines().any(|line| line == "id: 5"), "{block}");
    assert!(block.contains(r#"data: {"changed":"#), "{block}");
}

/// A page that is open for days outlives its server's version. What a page says of itself is what a
/// server of the same version says of itself.
#[tokio::test]
async fn a_page_can_tell_whether_the_server_is_of_its_version() {
    let app = TestApp::new().await;
    let mut director = app.signed_in("director").await;
    let version = app.state.files.version();
    assert!(version.contains(".wasm"), "{version}");
    let page = director.get("/deals/board").await;
    let marked = format!("data-version=\"{version}\"");
    assert!(page.text.contains(&marked), "{}", &page.text[..500]);
    let mut stream = open(&app, &director, PATH, None).await;
    let greeting = stream.next().await.expect("a greeting");
    assert!(greeting.contains("event: version"), "{greeting}");
    assert!(greeting.contains(&format!("data: {version}")), "{greeting}");
    // Nobody misses it who comes back: that is when the server may be another.
    let mut again = open(&app, &director, PATH, Some("1")).await;
    assert_eq!(
        again.next().await.map(|words| words.contains(&version)),
        Some(true)
    );
}

#[tokio::test]
async fn a_browser_that_comes_back_is_told_what_it_missed() {
    let app = TestApp::new().await;
    app.db
        .run(
            "insert into company (id, name, created_at, updated_at) values (7, 'Seven', now(), now()); \
             insert into operation (id, at, via) values (1, now(), 'form'); \
             insert into event (id, operation_id, at, kind, record_id, what, version, difference) \
             values (3, 1, now() - interval '1 hour', 'company', 7, 'changed', 1, '{}'), \
                    (4, 1, now(), 'company', 7, 'changed', 2, '{}')",
        )
        .await;
    let director = app.signed_in("director").await;
    // What the browser says itself counts, and what the page's address said before does not.
    let mut stream = open(&app, &director, "/api/live?last=1", Some("3")).await;
    let greeting = stream.next().await.expect("a greeting");
    assert!(!greeting.contains("id:"), "{greeting}");
    assert_eq!(stream.message().await, LiveMessage::Workspace);
    match stream.message().await {
        LiveMessage::Changed(change) => assert_eq!((change.event, change.id), (4, 7)),
        other => panic!("{other:?}"),
    }
    // What its rights do not show, it has not missed.
    let sales = app.signed_in("sales").await;
    let mut stream = open(&app, &sales, "/api/live?last=3", None).await;
    stream.next().await.expect("a greeting");
    assert_eq!(stream.message().await, LiveMessage::Workspace);
    assert!(
        timeout(Duration::from_millis(300), stream.next())
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_stream_ends_with_its_session() {
    let app = TestApp::new().await;
    let director = app.signed_in("director").await;
    let mut stream = open(&app, &director, PATH, None).await;
    stream.next().await.expect("a greeting");
    app.db.run("delete from session").await;
    app.state.live.publisher.announce(Announcement::Workspace);
    let farewell = stream.next().await.expect("a farewell");
    assert!(farewell.contains("event: signed_out"), "{farewell}");
    assert_eq!(stream.next().await, None);
    assert_eq!(
        director.clone().get(PATH).await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn a_stream_ends_when_the_server_stops() {
    let app = TestApp::new().await;
    let director = app.signed_in("director").await;
    let mut stream = open(&app, &director, PATH, None).await;
    stream.next().await.expect("a greeting");
    app.state.shutdown.begin();
    assert_eq!(stream.next().await, None);
    drop(stream);
    assert_eq!(app.state.live.hub.pages(), 0, "its place is free");
}
