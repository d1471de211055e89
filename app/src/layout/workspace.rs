//! The workspace in the pages: read once by the frame, and again when it changes.

use std::sync::Arc;

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
    /// answer, the old one goes on.
    pub fn reload(self) {
        spawn_local(async move {
            if let Ok(workspace) = load_workspace().await {
                let _ = self.0.try_set(Arc::new(workspace));
            }
        });
    }
}

/// The workspace. Everything within the frame has it: all pages but sign-in and set-up.
#[must_use]
pub fn use_workspace() -> WorkspaceSignal {
    expect_context()
}
