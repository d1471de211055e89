//! Who is signed in: a cookie that only we can read, and a row in the database.

use std::time::Duration;

use axum::Router;
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::DatabaseConnection;
use services::sessions::{self, USER_ID};
use tokio_util::sync::CancellationToken;
use tower_sessions::{
    ExpiredDeletion as _, Expiry, Session, SessionManagerLayer, cookie::SameSite,
};

use crate::{config::PublicUrl, session_store::DatabaseStore};

/// The cookie's name.
pub const COOKIE: &str = "dealwright_session";

/// How long a session lasts without being used, in days.
const INACTIVITY_DAYS: i64 = 14;

/// How often a session in use is written down again, so that it does not end: a write a day
/// instead of one a request.
const RENEWAL: TimeDelta = TimeDelta::days(1);

/// The key under which a session remembers when it was last renewed: not read, but a session that
/// remembers something new is written down, and its cookie sent again.
const RENEWED: &str = "renewed";

/// How often sessions that have ended are deleted.
const CLEANING: Duration = Duration::from_hours(1);

/// Gives the router's requests their [`Session`]. Routes without people, such as assets and health,
/// are better left out: a session costs a query.
pub fn with_sessions(router: Router, db: DatabaseConnection, url: &PublicUrl) -> Router {
    let sessions = SessionManagerLayer::new(DatabaseStore::new(db))
        .with_name(COOKIE)
        .with_http_only(true)
        // Links in mails must arrive signed in; writes are checked by their origin.
        .with_same_site(SameSite::Lax)
        .with_secure(url.secure_cookies())
        .with_expiry(Expiry::OnInactivity(time::Duration::days(INACTIVITY_DAYS)));
    router.layer(sessions)
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

/// Lets a session in use last on, once a day, before the page is made: while it is rendered the
/// headers may have been sent already.
///
/// A session that cannot be written down is not renewed, and its user reads on: where the disk of
/// the database is full, the store's layer would answer the whole request with its failure.
pub async fn renew(
    db: &DatabaseConnection,
    session: &Session,
    now: DateTime<Utc>,
    ends: DateTime<Utc>,
) {
    let lasts = TimeDelta::days(INACTIVITY_DAYS);
    let Some(id) = session.id().filter(|_| ends - now <= lasts - RENEWAL) else {
        return;
    };
    // Once a day, what it remembers is read as well.
    if !matches!(session.get::<i64>(USER_ID).await, Ok(Some(_))) {
        return;
    }
    match sessions::prolong(db, &id.to_string(), now + lasts).await {
        Ok(()) => {
            // In memory; the layer writes it down, and sends the cookie again.
            let _ = session.insert(RENEWED, now.timestamp()).await;
        }
        Err(error) => tracing::warn!(%error, "a session could not be renewed"),
    }
}
