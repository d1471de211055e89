//! Light, dark, or as the device.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::api::set_theme;
use super::use_workspace;
use crate::i18n::{t_string, use_i18n};
use crate::labels;
use crate::ui::{Glyph, MenuItem, ToastStore};

/// The themes, as stored, and their pictures.
const THEMES: [(&str, Glyph); 3] = [
    ("light", Glyph::Sun),
    ("dark", Glyph::Moon),
    ("auto", Glyph::Auto),
];

/// Shows the page in a theme, now. The server writes the same into the next page.
pub(super) fn show_theme(theme: &str) {
    if let Some(root) = document().document_element() {
        // Fails only for names that no attribute may have.
        let _ = root.set_attribute("data-theme", theme);
    }
}

/// The items of a menu that choose the theme.
#[component]
pub(super) fn ThemeItems() -> impl IntoView {
    let i18n = use_i18n();
    let workspace = use_workspace();
    let toasts = expect_context::<ToastStore>();
    let choose = move |theme: &'static str| {
        workspace.update(|workspace| theme.clone_into(&mut workspace.theme));
        spawn_local(async move {
            if let Err(error) = set_theme(theme.to_owned()).await {
                toasts.error(labels::error(i18n, &error));
            }
        });
    };
    THEMES
        .map(|(theme, glyph)| {
            let label = move || match theme {
                "light" => t_string!(i18n, frame.light),
                "dark" => t_string!(i18n, frame.dark),
                _ => t_string!(i18n, frame.auto),
            };
            let checked =
                Signal::derive(move || workspace.with(|workspace| workspace.theme == theme));
            view! {
                <MenuItem glyph checked on_select=move |()| choose(theme)>
                    {label}
                </MenuItem>
            }
        })
        .into_iter()
        .collect_view()
}
