//! Asks for exactly the fields that a stage misses: what a gate requires, why something was lost.

use std::collections::BTreeMap;

use domain::record::Values;
use domain::{FieldDef, FieldError, Kind, Problem, Value};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::input::FieldInput;
use crate::i18n::{t, t_string, use_i18n};
use crate::layout::use_workspace;
use crate::parts::{later, part};
use crate::ui::{Button, ButtonKind, ButtonVariant, Dialog, Field};

/// What is asked, and what happens then.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Whose fields.
    pub kind: Kind,
    /// Where the record is to go, in words.
    pub title: String,
    /// Whether it is a new one, rather than one that is moved: the button says so.
    pub creates: bool,
    /// The fields, each with what is wrong with it.
    pub errors: Vec<FieldError>,
    /// Gets the values when all are filled in.
    pub on_values: Callback<Values>,
    /// Called when the user thinks better of it.
    pub on_cancel: Callback<()>,
}

/// The dialog; open while there is something to ask.
#[component]
pub fn MissingDialog(
    /// Its id: a record over a board has one, and the board another.
    #[prop(default = "missing")]
    id: &'static str,
    /// What is asked.
    ask: RwSignal<Option<Ask>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let open = RwSignal::new(false);
    Effect::new(move || {
        if ask.with(Option::is_none) {
            open.set(false);
            return;
        }
        // What is focused when a dialog opens must be in it by then.
        spawn_local(async move {
            let _ = fetch_missing_form().await;
            if ask.try_with_untracked(Option::is_some) == Some(true) {
                open.set(true);
            }
        });
    });
    let cancel = Callback::new(move |()| {
        if let Some(ask) = ask.write().take() {
            ask.on_cancel.run(());
        }
    });
    let title = move || {
        ask.with(|ask| {
            ask.as_ref()
                .map_or_else(String::new, |ask| ask.title.clone())
        })
    };
    view! {
        <Dialog
            id=id
            title=Signal::derive(title)
            close_label=move || t_string!(i18n, fields.cancel)
            open=open
            on_close=cancel
        >
            {move || ask.get().map(|asked| later(missing_form(asked, ask)))}
        </Dialog>
    }
}

part!(record:
    /// The form, once its code is there.
    missing_form, missing_form_code, fetch_missing_form(asked: Ask, ask: RwSignal<Option<Ask>>) {
        view! { <MissingForm asked ask /> }
    }
);

#[component]
fn MissingForm(asked: Ask, ask: RwSignal<Option<Ask>>) -> impl IntoView {
    let i18n = use_i18n();
    let defs = use_workspace().get_untracked().fields(asked.kind);
    let missing: Vec<FieldDef> = asked
        .errors
        .iter()
        .filter_map(|error| defs.iter().find(|field| field.key == error.field).cloned())
        .collect();
    // What stands in the inputs, and what is wrong with it.
    let given: RwSignal<BTreeMap<String, Result<Value, Problem>>> = RwSignal::default();
    let shown: RwSignal<BTreeMap<String, Problem>> = RwSignal::default();
    let keys: Vec<String> = missing.iter().map(|field| field.key.to_string()).collect();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let mut problems = BTreeMap::new();
        let mut values = Values::new();
        given.with_untracked(|given| {
            for key in &keys {
                match given.get(key) {
                    Some(Ok(value)) if !value.is_empty() => {
                        values.insert(key.clone(), value.clone());
                    }
                    Some(Err(problem)) => {
                        problems.insert(key.clone(), problem.clone());
                    }
                    _ => {
                        problems.insert(key.clone(), Problem::Required);
                    }
                }
            }
        });
        if problems.is_empty() {
            // Closed before it is sent: the answer may ask again.
            ask.set(None);
            asked.on_values.run(values);
        } else {
            shown.set(problems);
        }
    };
    let (on_cancel, creates) = (asked.on_cancel, asked.creates);
    let rows = missing
        .into_iter()
        .enumerate()
        .map(|(at, field)| {
            let key = field.key.to_string();
            let error = {
                let key = key.clone();
                Signal::derive(move || {
                    let problem = shown.with(|shown| shown.get(&key).cloned());
                    problem.map(|problem| crate::labels::problem(i18n, &problem))
                })
            };
            let on_value = Callback::new(move |value: Result<Value, Problem>| {
                shown.update(|shown| {
                    shown.remove(&key);
                });
                given.update(|given| {
                    given.insert(key.clone(), value);
                });
            });
            let label = crate::labels::field(i18n, &field);
            view! {
                <Field id=format!("missing-{}", field.key) label=label error=error required=true>
                    <FieldInput field=field initial=Value::Empty on_value=on_value autofocus=at == 0 />
                </Field>
            }
        })
        .collect_view();
    view! {
        <form class="form" on:submit=submit novalidate=true>
            {rows}
            <div class="dialog__actions">
                <Button on:click=move |_| {
                    ask.set(None);
                    on_cancel.run(());
                }>{t!(i18n, fields.cancel)}</Button>
                <Button variant=ButtonVariant::Primary kind=ButtonKind::Submit>
                    {if creates { t_string!(i18n, fields.add) } else { t_string!(i18n, fields.go_on) }}
                </Button>
            </div>
        </form>
    }
}
