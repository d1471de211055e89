//! What can be done with the view that is open.

use domain::view::View;
use leptos::prelude::*;

use super::state::{Asked, TabsState};
use crate::i18n::{t, t_string};
use crate::layout::use_workspace;
use crate::ui::{Glyph, Menu, MenuItem, MenuSeparator};

/// Its menu. Everyone may put tabs into their own order; the rest is for those who may change it.
pub(super) fn view_menu(state: TabsState, view: View) -> AnyView {
    let i18n = state.i18n;
    let id = view.id;
    let place = move || {
        state.views.with(|views| {
            let at = views.iter().position(|view| view.id == id);
            (at.unwrap_or(0), views.len())
        })
    };
    let is_first = Signal::derive(move || place().0 == 0);
    let is_last = Signal::derive(move || place().0 + 1 >= place().1);
    let me = use_workspace().with_untracked(|workspace| workspace.me.id);
    let is_own = view.owner == me;
    let name = view.name.clone();
    let change = view.may_change.then(|| {
        let (shared, deleted) = (view.clone(), view.clone());
        let share = is_own.then(|| {
            let to = !view.shared;
            view! {
                <MenuItem glyph=Glyph::Users on_select=move |()| state.share(&shared, to)>
                    {if to { t_string!(i18n, views.share) } else { t_string!(i18n, views.unshare) }}
                </MenuItem>
            }
        });
        view! {
            <MenuItem glyph=Glyph::Edit on_select=move |()| state.asked.set(Some(Asked::Rename(id)))>
                {t!(i18n, views.rename)}
            </MenuItem>
            {share}
        <MenuSeparator />
            <MenuItem glyph=Glyph::Trash danger=true on_select=move |()| state.delete(&deleted)>
                {t!(i18n, views.delete)}
            </MenuItem>
        }
    });
    view! {
        <Menu
            id=format!("view-{}", state.kind)
            label=move || t_string!(i18n, views.menu, name = name.clone())
            class="button--small"
        >
            <MenuItem
                glyph=Glyph::ChevronLeft
                disabled=is_first
                on_select=move |()| state.shift(id, false)
            >
                {t!(i18n, views.left)}
            </MenuItem>
            <MenuItem
                glyph=Glyph::ChevronRight
                disabled=is_last
                on_select=move |()| state.shift(id, true)
            >
                {t!(i18n, views.right)}
            </MenuItem>
            {change}
        </Menu>
    }
    .into_any()
}
