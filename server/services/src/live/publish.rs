//! Publishing: one task a process takes what was handed over and notifies the nodes, at most every
//! [`PAUSE`], on a connection of its own: `pg_notify` takes a lock of the whole cluster at commit,
//! and no user's transaction should wait for it.

use std::sync::Arc;
use std::time::Duration;

use domain::{EventId, Kind};
use sea_orm::DatabaseConnection;
use sqlx::{ConnectOptions as _, PgConnection};
use tokio::sync::{Mutex, Notify, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::{Announcement, CHANNEL, Committed, Publisher};

/// Time between two batches. The first one after a rest goes out at once.
pub const PAUSE: Duration = Duration::from_millis(50);
/// Bytes of one notification: PostgreSQL takes less than 8,000.
pub const LONGEST: usize = 7_999;
/// More changes of one kind in a batch than this are told as a reload, as after a standstill.
const MOST_CHANGES: usize = 500;
/// Tries with what was handed over; after that only "reload" is told.
const TRIES: u32 = 3;
/// The longest rest between two tries to reach the database.
const LONGEST_REST: Duration = Duration::from_secs(5);
/// How long the end waits for the last batch.
const LAST_BATCH: Duration = Duration::from_secs(3);

/// The publishing task. It runs until [`Publishing::finish`], until the last [`Publisher`] is gone,
/// or until this is dropped.
#[derive(Debug)]
pub struct Publishing {
    end: Arc<Notify>,
    task: Mutex<Option<JoinHandle<()>>>,
}

/// What publishing has come to, for who measures it.
#[derive(Debug, Clone, Copy)]
pub enum Published {
    /// A batch went out.
    Sent {
        /// What was handed over.
        announcements: usize,
        /// What it was folded into.
        notifications: usize,
        /// From when it was taken from the queue until PostgreSQL had it.
        took: Duration,
        /// What came meanwhile.
        waiting: usize,
    },
    /// It could not be sent, and is tried again.
    Failed {
        /// What came meanwhile.
        waiting: usize,
    },
}

/// Is told what publishing comes to.
pub type Watch = Arc<dyn Fn(Published) + Send + Sync>;

/// Starts the task, for a server or for a command that writes beside one.
#[must_use]
pub fn start(db: &DatabaseConnection) -> (Publisher, Publishing) {
    start_watched(db, Arc::new(|_| {}))
}

/// The same for a server that measures it.
#[must_use]
pub fn start_watched(db: &DatabaseConnection, watch: Watch) -> (Publisher, Publishing) {
    let (publisher, queue) = Publisher::new();
    let end = Arc::new(Notify::new());
    let task = tokio::spawn(publish(db.clone(), queue, end.clone(), watch));
    let publishing = Publishing {
        end,
        task: Mutex::new(Some(task)),
    };
    (publisher, publishing)
}

impl Publishing {
    /// Publishes what has been handed over and ends; gives up after three seconds.
    pub async fn finish(&self) {
        self.end.notify_one();
        if let Some(mut task) = self.task.lock().await.take()
            && timeout(LAST_BATCH, &mut task).await.is_err()
        {
            tracing::warn!("the last changes could not be published");
            task.abort();
        }
    }
}

impl Drop for Publishing {
    fn drop(&mut self) {
        if let Some(task) = self.task.get_mut().take() {
            task.abort();
        }
    }
}

async fn publish(
    db: DatabaseConnection,
    mut queue: mpsc::UnboundedReceiver<Announcement>,
    end: Arc<Notify>,
    watch: Watch,
) {
    let mut line = Line {
        db,
        connection: None,
        watch,
    };
    let mut next = Instant::now();
    loop {
        let first = tokio::select! {
            biased;
            first = queue.recv() => first,
            () = end.notified(), if !queue.is_closed() => {
                queue.close();
                continue;
            }
        };
        let Some(first) = first else { return };
        sleep_until(next).await;
        let mut batch = vec![first];
        while let Ok(more) = queue.try_recv() {
            batch.push(more);
        }
        line.send(batch, &mut queue).await;
        next = Instant::now() + PAUSE;
    }
}

/// The connection that notifies.
struct Line {
    db: DatabaseConnection,
    connection: Option<PgConnection>,
    watch: Watch,
}

impl Line {
    /// Sends a batch, however long it takes. A notification may go out twice when the connection
    /// breaks in between; browsers know an event by its id.
    async fn send(
        &mut self,
        mut batch: Vec<Announcement>,
        queue: &mut mpsc::UnboundedReceiver<Announcement>,
    ) {
        let mut rest = Duration::from_millis(50);
        let taken = Instant::now();
        for attempt in 1_u32.. {
            let payloads = payloads(&batch);
            let Err(error) = self.notify(&payloads).await else {
                (self.watch)(Published::Sent {
                    announcements: batch.len(),
                    notifications: payloads.len(),
                    took: taken.elapsed(),
                    waiting: queue.len(),
                });
                return;
            };
            (self.watch)(Published::Failed {
                waiting: queue.len(),
            });
            tracing::warn!(%error, attempt, "live changes could not be published");
            self.connection = None;
            sleep(rest).await;
            rest = (rest * 2).min(LONGEST_REST);
            if attempt >= TRIES {
                while let Ok(more) = queue.try_recv() {
                    batch.push(more);
                }
                batch = everything(&batch);
            }
        }
    }

    async fn notify(&mut self, payloads: &[String]) -> Result<(), sqlx::Error> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => {
                let options = self.db.get_postgres_connection_pool().connect_options();
                none.insert(options.connect().await?)
            }
        };
        // One statement: one wait for the lock, and the order is kept.
        sqlx::query("select pg_notify($1, text) from unnest($2::text[]) with ordinality as payload (text, n) order by n")
            .bind(CHANNEL)
            .bind(payloads)
            .execute(connection)
            .await?;
        Ok(())
    }
}

