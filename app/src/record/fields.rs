//! All fields of the record, in their groups, and in these under their headings.

use domain::FieldDef;
use domain::field::{FieldType, Group, Storage};
use leptos::prelude::*;

use super::field_row::FieldRow;
use super::state::RecordState;
use crate::i18n::use_i18n;
use crate::layout::use_workspace;

/// Whether the record page has another place for a field: stage and pipeline are the stage bar's,
/// the way back of a link is among the related records.
fn is_elsewhere(field: &FieldDef) -> bool {
    matches!(field.field_type, FieldType::Stage | FieldType::Pipeline)
        || matches!(field.storage, Storage::LinksBack { .. })
}

/// Fields by group, and within a group by heading; those without one come first.
pub(crate) fn sections(fields: Vec<FieldDef>) -> Vec<(Group, String, Vec<FieldDef>)> {
    let mut sections: Vec<(Group, String, Vec<FieldDef>)> = Vec::new();
    for group in Group::ALL {
        let of_group = || fields.iter().filter(move |field| field.group == group);
        let mut headings = vec![String::new()];
        for field in of_group() {
            if !headings.iter().any(|heading| *heading == field.section) {
                headings.push(field.section.to_string());
            }
        }
        for heading in headings {
            let under: Vec<FieldDef> = of_group()
                .filter(|field| field.section == heading.as_str())
                .cloned()
                .collect();
            if !under.is_empty() {
                sections.push((group, heading, under));
            }
        }
    }
    sections
}

/// Fields of a record; read again when somebody changes what fields there are.
#[component]
pub(super) fn Fields(
    state: RecordState,
    /// Of which groups.
    groups: &'static [Group],
) -> impl IntoView {
    let i18n = use_i18n();
    let workspace = use_workspace();
    // What is the same stays as it is, with whatever somebody is typing there.
    let fields = Memo::new(move |_| {
        let fields = workspace.with(|workspace| workspace.fields(state.kind));
        let shown = fields
            .into_iter()
            .filter(|field| groups.contains(&field.group) && !is_elsewhere(field));
        sections(shown.collect())
    });
    let keyed = move || fields.get();
    view! {
        <For
            each=keyed
            key=|(group, heading, _)| (*group, heading.clone())
            children=move |(group, heading, first)| {
                // A heading may be any text; a key is a word.
                let first = first.first().map_or_else(String::new, |field| field.key.to_string());
                let id = format!("group-{first}-{}", state.id);
                let labelled = id.clone();
                let name = if heading.is_empty() {
                    crate::labels::group(i18n, group)
                } else {
                    heading.clone()
                };
                let rows = move || {
                    let all = fields.get();
                    let here = all.into_iter().find(|(g, h, _)| *g == group && *h == heading);
                    here.map(|(_, _, fields)| fields).unwrap_or_default()
                };
                view! {
                    <section class="fields" aria-labelledby=labelled>
                        <h2 class="fields__head" id=id dir="auto">{name}</h2>
                        <div class="fields__list">
                            <For each=rows key=described let:field>
                                <FieldRow state=state field=field />
                            </For>
                        </div>
                    </section>
                }
            }
        />
    }
}

/// A field is shown anew when its description changes.
fn described(field: &FieldDef) -> String {
    format!("{field:?}")
}
