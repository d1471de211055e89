//! Records that point to this one.

use leptos::prelude::*;

use super::state::RecordState;
use crate::i18n::use_i18n;
use crate::layout::record_path;

/// Groups of records that point to this one, each with links.
#[component]
pub(super) fn RelatedRecords(state: RecordState) -> impl IntoView {
    let i18n = use_i18n();
    move || {
        state
            .related
            .get()
            .into_iter()
            .map(|group| {
                let id = format!("related-{}-{}", group.kind, group.field);
                let heading = id.clone();
                let links = group
                    .records
                    .into_iter()
                    .map(|link| {
                        let title = link.title.unwrap_or_else(|| format!("#{}", link.id));
                        view! {
                            <li>
                                <a class="link cut" href=record_path(group.kind, link.id) dir="auto">{title}</a>
                            </li>
                        }
                    })
                    .collect_view();
                view! {
                    <section class="fields" aria-labelledby=id>
                        <h2 class="fields__head" id=heading>{crate::labels::kind_many(i18n, group.kind)}</h2>
                        <ul class="fields__links">
                            {links}
                            {group.more.then(|| view! { <li class="muted">"…"</li> })}
                        </ul>
                    </section>
                }
            })
            .collect_view()
    }
}
