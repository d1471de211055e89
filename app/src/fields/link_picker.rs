//! Choosing records: type a part of the title, pick with mouse, touch or arrow keys.

use domain::value::Linked;
use domain::{Kind, Value};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::api::find_records;
use super::input::OnValue;
use crate::i18n::{t, t_string, use_i18n};
use crate::ui::{Glyph, Icon, InputKind, TextInput};

/// Chooses one record or several.
#[component]
pub fn LinkPicker(
    /// Of which kind.
    kind: Kind,
    /// Whether several may be chosen; the first is the primary one.
    several: bool,
    /// What is chosen first.
    initial: Value,
    /// Called at every change.
    on_value: OnValue,
    /// Whether it takes the focus.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let chosen = RwSignal::new(match initial {
        Value::Links(links) => links,
        _ => Vec::new(),
    });
    let text = RwSignal::new(String::new());
    let highlighted = RwSignal::new(0usize);
    let found = Resource::new(
        move || text.get(),
        move |text| async move {
            if text.trim().is_empty() {
                Ok(Vec::new())
            } else {
                find_records(kind, text).await
            }
        },
    );
    let shown = RwSignal::new(Vec::<Linked>::new());
    Effect::new(move || {
        if let Some(Ok(links)) = found.get() {
            highlighted.set(0);
            shown.set(links);
        }
    });
    let tell = move || on_value.run(Ok(Value::Links(chosen.get_untracked())));
    let choose = move |link: Linked| {
        chosen.update(|chosen| {
            if !several {
                chosen.clear();
            }
            if !chosen.contains(&link) {
                chosen.push(link);
            }
        });
        text.set(String::new());
        tell();
    };
    let drop_link = move |id: i64| {
        chosen.update(|chosen| chosen.retain(|link| link.id != id));
        tell();
    };
    let on_key = move |event: KeyboardEvent| {
        let count = shown.with_untracked(Vec::len);
        match event.key().as_str() {
            "ArrowDown" if count > 0 => {
                event.prevent_default();
                highlighted.update(|at| *at = (*at + 1) % count);
            }
            "ArrowUp" if count > 0 => {
                event.prevent_default();
                highlighted.update(|at| *at = (*at + count - 1) % count);
            }
            "Enter" if count > 0 => {
                event.prevent_default();
                event.stop_propagation();
                let link = shown.with_untracked(|s| s.get(highlighted.get_untracked()).cloned());
                if let Some(link) = link {
                    choose(link);
                }
            }
            "Escape" if !text.get_untracked().is_empty() => {
                event.stop_propagation();
                text.set(String::new());
            }
            _ => {}
        }
    };
    let on_input = Callback::new(move |typed: String| text.set(typed));
    view! {
        <div class="picker" on:keydown=on_key>
            <ul class="picker__chosen">
                <For each=move || chosen.get() key=|link| link.id let:link>
                    <li class="chip chip--set">
                        <span class="cut" dir="auto">{link.title.clone().unwrap_or_default()}</span>
                        <button
                            class="chip__clear"
                            type="button"
                            aria-label=t_string!(i18n, fields.remove)
                            on:click=move |_| drop_link(link.id)
                        >
                            <Icon glyph=Glyph::Close />
                        </button>
                    </li>
                </For>
            </ul>
            <TextInput
                kind=InputKind::Search
                value=text
                on_input=on_input
                placeholder=t_string!(i18n, fields.find)
                autofocus=autofocus
            />
            <ul class="picker__found">
                {move || {
                    shown.get().into_iter().enumerate().map(|(at, link)| {
                        let title = link.title.clone().unwrap_or_default();
                        view! {
                            <li>
                                <button
                                    class="picker__option"
                                    type="button"
                                    aria-current=move || (highlighted.get() == at).then_some("true")
                                    dir="auto"
                                    on:click=move |_| choose(link.clone())
                                >
                                    {title}
                                </button>
                            </li>
                        }
                    }).collect_view()
                }}
            </ul>
            <p class="muted" role="status">
                {move || {
                    let nothing = !text.get().trim().is_empty()
                        && matches!(found.get(), Some(Ok(ref links)) if links.is_empty());
                    nothing.then_some(t!(i18n, fields.nothing_found))
                }}
            </p>
        </div>
    }
}
