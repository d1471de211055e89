//! The browser's side of live updates: one connection for all tabs of a browser, and what pages
//! hear of it.
//!
//! Browsers allow six connections to a host over HTTP/1.1, so the tabs share one: a Web Lock
//! elects its holder, a `BroadcastChannel` passes on what it hears, and when the holder closes,
//! another tab goes on from the last event. Where there are no Web Locks (plain HTTP on a local
//! network), each tab has a connection of its own.
//!
//! A failed connection is logged to the browser's console by the browser itself, whatever the page
//! does; so tries are few: one a second at first, one in sixteen in the end.

#[cfg(feature = "hydrate")]
mod connection;
#[cfg(feature = "hydrate")]
mod hub;
mod status;
#[cfg(feature = "hydrate")]
mod version;
#[cfg(any(feature = "hydrate", test))]
mod wire;

use domain::EventId;
use domain::live::LiveMessage;

pub use status::Status;

/// Hears every live message from now on, until the page or part that asks is gone. A connection
/// that was lost and came back is told as [`LiveMessage::Reload`] of everything.
pub fn use_live(heard: impl Fn(&LiveMessage) + 'static) {
    listen(None, heard);
}

/// The same, with everything since an event: the newest that the page's data contains. Nothing
/// falls in between reading the data and listening; messages may come twice.
pub fn use_live_since(seen: EventId, heard: impl Fn(&LiveMessage) + 'static) {
    listen(Some(seen), heard);
}

#[cfg(feature = "hydrate")]
fn listen(since: Option<EventId>, heard: impl Fn(&LiveMessage) + 'static) {
    let listener = hub::listen(since, std::rc::Rc::new(heard));
    leptos::prelude::on_cleanup(move || hub::forget(listener));
}

#[cfg(not(feature = "hydrate"))]
fn listen(_since: Option<EventId>, _heard: impl Fn(&LiveMessage) + 'static) {}
