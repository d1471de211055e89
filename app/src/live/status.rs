//! Says when the live connection is away.

use leptos::prelude::*;

use crate::i18n::{t, use_i18n};
use crate::layout::use_workspace;
use crate::ui::{Banner, BannerTone, Button, ButtonSize};

/// What there is to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    not(feature = "hydrate"),
    expect(dead_code, reason = "only browsers lose connections")
)]
enum Shown {
    Nothing,
    Reconnecting,
    SignedOut,
}

/// Starts the live connection, and says when it has been away for more than two seconds, and when
/// the server is of a newer version than the page. Rendered once, by the frame.
#[component]
pub fn Status() -> impl IntoView {
    let i18n = use_i18n();
    let shown = RwSignal::new(Shown::Nothing);
    let is_old = RwSignal::new(false);
    start(shown, is_old);
    move || match shown.get() {
        Shown::Nothing => is_old.get().then(|| view! { <Newer /> }).into_any(),
        Shown::Reconnecting => view! {
            <Banner tone=BannerTone::Offline>{t!(i18n, live.reconnecting)}</Banner>
        }
        .into_any(),
        Shown::SignedOut => view! {
            <Banner tone=BannerTone::Offline>
                {t!(i18n, live.signed_out)} " "
                <a href="/sign-in" rel="external">
                    {t!(i18n, live.sign_in)}
                </a>
            </Banner>
        }
        .into_any(),
    }
}

/// Says that there is a newer version. It is loaded when whoever is at work finds the time.
#[component]
fn Newer() -> impl IntoView {
    let i18n = use_i18n();
    let load = |_| {
        #[cfg(feature = "hydrate")]
        super::version::reload();
    };
    view! {
        <Banner>
            {t!(i18n, live.newer)} " "
            <Button size=ButtonSize::Small on:click=load>
                {t!(i18n, live.load)}
            </Button>
        </Banner>
    }
}

#[cfg(not(feature = "hydrate"))]
fn start(_shown: RwSignal<Shown>, _is_old: RwSignal<bool>) {
    let _ = use_workspace();
}

#[cfg(feature = "hydrate")]
fn start(shown: RwSignal<Shown>, is_old: RwSignal<bool>) {
    use std::cell::Cell;
    use std::rc::Rc;
    use std::time::Duration;

    use domain::live::LiveMessage;

    use super::connection::{self, State};
    use super::version;

    /// A shorter absence is not worth a word.
    const PATIENCE: Duration = Duration::from_secs(2);

    let workspace = use_workspace();
    super::use_live(move |message| {
        if matches!(message, LiveMessage::Workspace) {
            workspace.reload();
        }
    });
    let state = Rc::new(Cell::new(State::There));
    let report = move |now| {
        state.set(now);
        match now {
            State::There => shown.set(Shown::Nothing),
            State::SignedOut => shown.set(Shown::SignedOut),
            State::SentOut => {
                // The server sends to sign in, and back here afterwards.
                version::reload();
            }
            State::Away => {
                let state = state.clone();
                let late = move || {
                    if state.get() == State::Away {
                        let _ = shown.try_set(Shown::Reconnecting);
                    }
                };
                set_timeout(late, PATIENCE);
            }
        }
    };
    let report_version = Rc::new(version::watch(is_old));
    let connection = StoredValue::new_local(None);
    Effect::new(move |_| {
        // The connection starts when the pages have said what they contain.
        let (report, report_version) = (report.clone(), report_version.clone());
        let start = move || {
            let user = workspace.with_untracked(|workspace| workspace.me.id);
            let _ =
                connection.try_set_value(Some(connection::start(user, report, move |version| {
                    report_version(version);
                })));
        };
        set_timeout(start, Duration::ZERO);
    });
    on_cleanup(move || {
        if let Some(Some(connection)) = connection.try_get_value() {
            connection.stop();
        }
    });
}
