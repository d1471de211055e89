//! Quick add: a title and Enter make a card at the top of a column, and the next one can be typed.

use domain::StageId;
use domain::record::{Place, Values};
use leptos::ev;
use leptos::html::{Input, Ul};
use leptos::prelude::*;

use super::state::{BoardState, Request};
use crate::i18n::{t, t_string};
use crate::ui::{Button, ButtonKind, ButtonSize, ButtonVariant, Field, TextInput};

/// The form at the top of a column.
#[component]
pub fn QuickAdd(
    /// The board.
    board: BoardState,
    /// The column's stage.
    stage: StageId,
    /// Whether the form is there.
    adding: RwSignal<bool>,
    /// The column's list: a new card is seen at its top.
    list: NodeRef<Ul>,
) -> impl IntoView {
    let i18n = board.i18n;
    let title = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let input = NodeRef::<Input>::new();
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            // A refused focus loses nothing.
            let _ = input.focus();
        }
    });
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let typed = title.get_untracked().trim().to_owned();
        if typed.is_empty() {
            problem.set(Some(t_string!(i18n, problem.required).to_owned()));
            return;
        }
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        problem.set(None);
        let request = Request {
            stage,
            place: Some(Place::Top),
            values: Values::new(),
        };
        board.add(typed, request, move |error| {
            busy.try_set(false);
            match error {
                None => {
                    title.try_set(String::new());
                    if let Some(Some(list)) = list.try_get_untracked() {
                        list.set_scroll_top(0);
                    }
                }
                Some(error) => {
                    let text = error.field_errors().first().map_or_else(
                        || crate::labels::error(i18n, &error),
                        |error| crate::labels::problem(i18n, &error.problem),
                    );
                    problem.try_set(Some(text));
                }
            }
            if let Some(Some(input)) = input.try_get_untracked() {
                // A refused focus loses nothing.
                let _ = input.focus();
            }
        });
    };
    let leave = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" {
            event.stop_propagation();
            adding.set(false);
        }
    };
    view! {
        <form class="quickadd" on:submit=submit on:keydown=leave novalidate>
            <Field
                id=format!("quick-{stage}")
                label=move || t_string!(i18n, board.new_title)
                hide_label=true
                error=problem
            >
                <TextInput
                    class="quickadd__title"
                    autocomplete="off"
                    placeholder=move || t_string!(i18n, board.new_title)
                    value=title
                    on_input=move |text| title.set(text)
                    node_ref=input
                />
            </Field>
            <div class="quickadd__row">
                // Not disabled while it works: the focus would be lost.
                <Button kind=ButtonKind::Submit variant=ButtonVariant::Primary size=ButtonSize::Small>
                    {t!(i18n, board.add)}
                </Button>
                <Button size=ButtonSize::Small variant=ButtonVariant::Quiet on:click=move |_| adding.set(false)>
                    {t!(i18n, board.done)}
                </Button>
            </div>
        </form>
    }
}
