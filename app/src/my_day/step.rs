//! The next step of a record, written where one reads that it is due or missing.

use domain::my_day::Item;
use domain::{Draft, Error, Problem, Value};
use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::state::DayState;
use crate::fields::FieldInput;
use crate::i18n::{t, t_string, use_i18n};
use crate::labels;
use crate::layout::use_workspace;
use crate::ui::{Button, ButtonKind, ButtonSize, ButtonVariant, Field};

/// What is to be done next, and by when.
const KEYS: [&str; 2] = ["next_step", "next_step_on"];

/// The form of one record's next step.
#[component]
pub(super) fn StepForm(state: DayState, item: Item) -> impl IntoView {
    let i18n = use_i18n();
    let fields = use_workspace().with_untracked(|workspace| workspace.fields(item.record.kind));
    let given = KEYS.map(|key| {
        let value: Result<Value, Problem> = Ok(item.record.value(key).clone());
        RwSignal::new(value)
    });
    let wrong = KEYS.map(|_| RwSignal::new(None::<Problem>));
    let busy = RwSignal::new(false);
    let inputs = KEYS
        .iter()
        .enumerate()
        .filter_map(|(at, key)| {
            let field = domain::field::find(&fields, key)?.clone();
            let error = Signal::derive(move || {
                wrong[at].with(|p| p.as_ref().map(|problem| labels::problem(i18n, problem)))
            });
            let on_value = Callback::new(move |value: Result<Value, Problem>| {
                wrong[at].set(None);
                given[at].set(value);
            });
            let initial = item.record.value(key).clone();
            Some(view! {
                <Field id=format!("day-{key}") label=labels::field(i18n, &field) error=error>
                    <FieldInput field=field initial=initial on_value=on_value autofocus=at == 0 />
                </Field>
            })
        })
        .collect_view();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let mut draft = Draft::default();
        let mut sound = true;
        for (at, key) in KEYS.iter().enumerate() {
            match given[at].get_untracked() {
                Ok(value) => {
                    draft.values.insert((*key).to_owned(), value);
                }
                Err(problem) => {
                    sound = false;
                    wrong[at].set(Some(problem));
                }
            }
        }
        // A step without a day never becomes due.
        if draft
            .values
            .get("next_step_on")
            .is_some_and(Value::is_empty)
        {
            sound = false;
            wrong[1].set(Some(Problem::Required));
        }
        if !sound {
            return;
        }
        busy.set(true);
        let item = item.clone();
        spawn_local(async move {
            let done = t_string!(i18n, my_day.step_saved, title = item.record.title());
            let saved = state.change(&item, draft, done).await;
            busy.try_set(false);
            match saved {
                Ok(()) => state.stop_editing(),
                Err(Error::Invalid(errors)) => {
                    for (at, key) in KEYS.iter().enumerate() {
                        let of_it = errors.iter().find(|error| error.field == *key);
                        wrong[at].try_set(of_it.map(|error| error.problem.clone()));
                    }
                    if errors
                        .iter()
                        .all(|error| !KEYS.contains(&error.field.as_str()))
                    {
                        state.failed(&Error::Invalid(errors));
                    }
                }
                Err(error) => state.failed(&error),
            }
        });
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            event.prevent_default();
            state.stop_editing();
        }
    };
    view! {
        <form class="day__form" on:submit=submit on:keydown=on_key novalidate=true>
            {inputs}
            <div class="row day__formactions">
                <Button variant=ButtonVariant::Primary size=ButtonSize::Small kind=ButtonKind::Submit busy=busy>
                    {t!(i18n, my_day.save)}
                </Button>
                <Button size=ButtonSize::Small on:click=move |_| state.stop_editing()>
                    {t!(i18n, my_day.cancel)}
                </Button>
            </div>
        </form>
    }
}
