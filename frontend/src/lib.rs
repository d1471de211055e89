//! The browser's side of Dealwright: takes over the page that the server made.

use std::time::Duration;

use app::App;
use leptos::prelude::{document, set_timeout};
use leptos::tachys::dom::body;
use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the page's script once the wasm has been loaded; done when the page reacts.
#[wasm_bindgen]
pub async fn hydrate() {
    console_error_panic_hook::set_once();
    // Not all at once: the page's own part may still be on its way.
    leptos::mount::hydrate_from_async(body(), App)
        .await
        .forget();
    // For tests, which must not click before the page reacts. What waits for data comes alive in
    // microtasks, which have run by then.
    set_timeout(
        || {
            if let Some(root) = document().document_element() {
                // Nothing but a test misses it.
                let _ = root.set_attribute("data-hydrated", "");
            }
        },
        Duration::ZERO,
    );
}
