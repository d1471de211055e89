//! The one connection of a browser: who holds it, and what happens when it is lost.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use domain::UserId;
use js_sys::{Date, Function, Object, Promise, Reflect};
use leptos::leptos_dom::helpers::{IntervalHandle, TimeoutHandle, WindowListenerHandle};
use leptos::prelude::{
    set_interval_with_handle, set_timeout, set_timeout_with_handle, window,
    window_event_listener_untyped,
};
use leptos::task::spawn_local;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::convert::FromWasmAbi;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{BroadcastChannel, Event, EventSource, MessageEvent, VisibilityState};

use super::hub;
use super::wire::{Word, pause};
use crate::layout::api::load_workspace;

/// How often a tab looks whether its connection still says something.
const LOOK: Duration = Duration::from_secs(10);
/// How long, in milliseconds, a connection may be silent: the server says something every fifteen
/// seconds. A browser that was asleep, or whose network went without a word, is not told that the
/// other end is gone, and would wait for ever.
const SILENCE: f64 = 40_000.0;
/// How long a tab that wakes up waits for the holder's answer before it takes the connection.
const ANSWER: Duration = Duration::from_secs(3);

/// What the user should know of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// All is well, as far as is known.
    There,
    /// It was lost; tries go on.
    Away,
    /// The session has ended; there is nothing to try.
    SignedOut,
    /// The server has just ended it, and said so.
    SentOut,
}

type Callback<T> = Closure<dyn FnMut(T)>;

/// The event by which the server says that it has ended the session.
const SIGNED_OUT: &str = "signed_out";
/// The event by which it says that it is there.
const HERE: &str = "here";
/// The event by which it says of what version it is.
const VERSION: &str = "version";

/// A tab's part in the connection.
pub(super) struct Connection {
    name: String,
    channel: Option<BroadcastChannel>,
    source: RefCell<Option<EventSource>>,
    retry: RefCell<Option<TimeoutHandle>>,
    /// Lets go of the lock.
    release: RefCell<Option<Function>>,
    /// Whether this tab holds the connection.
    holds: Cell<bool>,
    failures: Cell<u32>,
    /// When the server last said something, or was asked to; by the clock, which goes on in sleep.
    heard: Cell<f64>,
    /// Whether the holder has answered since it was last asked.
    answered: Cell<bool>,
    stopped: Cell<bool>,
    state: Cell<State>,
    report: Box<dyn Fn(State)>,
    /// Of what version the server is, as far as it has said.
    version: RefCell<Option<String>>,
    report_version: Box<dyn Fn(&str)>,
    /// What keeps the browser's callbacks alive: until the tab goes or the user leaves.
    on_message: RefCell<Option<Callback<MessageEvent>>>,
    on_open: RefCell<Option<Callback<Event>>>,
    on_error: RefCell<Option<Callback<Event>>>,
    on_sent_out: RefCell<Option<Callback<Event>>>,
    on_here: RefCell<Option<Callback<Event>>>,
    on_version: RefCell<Option<Callback<MessageEvent>>>,
    on_word: RefCell<Option<Callback<MessageEvent>>>,
    listeners: RefCell<Vec<WindowListenerHandle>>,
    looks: Cell<Option<IntervalHandle>>,
}

