//! The workspace in the pages: read once by the frame, and again when it changes.

use std::sync::Arc;

use domain::Error;
use domain::workspace::Workspace;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::api::load_workspace;

/// The workspace, as a signal that changes when people, pipelines or rights do.
#[derive(Debug, Clone, Copy)]
pub struct WorkspaceSignal(RwSignal<Arc<Workspace>>);

impl WorkspaceSignal {
    /// Makes it available to everything below.
    pub(super) fn provide(workspace: Workspace) -> Self {
        let signal = Self(RwSignal::new(Arc::new(workspace)));
        provide_context(signal);
        signal
    }

    /// The workspace; whoever reads it so is run again when it changes.
    #[must_use]
    pub fn get(self) -> Arc<Workspace> {
        self.0.get()
    }

    /// The workspace as it is now, for handlers and for what never changes.
    #[must_use]
    pub fn get_untracked(self) -> Arc<Workspace> {
        self.0.get_untracked()
    }

    /// Reads a part of it.
    pub fn with<T>(self, read: impl FnOnce(&Workspace) -> T) -> T {
        self.0.with(|workspace| read(workspace))
    }

    /// Reads a part of it as it is now.
    pub fn with_untracked<T>(self, read: impl FnOnce(&Workspace) -> T) -> T {
        self.0.with_untracked(|workspace| read(workspace))
    }

    /// Changes it here, after the server has.
    pub fn update(self, change: impl FnOnce(&mut Workspace)) {
        self.0.update(|workspace| change(Arc::make_mut(workspace)));
    }

    /// Asks the server for it again. What is shown meanwhile stays; where the server does not
    /// answer, the old one goes on; where the session has ended, the way is to sign in.
    pub fn reload(self) {
        spawn_local(async move {
            match load_workspace().await {
                Ok(workspace) => {
                    let _ = self.0.try_set(Arc::new(workspace));
                }
                Err(Error::Unauthenticated) => {
                    // The server sends to sign in, and back here afterwards.
                    let _ = window().location().reload();
                }
                Err(_) => {}
            }
        });
    }

    /// Asks again when the browser takes the page out of its memory, as it does when one goes back:
    /// whoever has signed out, or another who came after, must not see it.
    pub(super) fn reload_when_shown_again(self) {
        Effect::new(move |_| {
            let listener = window_event_listener_untyped("pageshow", move |event| {
                if is_from_memory(&event) {
                    self.reload();
                }
            });
            on_cleanup(move || listener.remove());
        });
    }
}

/// The workspace. Everything within the frame has it: all pages but sign-in and set-up.
#[must_use]
pub fn use_workspace() -> WorkspaceSignal {
    expect_context()
}

/// Whether a page that is shown comes from the browser's memory, as it was left.
#[cfg(feature = "hydrate")]
fn is_from_memory(event: &web_sys::Event) -> bool {
    js_sys::Reflect::get(event, &"persisted".into()).is_ok_and(|persisted| persisted.is_truthy())
}

#[cfg(not(feature = "hydrate"))]
fn is_from_memory(_event: &web_sys::Event) -> bool {
    false
}
