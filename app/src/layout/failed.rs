//! What stands where something could not be shown.

use std::time::Duration;

use domain::Error;
use leptos::prelude::*;

use super::sign_in_path;
use crate::i18n::{t, t_string, use_i18n};
use crate::labels;
use crate::not_found::NotFound;
use crate::ui::{LinkButton, LoadError};

/// Says why a page, or a part of one, is not there, and offers what helps: another try, or signing
/// in again, after which one is back here. What passes is tried again by itself.
#[component]
pub fn Failed(
    /// What went wrong.
    error: Error,
    /// Tries again; the button is there only with it.
    #[prop(optional, into)]
    on_retry: Option<Callback<()>>,
) -> impl IntoView {
    let i18n = use_i18n();
    match error {
        Error::NotFound => view! { <NotFound /> }.into_any(),
        Error::Unauthenticated => view! { <SignedOut /> }.into_any(),
        error => {
            let again = on_retry.zip(error.retry_after());
            if let Some((on_retry, seconds)) = again {
                retry_by_itself(on_retry, Duration::from_secs(seconds));
            }
            let text = move || {
                let why = labels::error(i18n, &error);
                match again {
                    Some(_) => format!("{why} {}", t_string!(i18n, failed.by_itself)),
                    None => why,
                }
            };
            match on_retry {
                Some(on_retry) => view! {
                    <LoadError text retry_label=move || t_string!(i18n, failed.retry) on_retry />
                }
                .into_any(),
                None => view! { <LoadError text /> }.into_any(),
            }
        }
    }
}

/// Tries again after a while, unless what failed is gone by then.
fn retry_by_itself(on_retry: Callback<()>, after: Duration) {
    Effect::new(move |_| {
        let again = move || {
            let _ = on_retry.try_run(());
        };
        if let Ok(waiting) = set_timeout_with_handle(again, after) {
            on_cleanup(move || waiting.clear());
        }
    });
}

/// The session has ended under an open page: goes to sign in, and comes back.
#[component]
fn SignedOut() -> impl IntoView {
    let i18n = use_i18n();
    let address = RwSignal::new("/sign-in".to_owned());
    Effect::new(move |_| {
        let location = window().location();
        let here = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
        let there = sign_in_path(&here);
        address.set(there.clone());
        // A real load, not the router's: nothing of the old session stays in memory. Where the
        // browser refuses, the link remains.
        let _ = location.replace(&there);
    });
    view! {
        <div class="empty">
            <p>{t!(i18n, error.unauthenticated)}</p>
            <LinkButton href=move || address.get()>{t!(i18n, failed.sign_in)}</LinkButton>
        </div>
    }
}
