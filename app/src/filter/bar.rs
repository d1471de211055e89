//! The bar: the button that opens the builder, and what is asked for as chips.

use domain::Kind;
use domain::query::Filter;
use domain::query::builder::{Builder, Join, Key, ROOT};
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::group::group_rows;
use super::state::FilterState;
use super::words::{Said, Words};
use crate::i18n::{t, t_string};
use crate::parts::{later, part};
use crate::ui::{
    Button, ButtonSize, ButtonVariant, Choice, Glyph, Icon, IconButton, Select, place_popover,
};

/// A button “Filter” that opens the builder, and a chip for each part of the filter, to be read and
/// to be taken out.
#[component]
pub fn FilterBar(
    /// Whose records are asked for.
    kind: Kind,
    /// What is asked for now.
    #[prop(into)]
    filter: Signal<Filter>,
    /// Called with the new filter, a moment after the last change.
    on_change: Callback<Filter>,
) -> impl IntoView {
    let state = FilterState::new(kind, filter, on_change);
    view! {
        <div class="filterbar">
            {opener(state)}
            {chips(state)}
        </div>
    }
    .into_any()
}

fn opener(state: FilterState) -> AnyView {
    let i18n = state.i18n;
    let (button, sheet) = (state.button, NodeRef::<html::Div>::new());
    let is_open = RwSignal::new(false);
    let id = format!("filter-{}", state.kind);
    let count = Memo::new(move |_| state.filter().conditions().len());
    let open = move |_| {
        // Whoever opens an empty builder wants a condition.
        if state.builder.with_untracked(|builder| builder.rows() == 0) {
            state.builder.update(|builder| {
                builder.add_row(ROOT);
            });
        }
        is_open.set(true);
    };
    let on_toggle = move |_: ev::Event| {
        let Some(sheet) = sheet.get_untracked() else {
            return;
        };
        if sheet.matches(":popover-open").unwrap_or_default() {
            focus_first(&sheet);
        } else {
            is_open.set(false);
            state.builder.update(Builder::tidy);
        }
    };
    view! {
        <button
            class="button filterbar__open"
            type="button"
            node_ref=button
            popovertarget=id.clone()
            aria-haspopup="dialog"
            on:click=open
        >
            <Icon glyph=Glyph::Filter />
            <span>{t!(i18n, filter.title)}</span>
            {move || {
                let count = count.get();
                (count > 0)
                    .then(|| {
                        view! {
                            " "
                            <span class="filterbar__count num">{count}</span>
                            " "
                            <span class="visually-hidden">
                                {if count == 1 {
                                    t_string!(i18n, filter.condition_one)
                                } else {
                                    t_string!(i18n, filter.condition_many)
                                }}
                            </span>
                        }
                    })
            }}
        </button>
        <div
            class="filter"
            id=id
            popover="auto"
            role="dialog"
            aria-label=move || t_string!(i18n, filter.title)
            node_ref=sheet
            on:beforetoggle=move |_: ev::Event| place_popover(button, sheet)
            on:toggle=on_toggle
        >
            {move || {
                is_open
                    .get()
                    .then(|| later(async move {
                        let builder = builder_view(state, sheet).await;
                        // Opened before there was anything to focus.
                        request_animation_frame(move || {
                            if let Some(sheet) = sheet.try_get_untracked().flatten()
                                && !has_focus(&sheet)
                            {
                                focus_first(&sheet);
                            }
                        });
                        builder
                    }))
            }}
        </div>
    }
    .into_any()
}

part!(list:
    /// The builder, once its code is there.
    builder_view, builder_code, fetch_builder(
        state: FilterState,
        sheet: NodeRef<html::Div>,
    ) {
        rows(state, sheet)
    }
);

/// The conditions and what may be done with them.
fn rows(state: FilterState, sheet: NodeRef<html::Div>) -> AnyView {
    let i18n = state.i18n;
    let clear = move |_| {
        state.change_now(|builder| builder.show_again(&Filter::everything()));
    };
    let close = move |_| {
        if let Some(sheet) = sheet.get_untracked() {
            // It is open: its own button was pressed.
            let _ = sheet.hide_popover();
        }
    };
    view! {
        {head(state)}
        {group_rows(state, ROOT)}
        <div class="filter__foot">
            {adders(state, ROOT)}
            <span class="filter__end">
                <Button variant=ButtonVariant::Quiet size=ButtonSize::Small on:click=clear>
                    {t!(i18n, filter.clear)}
                </Button>
                <Button variant=ButtonVariant::Primary size=ButtonSize::Small on:click=close>
                    {t!(i18n, filter.done)}
                </Button>
            </span>
        </div>
    }
    .into_any()
}

