//! Search and command palette: every record, page and form by keyboard alone.
//!
//! Ctrl+K or `/` opens it from anywhere. It is a combobox over a listbox: the focus stays in the
//! input, the arrows walk through what was found, Enter opens it.

pub mod api;
mod found;
mod place;

use std::time::Duration;

use domain::search::Hit;
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use web_sys::{Element, KeyboardEvent};

use crate::i18n::{t, t_string, use_i18n};
use crate::layout::use_workspace;
use crate::ui::{Dialog, Glyph, Icon};
use api::search_records;
use found::{Entry, Found, entries, option_id};

/// How long typing rests before the server is asked.
const REST: Duration = Duration::from_millis(120);

/// The search of the top bar, and the palette that it opens.
#[component]
pub fn Search() -> impl IntoView {
    let i18n = use_i18n();
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        let keys = window_event_listener(ev::keydown, move |event| {
            if opens(&event) {
                event.prevent_default();
                open.set(true);
            }
        });
        on_cleanup(move || keys.remove());
    });
    view! {
        <button
            class="search search--button"
            type="button"
            aria-haspopup="dialog"
            aria-keyshortcuts="Control+K /"
            on:click=move |_| open.set(true)
        >
            <Icon glyph=Glyph::Search />
            <span class="search__words">{t!(i18n, search.open)}</span>
            <kbd class="kbd" aria-hidden="true">
                "Ctrl K"
            </kbd>
        </button>
        <Dialog
            id="palette"
            title=move || t_string!(i18n, search.title)
            close_label=move || t_string!(i18n, search.close)
            open=open
            class="palette"
        >
            <Palette open />
        </Dialog>
    }
}

/// Whether a key opens the palette: Ctrl+K anywhere, `/` where nobody is typing.
fn opens(event: &KeyboardEvent) -> bool {
    if event.default_prevented() || event.is_composing() {
        return false;
    }
    let key = event.key();
    if (event.ctrl_key() || event.meta_key()) && !event.alt_key() && !event.shift_key() {
        return key.eq_ignore_ascii_case("k");
    }
    key == "/" && !event.alt_key() && !is_typing(event)
}

/// Whether the key goes into an input, or to a dialog that asks something.
fn is_typing(event: &KeyboardEvent) -> bool {
    let Some(target) = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
    else {
        return false;
    };
    let inside = "input, textarea, select, dialog, [contenteditable], [role=grid] [data-editing]";
    target.closest(inside).ok().flatten().is_some()
}

/// The palette's inside: made anew each time it opens.
#[component]
fn Palette(open: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let workspace = use_workspace();
    let navigate = use_navigate();
    let input = NodeRef::<html::Input>::new();
    let text = RwSignal::new(String::new());
    // What the server found, and for which text.
    let hits = RwSignal::new((String::new(), Vec::<Hit>::new()));
    let failed = RwSignal::new(None::<String>);
    let highlighted = RwSignal::new(0usize);
    let shown = Memo::new(move |_| {
        workspace.with(|workspace| {
            text.with(|text| hits.with(|(_, hits)| entries(i18n, workspace, text, hits)))
        })
    });
    let asked = StoredValue::new(0u32);
    let ask = move |sought: String| {
        let number = asked.get_value().wrapping_add(1);
        asked.set_value(number);
        set_timeout(
            move || {
                if asked.try_get_value() != Some(number) {
                    return;
                }
                spawn_local(async move {
                    let answer = search_records(sought.clone()).await;
                    if asked.try_get_value() != Some(number) {
                        return;
                    }
                    match answer {
                        Ok(found) => {
                            failed.set(None);
                            hits.set((sought, found));
                        }
                        Err(error) => failed.set(Some(crate::labels::error(i18n, &error))),
                    }
                });
            },
            REST,
        );
    };
    let typed = move |event: ev::Event| {
        let now = event_target_value(&event);
        highlighted.set(0);
        let sought = now.trim().to_owned();
        if sought.is_empty() {
            // What is on its way is not wanted any more.
            asked.update_value(|number| *number = number.wrapping_add(1));
            hits.set((String::new(), Vec::new()));
        } else {
            ask(sought);
        }
        text.set(now);
    };
    let go = Callback::new(move |(entry, beside): (Entry, bool)| {
        let href = entry.href();
        if beside {
            // A browser that refuses new windows tells its user so.
            let _ = window().open_with_url_and_target(&href, "_blank");
        } else {
            open.set(false);
            navigate(&href, NavigateOptions::default());
        }
    });
    let on_key = move |event: KeyboardEvent| {
        let count = shown.with_untracked(Vec::len);
        let at = highlighted.get_untracked().min(count.saturating_sub(1));
        let next = match event.key().as_str() {
            "ArrowDown" if count > 0 => (at + 1) % count,
            "ArrowUp" if count > 0 => (at + count - 1) % count,
            "PageDown" if count > 0 => (at + 8).min(count - 1),
            "PageUp" if count > 0 => at.saturating_sub(8),
            "Enter" if !event.is_composing() => {
                event.prevent_default();
                if let Some(entry) = shown.with_untracked(|shown| shown.get(at).cloned()) {
                    go.run((entry, event.ctrl_key() || event.meta_key()));
                }
                return;
            }
            _ => return,
        };
        event.prevent_default();
        highlighted.set(next);
        found::reveal(next);
    };
    let active = move || {
        let count = shown.with(Vec::len);
        (count > 0).then(|| option_id(highlighted.get().min(count - 1)))
    };
    let waiting = move || {
        text.with(|text| {
            let sought = text.trim();
            !sought.is_empty() && hits.with(|(of, _)| of != sought) && failed.with(Option::is_none)
        })
    };
    let status = move || {
        if let Some(error) = failed.get() {
            return error;
        }
        let count = shown.with(Vec::len);
        if waiting() {
            t_string!(i18n, search.searching).to_owned()
        } else if text.with(|text| text.trim().is_empty()) {
            t_string!(i18n, search.hint).to_owned()
        } else if count == 0 {
            t_string!(i18n, search.nothing, text = text.get().trim().to_owned())
        } else if count == 1 {
            t_string!(i18n, search.one).to_owned()
        } else {
            t_string!(i18n, search.many, count = count)
        }
    };
    view! {
        <div class="palette__head">
            <Icon glyph=Glyph::Search />
            <input
                class="palette__input"
                node_ref=input
                type="text"
                role="combobox"
                autocomplete="off"
                spellcheck="false"
                maxlength="200"
                dir="auto"
                aria-label=move || t_string!(i18n, search.title)
                aria-expanded="true"
                aria-controls="palette-found"
                aria-autocomplete="list"
                aria-activedescendant=active
                placeholder=move || t_string!(i18n, search.placeholder)
                prop:value=text
                on:input=typed
                on:keydown=on_key
            />
        </div>
        <Found shown highlighted go />
        <p class="palette__status" role="status">
            {status}
        </p>
    }
}
