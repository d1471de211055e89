//! The kinds whose settings a page shows, one at a time.

use domain::Kind;
use leptos::prelude::*;

use crate::i18n::{t_string, use_i18n};
use crate::labels;

/// A link for each kind, to the page with `?kind=` behind it.
#[component]
pub(super) fn KindTabs<F>(
    /// The page's path.
    page: &'static str,
    /// The kinds that there are settings of, in order.
    kinds: F,
    /// The kind that is shown.
    kind: Memo<Kind>,
) -> impl IntoView
where
    F: Fn() -> Vec<Kind> + Send + Sync + 'static,
{
    let i18n = use_i18n();
    let tabs = move || {
        kinds()
            .into_iter()
            .map(|of| {
                let href = format!("{page}?kind={}", of.as_str());
                let current = move || (kind.get() == of).then_some("true");
                view! {
                    <a class="segments__item" href=href aria-current=current>
                        <span>{labels::kind_many(i18n, of)}</span>
                    </a>
                }
            })
            .collect_view()
    };
    view! {
        <div class="settings__kinds">
            <nav class="segments" aria-label=move || t_string!(i18n, settings.kinds)>
                {tabs}
            </nav>
        </div>
    }
}
