//! Taking up an invitation: `/invitation/:token`.

use leptos::prelude::*;

/// Taking up an invitation: `/invitation/:token`.
#[component]
pub fn InvitationPage() -> impl IntoView {
    view! { <section class="page"></section> }
}
