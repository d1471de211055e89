//! Listening: every node hears what any node committed, on a connection of its own.

use std::sync::Arc;
use std::time::Duration;

use sea_orm::DatabaseConnection;
use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use super::telling::{self, Heard};
use super::{Announcement, CHANNEL, Hub};

/// After so long without a word the connection is tried: a network can lose it silently.
const SILENCE: Duration = Duration::from_secs(30);
/// How long an answer to that may take.
const ANSWER: Duration = Duration::from_secs(5);
/// The longest rest between two tries to connect.
const LONGEST_REST: Duration = Duration::from_secs(2);

/// Listens and tells for as long as the task lives. What is heard is taken while pages are still told
/// what came before.
pub(super) async fn listen(db: DatabaseConnection, hub: Arc<Hub>) {
    let (heard, queue) = mpsc::unbounded_channel();
    tokio::join!(
        listen_on(db, &hub, heard),
        telling::tell(queue, hub.clone())
    );
}

/// What was said while the connection was away is lost, so browsers are told to read everything
/// again when it is back.
async fn listen_on(db: DatabaseConnection, hub: &Hub, heard: mpsc::UnboundedSender<Heard>) {
    let mut rest = Duration::from_millis(50);
    let mut missed = false;
    loop {
        match connect(&db).await {
            Ok(mut listener) => {
                rest = Duration::from_millis(50);
                if missed {
                    tracing::info!("live changes are heard again");
                    say(&heard, Heard::Missed);
                }
                hub.listening(true);
                let why = hear(&mut listener, &heard).await;
                hub.listening(false);
                missed = true;
                tracing::warn!(%why, "live changes are not heard");
            }
            Err(error) => {
                missed = true;
                tracing::warn!(%error, "cannot listen for live changes");
                sleep(rest).await;
                rest = (rest * 2).min(LONGEST_REST);
            }
        }
    }
}

async fn connect(db: &DatabaseConnection) -> Result<PgListener, sqlx::Error> {
    let options = db.get_postgres_connection_pool().connect_options();
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .max_lifetime(None)
        .idle_timeout(None)
        .connect_with((*options).clone())
        .await?;
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.ignore_pool_close_event(true);
    // The loop above connects anew, and knows that something was missed.
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    Ok(listener)
}

/// Hears until the connection is lost, and says why.
async fn hear(listener: &mut PgListener, heard: &mpsc::UnboundedSender<Heard>) -> String {
    loop {
        match timeout(SILENCE, listener.try_recv()).await {
            Ok(Ok(Some(notification))) => {
                match serde_json::from_str::<Announcement>(notification.payload()) {
                    Ok(announcement) => say(heard, Heard::Announced(announcement)),
                    // A newer node beside us while it is being updated.
                    Err(error) => {
                        tracing::warn!(%error, "a live change could not be read");
                        say(heard, Heard::Missed);
                    }
                }
            }
            Ok(Ok(None)) => return "the connection ended".to_owned(),
            Ok(Err(error)) => return error.to_string(),
            Err(_) => {
                let answer = sqlx::query("select 1").execute(&mut *listener);
                match timeout(ANSWER, answer).await {
                    Ok(Ok(_)) => {}
                    Ok(Err(error)) => return error.to_string(),
                    Err(_) => return "the connection is silent".to_owned(),
                }
            }
        }
    }
}

fn say(heard: &mpsc::UnboundedSender<Heard>, what: Heard) {
    // Its other end is in the same task, and ends with it.
    let _ = heard.send(what);
}
