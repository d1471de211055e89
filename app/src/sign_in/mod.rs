//! Signing in.

use leptos::prelude::*;

/// Signing in.
#[component]
pub fn SignInPage() -> impl IntoView {
    view! { <p>"…"</p> }
}
