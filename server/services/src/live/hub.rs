//! The hub of a node: its open pages, each with its reader, and what is told to them.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use domain::live::LiveMessage;
use domain::rights::Actor;
use domain::{EventId, UserId};
use futures::stream::{self, StreamExt as _};
use sea_orm::DatabaseConnection;
use tokio::sync::mpsc;

use super::view::{self, Reader};
use super::{Announcement, Committed, replay};
use crate::accounts;
use crate::failure::Result;

/// Messages that may wait for a browser. One that lets more pile up is let go, and is told what
/// it missed when it comes back.
pub const BACKLOG: usize = 256;
/// Readers whose cards are read at once: a few, which leaves most connections to those who wait for
/// an answer.
const READERS_AT_ONCE: usize = 4;
/// Who comes back so soon after a reload was told is told once more: its events may be older than
/// the last one the browser saw, since their numbers are drawn before they are committed.
const RELOAD_ECHO: Duration = Duration::from_mins(15);

/// A message as it goes to a browser, shared by all who may see the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The event that a browser names when it comes back; none where there is none.
    pub event: Option<EventId>,
    /// A [`LiveMessage`] as JSON, on one line.
    pub json: Arc<str>,
}

impl Message {
    /// A message on the wire.
    #[must_use]
    pub fn new(message: &LiveMessage) -> Self {
        let event = match message {
            LiveMessage::Changed(change) => Some(change.event),
            LiveMessage::Reload { event, .. } => Some(*event).filter(|&event| event > 0),
            LiveMessage::Workspace => None,
        };
        // Plain structs with text keys: nothing in them can refuse to be written.
        let json = serde_json::to_string(message).unwrap_or_default().into();
        Self { event, json }
    }
}

/// The hub. It keeps nothing that another node needs.
#[derive(Debug)]
pub struct Hub {
    db: DatabaseConnection,
    state: Mutex<State>,
    listening: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    next: u64,
    subscribers: HashMap<u64, Subscriber>,
    /// Counts announcements that rights changed: what was read before one is not given after it.
    rights: u64,
    /// When this node last told a reload.
    reloaded: Option<Instant>,
}

#[derive(Debug)]
struct Subscriber {
    user: UserId,
    actor: Arc<Actor>,
    sender: mpsc::Sender<Message>,
}

impl State {
    /// Adds a page. It has the rights of the user's other pages, or none until they are read.
    fn add(&mut self, user: UserId, sender: mpsc::Sender<Message>) -> u64 {
        let known = self
            .subscribers
            .values()
            .find(|subscriber| subscriber.user == user);
        let actor = known.map_or_else(
            || {
                Arc::new(Actor {
                    user_id: Some(user),
                    ..Actor::system()
                })
            },
            |subscriber| subscriber.actor.clone(),
        );
        self.next += 1;
        let subscriber = Subscriber {
            user,
            actor,
            sender,
        };
        self.subscribers.insert(self.next, subscriber);
        self.next
    }
}

/// An open page's end of the hub. Dropped, it is forgotten there.
#[derive(Debug)]
pub struct Subscription {
    id: u64,
    hub: Weak<Hub>,
    /// The messages. They end when the user may no longer come in, and when too many wait.
    pub messages: mpsc::Receiver<Message>,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(hub) = self.hub.upgrade() {
            hub.state().subscribers.remove(&self.id);
        }
    }
}

