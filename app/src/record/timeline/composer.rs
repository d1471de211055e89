//! The place to write a note. What was typed stays until it is stored: through live changes, and
//! also when one leaves the record or reloads the page.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::super::api::add_note;
use super::super::state::RecordState;
use super::mention::NoteInput;
use crate::i18n::{t, t_string, use_i18n};
use crate::layout::use_workspace;
use crate::ui::{Button, ButtonKind, ButtonSize, ButtonVariant, Field};

/// Writes a note.
#[component]
pub(super) fn Composer(state: RecordState) -> impl IntoView {
    let i18n = use_i18n();
    let text = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let opened = RwSignal::new(false);
    let me = use_workspace().with_untracked(|workspace| workspace.me.id);
    let kept = format!("note-{}-{}-{me}", state.kind, state.id);
    let kept = StoredValue::new(kept);
    Effect::new(move |_| {
        if let Some(begun) = kept.with_value(|key| storage()?.get_item(key).ok().flatten()) {
            text.set(begun);
        }
    });
    let on_text = Callback::new(move |typed: String| {
        problem.set(None);
        kept.with_value(|key| keep(key, &typed));
    });
    let send = Callback::new(move |()| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let key = kept.get_value();
        spawn_local(async move {
            let typed = text.get_untracked();
            let added = add_note(state.kind, state.id, typed).await.flatten();
            let _ = busy.try_set(false);
            match added {
                Ok(_) => {
                    keep(&key, "");
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
    });
    view! {
        <form
            class="composer"
            class=("composer--open", move || opened.get())
            on:focusin=move |_| opened.set(true)
            on:submit=move |event| {
                event.prevent_default();
                send.run(());
            }
        >
            <Field
                id=format!("note-{}", state.id)
                label=t_string!(i18n, record.note)
                hide_label=true
                error=Signal::derive(move || problem.get())
            >
                <NoteInput
                    id=format!("note-people-{}", state.id)
                    text=text
                    on_text=on_text
                    on_send=send
                    rows=1
                    placeholder=t_string!(i18n, record.note_hint)
                />
            </Field>
            <div class="composer__row">
                <span class="composer__hint muted">{t!(i18n, record.note_help)}</span>
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

/// Where begun notes are kept; none where the browser keeps nothing.
fn storage() -> Option<web_sys::Storage> {
    window().session_storage().ok().flatten()
}

fn keep(key: &str, typed: &str) {
    if let Some(storage) = storage() {
        // A full storage keeps nothing; the note is still in its input.
        let _ = if typed.trim().is_empty() {
            storage.remove_item(key)
        } else {
            storage.set_item(key, typed)
        };
    }
}
