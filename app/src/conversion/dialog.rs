//! The dialog of a conversion.

use domain::conversion::{Converted, Preparation};
use domain::{Error, Kind, OperationId, Record, RecordId};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::api::{convert_lead, prepare_conversion};
use super::part::{PartFields, PartView};
use super::state::ConversionState;
use crate::dates::I18n;
use crate::i18n::{t, t_string, use_i18n};
use crate::labels;
use crate::layout::{Failed, record_path};
use crate::ui::{
    Button, ButtonKind, ButtonVariant, Dialog, FormError, Skeleton, SkeletonKind, Toast, ToastStore,
};
use crate::undo::api::undo_operation;

/// The dialog of a lead's conversion.
#[component]
pub(super) fn ConvertDialog(record: Signal<Record>, open: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let title = move || {
        let title = record.with(Record::title);
        t_string!(i18n, conversion.convert_of, title = title)
    };
    view! {
        <Dialog
            id="convert"
            title=Signal::derive(title)
            close_label=move || t_string!(i18n, conversion.cancel)
            open
            wide=true
        >
            <Prepared lead=record.with_untracked(|record| record.id) open />
        </Dialog>
    }
}

#[component]
fn Prepared(lead: RecordId, open: RwSignal<bool>) -> impl IntoView {
    let found = RwSignal::new(None::<Result<Preparation, Error>>);
    // Asked when the dialog opens, in the browser: the page itself does not wait for it.
    spawn_local(async move {
        let prepared = prepare_conversion(lead).await.flatten();
        let _ = found.try_set(Some(prepared));
    });
    move || match found.get() {
        None => view! { <Skeleton kind=SkeletonKind::Row count=4 /> }.into_any(),
        Some(Ok(preparation)) => view! { <ConvertForm preparation open /> }.into_any(),
        Some(Err(error)) => view! { <Failed error /> }.into_any(),
    }
}

#[component]
fn ConvertForm(preparation: Preparation, open: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = expect_context::<ToastStore>();
    let state = ConversionState::of(&preparation);
    let wrong = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() || state.has_problems() {
            return;
        }
        let conversion = state.conversion();
        let nothing = conversion.contact.is_none()
            && conversion.company.is_none()
            && conversion.deal.is_none();
        if nothing {
            wrong.set(Some(t_string!(i18n, conversion.choose).to_owned()));
            return;
        }
        busy.set(true);
        wrong.set(None);
        spawn_local(async move {
            let answer = convert_lead(conversion).await.flatten();
            let _ = busy.try_set(false);
            match answer {
                Ok(converted) => {
                    let _ = open.try_set(false);
                    tell(i18n, toasts, &converted);
                }
                Err(Error::Invalid(errors)) => {
                    let rest = state.refused(errors);
                    let told: Vec<String> = rest
                        .iter()
                        .map(|error| labels::problem(i18n, &error.problem))
                        .collect();
                    let _ = wrong.try_set((!told.is_empty()).then(|| told.join(" ")));
                }
                Err(error) => {
                    let _ = wrong.try_set(Some(labels::error(i18n, &error)));
                }
            }
        });
    };
    let Preparation { became, parts, .. } = preparation;
    let states = state.parts.get_value();
    let parts = parts
        .into_iter()
        .zip(states)
        .map(|(part, state)| view! { <PartView state part /> })
        .collect_view();
    let lead = move || {
        state.lead.wanted.get().then(|| {
            view! {
                <fieldset class="conversion__part" data-kind="lead">
                    <legend class="visually-hidden">{t!(i18n, conversion.lead_part)}</legend>
                    <div class="conversion__head">{t!(i18n, conversion.lead_part)}</div>
                    <p class="field__help">{t!(i18n, conversion.lead_needs)}</p>
                    <PartFields state=state.lead />
                </fieldset>
            }
        })
    };
    view! {
        <form class="form conversion" on:submit=submit novalidate=true>
            <FormError text=wrong />
            {(!became.is_empty()).then(|| view! { <Became became /> })}
            {parts}
            {lead}
            <div class="dialog__actions">
                <Button on:click=move |_| open.set(false)>{t!(i18n, conversion.cancel)}</Button>
                <Button variant=ButtonVariant::Primary kind=ButtonKind::Submit busy>
                    {t!(i18n, conversion.submit)}
                </Button>
            </div>
        </form>
    }
}

/// What a lead has become already.
#[component]
fn Became(became: Vec<(Kind, domain::value::Linked)>) -> impl IntoView {
    let i18n = use_i18n();
    let links = became
        .into_iter()
        .map(|(kind, link)| {
            let title = link.title.unwrap_or_default();
            view! {
                <li>
                    <span class="muted">{labels::kind_one(i18n, kind)}</span>
                    <a class="link cut" href=record_path(kind, link.id) dir="auto">
                        {title}
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <div class="conversion__became">
            <p>{t!(i18n, conversion.became_text)}</p>
            <ul class="conversion__links">{links}</ul>
        </div>
    }
}

/// Tells that it is done, with a button that takes it back as one.
fn tell(i18n: I18n, toasts: ToastStore, converted: &Converted) {
    let mut toast = Toast::new(t_string!(i18n, conversion.done));
    if let Some(operation) = converted.operation {
        let label = t_string!(i18n, conversion.undo);
        toast = toast.undo(
            label,
            Callback::new(move |()| undo(i18n, toasts, operation)),
        );
    }
    toasts.push(toast);
}

fn undo(i18n: I18n, toasts: ToastStore, operation: OperationId) {
    spawn_local(async move {
        match undo_operation(operation).await.flatten() {
            Ok(undone) if undone.kept.is_empty() => {
                toasts.push(Toast::new(t_string!(i18n, conversion.undone)));
            }
            Ok(undone) => {
                toasts.push(Toast::new(undone.kept.join(" ")));
            }
            Err(error) => {
                toasts.error(labels::error(i18n, &error));
            }
        }
    });
}