impl Hub {
    /// An empty hub.
    #[must_use]
    pub fn new(db: DatabaseConnection) -> Self {
        Self {
            db,
            state: Mutex::default(),
            listening: AtomicBool::new(false),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held; if it did, the map would still be whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this node hears what is committed.
    #[must_use]
    pub fn is_listening(&self) -> bool {
        self.listening.load(Ordering::Relaxed)
    }

    pub(super) fn listening(&self, listening: bool) {
        self.listening.store(listening, Ordering::Relaxed);
    }

    /// How many pages are open.
    #[must_use]
    pub fn pages(&self) -> usize {
        self.state().subscribers.len()
    }

    /// Subscribes a page of a user, and says what it missed since the event that it saw last.
    /// None where the user may not come in.
    pub async fn subscribe(
        self: &Arc<Self>,
        user: UserId,
        last: Option<EventId>,
    ) -> Result<Option<(Subscription, Vec<Message>)>> {
        // First among the subscribers, then rights and past: nothing falls in between. What comes
        // twice is known by its event.
        let (sender, messages) = mpsc::channel(BACKLOG);
        let id = self.state().add(user, sender);
        let subscription = Subscription {
            id,
            hub: Arc::downgrade(self),
            messages,
        };
        let Some(actor) = self.fresh_rights(user).await? else {
            return Ok(None);
        };
        let missed = match last {
            Some(last) => self.missed_since(&actor, last).await?,
            None => vec![],
        };
        Ok(Some((subscription, missed)))
    }

    /// Reads a user's rights and gives them to all pages of that user. None where the user may not
    /// come in.
    async fn fresh_rights(&self, user: UserId) -> Result<Option<Arc<Actor>>> {
        loop {
            let rights = self.state().rights;
            let Some(actor) = accounts::actor(&self.db, user).await? else {
                return Ok(None);
            };
            let mut state = self.state();
            if state.rights == rights {
                let actor = Arc::new(actor);
                for subscriber in state.subscribers.values_mut().filter(|s| s.user == user) {
                    subscriber.actor = actor.clone();
                }
                return Ok(Some(actor));
            }
        }
    }

    async fn missed_since(&self, actor: &Arc<Actor>, last: EventId) -> Result<Vec<Message>> {
        // Rights and settings have no events; they may have changed in the gap.
        let mut messages = vec![Message::new(&LiveMessage::Workspace)];
        let echo = self
            .state()
            .reloaded
            .is_some_and(|at| at.elapsed() < RELOAD_ECHO);
        match replay::since(&self.db, last).await? {
            replay::Missed::Changes(changes) if !echo => {
                let reader = Reader::new(actor.clone());
                let told = view::tell(&self.db, &reader, &changes).await?;
                messages.extend(told.iter().map(Message::new));
            }
            replay::Missed::Changes(changes) => {
                let event = changes.iter().map(|c| c.event).max().unwrap_or(0).max(last);
                messages.push(Message::new(&LiveMessage::Reload { kind: None, event }));
            }
            replay::Missed::TooMuch { event } => {
                messages.push(Message::new(&LiveMessage::Reload { kind: None, event }));
            }
        }
        Ok(messages)
    }

    /// Tells the open pages what a node announced.
    pub(super) async fn tell(&self, announcement: Announcement) {
        match announcement {
            Announcement::Changes(changes) => self.tell_changes(&changes).await,
            Announcement::Reload { kind, event } => {
                self.state().reloaded = Some(Instant::now());
                self.tell_all(&LiveMessage::Reload { kind, event });
            }
            Announcement::Workspace => {
                let others = self.renew_rights().await;
                self.tell_all(&LiveMessage::Workspace);
                self.tell_to_read_again(&others).await;
            }
        }
    }

    /// Tells the open pages to read everything again: this node was deaf for a while.
    pub(super) async fn missed(&self) {
        self.renew_rights().await;
        self.tell_all(&LiveMessage::Workspace);
        let event = self.newest_event().await;
        self.tell_all(&LiveMessage::Reload { kind: None, event });
    }

    fn tell_all(&self, message: &LiveMessage) {
        self.tell_those(message, |_| true);
    }

    /// Those whose rights are others now see other records: what is open is read again.
    async fn tell_to_read_again(&self, users: &HashSet<UserId>) {
        if users.is_empty() {
            return;
        }
        let event = self.newest_event().await;
        let reload = LiveMessage::Reload { kind: None, event };
        self.tell_those(&reload, |user| users.contains(&user));
    }

    fn tell_those(&self, message: &LiveMessage, whom: impl Fn(UserId) -> bool) {
        let message = Message::new(message);
        self.state().subscribers.retain(|_, subscriber| {
            !whom(subscriber.user) || subscriber.sender.try_send(message.clone()).is_ok()
        });
    }

    async fn newest_event(&self) -> EventId {
        replay::newest(&self.db).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the newest event is not known");
            0
        })
    }

    /// The changes as each reader may see them. Pages of the same user share what is read and
    /// written, and so do all who see everything.
    async fn tell_changes(&self, changes: &[Committed]) {
        let mut readers: HashMap<Reader, Vec<u64>> = HashMap::new();
        for (&id, subscriber) in &self.state().subscribers {
            let reader = Reader::new(subscriber.actor.clone());
            readers.entry(reader).or_default().push(id);
        }
        let mut shared: Vec<(LiveMessage, Message)> = Vec::new();
        let asked = readers.into_iter().map(|(reader, pages)| async move {
            let told = view::tell(&self.db, &reader, changes).await;
            (told, pages)
        });
        let mut answers = stream::iter(asked).buffer_unordered(READERS_AT_ONCE);
        while let Some((told, pages)) = answers.next().await {
            let told = told.unwrap_or_else(|error| {
                tracing::warn!(%error, "changed cards could not be read");
                let event = changes.iter().map(|c| c.event).max().unwrap_or(0);
                vec![LiveMessage::Reload { kind: None, event }]
            });
            let mut messages = Vec::with_capacity(told.len());
            for told in told {
                let known = shared.iter().find(|(known, _)| *known == told);
                let message = if let Some((_, message)) = known {
                    message.clone()
                } else {
                    let message = Message::new(&told);
                    shared.push((told, message.clone()));
                    message
                };
                messages.push(message);
            }
            let mut state = self.state();
            for page in pages {
                let Some(subscriber) = state.subscribers.get(&page) else {
                    continue;
                };
                let all_sent = messages
                    .iter()
                    .all(|message| subscriber.sender.try_send(message.clone()).is_ok());
                if !all_sent {
                    state.subscribers.remove(&page);
                }
            }
        }
    }

    /// Reads the rights of all subscribers again, lets go of those who may not come in, and tells
    /// those whose rights are others now.
    async fn renew_rights(&self) -> HashSet<UserId> {
        let users: HashMap<UserId, Arc<Actor>> = {
            let mut state = self.state();
            state.rights += 1;
            state
                .subscribers
                .values()
                .map(|subscriber| (subscriber.user, subscriber.actor.clone()))
                .collect()
        };
        let mut others = HashSet::new();
        for (user, before) in users {
            match self.fresh_rights(user).await {
                Ok(Some(now)) if now != before => {
                    others.insert(user);
                }
                Ok(Some(_)) => {}
                Ok(None) => self.let_go(user),
                Err(error) => {
                    // With rights that may be outdated nothing more is told; the browser comes
                    // back and is asked who it is.
                    tracing::warn!(%error, "rights could not be read again");
                    self.let_go(user);
                }
            }
        }
        others
    }

    fn let_go(&self, user: UserId) {
        self.state()
            .subscribers
            .retain(|_, subscriber| subscriber.user != user);
    }
}