/// What stands for a batch that has waited for too long: read everything again.
fn everything(batch: &[Announcement]) -> Vec<Announcement> {
    vec![
        Announcement::Workspace,
        Announcement::Reload {
            kind: None,
            event: newest(batch),
        },
    ]
}

fn newest(batch: &[Announcement]) -> EventId {
    batch
        .iter()
        .map(|announcement| match announcement {
            Announcement::Changes(changes) => changes.iter().map(|c| c.event).max().unwrap_or(0),
            Announcement::Reload { event, .. } => *event,
            Announcement::Workspace => 0,
        })
        .max()
        .unwrap_or(0)
}

/// Folds a batch into as few notifications as fit: the workspace once, each reload once, and no
/// change of what is read again anyway.
fn payloads(batch: &[Announcement]) -> Vec<String> {
    let mut changes: Vec<&Committed> = Vec::new();
    let mut reloads: Vec<(Option<Kind>, EventId)> = Vec::new();
    let mut reload = |kind, event: EventId| match reloads.iter_mut().find(|(k, _)| *k == kind) {
        Some((_, newest)) => *newest = event.max(*newest),
        None => reloads.push((kind, event)),
    };
    for announcement in batch {
        match announcement {
            Announcement::Changes(more) => changes.extend(more),
            Announcement::Reload { kind, event } => reload(*kind, *event),
            Announcement::Workspace => {}
        }
    }
    for kind in Kind::ALL {
        let of_kind = || changes.iter().filter(|change| change.kind == kind);
        if of_kind().count() > MOST_CHANGES {
            reload(Some(kind), of_kind().map(|c| c.event).max().unwrap_or(0));
        }
    }
    changes.retain(|change| {
        let alone = text(&Announcement::Changes(vec![(*change).clone()]));
        if alone.len() > LONGEST {
            reload(Some(change.kind), change.event);
        }
        alone.len() <= LONGEST
    });
    let all = reloads.iter().any(|(kind, _)| kind.is_none());
    let covered = |kind| all || reloads.iter().any(|(k, _)| *k == Some(kind));
    changes.retain(|change| !covered(change.kind));

    let mut payloads = Vec::new();
    if batch.contains(&Announcement::Workspace) {
        payloads.push(text(&Announcement::Workspace));
    }
    split(&changes, &mut payloads);
    let event = newest(batch);
    if all {
        payloads.push(text(&Announcement::Reload { kind: None, event }));
    } else {
        let reloads = reloads
            .into_iter()
            .map(|(kind, event)| text(&Announcement::Reload { kind, event }));
        payloads.extend(reloads);
    }
    payloads
}

