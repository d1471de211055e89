//! The first run.

use leptos::prelude::*;

/// The first run.
#[component]
pub fn SetUpPage() -> impl IntoView {
    view! { <p>"…"</p> }
}
