//! What this tab hears, and who listens in it.

use std::cell::RefCell;
use std::rc::Rc;

use domain::EventId;
use domain::live::LiveMessage;
use leptos::prelude::set_timeout;
use std::time::Duration;

use super::wire::Memory;

type Listener = Rc<dyn Fn(&LiveMessage)>;

#[derive(Default)]
struct Hub {
    listeners: Vec<(u32, Listener)>,
    next: u32,
    memory: Memory,
    /// The oldest of what the pages of this tab contain, before the connection is there.
    wanted: Option<EventId>,
    /// Whether this tab hears everything: it holds the connection, or the holder welcomed it.
    joined: bool,
}

thread_local! {
    // A browser has one user and one application: a global spares every page a context.
    static HUB: RefCell<Hub> = RefCell::default();
}

fn hub<T>(work: impl FnOnce(&mut Hub) -> T) -> T {
    HUB.with_borrow_mut(work)
}

/// Adds a listener and tells it, in a moment, what came after `since`.
pub(super) fn listen(since: Option<EventId>, heard: Listener) -> u32 {
    let (id, joined) = hub(|hub| {
        hub.next += 1;
        hub.listeners.push((hub.next, heard));
        if !hub.joined {
            hub.wanted = match (hub.wanted, since) {
                (Some(wanted), Some(since)) => Some(wanted.min(since)),
                (wanted, since) => wanted.or(since),
            };
        }
        (hub.next, hub.joined)
    });
    if joined && let Some(since) = since {
        set_timeout(move || catch_up(id, since), Duration::ZERO);
    }
    id
}

/// Removes a listener.
pub(super) fn forget(id: u32) {
    // Dropped outside of the borrow: what a listener holds may have a say when it goes.
    let gone = hub(|hub| {
        let at = hub.listeners.iter().position(|(other, _)| *other == id)?;
        Some(hub.listeners.swap_remove(at))
    });
    drop(gone);
}

fn catch_up(id: u32, since: EventId) {
    let (listener, missed) = hub(|hub| {
        let listener = hub.listeners.iter().find(|(other, _)| *other == id);
        let missed = hub.memory.reaches(since).then(|| hub.memory.after(since));
        (listener.map(|(_, listener)| listener.clone()), missed)
    });
    let Some(listener) = listener else { return };
    match missed {
        Some(messages) => {
            for message in messages.iter().filter_map(|(_, json)| read(json)) {
                listener(&message);
            }
        }
        None => listener(&reload()),
    }
}

/// Reads a message; none from a server of another version.
pub(super) fn read(json: &str) -> Option<LiveMessage> {
    serde_json::from_slice(json.as_bytes()).ok()
}

/// What makes pages read everything again.
pub(super) fn reload() -> LiveMessage {
    LiveMessage::Reload {
        kind: None,
        event: 0,
    }
}

/// Passes a message on to the pages of this tab.
pub(super) fn tell(message: &LiveMessage) {
    let listeners: Vec<Listener> = hub(|hub| {
        hub.listeners
            .iter()
            .map(|(_, listener)| listener.clone())
            .collect()
    });
    for listener in listeners {
        listener(message);
    }
}

/// Remembers a message and passes it on.
pub(super) fn heard(event: Option<EventId>, json: &str) {
    if let Some(event) = event {
        hub(|hub| hub.memory.keep(event, json));
    }
    if let Some(message) = read(json) {
        tell(&message);
    }
}

/// The event from which on this tab needs to hear.
pub(super) fn since() -> Option<EventId> {
    hub(|hub| hub.memory.last.or(hub.wanted))
}

/// The connection is this tab's, opened from an event on.
pub(super) fn joined(from: Option<EventId>) {
    hub(|hub| {
        hub.joined = true;
        if hub.memory.from.is_none() {
            hub.memory.from = from;
        }
        hub.memory.last = hub.memory.last.max(from);
    });
}

/// Takes what the holder of the connection remembers.
pub(super) fn welcome(from: Option<EventId>, messages: Vec<(EventId, String)>) {
    let (since, first) = hub(|hub| (hub.memory.last.or(hub.wanted), !hub.joined));
    let complete = from.is_some() && from <= since;
    if first || !complete {
        hub(|hub| {
            hub.joined = true;
            hub.memory.from = if complete { since } else { from };
            hub.memory.last = hub.memory.last.max(since);
        });
    }
    if !complete && since.is_some() {
        tell(&reload());
    }
    for (event, json) in messages {
        heard(Some(event), &json);
    }
}

/// What a tab that joins has missed since an event, and since when this tab remembers.
pub(super) fn remembered(since: Option<EventId>) -> (Option<EventId>, Vec<(EventId, String)>) {
    hub(|hub| {
        let messages = since.map_or_else(Vec::new, |since| hub.memory.after(since));
        (hub.memory.from, messages)
    })
}

/// Forgets everything heard: the user has left.
pub(super) fn clear() {
    hub(|hub| {
        hub.memory = Memory::default();
        hub.joined = false;
        hub.wanted = None;
    });
}
