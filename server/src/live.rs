//! Live updates over server-sent events: `GET /api/live`, one stream a browser.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use app::request::Visit;
use axum::{
    Extension, Router,
    extract::{RawQuery, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{
        IntoResponse as _, Response,
        sse::{Event, Sse},
    },
    routing::get,
};
use domain::{Error, EventId, UserId};
use futures::stream;
use services::live::{Message, Subscription, replay};
use services::sessions;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};
use tokio_util::sync::CancellationToken;

use crate::{error, state::AppState};

/// Where the stream is.
pub const PATH: &str = "/api/live";

/// How often something is said where there is nothing to say: proxies keep the connection, we notice
/// one that is gone, and so does a browser that was asleep or lost its network without a word.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How often the session is looked up again.
const CHECK: Duration = Duration::from_mins(1);
/// The event that says nothing but that the connection is there. A comment would not reach the page.
const HERE: &str = "here";
/// The event that says of what version the site of this server is: a page that stays open may be of
/// another by now.
const VERSION: &str = "version";
/// The event that ends the stream of a session that has ended.
const SIGNED_OUT: &str = "signed_out";
/// When a browser comes back after its stream ended.
const COME_BACK: Duration = Duration::from_secs(1);

/// The route. It belongs among those with a session.
pub fn router() -> Router<AppState> {
    Router::new().route(PATH, get(live))
}

async fn live(
    State(state): State<AppState>,
    Extension(visit): Extension<Visit>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    match open(state, &visit, asked(query.as_deref()), &headers).await {
        Ok(stream) => {
            let sse = Sse::new(stream::unfold(stream, Stream::next));
            let no_store = (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            let buffering = HeaderName::from_static("x-accel-buffering");
            ([no_store, (buffering, HeaderValue::from_static("no"))], sse).into_response()
        }
        Err(error) => error::response(&error),
    }
}

/// The newest event that the page knows, if its address says so: `?last=42`.
fn asked(query: Option<&str>) -> Option<EventId> {
    query?
        .split('&')
        .find_map(|pair| pair.strip_prefix("last=")?.parse().ok())
}

async fn open(
    state: AppState,
    visit: &Visit,
    asked: Option<EventId>,
    headers: &HeaderMap,
) -> Result<Stream, Error> {
    let unavailable = |error: &dyn std::fmt::Display| {
        tracing::warn!(%error, "a live stream could not be opened");
        Error::Unavailable
    };
    let signed_in = visit.signed_in.as_ref().map_err(Error::clone)?;
    let (Some(user), Some(id)) = (signed_in.actor.user_id, visit.session.id()) else {
        return Err(Error::Unauthenticated);
    };
    // The browser repeats the address when it comes back, but knows more by then.
    let seen = headers
        .get("last-event-id")
        .and_then(|value| value.to_str().ok()?.parse::<EventId>().ok());
    let last = seen.max(asked);
    let hub = &state.live.hub;
    let (subscription, missed) = hub
        .subscribe(user, last)
        .await
        .map_err(|error| unavailable(&error))?
        .ok_or(Error::Unauthenticated)?;
    let newest = match last {
        Some(_) => None,
        None => Some(
            replay::newest(&state.pools.db)
                .await
                .map_err(|error| unavailable(&error))?,
        ),
    };
    let mut keep_alive = interval_at(Instant::now() + KEEP_ALIVE, KEEP_ALIVE);
    keep_alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let stop = state.shutdown.token();
    Ok(Stream {
        greeting: Some(Greeting { newest }),
        missed: missed.into(),
        has_said_farewell: false,
        subscription,
        keep_alive,
        signed_in: SignedIn {
            state,
            token: id.to_string(),
            user,
            checked: Instant::now(),
        },
        stop,
    })
}

/// The first words: when to come back, of what version the server is, and the newest event for who
/// named none.
struct Greeting {
    newest: Option<EventId>,
}

/// One browser's stream.
struct Stream {
    /// The first words, until they are said.
    greeting: Option<Greeting>,
    missed: VecDeque<Message>,
    /// Whether the last word was that the session has ended.
    has_said_farewell: bool,
    subscription: Subscription,
    keep_alive: Interval,
    signed_in: SignedIn,
    stop: CancellationToken,
}

impl Stream {
    /// The next event, or the end: the server stops, the session has ended, or the browser did not
    /// read. In each case it comes back if it can.
    ///
    /// A browser whose session has ended is told so first: it goes to sign in by itself, instead of
    /// coming back to be refused.
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        if self.has_said_farewell {
            return None;
        }
        let event = if let Some(Greeting { newest }) = self.greeting.take() {
            let version = self.signed_in.state.files.version();
            let greeting = Event::default()
                .retry(COME_BACK)
                .event(VERSION)
                .data(version);
            match newest {
                Some(newest) => greeting.id(newest.to_string()),
                None => greeting,
            }
        } else if let Some(message) = self.missed.pop_front() {
            event(&message)
        } else {
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return None,
                message = self.subscription.messages.recv() => match message {
                    // Only what is not about a record has no event: people, rights, settings.
                    Some(message)
                        if message.event.is_some() || self.signed_in.still().await =>
                    {
                        event(&message)
                    }
                    // Let go by the hub: for being slow, or for not being let in any more.
                    None if self.signed_in.still().await => return None,
                    _ => self.farewell(),
                },
                _ = self.keep_alive.tick() => {
                    if self.signed_in.checked.elapsed() >= CHECK && !self.signed_in.still().await {
                        self.farewell()
                    } else {
                        Event::default().event(HERE).data("true")
                    }
                }
            }
        };
        Some((Ok(event), self))
    }

    fn farewell(&mut self) -> Event {
        self.has_said_farewell = true;
        Event::default().event(SIGNED_OUT).data("true")
    }
}

fn event(message: &Message) -> Event {
    let event = Event::default().data(&message.json);
    match message.event {
        Some(id) => event.id(id.to_string()),
        None => event,
    }
}

/// The session that a stream belongs to.
struct SignedIn {
    state: AppState,
    token: String,
    user: UserId,
    checked: Instant,
}

impl SignedIn {
    /// Whether it has not ended.
    async fn still(&mut self) -> bool {
        self.checked = Instant::now();
        match sessions::load(&self.state.pools.db, &self.token, self.state.now()).await {
            Ok(stored) => stored.is_some_and(|stored| stored.user_id == Some(self.user)),
            // The database is away: nothing is told meanwhile, and the next minute asks again.
            Err(error) => {
                tracing::warn!(%error, "a live stream's session could not be looked up");
                true
            }
        }
    }
}
