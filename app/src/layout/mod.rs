//! The signed-in frame: rail, top bar, user menu, theme; and what every page in it uses.

mod address;
pub mod api;
mod failed;
mod new_menu;
mod rail;
mod theme;
mod user_menu;
mod workspace;

use domain::workspace::Workspace;
use leptos::prelude::*;
use leptos_router::components::Outlet;

use crate::bulk::{BulkRuns, RunDock};
use crate::i18n::{t, t_string, use_i18n};
use crate::live;
use crate::resource::blocking_resource;
use crate::search::Search;
use crate::ui::{Badge, ToastStore, Toasts};

pub use address::{local_path, record_path, sign_in_path};
pub use failed::Failed;
pub use workspace::{WorkspaceSignal, use_workspace};

use api::load_workspace;
use new_menu::NewMenu;
use rail::Rail;
use theme::show_theme;
use user_menu::UserMenu;

/// The frame around every page of a signed-in user. It reads the workspace, then shows the page.
#[component]
pub fn Frame() -> impl IntoView {
    let workspace = blocking_resource(|| (), |()| load_workspace());
    view! {
        <Suspense>
            // Not in a closure: the server calls one twice, and the page in it would read its data
            // twice.
            {Suspend::new(async move {
                match workspace.await {
                    Ok(workspace) => view! { <SignedIn workspace /> }.into_any(),
                    Err(error) => {
                        let again = |()| {
                            // Where the browser refuses, its own button remains.
                            let _ = window().location().reload();
                        };
                        view! {
                            <main id="main">
                                <Failed error on_retry=again />
                            </main>
                        }
                            .into_any()
                    }
                }
            })}
        </Suspense>
    }
}

#[component]
fn SignedIn(workspace: Workspace) -> impl IntoView {
    let i18n = use_i18n();
    let workspace = WorkspaceSignal::provide(workspace);
    workspace.reload_when_shown_again();
    ToastStore::provide();
    BulkRuns::provide();
    #[cfg(feature = "ssr")]
    crate::pages::suggest_next();
    Effect::new(move |_| workspace.with(|workspace| show_theme(&workspace.theme)));
    let folded = RwSignal::new(rail::initially_folded());
    let organisation = move || workspace.with(|workspace| workspace.organisation.clone());
    let demo = move || {
        workspace
            .with(|workspace| workspace.demo)
            .then(|| view! { <Badge>{t!(i18n, frame.demo)}</Badge> })
    };
    view! {
        <div class="frame" class:frame--folded=move || folded.get()>
            <a class="skip" href="#main">
                {t!(i18n, frame.skip)}
            </a>
            <Rail folded />
            <header class="topbar">
                <p class="topbar__place row">
                    <span class="cut" dir="auto">
                        {organisation}
                    </span>
                    {demo}
                </p>
                <div class="topbar__search">
                    <Search />
                </div>
                <div class="topbar__actions">
                    <NewMenu />
                    <UserMenu />
                </div>
            </header>
            <div class="frame__banner">
                <live::Status />
            </div>
            <main class="frame__main" id="main" tabindex="-1">
                <Outlet />
            </main>
            <RunDock />
            <Toasts
                label=move || t_string!(i18n, frame.messages)
                close_label=move || t_string!(i18n, frame.close_message)
            />
        </div>
    }
}