/// Joins the tabs of a user, and connects if no other tab does. Of what version the server is is told
/// as often as it says so.
pub(super) fn start(
    user: UserId,
    report: impl Fn(State) + 'static,
    report_version: impl Fn(&str) + 'static,
) -> Rc<Connection> {
    let name = format!("dealwright-live-{user}");
    let locks = locks();
    let channel = locks
        .as_ref()
        .and_then(|_| BroadcastChannel::new(&name).ok());
    let this = Rc::new(Connection {
        name,
        channel,
        source: RefCell::default(),
        retry: RefCell::default(),
        release: RefCell::default(),
        holds: Cell::new(false),
        failures: Cell::new(0),
        heard: Cell::new(Date::now()),
        answered: Cell::new(false),
        stopped: Cell::new(false),
        state: Cell::new(State::There),
        report: Box::new(report),
        version: RefCell::default(),
        report_version: Box::new(report_version),
        on_message: RefCell::default(),
        on_open: RefCell::default(),
        on_error: RefCell::default(),
        on_sent_out: RefCell::default(),
        on_here: RefCell::default(),
        on_version: RefCell::default(),
        on_word: RefCell::default(),
        listeners: RefCell::default(),
        looks: Cell::default(),
    });
    this.watch();
    match &this.channel {
        Some(channel) => {
            let on_word = this.callback(|this, event: MessageEvent| {
                if let Some(text) = event.data().as_string()
                    && let Some(word) = Word::read(&text)
                {
                    this.take(word);
                }
            });
            channel.set_onmessage(Some(on_word.as_ref().unchecked_ref()));
            *this.on_word.borrow_mut() = Some(on_word);
            this.say(&Word::Join(hub::since()));
            this.ask_for_lock(false);
        }
        None => this.hold(),
    }
    this
}

fn locks() -> Option<JsValue> {
    let locks = Reflect::get(window().navigator().as_ref(), &"locks".into()).ok()?;
    locks.is_object().then_some(locks)
}

