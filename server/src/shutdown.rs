//! The end: no new connections, ten seconds for requests under way, live streams at once.

use std::{io, net::SocketAddr, time::Duration};

use axum::Router;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tokio_util::sync::CancellationToken;

/// How long requests under way may take to end.
const GRACE: Duration = Duration::from_secs(10);

/// Tells everything that runs on that it is time to end.
#[derive(Debug, Clone, Default)]
pub struct Shutdown {
    stop: CancellationToken,
    hurry: CancellationToken,
}

impl Shutdown {
    /// Begins to listen for SIGTERM and Ctrl-C. A second one ends the wait for requests.
    pub fn on_signals() -> io::Result<Self> {
        let shutdown = Self::default();
        let (mut terminate, mut interrupt) = (
            signal(SignalKind::terminate())?,
            signal(SignalKind::interrupt())?,
        );
        let told = shutdown.clone();
        tokio::spawn(async move {
            loop {
                let name = tokio::select! {
                    _ = terminate.recv() => "SIGTERM",
                    _ = interrupt.recv() => "SIGINT",
                };
                if told.stop.is_cancelled() {
                    told.hurry.cancel();
                } else {
                    tracing::info!(signal = name, "stopping");
                    told.stop.cancel();
                }
            }
        });
        Ok(shutdown)
    }

    /// Cancelled when it is time to end. A live stream ends with it at once (`take_until`), so that
    /// its browser connects anew, to us after a restart or to another node.
    pub fn token(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Begins the end from within.
    pub fn begin(&self) {
        self.stop.cancel();
    }
}

/// Serves until the shutdown begins and requests have ended, or their time is over.
pub async fn serve(listener: TcpListener, router: Router, shutdown: &Shutdown) -> io::Result<()> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let stop = shutdown.token();
    let serving =
        axum::serve(listener, service).with_graceful_shutdown(stop.clone().cancelled_owned());
    tokio::select! {
        ended = serving => ended,
        () = async {
            stop.cancelled().await;
            tokio::select! {
                () = tokio::time::sleep(GRACE) => {}
                () = shutdown.hurry.cancelled() => {}
            }
        } => {
            tracing::warn!("requests that still ran were cut off");
            Ok(())
        }
    }
}
