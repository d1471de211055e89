//! "New" in the top bar: a form for each kind that the user may add to.

use domain::Kind;
use domain::rights::{Action, Scope};
use leptos::prelude::*;

use super::use_workspace;
use crate::i18n::{t, t_string, use_i18n};
use crate::labels;
use crate::ui::{Glyph, Icon, Menu, MenuItem};

/// The menu; not there for those who add nothing.
#[component]
pub(super) fn NewMenu() -> impl IntoView {
    let i18n = use_i18n();
    let workspace = use_workspace();
    let kinds = Memo::new(move |_| {
        workspace.with(|workspace| {
            let adds = |kind: &Kind| {
                workspace.actor.scope(*kind, Action::Add) > Scope::None
                    && (*kind != Kind::Lead || workspace.leads)
            };
            Kind::ALL.into_iter().filter(adds).collect::<Vec<_>>()
        })
    });
    let item = move |kind: Kind| {
        view! {
            <MenuItem glyph=labels::glyph(kind) href=format!("/{}/new", kind.plural())>
                {labels::kind_one(i18n, kind)}
            </MenuItem>
        }
    };
    let menu = move |kinds: Vec<Kind>| {
        view! {
            <Menu
                id="new-menu"
                label=move || t_string!(i18n, frame.new)
                class="topbar__new"
                trigger=move || {
                    view! {
                        <Icon glyph=Glyph::Plus />
                        <span class="button__label">{t!(i18n, frame.new)}</span>
                    }
                }
            >
                {kinds.into_iter().map(item).collect_view()}
            </Menu>
        }
    };
    move || {
        Some(kinds.get())
            .filter(|kinds| !kinds.is_empty())
            .map(menu)
    }
}
