//! The page of a record.

use domain::Kind;
use leptos::prelude::*;

/// The page of a record.
#[component]
pub fn RecordPage(
    /// Of which kind it is.
    kind: Kind,
) -> impl IntoView {
    view! { <section class="page page--scroll" data-kind=kind.as_str()></section> }
}
