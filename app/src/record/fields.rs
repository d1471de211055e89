//! All fields of the record, in their groups.

use domain::field::{FieldType, Group};
use leptos::prelude::*;

use super::field_row::FieldRow;
use super::state::RecordState;
use crate::i18n::use_i18n;

/// The fields of a record. Stage and pipeline are the stage bar's.
#[component]
pub(super) fn Fields(state: RecordState) -> impl IntoView {
    let i18n = use_i18n();
    let all = RecordState::fields()(state.kind);
    Group::ALL
        .into_iter()
        .map(|group| {
            let rows: Vec<_> = all
                .iter()
                .filter(|field| {
                    field.group == group
                        && !matches!(field.field_type, FieldType::Stage | FieldType::Pipeline)
                })
                .map(|field| view! { <FieldRow state=state field=field.clone() /> })
                .collect();
            (!rows.is_empty()).then(|| {
                let id = format!("group-{group:?}-{}", state.id);
                let heading = id.clone();
                view! {
                    <section class="fields" aria-labelledby=id>
                        <h2 class="fields__head" id=heading>{crate::labels::group(i18n, group)}</h2>
                        <div class="fields__list">{rows}</div>
                    </section>
                }
            })
        })
        .collect_view()
}
