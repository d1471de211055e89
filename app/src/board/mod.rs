//! The board of a kind.

use domain::Kind;
use leptos::prelude::*;

/// The board of a kind.
#[component]
pub fn BoardPage(
    /// Whose board it is.
    kind: Kind,
) -> impl IntoView {
    view! { <section class="page" data-kind=kind.as_str()></section> }
}
