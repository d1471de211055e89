//! The HTML document around the pages.

use leptos::prelude::*;
use leptos_meta::MetaTags;

use crate::App;
use crate::site::{SiteFiles, SiteScripts, SiteStyle};

/// The document. `lang` and `dir` come from the texts' provider.
pub fn shell(options: LeptosOptions, files: SiteFiles) -> impl IntoView {
    let theme = crate::request::visit().map_or_else(|_| "auto".into(), |visit| visit.theme);
    let version = files.version();
    view! {
        <!DOCTYPE html>
        <html data-theme=theme.to_string() data-version=version>
            <head>
                <meta charset="utf-8" />
                <meta
                    name="viewport"
                    content="width=device-width, initial-scale=1, viewport-fit=cover"
                />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <SiteStyle files=files.clone() />
                <AutoReload options />
                <SiteScripts files />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}
