//! What stands where something could not be shown.

use domain::Error;
use leptos::prelude::*;

use super::sign_in_path;
use crate::i18n::{t, t_string, use_i18n};
use crate::labels;
use crate::not_found::NotFound;
use crate::ui::{LinkButton, LoadError};

/// Says why a page, or a part of one, is not there, and offers what helps: another try, or signing
/// in again, after which one is back here.
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
            let text = move || labels::error(i18n, &error);
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
