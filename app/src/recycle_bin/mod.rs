//! The recycle bin of a kind: `/deals/bin`.

use domain::Kind;
use leptos::prelude::*;

/// The recycle bin of a kind: `/deals/bin`.
#[component]
pub fn BinPage(
    /// Of which kind.
    kind: Kind,
) -> impl IntoView {
    let _ = kind;
    view! { <section class="page"></section> }
}
