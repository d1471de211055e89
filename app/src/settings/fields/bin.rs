//! The fields that were deleted, each with what lies there with it, and the way back.

use domain::field_settings::DeletedField;
use leptos::prelude::*;

use super::draft::custom_id;
use super::state::FieldsState;
use super::types::type_of;
use crate::dates;
use crate::i18n::{t, t_string, use_i18n};
use crate::layout::use_workspace;
use crate::ui::{Button, ButtonSize, Glyph};

/// The bin; absent while it is empty.
#[component]
pub(super) fn Bin(state: FieldsState) -> impl IntoView {
    let i18n = use_i18n();
    let offset = use_workspace().with_untracked(|workspace| workspace.utc_offset);
    let row = move |deleted: DeletedField| {
        let id = custom_id(&deleted.field);
        let at = dates::local(deleted.deleted_at, offset).date();
        // With the year: it may lie there for long, and the page has no clock.
        let day = at.format("%Y-%m-%d").to_string();
        let held = match deleted.records {
            0 => t_string!(i18n, settings.bin_none).to_owned(),
            1 => t_string!(i18n, settings.bin_one).to_owned(),
            many => t_string!(
                i18n,
                settings.bin_many,
                count = domain::money::group_thousands(&many.to_string())
            ),
        };
        let about = format!("{} · {held} · {day}", type_of(i18n, &deleted.field));
        let label = deleted.field.label.to_string();
        let name = t_string!(i18n, settings.restore_of, label = label.clone());
        let restore = move |_| {
            if let Some(id) = id {
                state.restore(id);
            }
        };
        view! {
            <li class="fielddef fielddef--deleted">
                <div class="fielddef__what">
                    <b class="fielddef__label" dir="auto">{label}</b>
                    <span class="muted fielddef__about">{about}</span>
                </div>
                <div class="fielddef__actions">
                    <Button size=ButtonSize::Small icon=Glyph::Undo on:click=restore attr:aria-label=name>
                        {t!(i18n, settings.restore)}
                    </Button>
                </div>
            </li>
        }
    };
    move || {
        let deleted = state.deleted.get();
        (!deleted.is_empty()).then(|| {
            view! {
                <section class="settings__part" aria-labelledby="deleted-fields">
                    <header class="settings__head">
                        <h2 class="section__title" id="deleted-fields">{t!(i18n, settings.bin)}</h2>
                    </header>
                    <ul class="fielddefs">{deleted.into_iter().map(row).collect_view()}</ul>
                </section>
            }
        })
    }
}
