//! Pipelines, stages and lost reasons: `/settings/pipelines`.

use leptos::prelude::*;

/// Pipelines, stages and lost reasons: `/settings/pipelines`.
#[component]
pub fn PipelinesPage() -> impl IntoView {
    view! { <section class="page"></section> }
}
