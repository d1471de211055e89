//! One or several of a list that may be long: a button that tells what is chosen, and opens a box
//! with a search over the list.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::Element;

use crate::i18n::{t, t_string, use_i18n};
use crate::ui::{Glyph, Icon, place_popover};

/// Lines at most; with more one types a part of the name.
const MOST: usize = 200;

/// One of the things to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// What is told.
    pub value: String,
    /// What is shown.
    pub label: String,
}

/// The button and its box.
#[component]
pub(super) fn Picker(
    /// The box's id; unique in the document.
    id: String,
    /// The button's id.
    button_id: String,
    /// What is chosen here, in words.
    #[prop(into)]
    label: String,
    /// What the button shows when nothing is chosen.
    #[prop(into)]
    placeholder: String,
    /// What there is.
    options: Signal<Vec<Line>>,
    /// What is chosen.
    chosen: Signal<Vec<String>>,
    /// What is chosen, in words.
    shown: Signal<String>,
    /// Whether several may be chosen.
    several: bool,
    /// Called with what is chosen.
    on_change: Callback<Vec<String>>,
) -> impl IntoView {
    let button = NodeRef::<html::Button>::new();
    let sheet = NodeRef::<html::Div>::new();
    let is_open = RwSignal::new(false);
    let close = move || {
        if let Some(sheet) = sheet.get_untracked() {
            // Gives the focus back to the button; it can only refuse when it is closed already.
            let _ = sheet.hide_popover();
        }
    };
    let choose = Callback::new(move |value: String| {
        if several {
            let mut values = chosen.get_untracked();
            if values.contains(&value) {
                values.retain(|other| *other != value);
            } else {
                values.push(value);
            }
            on_change.run(values);
        } else {
            close();
            on_change.run(vec![value]);
        }
    });
    let on_toggle = move |_: ev::Event| {
        let Some(sheet) = sheet.get_untracked() else {
            return;
        };
        if sheet.matches(":popover-open").unwrap_or_default() {
            focus_search(&sheet);
        } else {
            // Browsers give the focus back from a box only where no other one is open around it.
            if is_focus_lost(&sheet)
                && let Some(button) = button.get_untracked()
            {
                let _ = button.focus();
            }
            is_open.set(false);
        }
    };
    let words = {
        let placeholder = placeholder.clone();
        move || {
            let shown = shown.get();
            if shown.is_empty() {
                placeholder.clone()
            } else {
                shown
            }
        }
    };
    let name = {
        let (label, words) = (label.clone(), words.clone());
        move || format!("{label}: {}", words())
    };
    let list = Listed {
        id: format!("{id}-list"),
        label: label.clone(),
        options,
        chosen,
        several,
        choose,
        close: Callback::new(move |()| close()),
    };
    view! {
        <button
            class="input picklist"
            type="button"
            id=button_id
            node_ref=button
            popovertarget=id.clone()
            aria-haspopup="dialog"
            aria-label=name
            on:click=move |_| is_open.set(true)
        >
            <span class="picklist__shown cut" class=("muted", move || shown.with(String::is_empty)) dir="auto">
                {words}
            </span>
            <Icon glyph=Glyph::ChevronDown class="select__arrow" />
        </button>
        <div
            class="menu picklist__box"
            id=id
            popover="auto"
            role="dialog"
            aria-label=label
            node_ref=sheet
            on:beforetoggle=move |_: ev::Event| place_popover(button, sheet)
            on:toggle=on_toggle
        >
            {move || is_open.get().then(|| listed(list.clone()))}
        </div>
    }
    .into_any()
}

/// What the open box needs.
#[derive(Clone)]
struct Listed {
    id: String,
    label: String,
    options: Signal<Vec<Line>>,
    chosen: Signal<Vec<String>>,
    several: bool,
    choose: Callback<String>,
    close: Callback<()>,
}

