//! The end: requests under way are answered, live streams end at once, nothing new begins.

use std::{
    convert::Infallible,
    net::SocketAddr,
    time::{Duration, Instant},
};

use axum::{
    Router,
    response::sse::{Event, Sse},
    routing::get,
};
use futures::{StreamExt as _, stream};
use server::shutdown::{self, Shutdown};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};

#[tokio::test]
async fn requests_end_streams_are_cut_and_nothing_new_begins() {
    let shutdown = Shutdown::default();
    let stop = shutdown.token();
    let live = async move || {
        let events = stream::repeat_with(|| Ok::<_, Infallible>(Event::default().data("move")));
        let paced = events.then(async |event| {
            sleep(Duration::from_millis(20)).await;
            event
        });
        Sse::new(paced.boxed().take_until(stop.clone().cancelled_owned()))
    };
    let slow = async || {
        sleep(Duration::from_millis(600)).await;
        "done"
    };
    let router = Router::new()
        .route("/live", get(live))
        .route("/slow", get(slow));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let addr = listener.local_addr().expect("an address");
    let serving = tokio::spawn({
        let shutdown = shutdown.clone();
        async move { shutdown::serve(listener, router, &shutdown).await }
    });

    let slow = tokio::spawn(ask(addr, "/slow"));
    let live = tokio::spawn(ask(addr, "/live"));
    sleep(Duration::from_millis(200)).await;
    let began = Instant::now();
    shutdown.begin();

    let stream = timeout(Duration::from_millis(500), live)
        .await
        .expect("it ends at once");
    assert!(stream.expect("no panic").contains("data: move"));
    let answer = slow.await.expect("no panic");
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("done"),
        "{answer}"
    );
    serving.await.expect("no panic").expect("no error");
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
    assert!(TcpStream::connect(addr).await.is_err(), "nothing listens");
}

/// The whole answer, to the end of the connection.
async fn ask(addr: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(addr).await.expect("it listens");
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream
        .write_all(request.as_bytes())
        .await
        .expect("it reads");
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .await
        .expect("it answers");
    answer
}
