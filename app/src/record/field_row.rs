//! One field of the record: shown, edited in place, saved at once.

use domain::error::FieldConflict;
use domain::{Draft, Error, FieldDef, Problem, Value};
use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::state::RecordState;
use crate::dates;
use crate::fields::{FieldInput, FieldValue, value_text};
use crate::i18n::{t, t_string, use_i18n};
use crate::layout::use_workspace;
use crate::ui::{Button, ButtonKind, ButtonSize, ButtonVariant, Field};

/// A field of the record.
#[component]
pub(super) fn FieldRow(state: RecordState, field: FieldDef) -> impl IntoView {
    let i18n = use_i18n();
    let editing = RwSignal::new(false);
    let key = field.key.to_string();
    let value = {
        let key = key.clone();
        Memo::new(move |_| state.record.with(|record| record.value(&key).clone()))
    };
    let label = crate::labels::field(i18n, &field);
    let editable = field.editable();
    let may_edit = move || editable && state.may_change.get();
    let today = state.today();
    // Automatic fields without a value have nothing to say.
    let is_shown = move || editable || !value.with(Value::is_empty);
    let label_id = format!("field-{key}-{}-label", state.id);
    // The editor is gone with the focus in it: it goes on where it began.
    Effect::new({
        let key = key.clone();
        move |was: Option<bool>| {
            let is = editing.get();
            if was == Some(true) && !is {
                let key = key.clone();
                request_animation_frame(move || take_focus(state, &key));
            }
            is
        }
    });
    let show = {
        let (field, label_id) = (field.clone(), label_id.clone());
        move || {
            let field = field.clone();
            let inner = move || {
                if value.with(Value::is_empty) {
                    view! { <span class="fieldrow__empty">{t!(i18n, record.add)}</span> }.into_any()
                } else {
                    view! { <FieldValue field=field.clone() value=value.get() today=today /> }
                        .into_any()
                }
            };
            let value_id = format!("{label_id}-value");
            if may_edit() {
                view! {
                    <div class="fieldrow__show">
                        <span class="fieldrow__text" id=value_id.clone()>{inner}</span>
                        <button
                            class="fieldrow__button"
                            type="button"
                            aria-labelledby=format!("{label_id} {value_id}")
                            on:click=move |_| editing.set(true)
                        ></button>
                    </div>
                }
                .into_any()
            } else {
                view! { <div class="fieldrow__show fieldrow__show--plain">{inner}</div> }.into_any()
            }
        }
    };
    let row_label = label.clone();
    view! {
        {move || is_shown().then(|| {
            let (field, label, show) = (field.clone(), row_label.clone(), show.clone());
            let key = field.key.to_string();
            view! {
                <div
                    class="fieldrow"
                    class=("fieldrow--editing", move || editing.get())
                    class=("fieldrow--readonly", move || !may_edit())
                    data-field=key
                >
                    <span class="fieldrow__label" id=label_id.clone()>{label.clone()}</span>
                    <div class="fieldrow__value">
                        {move || if editing.get() {
                            view! {
                                <Editor state=state field=field.clone() label=label.clone() initial=value.get_untracked() editing=editing />
                            }
                                .into_any()
                        } else {
                            show().into_any()
                        }}
                    </div>
                </div>
            }
        })}
    }
}

/// Gives the focus to a field, unless something else has it by now.
fn take_focus(state: RecordState, key: &str) {
    let is_free = document()
        .active_element()
        .is_none_or(|active| active.tag_name() == "BODY" || active.class_name() == "panel");
    let button = format!(
        ".record[data-id=\"{}\"] [data-field=\"{key}\"] .fieldrow__button",
        state.id
    );
    let found = document().query_selector(&button).ok().flatten();
    if let Some(button) = found.and_then(|it| it.dyn_into::<HtmlElement>().ok())
        && is_free
    {
        // Nothing is lost when the browser refuses the focus.
        let _ = button.focus();
    }
}

