//! The browser's side of Dealwright: takes over the page that the server made.

use std::time::Duration;

use app::App;
use leptos::prelude::{document, location, set_timeout};
use wasm_bindgen::prelude::{JsError, JsValue, wasm_bindgen};

/// Called by the page's script once the wasm has been loaded; done when the page reacts.
///
/// # Errors
/// The code of the page, which is in a file of its own, did not come. May be called again.
#[wasm_bindgen]
pub async fn hydrate() -> Result<(), JsValue> {
    console_error_panic_hook::set_once();
    let path = location().pathname()?;
    let fetched = app::fetch_page(&path).await;
    fetched.map_err(|_| JsError::new("a part of the page did not come"))?;
    leptos::mount::hydrate_body(App);
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
    Ok(())
}
