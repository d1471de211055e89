//! The dialog at a gate: asks exactly for what is missing, from the fields' descriptions.

use std::collections::BTreeMap;

use domain::field::find;
use domain::record::Values;
use domain::{FieldDef, FieldError, Problem, Value};
use leptos::ev;
use leptos::prelude::*;

use super::state::{Asking, BoardState};
use crate::fields::FieldInput;
use crate::i18n::{t, t_string};
use crate::labels;
use crate::ui::{Button, ButtonKind, ButtonVariant, Dialog, Field};

/// The dialog that opens when a move or a new card lacks something.
#[component]
pub fn GateDialog(
    /// The board.
    board: BoardState,
) -> impl IntoView {
    let i18n = board.i18n;
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        let asks = board.asking.with(Option::is_some);
        if open.get_untracked() != asks {
            open.set(asks);
        }
    });
    let title = move || {
        board.asking.with(|asking| {
            asking.as_ref().map_or_else(String::new, |asking| {
                let stage = board.stage(asking.request.stage).map(|stage| stage.name);
                t_string!(
                    i18n,
                    board.gate_title,
                    title = asking.title.clone(),
                    stage = stage.unwrap_or_default()
                )
            })
        })
    };
    // Closed by the cross, Escape or a click beside it: the card goes back. Answered, there is
    // nothing left to give up.
    let on_close = move |()| {
        if let Some(asking) = board.asking.get_untracked() {
            board.give_up(&asking);
        }
    };
    view! {
        <Dialog
            id="gate"
            title=title
            close_label=move || t_string!(i18n, board.cancel)
            open=open
            on_close=on_close
        >
            {move || board.asking.get().map(|asking| form(board, asking, open))}
        </Dialog>
    }
}

fn form(board: BoardState, asking: Asking, open: RwSignal<bool>) -> AnyView {
    let i18n = board.i18n;
    let fields = board.workspace.get_untracked().fields(board.kind);
    // What was typed: a value, or what is wrong with it.
    let typed = StoredValue::new(BTreeMap::<String, Result<Value, Problem>>::new());
    let wrong = RwSignal::new(BTreeMap::<String, Problem>::new());
    // What is merely missing needs no red word before one has tried.
    let told = asking.missing.iter().filter(|it| !is_missing(&it.problem));
    wrong.set(
        told.map(|it| (it.field.clone(), it.problem.clone()))
            .collect(),
    );
    let submit = {
        let asking = asking.clone();
        move |event: ev::SubmitEvent| {
            event.prevent_default();
            match typed.with_value(|typed| answers(&asking.missing, typed)) {
                Ok(values) => board.answer(&asking, values),
                Err(problems) => wrong.set(problems),
            }
        }
    };
    let inputs = asking
        .missing
        .iter()
        .filter_map(|error| find(&fields, &error.field))
        .enumerate()
        .map(|(index, field)| {
            let initial = asking.request.values.get(field.key.as_ref()).cloned();
            input(
                board,
                field,
                initial.unwrap_or_default(),
                index == 0,
                typed,
                wrong,
            )
        })
        .collect_view();
    view! {
        <form class="form" on:submit=submit novalidate>
            {inputs}
            <div class="dialog__actions">
                <Button on:click=move |_| open.set(false)>{t!(i18n, board.cancel)}</Button>
                <Button kind=ButtonKind::Submit variant=ButtonVariant::Primary>
                    {if asking.id.is_some() {
                        t_string!(i18n, board.gate_move)
                    } else {
                        t_string!(i18n, board.add)
                    }}
                </Button>
            </div>
        </form>
    }
    .into_any()
}

fn input(
    board: BoardState,
    field: &FieldDef,
    initial: Value,
    autofocus: bool,
    typed: StoredValue<BTreeMap<String, Result<Value, Problem>>>,
    wrong: RwSignal<BTreeMap<String, Problem>>,
) -> AnyView {
    let i18n = board.i18n;
    let key = field.key.to_string();
    if !initial.is_empty() {
        typed.update_value(|typed| {
            typed.insert(key.clone(), Ok(initial.clone()));
        });
    }
    let error = {
        let key = key.clone();
        Signal::derive(move || {
            wrong.with(|wrong| {
                wrong
                    .get(&key)
                    .map(|problem| labels::problem(i18n, problem))
            })
        })
    };
    let on_value = Callback::new(move |value: Result<Value, Problem>| {
        typed.update_value(|typed| {
            typed.insert(key.clone(), value);
        });
        wrong.update(|wrong| {
            wrong.remove(&key);
        });
    });
    let label = labels::field(i18n, field);
    let help = labels::field_help(i18n, field);
    let id = format!("gate-{}", field.key);
    let field = field.clone();
    let inside = view! { <FieldInput field initial on_value autofocus /> };
    if help.is_empty() {
        view! { <Field id label error required=true>{inside}</Field> }.into_any()
    } else {
        view! { <Field id label help error required=true>{inside}</Field> }.into_any()
    }
}

const fn is_missing(problem: &Problem) -> bool {
    matches!(problem, Problem::Required | Problem::RequiredAtStage { .. })
}

/// The values for what is missing, or what is still wrong, field by field.
fn answers(
    missing: &[FieldError],
    typed: &BTreeMap<String, Result<Value, Problem>>,
) -> Result<Values, BTreeMap<String, Problem>> {
    let mut values = Values::new();
    let mut wrong = BTreeMap::new();
    for error in missing {
        match typed.get(&error.field) {
            Some(Ok(value)) if !value.is_empty() => {
                values.insert(error.field.clone(), value.clone());
            }
            Some(Err(problem)) => {
                wrong.insert(error.field.clone(), problem.clone());
            }
            _ => {
                wrong.insert(error.field.clone(), Problem::Required);
            }
        }
    }
    if wrong.is_empty() {
        Ok(values)
    } else {
        Err(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_lets_through_only_what_is_filled_and_right() {
        let missing = [
            FieldError::new("amount", "Amount", Problem::Required),
            FieldError::new("next_step", "Next step", Problem::Required),
        ];
        let mut typed = BTreeMap::new();
        typed.insert("next_step".to_owned(), Ok(Value::Empty));
        let wrong = answers(&missing, &typed).unwrap_err();
        assert_eq!(wrong.len(), 2);
        typed.insert("next_step".to_owned(), Ok(Value::Text("Call".into())));
        typed.insert("amount".to_owned(), Err(Problem::NoSuchField));
        let wrong = answers(&missing, &typed).unwrap_err();
        assert_eq!(wrong.get("amount"), Some(&Problem::NoSuchField));
        typed.insert("amount".to_owned(), Ok(Value::Integer(1)));
        assert_eq!(answers(&missing, &typed).unwrap().len(), 2);
    }
}