/// The field's input with what went wrong; what was typed stays until it is saved or let go.
#[component]
fn Editor(
    state: RecordState,
    field: FieldDef,
    label: String,
    initial: Value,
    editing: RwSignal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let given: RwSignal<Result<Value, Problem>> = RwSignal::new(Ok(initial.clone()));
    let problem = RwSignal::new(None::<String>);
    let conflict = RwSignal::new(None::<FieldConflict>);
    let busy = RwSignal::new(false);
    let key = field.key.to_string();
    let id = format!("edit-{key}-{}", state.id);
    let send = {
        let key = key.clone();
        Callback::new(move |version: Option<i64>| {
            let value = match given.get_untracked() {
                Ok(value) => value,
                Err(wrong) => {
                    problem.set(Some(crate::labels::problem(i18n, &wrong)));
                    return;
                }
            };
            let key = key.clone();
            busy.set(true);
            spawn_local(async move {
                let mut draft = Draft {
                    version,
                    ..Draft::default()
                };
                draft.values.insert(key.clone(), value);
                let saved = state.save(draft).await;
                let _ = busy.try_set(false);
                match saved {
                    Ok(_) => {
                        let _ = editing.try_set(false);
                    }
                    Err(Error::Conflict(conflicts)) => {
                        let mine = conflicts.into_iter().find(|c| c.field == key);
                        let _ = conflict.try_set(mine);
                    }
                    Err(Error::Invalid(errors)) => {
                        let text = errors
                            .iter()
                            .map(|error| {
                                if error.field == key {
                                    crate::labels::problem(i18n, &error.problem)
                                } else {
                                    error.to_string()
                                }
                            })
                            .collect::<Vec<_>>()
                            .join(" ");
                        let _ = problem.try_set(Some(text));
                    }
                    Err(error) => {
                        let _ = problem.try_set(Some(crate::labels::error(i18n, &error)));
                    }
                }
            });
        })
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        send.run(None);
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            // The panel around it must not close as well.
            event.prevent_default();
            event.stop_propagation();
            editing.set(false);
        }
    };
    let on_value = Callback::new(move |value| {
        problem.set(None);
        given.set(value);
    });
    let shown_conflict = {
        let field = field.clone();
        move || {
            conflict.get().map(|conflict| {
                let keep = Callback::new(move |()| {
                    // Seen now: the newest version is the one that is overwritten on purpose.
                    send.run(Some(i64::MAX));
                });
                let take = Callback::new(move |()| {
                    state.reload();
                    editing.set(false);
                });
                view! { <Conflict state=state field=field.clone() conflict=conflict keep=keep take=take /> }
            })
        }
    };
    let help = crate::labels::field_help(i18n, &field);
    let help = (!help.is_empty()).then_some(help);
    view! {
        <form class="fieldrow__edit" on:submit=submit on:keydown=on_key novalidate=true>
            <Field id=id label=label hide_label=true error=Signal::derive(move || problem.get())>
                <FieldInput field=field.clone() initial=initial on_value=on_value autofocus=true />
            </Field>
            {help.map(|help| view! { <p class="field__help">{help}</p> })}
            {shown_conflict}
            <div class="row fieldrow__actions">
                <Button
                    variant=ButtonVariant::Primary
                    size=ButtonSize::Small
                    kind=ButtonKind::Submit
                    busy=Signal::derive(move || busy.get())
                >
                    {t!(i18n, record.save)}
                </Button>
                <Button size=ButtonSize::Small on:click=move |_| editing.set(false)>
                    {t!(i18n, record.cancel)}
                </Button>
            </div>
        </form>
    }
}

/// Two people's values of one field, side by side, to choose from.
#[component]
fn Conflict(
    state: RecordState,
    field: FieldDef,
    conflict: FieldConflict,
    keep: Callback<()>,
    take: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let workspace = use_workspace().get_untracked();
    let text = |value: &Value| {
        let text = value_text(i18n, &workspace, &field, value, state.today());
        if text.is_empty() {
            "—".to_owned()
        } else {
            text
        }
    };
    let (mine, theirs) = (text(&conflict.mine), text(&conflict.theirs));
    let who = conflict.by.map_or_else(
        || t_string!(i18n, record.dealwright).to_owned(),
        |user| workspace.name_of(user).to_owned(),
    );
    let when = conflict.at.map(|at| {
        let at = dates::local(at, workspace.utc_offset);
        let day = dates::near_day(i18n, at.date(), state.today());
        format!("{day}, {}", dates::time(at))
    });
    view! {
        <div class="fieldrow__conflict" role="alert">
            <p>{t!(i18n, record.conflict)}</p>
            <div class="fieldrow__sides">
                <div class="fieldrow__side">
                    <p class="fieldrow__who">{t!(i18n, record.mine)}</p>
                    <p class="fieldrow__mine" dir="auto">{mine}</p>
                    <Button size=ButtonSize::Small on:click=move |_| keep.run(())>
                        {t!(i18n, record.keep_mine)}
                    </Button>
                </div>
                <div class="fieldrow__side">
                    <p class="fieldrow__who">
                        <span dir="auto">{who}</span>
                        {when.map(|when| format!(" · {when}"))}
                    </p>
                    <p class="fieldrow__theirs" dir="auto">{theirs}</p>
                    <Button size=ButtonSize::Small on:click=move |_| take.run(())>
                        {t!(i18n, record.take_theirs)}
                    </Button>
                </div>
            </div>
        </div>
    }
    .into_any()
}