fn listed(of: Listed) -> AnyView {
    let i18n = use_i18n();
    let text = RwSignal::new(String::new());
    let at = RwSignal::new(0usize);
    let Listed {
        id,
        label,
        options,
        chosen,
        several,
        choose,
        close,
    } = of;
    let found = Memo::new(move |_| {
        let part = text.with(|text| text.trim().to_lowercase());
        options.with(|options| {
            options
                .iter()
                .filter(|option| option.label.to_lowercase().contains(&part))
                .take(MOST)
                .cloned()
                .collect::<Vec<_>>()
        })
    });
    let line_id = {
        let id = id.clone();
        move |at: usize| format!("{id}-{at}")
    };
    let highlight = {
        let line_id = line_id.clone();
        move |next: usize| {
            at.set(next);
            if let Some(line) = document().get_element_by_id(&line_id(next)) {
                let options = web_sys::ScrollIntoViewOptions::new();
                options.set_block(web_sys::ScrollLogicalPosition::Nearest);
                line.scroll_into_view_with_scroll_into_view_options(&options);
            }
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let count = found.with_untracked(Vec::len);
        let here = at.get_untracked();
        match event.key().as_str() {
            "ArrowDown" if count > 0 => highlight((here + 1) % count),
            "ArrowUp" if count > 0 => highlight((here + count - 1) % count),
            "Home" if count > 0 => highlight(0),
            "End" if count > 0 => highlight(count - 1),
            "Enter" => {
                let value = found.with_untracked(|found| found.get(here).map(|o| o.value.clone()));
                if let Some(value) = value {
                    choose.run(value);
                }
            }
            "Tab" => {
                close.run(());
                return;
            }
            _ => return,
        }
        event.prevent_default();
    };
    let active = {
        let line_id = line_id.clone();
        move || found.with(|found| (at.get() < found.len()).then(|| line_id(at.get())))
    };
    let lines = move || {
        found
            .get()
            .into_iter()
            .enumerate()
            .map(|(place, option)| {
                let value = option.value.clone();
                let is_chosen = {
                    let value = value.clone();
                    Memo::new(move |_| chosen.with(|chosen| chosen.contains(&value)))
                };
                view! {
                    <li
                        class="menu__item"
                        role="option"
                        id=line_id(place)
                        class=("menu__item--at", move || at.get() == place)
                        aria-selected=move || if is_chosen.get() { "true" } else { "false" }
                        on:click=move |_| choose.run(value.clone())
                    >
                        <span class="menu__label" dir="auto">{option.label}</span>
                        {move || is_chosen.get().then(|| view! { <Icon glyph=Glyph::Check /> })}
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <input
            class="input picklist__search"
            type="text"
            dir="auto"
            role="combobox"
            autocomplete="off"
            aria-autocomplete="list"
            aria-expanded="true"
            aria-controls=id.clone()
            aria-activedescendant=active
            aria-label=label.clone()
            placeholder=t_string!(i18n, filter.search)
            on:keydown=on_key
            on:input=move |event| {
                text.set(event_target_value(&event));
                at.set(0);
            }
        />
        <ul
            class="picklist__list"
            role="listbox"
            id=id
            aria-label=label
            aria-multiselectable=several.then_some("true")
        >
            {lines}
        </ul>
        <p class="picklist__none muted" role="status">
            {move || found.with(Vec::is_empty).then_some(t!(i18n, filter.nothing_found))}
        </p>
    }
    .into_any()
}

fn focus_search(sheet: &Element) {
    let input = sheet.query_selector("input").ok().flatten();
    if let Some(input) = input.and_then(|it| it.dyn_into::<web_sys::HtmlElement>().ok()) {
        // Nothing is lost when the browser refuses the focus.
        let _ = input.focus();
    }
}

/// Whether the focus goes with the box, or has gone.
fn is_focus_lost(sheet: &Element) -> bool {
    document().active_element().is_none_or(|active| {
        active.tag_name().eq_ignore_ascii_case("body") || sheet.contains(Some(&active))
    })
}
