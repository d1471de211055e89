//! Who is signed in: a cookie that only we can read, and a row in the database.

use std::time::Duration;

use axum::{
    Router,
    extract::{Request, State},
    middleware::{self, Next},
    response::Response,
};
use chrono::TimeDelta;
use sea_orm::DatabaseConnection;
use services::sessions::{self, USER_ID};
use tokio_util::sync::CancellationToken;
use tower_sessions::{
    ExpiredDeletion as _, Expiry, Session, SessionManagerLayer, cookie::SameSite,
};

use crate::{config::PublicUrl, session_store::DatabaseStore, state};

/// The cookie's name.
pub const COOKIE: &str = "dealwright_session";

/// How long a session lasts without being used, in days.
const INACTIVITY_DAYS: i64 = 14;

/// How often a session in use is written down again, so that it does not end: a write a day
/// instead of one a request.
const RENEWAL: i64 = 24 * 60 * 60;

/// The key under which a session remembers when it was last renewed.
const RENEWED: &str = "renewed";

/// How often sessions that have ended are deleted.
const CLEANING: Duration = Duration::from_hours(1);

/// Gives the router's requests their [`Session`]. Routes without people, such as assets and health,
/// are better left out: a session costs a query.
pub fn with_sessions(router: Router, db: DatabaseConnection, url: &PublicUrl) -> Router {
    let renewal = middleware::from_fn_with_state(db.clone(), renew);
    let sessions = SessionManagerLayer::new(DatabaseStore::new(db))
        .with_name(COOKIE)
        .with_http_only(true)
        // Links in mails must arrive signed in; writes are checked by their origin.
        .with_same_site(SameSite::Lax)
        .with_secure(url.secure_cookies())
        .with_expiry(Expiry::OnInactivity(time::Duration::days(INACTIVITY_DAYS)));
    router.layer(renewal).layer(sessions)
}

/// Deletes sessions that have ended, now and every hour until the server stops.
pub async fn delete_expired(db: DatabaseConnection, stop: CancellationToken) {
    let store = DatabaseStore::new(db);
    let mut hours = tokio::time::interval(CLEANING);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = hours.tick() => {}
        }
        if let Err(error) = store.delete_expired().await {
            tracing::warn!(%error, "sessions that have ended could not be deleted");
        }
    }
}

/// Has a session in use written down once a day, before the page is made: while it is rendered the
/// headers may have been sent already.
///
/// A session that cannot be written down is not renewed, and its user reads on: where the disk of
/// the database is full, the store's layer would answer the whole request with its failure.
async fn renew(
    State(db): State<DatabaseConnection>,
    session: Session,
    request: Request,
    next: Next,
) -> Response {
    if let Some(id) = session.id()
        && let Ok(Some(_)) = session.get::<i64>(USER_ID).await
    {
        let now = state::now();
        let renewed = session.get::<i64>(RENEWED).await.ok().flatten();
        if renewed.is_none_or(|renewed| now.timestamp() - renewed >= RENEWAL) {
            match sessions::prolong(&db, &id.to_string(), now + TimeDelta::days(INACTIVITY_DAYS))
                .await
            {
                Ok(()) => {
                    // In memory; the layer writes it down, and sends the cookie again.
                    let _ = session.insert(RENEWED, now.timestamp()).await;
                }
                Err(error) => tracing::warn!(%error, "a session could not be renewed"),
            }
        }
    }
    next.run(request).await
}