fn head(state: FilterState) -> AnyView {
    let i18n = state.i18n;
    let join = Signal::derive(move || {
        state
            .builder
            .with(|builder| builder.root.join.as_str().to_owned())
    });
    let choose = move |word: String| {
        if let Some(join) = Join::parse(&word) {
            state.change(|builder| builder.join(ROOT, join));
        }
    };
    view! {
        <div class="filter__head">
            <Select
                options=vec![
                    Choice::new(Join::All.as_str(), t_string!(i18n, filter.join.all)),
                    Choice::new(Join::Any.as_str(), t_string!(i18n, filter.join.any)),
                ]
                value=join
                on_change=choose
                label=t_string!(i18n, filter.join.label)
                class="select--quiet"
            />
        </div>
    }
    .into_any()
}

/// The buttons that add to a group.
pub(super) fn adders(state: FilterState, group: Key) -> AnyView {
    let i18n = state.i18n;
    let may_nest = move || {
        state
            .builder
            .with(|builder| builder.depth(group) < domain::query::builder::DEEPEST)
    };
    let add_row = move |_| {
        let key = state.builder.try_update(|builder| builder.add_row(group));
        focus_row(state, key);
    };
    let add_group = move |_| {
        let key = state.builder.try_update(|builder| builder.add_group(group));
        focus_row(state, key);
    };
    view! {
        <span class="filter__add">
            <Button variant=ButtonVariant::Quiet size=ButtonSize::Small icon=Glyph::Plus on:click=add_row>
                {t!(i18n, filter.add_condition)}
            </Button>
            <Show when=may_nest>
                <Button variant=ButtonVariant::Quiet size=ButtonSize::Small icon=Glyph::Plus on:click=add_group>
                    {t!(i18n, filter.add_group)}
                </Button>
            </Show>
        </span>
    }
    .into_any()
}

/// The id of the button that chooses a row's field.
pub(super) fn field_button(kind: Kind, row: Key) -> String {
    format!("filter-{kind}-{row}-field-button")
}

/// Puts the focus on a new row's field, once it is there.
fn focus_row(state: FilterState, row: Option<Key>) {
    let Some(row) = row else { return };
    request_animation_frame(move || {
        let button = document().get_element_by_id(&field_button(state.kind, row));
        if let Some(button) = button.and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
            // Nothing is lost when the browser refuses the focus.
            let _ = button.focus();
        }
    });
}

fn has_focus(sheet: &HtmlElement) -> bool {
    document()
        .active_element()
        .is_some_and(|focused| sheet.contains(Some(&focused)))
}

/// The first row's field, else the first button.
fn focus_first(sheet: &HtmlElement) {
    let first = sheet
        .query_selector(".filter__row button, .filter__foot button")
        .ok()
        .flatten();
    if let Some(first) = first.and_then(|first| first.dyn_into::<HtmlElement>().ok()) {
        let _ = first.focus();
    }
}

fn chips(state: FilterState) -> AnyView {
    let i18n = state.i18n;
    let said = Memo::new(move |_| {
        let catalogue = state.catalogue.get();
        state.workspace.with(|workspace| {
            state.titles.with(|titles| {
                let words = Words {
                    i18n,
                    workspace,
                    catalogue: &catalogue,
                    titles,
                    kind: state.kind,
                };
                state.builder.with(|builder| {
                    builder
                        .parts(state.kind, &catalogue)
                        .into_iter()
                        .map(|(key, part)| (key, words.of(&part)))
                        .collect::<Vec<(Key, Said)>>()
                })
            })
        })
    });
    let is_any = Memo::new(move |_| state.builder.with(|it| it.root.join == Join::Any));
    let remove = move |key| {
        state.change_now(|builder| builder.remove(key));
        if let Some(button) = state.button.get_untracked() {
            let _ = button.focus();
        }
    };
    let chip = move |(at, (key, said)): (usize, (Key, Said))| {
        let label = t_string!(i18n, filter.remove_words, what = said.text.clone());
        let title = said.text.clone();
        view! {
            {(at > 0 && is_any.get()).then(|| view! { <li class="filterbar__or">{t!(i18n, filter.or)}</li> })}
            <li class="chip chip--set" class=("chip--gone", said.gone)>
                {said.gone.then(|| view! { <Icon glyph=Glyph::Warning /> })}
                <span class="cut" dir="auto" title=title>
                    {said.text}
                </span>
                <IconButton
                    glyph=Glyph::Close
                    label=label
                    class="chip__clear"
                    on:click=move |_| remove(key)
                />
            </li>
        }
    };
    view! {
        {move || {
            let said = said.get();
            (!said.is_empty())
                .then(|| {
                    view! {
                        <ul class="filterbar__chips" aria-label=t_string!(i18n, filter.chips)>
                            {said.into_iter().enumerate().map(chip).collect_view()}
                        </ul>
                    }
                })
        }}
    }
    .into_any()
}
