//! The user's own account: password and time zone.

pub mod api;

use domain::Error;
use domain::workspace::PASSWORD_LENGTH;
use leptos::html;
use leptos::prelude::*;

use crate::i18n::{t, t_string, use_i18n};
use crate::labels;
use crate::layout::{Failed, use_workspace};
use crate::resource::resource;
use crate::ui::{
    Button, ButtonKind, ButtonVariant, Choice, Field, FormError, InputKind, PageTitle, Select,
    TextInput, Toast, ToastStore,
};

use api::{ChangePassword, SetTimeZone, load_time_zones};

/// The page of the user's own account.
#[component]
pub fn AccountPage() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <PageTitle text=move || t_string!(i18n, account.title) />
        <section class="page page--scroll">
            <header class="page__head">
                <h1 class="page__title">{t!(i18n, account.title)}</h1>
            </header>
            <div class="page__body page__body--text stack">
                <PasswordForm />
                <TimeZoneForm />
            </div>
        </section>
    }
}

/// The problem of one field in what a form came back with.
fn field_problem(
    value: MappedSignal<Option<Result<(), Error>>>,
    field: &'static str,
) -> Signal<Option<String>> {
    let i18n = use_i18n();
    Signal::derive(move || {
        value.with(|value| {
            let error = value.as_ref()?.as_ref().err()?;
            labels::field_problem(i18n, error, field)
        })
    })
}

/// What is wrong with a form as a whole.
fn form_problem(value: MappedSignal<Option<Result<(), Error>>>) -> Signal<Option<String>> {
    let i18n = use_i18n();
    Signal::derive(move || {
        value.with(|value| {
            let error = value.as_ref()?.as_ref().err()?;
            error
                .field_errors()
                .is_empty()
                .then(|| labels::error(i18n, error))
        })
    })
}

#[component]
fn PasswordForm() -> impl IntoView {
    let i18n = use_i18n();
    let toasts = expect_context::<ToastStore>();
    let action = ServerAction::<ChangePassword>::new();
    let email = use_workspace().with_untracked(|workspace| workspace.me.email.clone());
    let form = NodeRef::<html::Form>::new();
    Effect::new(move |_| {
        if matches!(action.value().get(), Some(Ok(()))) {
            toasts.push(Toast::new(t_string!(i18n, account.changed)));
            if let Some(form) = form.get_untracked() {
                form.reset();
            }
        }
    });
    view! {
        <section class="fields">
            <h2 class="fields__head">{t!(i18n, account.password)}</h2>
            <ActionForm action node_ref=form attr:class="form">
                <FormError text=form_problem(action.value()) />
                // For the browser's own list of passwords.
                <input
                    type="text"
                    name="username"
                    autocomplete="username"
                    value=email
                    hidden=true
                    readonly=true
                />
                <Field
                    id="old"
                    label=move || t_string!(i18n, account.old)
                    error=field_problem(action.value(), "old")
                >
                    <TextInput
                        name="old"
                        kind=InputKind::Password
                        autocomplete="current-password"
                        required=true
                    />
                </Field>
                <Field
                    id="new"
                    label=move || t_string!(i18n, account.new)
                    help=move || t_string!(i18n, account.new_help, least = PASSWORD_LENGTH)
                    error=field_problem(action.value(), "new")
                >
                    <TextInput
                        name="new"
                        kind=InputKind::Password
                        autocomplete="new-password"
                        required=true
                    />
                </Field>
                <div class="form__actions">
                    <Button
                        kind=ButtonKind::Submit
                        variant=ButtonVariant::Primary
                        busy=action.pending()
                    >
                        {t!(i18n, account.change)}
                    </Button>
                </div>
            </ActionForm>
        </section>
    }
}

#[component]
fn TimeZoneForm() -> impl IntoView {
    let i18n = use_i18n();
    let zones = resource(|| (), |()| load_time_zones());
    view! {
        <section class="fields">
            <h2 class="fields__head">{t!(i18n, account.settings)}</h2>
            <Suspense>
                {move || Suspend::new(async move {
                    match zones.await {
                        Ok((zones, chosen)) => {
                            view! { <TimeZoneChoice zones chosen /> }.into_any()
                        }
                        Err(error) => {
                            view! { <Failed error on_retry=move |()| zones.refetch() /> }.into_any()
                        }
                    }
                })}
            </Suspense>
        </section>
    }
}

#[component]
fn TimeZoneChoice(
    /// All there are.
    zones: Vec<String>,
    /// The user's own choice.
    chosen: Option<String>,
) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = expect_context::<ToastStore>();
    let workspace = use_workspace();
    let action = ServerAction::<SetTimeZone>::new();
    let options = Signal::derive(move || {
        let own = Choice::new("", t_string!(i18n, account.as_organisation));
        let zones = zones
            .iter()
            .map(|zone| Choice::new(zone, zone.replace('_', " ")));
        std::iter::once(own).chain(zones).collect::<Vec<_>>()
    });
    Effect::new(move |_| {
        if matches!(action.value().get(), Some(Ok(()))) {
            toasts.push(Toast::new(t_string!(i18n, account.saved)));
            workspace.reload();
        }
    });
    view! {
        <ActionForm action attr:class="form">
            <FormError text=form_problem(action.value()) />
            <Field
                id="time_zone"
                label=move || t_string!(i18n, account.time_zone)
                error=field_problem(action.value(), "time_zone")
            >
                <Select name="time_zone" options value=Signal::stored(chosen.unwrap_or_default()) />
            </Field>
            <div class="form__actions">
                <Button kind=ButtonKind::Submit busy=action.pending()>
                    {t!(i18n, account.save)}
                </Button>
            </div>
        </ActionForm>
    }
}