impl Connection {
    /// What the browser calls, for as long as there is this connection.
    fn callback<T: FromWasmAbi + 'static>(
        self: &Rc<Self>,
        called: impl Fn(&Rc<Self>, T) + 'static,
    ) -> Callback<T> {
        let me = Rc::downgrade(self);
        Closure::new(move |event| {
            if let Some(this) = me.upgrade() {
                called(&this, event);
            }
        })
    }

    /// Leaves: the user signs out.
    pub(super) fn stop(&self) {
        self.stopped.set(true);
        self.let_go();
        if let Some(channel) = &self.channel {
            channel.close();
        }
        for listener in self.listeners.take() {
            listener.remove();
        }
        if let Some(looks) = self.looks.take() {
            looks.clear();
        }
        hub::clear();
    }

    fn say(&self, word: &Word) {
        if let Some(channel) = &self.channel {
            // Refused only when the channel is closed, and then there is nobody to hear it.
            let _ = channel.post_message(&word.write().into());
        }
    }

    fn take(self: &Rc<Self>, word: Word) {
        match word {
            Word::Heard(event, json) if !self.holds.get() => {
                self.answered.set(true);
                hub::heard(event, &json);
            }
            Word::Away(away) if !self.holds.get() => {
                self.answered.set(true);
                self.set(if away { State::Away } else { State::There });
            }
            Word::Welcome(from, away, messages) if !self.holds.get() => {
                self.answered.set(true);
                self.set(if away { State::Away } else { State::There });
                hub::welcome(from, messages);
            }
            Word::SentOut if !self.holds.get() => {
                self.stopped.set(true);
                self.set(State::SentOut);
            }
            Word::Join(since) if self.holds.get() => {
                let (from, messages) = hub::remembered(since);
                let away = self.state.get() != State::There;
                self.say(&Word::Welcome(from, away, messages));
                if let Some(version) = self.version.borrow().clone() {
                    self.say(&Word::Version(version));
                }
            }
            Word::Version(version) if !self.holds.get() => self.is_of(version),
            _ => {}
        }
    }

    fn set(&self, state: State) {
        if self.state.replace(state) != state {
            (self.report)(state);
        }
    }

    fn is_of(&self, version: String) {
        (self.report_version)(&version);
        *self.version.borrow_mut() = Some(version);
    }

    /// Waits for the lock, or takes it from a tab that sleeps.
    fn ask_for_lock(self: &Rc<Self>, steal: bool) {
        let Some(locks) = locks() else { return };
        let me = self.clone();
        let granted = Closure::once_into_js(move |_lock: JsValue| -> JsValue {
            if me.stopped.get() {
                return JsValue::UNDEFINED;
            }
            // The lock is held for as long as this promise is open: until the tab goes.
            let promise = Promise::new(&mut |resolve, _| {
                *me.release.borrow_mut() = Some(resolve);
            });
            me.hold();
            promise.into()
        });
        let options = Object::new();
        let _ = Reflect::set(&options, &"steal".into(), &steal.into());
        let Some(request) = Reflect::get(&locks, &"request".into())
            .ok()
            .and_then(|request| request.dyn_into::<Function>().ok())
        else {
            return;
        };
        let Ok(held) = request.call3(&locks, &self.name.as_str().into(), &options, &granted) else {
            return;
        };
        let me = self.clone();
        spawn_local(async move {
            // It ends with an error when another tab took the lock: then that one connects.
            let taken = JsFuture::from(Promise::from(held)).await.is_err();
            if taken && !me.stopped.get() {
                me.let_go();
                me.ask_for_lock(false);
            }
        });
    }

    fn let_go(&self) {
        self.holds.set(false);
        self.close();
        if let Some(release) = self.release.take() {
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }

    fn close(&self) {
        if let Some(source) = self.source.take() {
            source.set_onmessage(None);
            source.set_onopen(None);
            source.set_onerror(None);
            source.close();
        }
        if let Some(retry) = self.retry.take() {
            retry.clear();
        }
    }

    fn hold(self: &Rc<Self>) {
        self.holds.set(true);
        self.failures.set(0);
        self.open();
    }

    fn open(self: &Rc<Self>) {
        self.close();
        let since = hub::since();
        let address = match since {
            Some(since) => format!("/api/live?last={since}"),
            None => "/api/live".to_owned(),
        };
        let Ok(source) = EventSource::new(&address) else {
            return;
        };
        self.heard.set(Date::now());
        hub::joined(since);
        // The first word on every connection is that the workspace may have changed meanwhile;
        // on the first one the page has only just read it. One that asks for nothing missed is not told
        // so: what it hears first has happened.
        let fresh = Cell::new(since.is_some() && self.state.get() == State::There);
        let on_message = self.callback(move |this, event: MessageEvent| {
            this.heard.set(Date::now());
            let Some(json) = event.data().as_string() else {
                return;
            };
            let id = event
                .last_event_id()
                .parse()
                .ok()
                .filter(|_| !json.starts_with('"'));
            if !(fresh.take() && id.is_none()) {
                this.say(&Word::Heard(id, json.clone()));
                hub::heard(id, &json);
            }
        });
        let on_open = self.callback(|this, _: Event| this.opened());
        let on_error = self.callback(|this, _: Event| this.failed());
        let on_sent_out = self.callback(|this, _: Event| this.sent_out());
        let on_here = self.callback(|this, _: Event| this.heard.set(Date::now()));
        let on_version = self.callback(|this, event: MessageEvent| {
            if let Some(version) = event.data().as_string() {
                this.say(&Word::Version(version.clone()));
                this.is_of(version);
            }
        });
        for (event, callback) in [
            (SIGNED_OUT, on_sent_out.as_ref()),
            (HERE, on_here.as_ref()),
            (VERSION, on_version.as_ref()),
        ] {
            let callback = callback.unchecked_ref();
            // Refused only for events that cannot be named.
            let _ = source.add_event_listener_with_callback(event, callback);
        }
        source.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        source.set_onopen(Some(on_open.as_ref().unchecked_ref()));
        source.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        // The old ones may be the very callbacks that run now; they go when this turn has ended.
        let old = (
            self.on_message.replace(Some(on_message)),
            self.on_open.replace(Some(on_open)),
            self.on_error.replace(Some(on_error)),
            self.on_sent_out.replace(Some(on_sent_out)),
            self.on_here.replace(Some(on_here)),
            self.on_version.replace(Some(on_version)),
        );
        set_timeout(move || drop(old), Duration::ZERO);
        *self.source.borrow_mut() = Some(source);
    }

    fn opened(&self) {
        self.heard.set(Date::now());
        self.failures.set(0);
        self.say(&Word::Away(false));
        if self.state.get() != State::There {
            self.set(State::There);
            // The server tells what was missed; what it folds together pages cannot always count.
            let json = serde_json::to_string(&hub::reload()).unwrap_or_default();
            self.say(&Word::Heard(None, json));
            hub::tell(&hub::reload());
        }
    }

    /// The server has ended the session: whoever comes back would be refused.
    fn sent_out(&self) {
        self.stopped.set(true);
        self.close();
        self.say(&Word::SentOut);
        self.set(State::SentOut);
    }

    fn failed(self: &Rc<Self>) {
        // Closed for good by the browser when the server answered, but not with a stream.
        let refused = self
            .source
            .borrow()
            .as_ref()
            .is_some_and(|source| source.ready_state() == EventSource::CLOSED);
        self.close();
        self.set(State::Away);
        self.say(&Word::Away(true));
        let me = self.clone();
        if refused {
            spawn_local(async move {
                if matches!(load_workspace().await, Err(domain::Error::Unauthenticated)) {
                    me.set(State::SignedOut);
                } else {
                    me.try_later();
                }
            });
        } else {
            self.try_later();
        }
    }

    fn try_later(self: &Rc<Self>) {
        if self.stopped.get() || !self.holds.get() {
            return;
        }
        let failures = self.failures.get();
        self.failures.set(failures + 1);
        let pause = pause(failures, js_sys::Math::random());
        let me = self.clone();
        let again = move || {
            if me.holds.get() && !me.stopped.get() {
                me.open();
            }
        };
        let wait = Duration::from_millis(u64::from(pause.unsigned_abs()));
        if let Ok(retry) = set_timeout_with_handle(again, wait) {
            *self.retry.borrow_mut() = Some(retry);
        }
    }

    /// Listens for what makes a new try worth while: the network is back, the tab is looked at.
    fn watch(self: &Rc<Self>) {
        for event in ["online", "visibilitychange"] {
            let me = Rc::downgrade(self);
            let listener = window_event_listener_untyped(event, move |_| {
                if let Some(this) = me.upgrade() {
                    this.wake();
                }
            });
            self.listeners.borrow_mut().push(listener);
        }
        let me = Rc::downgrade(self);
        let look = move || {
            if let Some(this) = me.upgrade() {
                this.look();
            }
        };
        self.looks.set(set_interval_with_handle(look, LOOK).ok());
    }

    /// Takes a connection that has fallen silent for lost, and opens another.
    fn look(self: &Rc<Self>) {
        let is_open = self.source.borrow().is_some();
        let silent = Date::now() - self.heard.get() > SILENCE;
        if !(is_open && silent) || self.stopped.get() || !self.holds.get() {
            return;
        }
        self.set(State::Away);
        self.say(&Word::Away(true));
        self.failures.set(0);
        self.open();
    }

    fn wake(self: &Rc<Self>) {
        let visible = leptos::prelude::document().visibility_state() == VisibilityState::Visible;
        if !visible || self.stopped.get() || self.state.get() == State::SignedOut {
            return;
        }
        if self.holds.get() {
            if self.state.get() == State::Away {
                self.failures.set(0);
                self.open();
            } else {
                self.look();
            }
            return;
        }
        // A phone puts tabs to sleep, also the one that holds the connection.
        self.answered.set(false);
        self.say(&Word::Join(hub::since()));
        let me = self.clone();
        set_timeout(
            move || {
                if !me.answered.get() && !me.holds.get() && !me.stopped.get() {
                    me.ask_for_lock(true);
                }
            },
            ANSWER,
        );
    }
}
