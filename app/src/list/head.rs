//! The head of a list: how many there are, quick search, filter, columns, the way to the board, to
//! a new record and to the recycle bin.

use std::time::Duration;

use domain::list::can_sort;
use domain::money::group_thousands;
use domain::query::{Count, Filter};
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;

use super::columns_menu::ColumnsMenu;
use super::header_cell::sort_by;
use super::state::ListState;
use crate::board::query;
use crate::filter::FilterBar;
use crate::i18n::{t, t_string};
use crate::labels::kind_many;
use crate::ui::{
    ButtonVariant, Glyph, Icon, InputKind, LinkButton, Menu, MenuItem, MenuSeparator, TextInput,
};

/// The list follows what is typed after so long a rest.
const REST: Duration = Duration::from_millis(250);

/// The head.
#[component]
pub fn Head(
    /// The list.
    list: ListState,
) -> impl IntoView {
    let (i18n, kind) = (list.i18n, list.kind);
    let count = move || {
        list.count.get().map(|count| {
            if count.capped {
                view! {
                    <button
                        class="list__count list__count--more num"
                        type="button"
                        title=t_string!(i18n, list.count_exactly)
                        on:click=move |_| list.count_exactly()
                    >
                        {in_words(count)}
                        <span class="visually-hidden">{t!(i18n, list.count_exactly)}</span>
                    </button>
                }
                .into_any()
            } else {
                view! { <span class="list__count num">{in_words(count)}</span> }.into_any()
            }
        })
    };
    let filter = Memo::new(move |_| list.spec.with(|spec| spec.filter.clone()));
    let on_filter =
        Callback::new(move |filter: Filter| list.change(false, |spec| spec.filter = filter));
    let to_board = move || {
        list.spec
            .with(|spec| query::board(kind, &spec.filter, spec.text.as_deref()))
    };
    let board = kind.has_stages().then(|| {
        view! {
            <div class="segments" role="group" aria-label=move || t_string!(i18n, list.shown_as)>
                <a class="segments__item" aria-current="true" href=move || list.address()>
                    <Icon glyph=Glyph::List />
                    <span class="segments__label">{t!(i18n, list.list)}</span>
                </a>
                <a class="segments__item" href=to_board>
                    <Icon glyph=Glyph::Board />
                    <span class="segments__label">{t!(i18n, list.board)}</span>
                </a>
            </div>
        }
    });
    let new = move || {
        list.may_add().then(|| {
            view! {
                <LinkButton
                    href=format!("/{}/new", kind.plural())
                    variant=ButtonVariant::Primary
                    icon=Glyph::Plus
                    class="list__new"
                >
                    {t!(i18n, list.new)}
                </LinkButton>
            }
        })
    };
    view! {
        <header class="page__head">
            <h1 class="page__title">{move || kind_many(i18n, kind)} " " {count}</h1>
            <div class="page__tools">
                <Search list />
                <FilterBar kind filter on_change=on_filter />
            </div>
            <div class="page__actions">
                {board}
                <SortMenu list />
                <ColumnsMenu list />
                <Menu id="list-menu" label=move || t_string!(i18n, list.more)>
                    <MenuItem glyph=Glyph::Trash href=format!("/{}/bin", kind.plural())>
                        {t!(i18n, list.bin)}
                    </MenuItem>
                </Menu>
                {new}
            </div>
        </header>
    }
}

/// A number of records: `1,204`, or `10,000+` where nobody has counted further.
#[must_use]
pub fn in_words(count: Count) -> String {
    let number = group_thousands(&count.value.to_string());
    if count.capped {
        format!("{number}+")
    } else {
        number
    }
}

/// Looks for a part of the title. What is typed stays as it is typed: the address trims it.
#[component]
fn Search(list: ListState) -> impl IntoView {
    let i18n = list.i18n;
    let in_address =
        Memo::new(move |_| list.spec.with(|spec| spec.text.clone().unwrap_or_default()));
    let typed = RwSignal::new(in_address.get_untracked());
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move |before: Option<()>| {
        let text = in_address.get();
        let is_same = typed.with_untracked(|typed| typed.trim() == text);
        if before.is_some() && !is_same && waiting.with_value(Option::is_none) {
            typed.set(text);
        }
    });
    let on_input = Callback::new(move |text: String| {
        typed.set(text);
        if let Some(waiting) = waiting.try_update_value(Option::take).flatten() {
            waiting.clear();
        }
        let apply = move || {
            let Some(text) = typed.try_get_untracked() else {
                return;
            };
            waiting.set_value(None);
            let text = text.trim().to_owned();
            list.change(true, |spec| {
                spec.text = (!text.is_empty()).then_some(text);
            });
        };
        waiting.set_value(set_timeout_with_handle(apply, REST).ok());
    });
    view! {
        <TextInput
            kind=InputKind::Search
            value=typed
            on_input
            label=move || t_string!(i18n, list.search)
            placeholder=move || t_string!(i18n, list.search)
            autocomplete="off"
        />
    }
}

/// By what to sort, where there is no head to click on: on a phone.
#[component]
fn SortMenu(list: ListState) -> impl IntoView {
    let i18n = list.i18n;
    let items = move || {
        let columns = list.columns.get();
        columns
            .into_iter()
            .filter(can_sort)
            .map(|field| {
                let name = crate::labels::field(i18n, &field);
                let key = StoredValue::new(field.key.to_string());
                let place = move || {
                    list.spec.with(|spec| {
                        key.with_value(|key| {
                            spec.sort
                                .iter()
                                .find(|it| it.field == *key)
                                .map(|it| it.descending)
                        })
                    })
                };
                let way = move || match place() {
                    Some(true) => t_string!(i18n, list.downwards),
                    Some(false) => t_string!(i18n, list.upwards),
                    None => "",
                };
                let choose = move |()| {
                    let key = key.get_value();
                    list.change(false, |spec| sort_by(&mut spec.sort, &key, false));
                };
                let checked = Signal::derive(move || place().is_some());
                view! {
                    <MenuItem checked on_select=choose>
                        {name}
                        " "
                        <span class="muted">{way}</span>
                    </MenuItem>
                }
            })
            .collect_view()
    };
    let newest = move |()| list.change(false, |spec| spec.sort.clear());
    let is_newest = Signal::derive(move || list.spec.with(|spec| spec.sort.is_empty()));
    view! {
        <span class="list__sort">
            <Menu
                id="list-sort"
                label=move || t_string!(i18n, list.sort)
                trigger=move || view! { <Icon glyph=Glyph::ArrowDown /> <span class="list__sortlabel">{t!(i18n, list.sort)}</span> }
            >
                <MenuItem checked=is_newest on_select=newest>
                    {t!(i18n, list.newest)}
                </MenuItem>
                <MenuSeparator />
                {items}
            </Menu>
        </span>
    }
}
