//! The timeline: what happened, newest first, and the place to write a note.

use chrono::NaiveDate;
use domain::timeline::{Change, Entry, What};
use domain::{Value, field::SetBy};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::api::{add_note, older_entries};
use super::state::{RecordState, undo_with_toast};
use crate::dates;
use crate::fields::value_text;
use crate::i18n::{t, t_string, use_i18n};
use crate::layout::use_workspace;
use crate::ui::{
    Button, ButtonKind, ButtonSize, ButtonVariant, Field, Glyph, Icon, IconButton, TextArea,
    ToastStore,
};

/// The timeline of a record.
#[component]
pub(super) fn TimelineView(state: RecordState) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = expect_context::<ToastStore>();
    let offset = use_workspace().get_untracked().utc_offset;
    let more = move |_| {
        let Some(older) = state.older.get_untracked() else {
            return;
        };
        spawn_local(async move {
            match older_entries(state.kind, state.id, older).await {
                Ok(page) => {
                    state.entries.update(|entries| entries.extend(page.entries));
                    state.older.set(page.older);
                }
                Err(error) => {
                    toasts.error(crate::labels::error(i18n, &error));
                }
            }
        });
    };
    // Days stand between the entries, each before its first.
    let rows = move || {
        let mut day: Option<NaiveDate> = None;
        state
            .entries
            .get()
            .into_iter()
            .filter(|entry| entry.what != What::Noted || entry.note.is_some())
            .map(|entry| {
                let date = dates::local(entry.at, offset).date();
                let head = (day != Some(date)).then(|| {
                    let text = dates::near_day(i18n, date, state.today());
                    view! { <li class="timeline__day">{text}</li> }
                });
                day = Some(date);
                view! {
                    {head}
                    <EntryView state=state entry=entry />
                }
            })
            .collect_view()
    };
    view! {
        <section class="record__timeline timeline" aria-label=t_string!(i18n, record.timeline)>
            {move || state.may_change.get().then(|| view! { <Composer state=state /> })}
            <ol class="timeline__list">{rows}</ol>
            {move || state.older.get().map(|_| view! {
                <Button variant=ButtonVariant::Quiet on:click=more>{t!(i18n, record.older)}</Button>
            })}
        </section>
    }
}

/// Writes a note. What was typed stays until it is stored.
#[component]
fn Composer(state: RecordState) -> impl IntoView {
    let i18n = use_i18n();
    let text = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let added = add_note(state.kind, state.id, text.get_untracked())
                .await
                .flatten();
            let _ = busy.try_set(false);
            match added {
                Ok(_) => {
                    let _ = text.try_set(String::new());
                    state.reload();
                }
                Err(error) => {
                    let told = match error.field_errors().first() {
                        Some(first) => crate::labels::problem(i18n, &first.problem),
                        None => crate::labels::error(i18n, &error),
                    };
                    let _ = problem.try_set(Some(told));
                }
            }
        });
    };
    let on_input = Callback::new(move |typed: String| {
        problem.set(None);
        text.set(typed);
    });
    view! {
        <form class="composer" on:submit=submit>
            <Field
                id=format!("note-{}", state.id)
                label=t_string!(i18n, record.note)
                hide_label=true
                error=Signal::derive(move || problem.get())
            >
                <TextArea
                    class="composer__text"
                    rows=2
                    value=text
                    on_input=on_input
                    placeholder=t_string!(i18n, record.note_hint)
                />
            </Field>
            <div class="composer__row">
                <Button
                    variant=ButtonVariant::Primary
                    size=ButtonSize::Small
                    kind=ButtonKind::Submit
                    busy=Signal::derive(move || busy.get())
                >
                    {t!(i18n, record.add_note)}
                </Button>
            </div>
        </form>
    }
}

/// One thing that happened.
#[component]
fn EntryView(state: RecordState, entry: Entry) -> impl IntoView {
    let i18n = use_i18n();
    let workspace = use_workspace().get_untracked();
    let undo = undo_with_toast();
    let (class, glyph) = match entry.what {
        What::Created => ("entry entry--created", Glyph::Plus),
        What::Changed => ("entry entry--field", Glyph::Edit),
        What::Moved => ("entry entry--stage", Glyph::Stage),
        What::Deleted => ("entry entry--lost", Glyph::Trash),
        What::Restored => ("entry entry--created", Glyph::Undo),
        What::Noted => ("entry entry--note", Glyph::Note),
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
        What::Noted => t_string!(i18n, record.did_note).to_owned(),
    };
    let defs = workspace.fields(state.kind);
    let is_new = entry.what == What::Created;
    let changes = entry
        .changes
        .iter()
        .filter(|change| tells(&defs, change) && !is_new)
        .map(|change| {
            let field = defs.iter().find(|field| field.key == change.field);
            let label = field.map_or_else(
                || change.label.clone(),
                |field| crate::labels::field(i18n, field),
            );
            let text = |value: &Value| {
                let text = field.map(|f| value_text(i18n, &workspace, f, value, state.today()));
                text.filter(|text| !text.is_empty())
                    .unwrap_or_else(|| "—".to_owned())
            };
            let (old, new) = (text(&change.old), text(&change.new));
            view! {
                <p class="entry__change">
                    <span class="muted">{label}": "</span>
                    <s dir="auto">{old}</s>
                    " → "
                    <span dir="auto">{new}</span>
                </p>
            }
        })
        .collect_view();
    let at = dates::local(entry.at, workspace.utc_offset);
    let may_undo = !entry.undone && !is_new;
    let operation = entry.operation;
    view! {
        <li class=class class=("entry--undone", entry.undone) data-event=entry.event>
            <span class="entry__mark"><Icon glyph=glyph /></span>
            <div class="entry__body">
                <p class="entry__line">
                    <b class="entry__who" dir="auto">{who}</b>
                    " "
                    {did}
                </p>
                {entry.note.map(|note| view! { <div class="entry__text" dir="auto">{note.body}</div> })}
                {changes}
            </div>
            <time class="entry__time" datetime=entry.at.to_rfc3339()>{dates::time(at)}</time>
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

/// Whether a change is worth a line: dates that Dealwright keeps by itself are not.
fn tells(defs: &[domain::FieldDef], change: &Change) -> bool {
    defs.iter()
        .find(|field| field.key == change.field)
        .is_none_or(|field| field.set_by == SetBy::User)
}
