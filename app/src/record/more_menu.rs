//! What can be done with a record as a whole: begin another one from it, copy, move to another
//! pipeline, delete.

use domain::field::FieldType;
use domain::rights::{Action, Scope};
use domain::{FieldDef, Kind, Record, Value};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::api::copy_record;
use super::state::{RecordState, done};
use crate::i18n::{t, t_string, use_i18n};
use crate::layout::{record_path, use_workspace};
use crate::new_record::new_path;
use crate::ui::{Glyph, Menu, MenuItem, MenuSeparator, ToastStore};

/// The menu in the head of a record.
#[component]
pub(super) fn MoreMenu(state: RecordState, delete: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let workspace = use_workspace();
    let toasts = expect_context::<ToastStore>();
    let navigate = use_navigate();
    let copy = Callback::new(move |()| {
        let title = state.record.with_untracked(Record::title);
        let title = t_string!(i18n, record.copy_of, title = title);
        let navigate = navigate.clone();
        spawn_local(async move {
            match copy_record(state.kind, state.id, title).await.flatten() {
                Ok(written) => {
                    let text = t_string!(i18n, record.copied).to_owned();
                    toasts.push(done(i18n, toasts, text, &written));
                    if let Some(record) = written.record {
                        navigate(
                            &record_path(state.kind, record.id),
                            NavigateOptions::default(),
                        );
                    }
                }
                Err(error) => {
                    toasts.error(crate::labels::error(i18n, &error));
                }
            }
        });
    });
    let may_add = move |kind: Kind| {
        workspace.with(|workspace| workspace.actor.scope(kind, Action::Add) > Scope::None)
    };
    let has_pipelines = move || {
        let several = workspace.with(|workspace| workspace.pipelines_of(state.kind).count() > 1);
        several && state.may_change.get()
    };
    let begin = move || {
        let groups = state.related.get();
        let mut seen = Vec::new();
        groups
            .into_iter()
            .filter(|group| {
                let is_first = !seen.contains(&group.kind);
                seen.push(group.kind);
                is_first && may_add(group.kind)
            })
            .map(|group| {
                let href = move || begin_path(state, group.kind, &group.field);
                view! {
                    <MenuItem glyph=crate::labels::glyph(group.kind) href=href>
                        {t!(i18n, record.new_of, kind = crate::labels::kind_one(i18n, group.kind))}
                    </MenuItem>
                }
            })
            .collect_view()
    };
    view! {
        <Menu id="record-menu" label=t_string!(i18n, record.more)>
            {begin}
            {move || may_add(state.kind).then(|| view! {
                <MenuItem glyph=Glyph::List on_select=copy>{t!(i18n, record.copy)}</MenuItem>
            })}
            {move || has_pipelines().then(|| view! {
                <MenuItem
                    glyph=Glyph::Stage
                    on_select=Callback::new(move |()| state.changes_pipeline.set(true))
                >
                    {t!(i18n, record.move_to_pipeline)}
                </MenuItem>
            })}
            {move || state.may_delete.get().then(|| view! {
                <MenuSeparator />
                <MenuItem glyph=Glyph::Trash danger=true on_select=delete>
                    {t!(i18n, record.delete)}
                </MenuItem>
            })}
        </Menu>
    }
}

/// The form of a new record that points to this one, with what both are about filled in: a deal
/// for a contact is one for the contact's company too.
pub(super) fn begin_path(state: RecordState, kind: Kind, field: &str) -> String {
    let fields = use_workspace().get_untracked();
    let (own, others) = (fields.fields(state.kind), fields.fields(kind));
    let mut given = vec![(field.to_owned(), state.id.to_string())];
    state.record.with_untracked(|record| {
        for other in others
            .iter()
            .filter(|other| other.key != field && other.editable())
        {
            if let Some(id) = shared(other, &own, record) {
                given.push((other.key.to_string(), id.to_string()));
            }
        }
    });
    new_path(kind, &given)
}

/// The first record that the one field of this kind links to that points where `other` does, where
/// there is no doubt which.
fn shared(other: &FieldDef, own: &[FieldDef], record: &Record) -> Option<i64> {
    let target = |field: &FieldDef| match field.field_type {
        FieldType::Link(kind) | FieldType::Links(kind) => Some(kind),
        _ => None,
    };
    let wanted = target(other)?;
    let mut same = own
        .iter()
        .filter(|field| field.editable() && target(field) == Some(wanted));
    let only = same.next().filter(|_| same.next().is_none())?;
    match record.value(&only.key) {
        Value::Links(links) => links.first().map(|link| link.id),
        _ => None,
    }
}
