//! A note in the timeline: shown, edited, pinned, deleted.

use domain::markdown::{Block, Inline};
use domain::timeline::Note;
use domain::{Error, Value};
use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::super::api::{delete_note, edit_note, pin_note};
use super::super::markdown::blocks;
use super::super::state::{Edited, RecordState, undo_with_toast};
use super::mention::NoteInput;
use crate::i18n::{t, t_string, use_i18n};
use crate::ui::{
    Button, ButtonKind, ButtonSize, ButtonVariant, Field, Glyph, IconButton, Toast, ToastStore,
};

/// Characters from which on a note shows its beginning only, until one asks for the rest.
const LONG: usize = 900;
/// Lines from which on it does.
const MANY: usize = 14;

/// A note.
#[component]
pub(super) fn NoteView(state: RecordState, note: Note) -> impl IntoView {
    let id = note.id;
    let editing = Memo::new(move |_| state.edited.with(|edited| edited.contains_key(&id)));
    let note = StoredValue::new(note);
    move || {
        if editing.get() {
            view! { <Editor state=state note=note.get_value() /> }.into_any()
        } else {
            view! { <Shown state=state note=note.get_value() /> }.into_any()
        }
    }
}

#[component]
fn Shown(state: RecordState, note: Note) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = expect_context::<ToastStore>();
    let undo = undo_with_toast();
    let (id, edits, is_pinned) = (note.id, note.edits, note.pinned);
    let (length, lines) = size(&note.text);
    let is_long = length > LONG || lines > MANY;
    let whole = RwSignal::new(!is_long);
    let source = note.source.clone();
    let may_edit = source.is_some();
    let edit = move |_| {
        let text = source.clone().unwrap_or_default();
        let begun = Edited {
            text,
            seen: edits,
            theirs: None,
        };
        state.edited.update(|edited| {
            edited.insert(id, begun);
        });
    };
    let pin = move |_| {
        spawn_local(async move {
            match pin_note(id, !is_pinned).await.flatten() {
                Ok(_) => state.reload(),
                Err(error) => {
                    toasts.error(crate::labels::error(i18n, &error));
                }
            }
        });
    };
    let delete = move |_| {
        spawn_local(async move {
            match delete_note(id).await.flatten() {
                Ok(written) => {
                    let mut toast = Toast::new(t_string!(i18n, record.note_deleted));
                    if let Some(operation) = written.operation {
                        let take_back = Callback::new(move |()| undo(operation, state));
                        toast = toast.undo(t_string!(i18n, record.undo), take_back);
                    }
                    toasts.push(toast);
                    state.reload();
                }
                Err(error) => {
                    toasts.error(crate::labels::error(i18n, &error));
                }
            }
        });
    };
    let pin_label = if is_pinned {
        t_string!(i18n, record.unpin)
    } else {
        t_string!(i18n, record.pin)
    };
    view! {
        <div class="entry__text formatted" class=("entry__text--cut", move || !whole.get()) dir="auto">
            {blocks(&note.text)}
        </div>
        {is_long.then(|| view! {
            <button
                class="link entry__whole"
                type="button"
                aria-expanded=move || whole.get().to_string()
                on:click=move |_| whole.update(|whole| *whole = !*whole)
            >
                {move || if whole.get() { t_string!(i18n, record.less) } else { t_string!(i18n, record.whole_note) }}
            </button>
        })}
        <div class="entry__actions entry__actions--note">
            {move || state.may_change.get().then(|| view! {
                <IconButton
                    glyph=Glyph::Pin
                    label=pin_label
                    size=ButtonSize::Small
                    pressed=Signal::stored(is_pinned)
                    on:click=pin
                />
            })}
            {may_edit.then(|| view! {
                <IconButton glyph=Glyph::Edit label=t_string!(i18n, record.edit_note) size=ButtonSize::Small on:click=edit />
                <IconButton glyph=Glyph::Trash label=t_string!(i18n, record.delete_note) size=ButtonSize::Small on:click=delete />
            })}
        </div>
    }
}

