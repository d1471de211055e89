//! Choosing records: type a part of the title, pick with mouse, touch or arrow keys; where nothing
//! fits, make one of that title.

use domain::record::titled;
use domain::rights::{Action, Scope};
use domain::value::Linked;
use domain::{Draft, Error, Kind, Value};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::api::find_records;
use super::input::OnValue;
use crate::i18n::{t, t_string, use_i18n};
use crate::layout::use_workspace;
use crate::new_record::api::add_record;
use crate::new_record::new_path;
use crate::ui::{Glyph, Icon, InputKind, TextInput};

/// Something to pick.
#[derive(Debug, Clone, PartialEq)]
enum Offer {
    /// A record that is there.
    Found(Linked),
    /// A new one of this title.
    Create(String),
}

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
    /// Whether what is not found is offered to be made; who asks for records makes none.
    #[prop(default = true)]
    creates: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let chosen = RwSignal::new(match initial {
        Value::Links(links) => links,
        _ => Vec::new(),
    });
    let text = RwSignal::new(String::new());
    let highlighted = RwSignal::new(0usize);
    // No resource: a page that waits for its own would put its waiting up for each letter typed
    // here, and close what the picker stands in.
    let found = RwSignal::new(None::<Result<Vec<Linked>, Error>>);
    let asked = StoredValue::new(0u32);
    Effect::new(move || {
        let typed = text.get();
        let number = asked.get_value().wrapping_add(1);
        asked.set_value(number);
        if typed.trim().is_empty() {
            found.set(Some(Ok(Vec::new())));
            return;
        }
        spawn_local(async move {
            let answer = find_records(kind, typed).await;
            // Only the last question's answer is wanted, and only while somebody waits for it.
            if asked.try_get_value() == Some(number) {
                found.try_set(Some(answer));
            }
        });
    });
    let may_add = creates
        && use_workspace().with_untracked(|w| w.actor.scope(kind, Action::Add) > Scope::None);
    let shown = RwSignal::new(Vec::<Offer>::new());
    Effect::new(move || {
        if let Some(Ok(links)) = found.get() {
            highlighted.set(0);
            let typed = text.get_untracked().trim().to_owned();
            let same = typed.to_lowercase();
            let is_there = links.iter().any(|link| {
                link.title
                    .as_ref()
                    .is_some_and(|title| title.to_lowercase() == same)
            });
            let mut offers: Vec<Offer> = links.into_iter().map(Offer::Found).collect();
            if may_add && !typed.is_empty() && !is_there {
                offers.push(Offer::Create(typed));
            }
            shown.set(offers);
        }
    });
    // Why a new one could not be made, and the form that asks for all of it.
    let refused = RwSignal::new(None::<(String, String)>);
    let busy = RwSignal::new(false);
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
    let create = move |title: String| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let draft = Draft {
                values: titled(kind, &title),
                ..Draft::default()
            };
            let added = add_record(kind, draft).await.flatten();
            let _ = busy.try_set(false);
            match added {
                Ok(written) => {
                    if let Some(record) = written.record {
                        choose(Linked {
                            id: record.id,
                            title: Some(record.title()),
                        });
                    }
                }
                Err(error) => {
                    let told = match &error {
                        Error::Invalid(errors) => errors
                            .iter()
                            .map(|e| {
                                format!("{}: {}", e.label, crate::labels::problem(i18n, &e.problem))
                            })
                            .collect::<Vec<_>>()
                            .join(" "),
                        other => crate::labels::error(i18n, other),
                    };
                    let given = [(kind.title_field().to_owned(), title)];
                    let _ = refused.try_set(Some((told, new_path(kind, &given))));
                }
            }
        });
    };
    let pick = move |offer: Offer| match offer {
        Offer::Found(link) => choose(link),
        Offer::Create(title) => create(title),
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
                    pick(link);
                }
            }
            "Escape" if !text.get_untracked().is_empty() => {
                event.prevent_default();
                event.stop_propagation();
                text.set(String::new());
            }
            _ => {}
        }
    };
    let on_input = Callback::new(move |typed: String| {
        refused.set(None);
        text.set(typed);
    });
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
                    shown.get().into_iter().enumerate().map(|(at, offer)| {
                        let title = match &offer {
                            Offer::Found(link) => link.title.clone().unwrap_or_default().into_any(),
                            Offer::Create(title) => view! {
                                <Icon glyph=Glyph::Plus />
                                {t!(i18n, fields.create, title = title.clone())}
                            }
                            .into_any(),
                        };
                        view! {
                            <li>
                                <button
                                    class="picker__option"
                                    type="button"
                                    aria-current=move || (highlighted.get() == at).then_some("true")
                                    aria-busy=move || busy.get().then_some("true")
                                    dir="auto"
                                    on:click=move |_| pick(offer.clone())
                                >
                                    {title}
                                </button>
                            </li>
                        }
                    }).collect_view()
                }}
            </ul>
            {move || refused.get().map(|(told, form)| view! {
                <p class="field__error" role="alert">
                    <span>{told}</span>
                    " "
                    <a class="link" href=form target="_blank">{t!(i18n, fields.open_form)}</a>
                </p>
            })}
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
