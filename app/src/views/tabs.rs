//! The tabs themselves.

use domain::view::{View, ViewSpec};
use domain::{Kind, ViewId};
use leptos::prelude::*;

use super::dialog::NameDialog;
use super::menu::view_menu;
use super::state::{Asked, TabsState};
use crate::i18n::{t, t_string};
use crate::layout::use_workspace;
use crate::ui::{Button, ButtonSize, ButtonVariant, Glyph, Icon, Menu, MenuItem};

/// The views of a kind as tabs above its list: everything, one's own, and what others share.
#[component]
pub fn ViewTabs(
    /// Whose list it is.
    kind: Kind,
    /// The view that is open.
    #[prop(into)]
    view: Signal<Option<ViewId>>,
    /// What the list shows, as the address has it.
    #[prop(into)]
    spec: Signal<ViewSpec>,
    /// The views that there are.
    #[prop(into)]
    views: Signal<Vec<View>>,
    /// Called to open a view, or the list without one, and what it is to show.
    on_open: Callback<(Option<ViewId>, ViewSpec)>,
    /// Called with the views as they are now.
    on_saved: Callback<Vec<View>>,
) -> impl IntoView {
    let state = TabsState::new(kind, view, spec, views, on_open, on_saved);
    let i18n = state.i18n;
    // What others share comes with the workspace's news.
    let workspace = use_workspace();
    Effect::new(move |before: Option<()>| {
        workspace.with(|_| ());
        if before.is_some() {
            state.reload();
        }
    });
    view! {
        <nav class="views" aria-label=t_string!(i18n, views.title)>
            {tabs(state)}
            {chooser(state)}
            {changes(state)}
            {move || state.current().map(|view| view_menu(state, view))}
        </nav>
        <NameDialog state=state />
    }
    .into_any()
}

/// The address of a view.
fn address(kind: Kind, view: Option<ViewId>) -> String {
    match view {
        Some(id) => format!("/{}?view={id}", kind.plural()),
        None => format!("/{}", kind.plural()),
    }
}

fn tabs(state: TabsState) -> AnyView {
    let i18n = state.i18n;
    let tab = move |id: Option<ViewId>, label: String, shared: bool| {
        view! {
            <li>
                <a
                    class="tabs__tab"
                    href=address(state.kind, id)
                    aria-current=move || (open_id(state) == id).then_some("page")
                >
                    <span dir="auto">{label}</span>
                    {shared
                        .then(|| {
                            view! {
                                <Icon
                                    glyph=Glyph::Users
                                    label=t_string!(i18n, views.shared)
                                    class="views__mark"
                                />
                            }
                        })}
                </a>
            </li>
        }
    };
    view! {
        <ul class="tabs views__tabs">
            {tab(None, t_string!(i18n, views.all).to_owned(), false)}
            <For
                each=move || state.views.get()
                key=|view| (view.id, view.name.clone(), view.shared)
                let:view
            >
                {tab(Some(view.id), view.name.clone(), view.shared)}
            </For>
        </ul>
    }
    .into_any()
}

/// The id of the view that is open, where there is such a view.
fn open_id(state: TabsState) -> Option<ViewId> {
    let id = state.view.get()?;
    state
        .views
        .with(|views| views.iter().any(|view| view.id == id))
        .then_some(id)
}

/// The same as a menu, for phones.
fn chooser(state: TabsState) -> AnyView {
    let i18n = state.i18n;
    let name = move || {
        state.current().map_or_else(
            || t_string!(i18n, views.all).to_owned(),
            |view| view.name.clone(),
        )
    };
    let item = move |id: Option<ViewId>, label: String| {
        let checked = Signal::derive(move || open_id(state) == id);
        view! {
            <MenuItem href=address(state.kind, id) checked=checked>
                <span dir="auto">{label}</span>
            </MenuItem>
        }
    };
    view! {
        <Menu
            id=format!("views-{}", state.kind)
            label=move || t_string!(i18n, views.choose, name = name())
            trigger=move || {
                view! {
                    <span class="cut" dir="auto">
                        {name}
                    </span>
                    <Icon glyph=Glyph::ChevronDown />
                }
            }
            class="views__choose"
        >
            {item(None, t_string!(i18n, views.all).to_owned())}
            <For
                each=move || state.views.get()
                key=|view| (view.id, view.name.clone())
                let:view
            >
                {item(Some(view.id), view.name.clone())}
            </For>
        </Menu>
    }
    .into_any()
}

/// What can be done when the list differs from its view.
fn changes(state: TabsState) -> AnyView {
    let i18n = state.i18n;
    let is_changed = Memo::new(move |_| state.is_changed());
    let saves = Memo::new(move |_| state.current().is_some_and(|view| view.may_change));
    view! {
        <Show when=move || is_changed.get()>
            <span class="views__state">
                <span class="views__changed">{t!(i18n, views.changed)}</span>
                <Show when=move || saves.get()>
                    <Button
                        size=ButtonSize::Small
                        disabled=state.busy
                        on:click=move |_| state.save()
                    >
                        {t!(i18n, views.save)}
                    </Button>
                </Show>
                <Button
                    variant=ButtonVariant::Quiet
                    size=ButtonSize::Small
                    on:click=move |_| state.asked.set(Some(Asked::SaveAs))
                >
                    {t!(i18n, views.save_as)}
                </Button>
                <Button
                    variant=ButtonVariant::Quiet
                    size=ButtonSize::Small
                    on:click=move |_| state.open(state.view.get_untracked())
                >
                    {t!(i18n, views.reset)}
                </Button>
            </span>
        </Show>
    }
    .into_any()
}
