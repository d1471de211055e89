//! The signed-in frame: rail, top bar, user menu, theme.

pub mod api;
mod workspace;

use leptos::prelude::*;
use leptos_router::components::Outlet;

pub use workspace::{WorkspaceSignal, use_workspace};

use api::load_workspace;

/// The frame around every page of a signed-in user.
#[component]
pub fn Frame() -> impl IntoView {
    let workspace = Resource::new_blocking(|| (), |()| load_workspace());
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                match workspace.await {
                    Ok(workspace) => {
                        WorkspaceSignal::provide(workspace);
                        view! {
                            <div class="frame">
                                <main class="frame__main" id="main" tabindex="-1">
                                    <Outlet />
                                </main>
                            </div>
                        }
                            .into_any()
                    }
                    Err(error) => error.to_string().into_any(),
                }
            })}
        </Suspense>
    }
}
