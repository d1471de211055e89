//! What the rows of all three lists have in common: the handle by which they are ordered.

use leptos::prelude::*;

use crate::i18n::{t_string, use_i18n};
use crate::settings::reorder::Reorder;
use crate::ui::{Glyph, Icon};

/// The handle of a row: dragged by mouse or finger, moved by arrow keys.
pub(super) fn handle(reorder: Reorder, id: i64, name: Signal<String>) -> AnyView {
    let i18n = use_i18n();
    view! {
        <button
            class="handle"
            type="button"
            aria-label=move || t_string!(i18n, settings.move_row, label = name.get())
            title=move || t_string!(i18n, settings.move_help)
            on:pointerdown=move |event| reorder.on_down(id, &event)
            on:keydown=move |event| reorder.on_key(id, &event)
        >
            <Icon glyph=Glyph::Drag />
        </button>
    }
    .into_any()
}
