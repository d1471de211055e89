//! The bar over a bin while records are selected.

use domain::bulk::BulkChange;
use leptos::prelude::*;

use super::state::Bin;
use super::table::{selected, selected_text};
use crate::bulk::records_as;
use crate::i18n::{t, t_string, use_i18n};
use crate::ui::{Button, ButtonSize, ButtonVariant, Glyph, IconButton};

/// The bar; shown while something is selected.
#[component]
pub(super) fn BinBar(bin: Bin, is_administrator: bool) -> impl IntoView {
    let i18n = use_i18n();
    let shown = Memo::new(move |_| bin.selection.with(|selection| !selection.is_empty()));
    let bar = move || {
        view! {
            <section class="bulkbar" aria-label=move || t_string!(i18n, bulk.bar)>
                <p class="bulkbar__count" role="status">
                    <strong>
                        {move || {
                            records_as(i18n, Some(bin.kind), selected(bin) == 1, selected_text(bin))
                        }}
                    </strong>
                    " "
                    {t!(i18n, bulk.selected)}
                </p>
                <div class="bulkbar__actions">
                    <Button
                        size=ButtonSize::Small
                        icon=Glyph::Undo
                        on:click=move |_| bin.run(bin.selection.get_untracked(), BulkChange::Restore)
                    >
                        {t!(i18n, recycle_bin.restore)}
                    </Button>
                    {is_administrator
                        .then(|| {
                            view! {
                                <Button
                                    size=ButtonSize::Small
                                    variant=ButtonVariant::Danger
                                    icon=Glyph::Trash
                                    on:click=move |_| {
                                        bin.purging.set(Some(bin.selection.get_untracked()));
                                    }
                                >
                                    {t!(i18n, recycle_bin.purge)}
                                </Button>
                            }
                        })}
                </div>
                <IconButton
                    glyph=Glyph::Close
                    label=move || t_string!(i18n, bulk.clear)
                    class="bulkbar__clear"
                    on:click=move |_| bin.selection.set(domain::bulk::Selection::default())
                />
            </section>
        }
    };
    move || shown.get().then(bar)
}
