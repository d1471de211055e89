//! Whether we live and whether we can work, for whoever watches over the process.

use std::time::Duration;

use axum::{Router, http::StatusCode, routing::get};
use sea_orm::DatabaseConnection;
use tokio_util::sync::CancellationToken;

/// How long the database may take to answer before we are not ready.
const PATIENCE: Duration = Duration::from_secs(2);

/// `/healthz` answers as long as the process lives; `/readyz` when the database answers too and we
/// are not about to stop.
pub fn router<S: Clone + Send + Sync + 'static>(
    db: DatabaseConnection,
    stop: CancellationToken,
) -> Router<S> {
    let ready = move || {
        let (db, stop) = (db.clone(), stop.clone());
        async move { ready(&db, &stop).await }
    };
    Router::new()
        .route("/healthz", get(async || "alive\n"))
        .route("/readyz", get(ready))
}

async fn ready(db: &DatabaseConnection, stop: &CancellationToken) -> (StatusCode, &'static str) {
    if stop.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    match tokio::time::timeout(PATIENCE, db.ping()).await {
        Ok(Ok(())) => (StatusCode::OK, "ready\n"),
        Ok(Err(_)) | Err(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the database does not answer\n",
        ),
    }
}
