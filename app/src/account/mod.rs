//! The user's own settings.

use leptos::prelude::*;

/// The user's own settings.
#[component]
pub fn AccountPage() -> impl IntoView {
    view! { <p>"…"</p> }
}