/// Another wording. It stands in the record's state, so that it stays when the entry is made anew.
#[component]
fn Editor(state: RecordState, note: Note) -> impl IntoView {
    let i18n = use_i18n();
    let id = note.id;
    let begun = state
        .edited
        .with_untracked(|edited| edited.get(&id).cloned());
    let Edited { text, seen, .. } = begun.unwrap_or_default();
    let text = RwSignal::new(text);
    let problem = RwSignal::new(None::<String>);
    let theirs = Memo::new(move |_| {
        state
            .edited
            .with(|edited| edited.get(&id).and_then(|edited| edited.theirs.clone()))
    });
    let set_theirs = move |wording: Option<String>| {
        let _ = state.edited.try_update(|edited| {
            if let Some(edited) = edited.get_mut(&id) {
                edited.theirs = wording;
            }
        });
    };
    let busy = RwSignal::new(false);
    let close = move || {
        let _ = state.edited.try_update(|edited| edited.remove(&id));
    };
    let on_text = Callback::new(move |typed: String| {
        problem.set(None);
        // Told to nobody: only whether a note is edited is of interest to others.
        if let Some(edited) = state.edited.write_untracked().get_mut(&id) {
            edited.text = typed;
        }
    });
    let send = move |seen: i32| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let edited = edit_note(id, text.get_untracked(), seen).await.flatten();
            let _ = busy.try_set(false);
            match edited {
                Ok(_) => {
                    close();
                    state.reload();
                }
                Err(Error::Conflict(conflicts)) => {
                    let wording = conflicts.into_iter().next().map(|conflict| conflict.theirs);
                    if let Some(Value::Text(wording)) = wording {
                        set_theirs(Some(wording));
                    }
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
    let submit = Callback::new(move |()| send(seen));
    let on_key = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" && !event.default_prevented() {
            // The panel around it must not close as well.
            event.prevent_default();
            event.stop_propagation();
            close();
        }
    };
    let conflict = move || {
        theirs.get().map(|wording| {
            view! {
                <div class="fieldrow__conflict" role="alert">
                    <p>{t!(i18n, record.note_conflict)}</p>
                    <p class="fieldrow__theirs entry__theirs" dir="auto">{wording}</p>
                    <div class="row">
                        <Button
                            size=ButtonSize::Small
                            on:click=move |_| {
                                set_theirs(None);
                                // Seen now: it is overwritten on purpose.
                                send(i32::MAX);
                            }
                        >
                            {t!(i18n, record.keep_mine)}
                        </Button>
                        <Button
                            size=ButtonSize::Small
                            on:click=move |_| {
                                close();
                                state.reload();
                            }
                        >
                            {t!(i18n, record.take_theirs)}
                        </Button>
                    </div>
                </div>
            }
        })
    };
    view! {
        <form
            class="composer composer--edit"
            on:keydown=on_key
            on:submit=move |event| {
                event.prevent_default();
                submit.run(());
            }
        >
            <Field
                id=format!("note-edit-{id}")
                label=t_string!(i18n, record.note)
                hide_label=true
                error=Signal::derive(move || problem.get())
            >
                <NoteInput
                    id=format!("note-edit-people-{id}")
                    text=text
                    on_text=on_text
                    on_send=submit
                    rows=2
                    autofocus=true
                />
            </Field>
            {conflict}
            <div class="composer__row">
                <Button size=ButtonSize::Small on:click=move |_| close()>{t!(i18n, record.cancel)}</Button>
                <Button
                    variant=ButtonVariant::Primary
                    size=ButtonSize::Small
                    kind=ButtonKind::Submit
                    busy=Signal::derive(move || busy.get())
                >
                    {t!(i18n, record.save)}
                </Button>
            </div>
        </form>
    }
}

/// Characters and lines of a text.
fn size(blocks: &[Block]) -> (usize, usize) {
    let mut whole = (0, 0);
    let mut add = |(length, lines): (usize, usize)| {
        whole.0 += length;
        whole.1 += lines;
    };
    for block in blocks {
        match block {
            Block::Paragraph(text) | Block::Heading(text) => add(in_line(text)),
            Block::Quote(blocks) => add(size(blocks)),
            Block::List { items, .. } => items.iter().for_each(|item| add(size(item))),
            Block::Code(text) => add((text.len(), text.lines().count())),
            Block::Rule => add((0, 1)),
        }
    }
    whole
}

fn in_line(text: &[Inline]) -> (usize, usize) {
    let (mut length, mut lines) = (0, 1);
    for inline in text {
        match inline {
            Inline::Text(text) | Inline::Code(text) => length += text.len(),
            Inline::Bold(inner)
            | Inline::Italic(inner)
            | Inline::Struck(inner)
            | Inline::Link { text: inner, .. } => {
                let (more, broken) = in_line(inner);
                length += more;
                lines += broken - 1;
            }
            Inline::Mention(_) => length += 10,
            Inline::Break => lines += 1,
        }
    }
    (length, lines)
}
