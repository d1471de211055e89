//! Whether we live and whether we can work, for whoever watches over the process.

use std::{path::PathBuf, sync::Arc, time::Duration};

use axum::{Router, http::StatusCode, routing::get};
use sea_orm::DatabaseConnection;
use tokio_util::sync::CancellationToken;

use crate::room;

/// How long the database may take to answer before we are not ready.
const PATIENCE: Duration = Duration::from_secs(2);

/// `/healthz` answers as long as the process lives; `/readyz` when the database answers too and we
/// are not about to stop. `disk` is where our own PostgreSQL writes: when it is full we are ready
/// still, since people can read, and say so.
pub fn router<S: Clone + Send + Sync + 'static>(
    db: DatabaseConnection,
    stop: CancellationToken,
    disk: Option<PathBuf>,
) -> Router<S> {
    let disk: Option<Arc<PathBuf>> = disk.map(Arc::new);
    let ready = move || {
        let (db, stop, disk) = (db.clone(), stop.clone(), disk.clone());
        async move {
            let (status, words) = ready(&db, &stop).await;
            let shortage = disk.and_then(|disk| room::shortage(&disk));
            let shortage =
                shortage.map_or_else(String::new, |shortage| format!(", but {shortage}"));
            (status, format!("{words}{shortage}\n"))
        }
    };
    Router::new()
        .route("/healthz", get(async || "alive\n"))
        .route("/readyz", get(ready))
}

async fn ready(db: &DatabaseConnection, stop: &CancellationToken) -> (StatusCode, &'static str) {
    if stop.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping");
    }
    match tokio::time::timeout(PATIENCE, db.ping()).await {
        Ok(Ok(())) => (StatusCode::OK, "ready"),
        Ok(Err(_)) | Err(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the database does not answer",
        ),
    }
}
