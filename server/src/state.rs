//! What the routes share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use app::site::SiteFiles;
use axum::extract::FromRef;
use chrono::{DateTime, Utc};
use leptos::config::LeptosOptions;
use services::{Pools, live::Live};

use crate::{
    assets, config::Config, metrics::Metrics, rate_limit::SignInLimit, shutdown::Shutdown,
};

/// Cheap to clone: handles, all of them.
#[derive(Debug, Clone)]
pub struct AppState {
    /// How we are configured.
    pub config: Arc<Config>,
    /// The pools of connections.
    pub pools: Pools,
    /// Tells live streams to end.
    pub shutdown: Shutdown,
    /// Counts tries to sign in.
    pub sign_in_limit: Arc<SignInLimit>,
    /// What is published, and who listens.
    pub live: Live,
    /// What is measured.
    pub metrics: Arc<Metrics>,
    /// Under what names the page loads its script, wasm and style sheet.
    pub files: SiteFiles,
    leptos: LeptosOptions,
    set_up: Arc<AtomicBool>,
}

impl AppState {
    /// The state of a server over this database.
    pub fn new(config: Arc<Config>, pools: impl Into<Pools>, shutdown: Shutdown) -> Self {
        let pools = pools.into();
        let names = assets::names();
        let mut files = SiteFiles::new(names.js, names.wasm, names.css);
        if let Some(loader) = names.split {
            files = files.with_parts(loader, names.parts);
        }
        let metrics = Arc::new(Metrics::new(now()));
        Self {
            leptos: LeptosOptions::builder()
                .output_name("dealwright")
                .site_addr(config.addr)
                .build(),
            live: Live::start_watched(&pools.db, metrics.watch()),
            metrics,
            config,
            pools,
            shutdown,
            sign_in_limit: Arc::default(),
            files,
            set_up: Arc::default(),
        }
    }

    /// Now, for what is asked of this state.
    pub fn now(&self) -> DateTime<Utc> {
        now()
    }

    /// Whether it is known that there is an organisation. Once there is one it stays.
    pub(crate) fn is_known_set_up(&self) -> bool {
        self.set_up.load(Ordering::Relaxed)
    }

    /// Remembers that there is one.
    pub(crate) fn know_set_up(&self) {
        self.set_up.store(true, Ordering::Relaxed);
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}

/// Now: the one clock, from which the contexts of use cases take their time.
#[expect(clippy::disallowed_methods, reason = "`now` has to begin somewhere")]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}
