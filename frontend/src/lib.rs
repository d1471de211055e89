//! The browser's side of Dealwright: takes over the page that the server made.

use app::App;
use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the page's script once the wasm has been loaded.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(App);
}