/// Halves until each part fits; a change that does not fit alone has been sorted out before.
fn split(changes: &[&Committed], payloads: &mut Vec<String>) {
    if changes.is_empty() {
        return;
    }
    let whole = text(&Announcement::Changes(
        changes.iter().map(|&change| change.clone()).collect(),
    ));
    if whole.len() <= LONGEST || changes.len() == 1 {
        payloads.push(whole);
    } else {
        let (first, second) = changes.split_at(changes.len() / 2);
        split(first, payloads);
        split(second, payloads);
    }
}

fn text(announcement: &Announcement) -> String {
    // Plain structs with text keys: nothing in them can refuse to be written.
    serde_json::to_string(announcement).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use domain::rights::Standing;

    use super::*;

    fn change(event: EventId, kind: Kind, observers: usize) -> Committed {
        let standing = Standing {
            owner: Some(1),
            observers: (1_000_000..).take(observers).collect(),
            everyone: false,
        };
        let placement = domain::live::Placement {
            pipeline_id: Some(1),
            stage_id: Some(2),
            amount: None,
        };
        Committed {
            event,
            by: Some(1),
            kind,
            id: event,
            version: 1,
            before: None,
            after: Some((standing, placement)),
        }
    }

    fn read(payloads: &[String]) -> Vec<Announcement> {
        payloads
            .iter()
            .map(|text| serde_json::from_str(text).unwrap())
            .collect()
    }

    #[test]
    fn a_batch_is_split_into_what_fits_and_keeps_its_order() {
        let batch: Vec<_> = (1..=100)
            .map(|event| Announcement::Changes(vec![change(event, Kind::Deal, 5)]))
            .collect();
        let payloads = payloads(&batch);
        assert!(
            payloads.len() > 1 && payloads.len() < 20,
            "{}",
            payloads.len()
        );
        assert!(payloads.iter().all(|text| text.len() <= LONGEST));
        let events: Vec<_> = read(&payloads)
            .into_iter()
            .flat_map(|announcement| match announcement {
                Announcement::Changes(changes) => changes,
                other => panic!("{other:?}"),
            })
            .map(|change| change.event)
            .collect();
        assert_eq!(events, (1..=100).collect::<Vec<_>>());
    }

    #[test]
    fn a_change_too_long_by_itself_becomes_a_reload_of_its_kind() {
        let batch = [Announcement::Changes(vec![
            change(1, Kind::Deal, 2_000),
            change(2, Kind::Lead, 0),
        ])];
        let told = read(&payloads(&batch));
        assert_eq!(
            told,
            [
                Announcement::Changes(vec![change(2, Kind::Lead, 0)]),
                Announcement::Reload {
                    kind: Some(Kind::Deal),
                    event: 1
                }
            ]
        );
    }

    #[test]
    fn what_is_read_again_anyway_is_not_told_apart() {
        let mut batch = vec![
            Announcement::Workspace,
            Announcement::Changes(vec![change(1, Kind::Deal, 0), change(2, Kind::Lead, 0)]),
            Announcement::Workspace,
            Announcement::Reload {
                kind: Some(Kind::Deal),
                event: 3,
            },
        ];
        let lead = Announcement::Changes(vec![change(2, Kind::Lead, 0)]);
        let deals = |event| Announcement::Reload {
            kind: Some(Kind::Deal),
            event,
        };
        assert_eq!(
            read(&payloads(&batch)),
            [Announcement::Workspace, lead, deals(3)]
        );
        batch.push(Announcement::Reload {
            kind: None,
            event: 9,
        });
        let all = Announcement::Reload {
            kind: None,
            event: 9,
        };
        assert_eq!(read(&payloads(&batch)), [Announcement::Workspace, all]);
    }

    #[test]
    fn a_flood_of_one_kind_is_told_as_a_reload() {
        let flood: Vec<_> = (1..=501)
            .map(|event| change(event, Kind::Deal, 0))
            .collect();
        assert_eq!(
            read(&payloads(&[Announcement::Changes(flood)])),
            [Announcement::Reload {
                kind: Some(Kind::Deal),
                event: 501
            }]
        );
    }
}
