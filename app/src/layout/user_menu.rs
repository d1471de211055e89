//! The menu of who is signed in.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::api::sign_out;
use super::theme::ThemeItems;
use super::use_workspace;
use crate::i18n::{t, t_string, use_i18n};
use crate::labels;
use crate::ui::{Avatar, Glyph, Menu, MenuItem, MenuSeparator, ToastStore};

/// The menu of who is signed in: settings, theme, the way out.
#[component]
pub(super) fn UserMenu() -> impl IntoView {
    let i18n = use_i18n();
    let workspace = use_workspace();
    let toasts = expect_context::<ToastStore>();
    let name = move || workspace.with(|workspace| workspace.me.name.clone());
    let leave = move |()| {
        spawn_local(async move {
            match sign_out().await {
                // A real load: nothing of the session stays in memory.
                Ok(()) => {
                    let _ = window().location().set_href("/sign-in");
                }
                Err(error) => {
                    toasts.error(labels::error(i18n, &error));
                }
            }
        });
    };
    // The rail has no room for it on a phone.
    let settings = move || {
        workspace
            .with(|workspace| workspace.actor.is_administrator())
            .then(|| {
                view! {
                    <MenuItem glyph=Glyph::Settings href="/settings/fields">
                        {t!(i18n, frame.settings)}
                    </MenuItem>
                }
            })
    };
    let avatar = move || {
        let me = workspace.get().me.clone();
        view! { <Avatar name=me.name id=me.id decorative=true /> }
    };
    view! {
        <Menu
            id="user-menu"
            label=move || t_string!(i18n, frame.account_of, name = name())
            trigger=move || view! { {avatar} }
        >
            <div class="menu__head" role="presentation">
                <b class="cut" dir="auto">
                    {name}
                </b>
                <span class="muted cut">
                    {move || workspace.with(|workspace| workspace.me.email.clone())}
                </span>
            </div>
            <MenuSeparator />
            <ThemeItems />
            <MenuSeparator />
            <MenuItem glyph=Glyph::User href="/account">
                {t!(i18n, frame.own_account)}
            </MenuItem>
            {settings}
            <MenuItem glyph=Glyph::SignOut on_select=leave>
                {t!(i18n, frame.sign_out)}
            </MenuItem>
        </Menu>
    }
}
