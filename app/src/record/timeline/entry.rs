//! One thing that happened.

use domain::field::SetBy;
use domain::timeline::{Change, Entry, What};
use domain::{FieldDef, Value};
use leptos::prelude::*;

use super::super::state::{RecordState, undo_with_toast};
use super::note::NoteView;
use crate::dates;
use crate::fields::value_text;
use crate::i18n::{t, t_string, use_i18n};
use crate::layout::use_workspace;
use crate::ui::{ButtonSize, Glyph, Icon, IconButton};

/// An entry: who did what when, and what can be done about it.
#[component]
pub(super) fn EntryView(state: RecordState, entry: Entry) -> impl IntoView {
    let i18n = use_i18n();
    let workspace = use_workspace().get_untracked();
    let undo = undo_with_toast();
    let (class, glyph) = match entry.what {
        What::Created => ("entry entry--created", Glyph::Plus),
        What::Changed => ("entry entry--field", Glyph::Edit),
        What::Moved => ("entry entry--stage", Glyph::Stage),
        What::Deleted => ("entry entry--lost", Glyph::Trash),
        What::Restored => ("entry entry--created", Glyph::Undo),
        What::Noted | What::NoteEdited | What::NoteDeleted | What::NoteRestored => {
            ("entry entry--note", Glyph::Note)
        }
    };
    let who = entry.by.map_or_else(
        || t_string!(i18n, record.dealwright).to_owned(),
        |user| workspace.name_of(user).to_owned(),
    );
    let did = match entry.what {
        What::Created => t_string!(i18n, record.did_create).to_owned(),
        What::Changed => t_string!(i18n, record.did_change).to_owned(),
        What::Moved => t_string!(i18n, record.did_move).to_owned(),
        What::Deleted => t_string!(i18n, record.did_delete).to_owned(),
        What::Restored => t_string!(i18n, record.did_restore).to_owned(),
        What::Noted | What::NoteEdited | What::NoteDeleted | What::NoteRestored => {
            t_string!(i18n, record.did_note).to_owned()
        }
    };
    let defs = workspace.fields(state.kind);
    let is_new = entry.what == What::Created;
    let from_lead = crate::conversion::from_lead(&entry);
    let mut told: Vec<AnyView> = entry
        .changes
        .iter()
        .filter(|change| tells(&defs, change) && !is_new)
        .map(|change| change_view(state, &defs, change))
        .collect();
    // A single change goes on the line of who did it.
    let alone = (told.len() == 1).then(|| told.pop());
    let changes = told
        .into_iter()
        .map(|change| view! { <p class="entry__change">{change}</p> })
        .collect_view();
    let at = dates::local(entry.at, workspace.utc_offset);
    let note = entry.note.clone();
    let is_note = note.is_some();
    let is_pinned = note.as_ref().is_some_and(|note| note.pinned);
    let edited = note.as_ref().is_some_and(|note| note.edits > 0).then(|| {
        view! { <span class="entry__state">{t!(i18n, record.edited)}</span> }
    });
    let undone = entry.undone.then(|| {
        view! { <span class="entry__state">{t!(i18n, record.was_undone)}</span> }
    });
    let may_undo = !entry.undone && !is_new && !is_note;
    let operation = entry.operation;
    let time = if is_pinned {
        // Above the timeline no day stands before it.
        let day = dates::near_day(i18n, at.date(), state.today());
        format!("{day}, {}", dates::time(at))
    } else {
        dates::time(at)
    };
    view! {
        <li
            class=class
            class=("entry--undone", entry.undone)
            class=("entry--pinned", is_pinned)
            data-event=entry.event
        >
            <span class="entry__mark"><Icon glyph=if is_pinned { Glyph::Pin } else { glyph } /></span>
            <div class="entry__body">
                <p class="entry__line">
                    <b class="entry__who" dir="auto">{who}</b>
                    " "
                    {did}
                    {from_lead}
                    {alone.map(|change| view! { " " <span class="entry__change">{change}</span> })}
                    {edited}
                    {undone}
                </p>
                {note.map(|note| view! { <NoteView state=state note=note /> })}
                {changes}
            </div>
            <time class="entry__time" datetime=entry.at.to_rfc3339()>{time}</time>
            {move || (may_undo && state.may_change.get()).then(|| view! {
                <div class="entry__actions">
                    <IconButton
                        glyph=Glyph::Undo
                        label=t_string!(i18n, record.undo)
                        size=ButtonSize::Small
                        on:click=move |_| undo(operation, state)
                    />
                </div>
            })}
        </li>
    }
}

/// A field's old value and its new one.
fn change_view(state: RecordState, defs: &[FieldDef], change: &Change) -> AnyView {
    let i18n = use_i18n();
    let workspace = use_workspace().get_untracked();
    let field = defs.iter().find(|field| field.key == change.field);
    let label = field.map_or_else(
        || change.label.clone(),
        |field| crate::labels::field(i18n, field),
    );
    let today = state.today();
    let text = |value: &Value| {
        let text = match field {
            Some(field) => value_text(i18n, &workspace, field, value, today),
            None => value.as_text().unwrap_or_default().to_owned(),
        };
        if text.is_empty() {
            "—".to_owned()
        } else {
            text
        }
    };
    let (old, new) = (text(&change.old), text(&change.new));
    view! {
        <span class="muted">{label}": "</span>
        <s dir="auto">{old}</s>
        " → "
        <span dir="auto">{new}</span>
    }
    .into_any()
}

/// Whether a change is worth a line: dates that Dealwright keeps by itself are not.
fn tells(defs: &[FieldDef], change: &Change) -> bool {
    defs.iter()
        .find(|field| field.key == change.field)
        .is_none_or(|field| field.set_by == SetBy::User)
}
