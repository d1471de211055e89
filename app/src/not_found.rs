//! The page of what does not exist or may not be seen.

use leptos::prelude::*;

/// The page of what does not exist or may not be seen; its status is 404.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::request::set_status(http::StatusCode::NOT_FOUND);
    view! { <p>"…"</p> }
}
