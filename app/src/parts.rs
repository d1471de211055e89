//! Code that the browser fetches only when it is needed, so that a board works after few bytes.
//!
//! [`part!`] makes a function whose code `--split` takes out of the wasm, together with that of all
//! functions of the same part. On the server, and in a build without `--split`, it is a function
//! like any other.

use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use leptos::task::spawn_local;
use leptos::wasm_split::SplitLoaderError;

use crate::i18n::{t, t_string, use_i18n};
use crate::ui::{Button, Empty, Glyph};

/// The code of a part did not come: the network is gone, or the server has another version by now,
/// under other names.
#[derive(Debug)]
pub struct Missing;

impl From<SplitLoaderError> for Missing {
    fn from(_: SplitLoaderError) -> Self {
        Self
    }
}

/// The part, or a word that it did not come and a way to load it anew.
pub(crate) fn shown(part: Result<AnyView, Missing>) -> AnyView {
    part.unwrap_or_else(|Missing| {
        let i18n = use_i18n();
        view! {
            <section class="page page--scroll">
                <div class="page__body" role="alert">
                    <Empty title=move || t_string!(i18n, parts.missing) glyph=Glyph::Offline>
                        <p>{t!(i18n, parts.why)}</p>
                        // All of it: a new version has its parts under other names.
                        <Button on:click=|_| {
                            let _ = window().location().reload();
                        }>{t!(i18n, parts.again)}</Button>
                    </Empty>
                </div>
            </section>
        }
        .into_any()
    })
}

/// Tells the browser, in the head of the page, to fetch a part along with the rest.
#[cfg(feature = "ssr")]
pub(crate) fn announce(part: &str) {
    name_files(part, "preload");
}

/// The same, but for when it has nothing better to do.
#[cfg(feature = "ssr")]
pub(crate) fn suggest(part: &str) {
    name_files(part, "prefetch");
}

#[cfg(feature = "ssr")]
fn name_files(part: &str, rel: &'static str) {
    let Some(manifest) = use_context::<leptos::WasmSplitManifest>() else {
        return;
    };
    manifest.0.with_value(|(folder, needed, _)| {
        // Registered with the head by being rendered; what comes of it here is empty.
        for file in needed.get(part).into_iter().flatten() {
            let link = view! {
                <leptos_meta::Link
                    rel=rel
                    href=format!("{folder}/{file}.wasm")
                    as_="fetch"
                    type_="application/wasm"
                    crossorigin="anonymous"
                />
            };
            let _ = link.to_html();
        }
    });
}

/// The view of a part as soon as its code is there; nothing until then. Unlike a `Suspend` it lets
/// what is around it be.
pub(crate) fn later(part: impl Future<Output = AnyView> + 'static) -> AnyView {
    let view = StoredValue::new_local(None);
    let there = RwSignal::new(false);
    let part = ScopedFuture::new(part);
    spawn_local(async move {
        let made = part.await;
        // Whoever asked for it may be gone by now.
        if view.try_set_value(Some(made)).is_none() {
            there.try_set(true);
        }
    });
    (move || {
        there
            .get()
            .then(|| view.try_update_value(Option::take).flatten())
    })
    .into_any()
}

/// `part!(settings: account, account_code, fetch_account(…) { … })` makes `account(…)`, which gives
/// the view of the block once the code of the part `settings` is there, and `fetch_account()`,
/// which fetches that code ahead.
macro_rules! part {
    ($part:ident: $(#[$doc:meta])* $name:ident, $code:ident, $fetch:ident($($argument:ident: $type:ty),* $(,)?) $body:block) => {
        #[leptos::wasm_split::wasm_split(
            $part,
            wasm_split_path = leptos::wasm_split,
            fallible,
            preload($fetch)
        )]
        pub(crate) fn $code($($argument: $type),*) -> Result<leptos::prelude::AnyView, crate::parts::Missing> {
            Ok(leptos::prelude::IntoAny::into_any($body))
        }

        $(#[$doc])*
        pub(crate) async fn $name($($argument: $type),*) -> leptos::prelude::AnyView {
            #[cfg(feature = "ssr")]
            crate::parts::announce(stringify!($part));
            crate::parts::shown($code($($argument),*).await)
        }
    };
}

pub(crate) use part;
