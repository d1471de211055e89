//! The script, wasm and style sheet of the built site, under the names that they have in it.
//!
//! In place of Leptos's own `HydrationScripts` and `HashedStylesheet`, which read `hash.txt` from the
//! folder of the binary at run time: our binary is alone. The server finds the names among the
//! files that it holds.

use std::collections::HashMap;

use leptos::{WasmSplitManifest, nonce::use_nonce, prelude::*};

use crate::i18n::{Locale, td_string};

/// A function in the browser's language: of the script, the wasm, and the words for when they do
/// not come.
const START: &str = include_str!("start.js");

/// The paths that the document loads, from the root.
#[derive(Debug, Clone, Default)]
pub struct SiteFiles {
    js: String,
    wasm: String,
    css: String,
    parts: Option<WasmSplitManifest>,
}

impl SiteFiles {
    /// The files of a site.
    pub fn new(js: String, wasm: String, css: String) -> Self {
        Self {
            js,
            wasm,
            css,
            parts: None,
        }
    }

    /// The same for a site built with `--split`: `loader` is the file name of the script that loads
    /// the parts, `needed` says which parts each lazy page needs.
    #[must_use]
    pub fn with_parts(mut self, loader: String, needed: HashMap<String, Vec<String>>) -> Self {
        let manifest = ArcStoredValue::new(("/pkg".to_owned(), needed, loader));
        self.parts = Some(WasmSplitManifest(manifest));
        self
    }

    /// What tells this site from one of another version, which a page that stays open may be of: the
    /// names of its files, where those are of their content.
    #[must_use]
    pub fn version(&self) -> String {
        let loader = self.parts.as_ref();
        let loader = loader.map(|parts| parts.0.with_value(|(_, _, loader)| loader.clone()));
        [&self.js, &self.wasm, &self.css]
            .into_iter()
            .chain(&loader)
            .map(|path| path.rsplit('/').next().unwrap_or(path))
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// Loads the style sheet. Belongs into `<head>`.
#[component]
pub fn SiteStyle(
    /// The files of the site.
    files: SiteFiles,
) -> impl IntoView {
    view! { <link rel="stylesheet" href=files.css /> }
}

/// Loads the wasm and brings the page to life; until then it keeps what is tapped. Belongs into
/// `<head>`.
#[component]
pub fn SiteScripts(
    /// The files of the site.
    files: SiteFiles,
) -> impl IntoView {
    let SiteFiles {
        js, wasm, parts, ..
    } = files;
    if let Some(parts) = parts {
        provide_context(parts);
    }
    // The policy lets a script run, and a module load ahead, by its nonce alone.
    let nonce = use_nonce();
    // The document stands around the provider of texts.
    let locale = Locale::default();
    let (broken, again) = (
        td_string!(locale, start.broken),
        td_string!(locale, start.again),
    );
    let start = format!("({START})({js:?}, {wasm:?}, {{ broken: {broken:?}, again: {again:?} }});");
    view! {
        <link rel="modulepreload" href=js nonce=nonce.clone() />
        <link
            rel="preload"
            href=wasm
            r#as="fetch"
            r#type="application/wasm"
            crossorigin="anonymous"
        />
        <script nonce=nonce>{start}</script>
    }
}
