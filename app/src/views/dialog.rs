//! Naming a view: a new one, or one that there is.

use domain::Error;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::state::{Asked, TabsState};
use crate::i18n::{t, t_string};
use crate::ui::{Button, ButtonKind, ButtonVariant, Checkbox, Dialog, Field, FormError, TextInput};

/// The dialog; open while a name is asked for.
#[component]
pub(super) fn NameDialog(
    /// The tabs.
    state: TabsState,
) -> impl IntoView {
    let i18n = state.i18n;
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(state.asked.with(Option::is_some)));
    let title = move || match state.asked.get() {
        Some(Asked::Rename(_)) => t_string!(i18n, views.rename_title),
        _ => t_string!(i18n, views.save_as_title),
    };
    view! {
        <Dialog
            id=format!("view-name-{}", state.kind)
            title=Signal::derive(title)
            close_label=move || t_string!(i18n, views.cancel)
            open=open
            on_close=move |()| state.asked.set(None)
        >
            {move || state.asked.get().map(|asked| form(state, asked))}
        </Dialog>
    }
    .into_any()
}

fn form(state: TabsState, asked: Asked) -> AnyView {
    let i18n = state.i18n;
    let renamed = match asked {
        Asked::Rename(id) => state
            .views
            .with_untracked(|views| views.iter().find(|view| view.id == id).cloned()),
        Asked::SaveAs => None,
    };
    let first = renamed
        .as_ref()
        .map_or_else(String::new, |view| view.name.clone());
    let is_new = renamed.is_none();
    let name = RwSignal::new(first.clone());
    let shared = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let failure = RwSignal::new(None::<String>);
    let refused = Callback::new(move |error: Error| match error.field_errors() {
        [only] if only.field == "name" => {
            problem.set(Some(crate::labels::problem(i18n, &only.problem)));
        }
        _ => failure.set(Some(crate::labels::error(i18n, &error))),
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if state.busy.get_untracked() {
            return;
        }
        problem.set(None);
        failure.set(None);
        match &renamed {
            Some(view) => state.rename(view, name.get_untracked(), refused),
            None => state.save_as(name.get_untracked(), shared.get_untracked(), refused),
        }
    };
    let on_name = Callback::new(move |text: String| {
        name.set(text);
        problem.set(None);
    });
    view! {
        <form class="form" on:submit=submit novalidate=true>
            <Field
                id=format!("view-name-{}-input", state.kind)
                label=t_string!(i18n, views.name)
                error=problem
                required=true
            >
                <TextInput initial=first on_input=on_name autocomplete="off" autofocus=true />
            </Field>
            <Show when=move || is_new>
                <Checkbox
                    label=t_string!(i18n, views.share_help)
                    checked=shared
                    on_change=move |yes| shared.set(yes)
                />
            </Show>
            <FormError text=failure />
            <div class="dialog__actions">
                <Button on:click=move |_| state.asked.set(None)>{t!(i18n, views.cancel)}</Button>
                <Button variant=ButtonVariant::Primary kind=ButtonKind::Submit busy=state.busy>
                    {t!(i18n, views.save)}
                </Button>
            </div>
        </form>
    }
    .into_any()
}
