//! Taking up an invitation: `/invitation/:token`. Works without JavaScript.

pub mod api;
#[cfg(feature = "ssr")]
mod take_up;

use domain::Error;
use domain::people::{Invitation, Invited};
use domain::workspace::PASSWORD_LENGTH;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::answer::Answer;
use crate::i18n::{t, t_string, use_i18n};
use crate::labels;
use crate::layout::Failed;
use crate::resource::blocking_resource;
use crate::ui::{
    ButtonSize, ButtonVariant, Field, FormError, Gate, GateSubmit, InputKind, LinkButton,
    PageTitle, TextInput,
};

use api::{AcceptInvitation, load_invitation};

/// The page behind the link that an administrator has sent.
#[component]
pub fn InvitationPage() -> impl IntoView {
    let token = use_params_map()
        .with_untracked(|params| params.get("token"))
        .unwrap_or_default();
    let asked = token.clone();
    let invitation = blocking_resource(move || asked.clone(), load_invitation);
    view! {
        <Suspense>
            {move || {
                let token = token.clone();
                Suspend::new(async move {
                    match invitation.await.flatten() {
                        Ok(Invitation::Open(invited)) => {
                            view! { <InvitationForm token invited /> }.into_any()
                        }
                        Ok(Invitation::Used) => view! { <Used /> }.into_any(),
                        Ok(Invitation::Expired) => view! { <Closed expired=true /> }.into_any(),
                        Ok(Invitation::Unknown) => view! { <Closed expired=false /> }.into_any(),
                        Err(error) => {
                            view! {
                                <main id="main">
                                    <Failed error />
                                </main>
                            }
                                .into_any()
                        }
                    }
                })
            }}
        </Suspense>
    }
}

/// The link has done its work.
#[component]
fn Used() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <PageTitle text=move || t_string!(i18n, invitation.title) />
        <Gate title=move || t_string!(i18n, invitation.used_title)>
            <p>{t!(i18n, invitation.used)}</p>
            <LinkButton href="/sign-in" variant=ButtonVariant::Primary size=ButtonSize::Large wide=true>
                {t!(i18n, invitation.sign_in)}
            </LinkButton>
        </Gate>
    }
}

/// The link does not work, or no longer.
#[component]
fn Closed(expired: bool) -> impl IntoView {
    let i18n = use_i18n();
    let title = move || {
        if expired {
            t_string!(i18n, invitation.expired_title)
        } else {
            t_string!(i18n, invitation.unknown_title)
        }
    };
    let text = move || {
        if expired {
            t_string!(i18n, invitation.expired)
        } else {
            t_string!(i18n, invitation.unknown)
        }
    };
    view! {
        <PageTitle text=move || t_string!(i18n, invitation.title) />
        <Gate title>
            <p>{text}</p>
            <p class="form__note">
                {t!(i18n, invitation.have_password)} " "
                <a class="link" href="/sign-in">
                    {t!(i18n, invitation.sign_in)}
                </a>
            </p>
        </Gate>
    }
}

/// What is wrong with the form, if anything.
fn refusal(value: Option<&Result<Answer<()>, Error>>) -> Option<&Error> {
    match value? {
        Ok(Ok(())) => None,
        Ok(Err(error)) | Err(error) => Some(error),
    }
}

#[component]
fn InvitationForm(
    /// The link's last part.
    token: String,
    /// Whom it lets in.
    invited: Invited,
) -> impl IntoView {
    let i18n = use_i18n();
    let action = ServerAction::<AcceptInvitation>::new();
    let problem = move |field: &'static str| {
        Signal::derive(move || {
            action
                .value()
                .with(|value| labels::field_problem(i18n, refusal(value.as_ref())?, field))
        })
    };
    let text = Signal::derive(move || {
        action.value().with(|value| {
            let error = refusal(value.as_ref())?;
            let whole = error.field_errors().is_empty();
            whole.then(|| labels::error(i18n, error))
        })
    });
    let Invited {
        organisation,
        name,
        email,
        again,
    } = invited;
    let title = move || {
        if again {
            t_string!(i18n, invitation.again_title).to_owned()
        } else {
            t_string!(
                i18n,
                invitation.welcome,
                organisation = organisation.clone()
            )
        }
    };
    let lead = move || {
        if again {
            t_string!(i18n, invitation.again_lead)
        } else {
            t_string!(i18n, invitation.lead)
        }
    };
    view! {
        <PageTitle text=move || t_string!(i18n, invitation.title) />
        <Gate title lead>
            <ActionForm action attr:class="form">
                <FormError text />
                <input type="hidden" name="token" value=token />
                <Field id="email" label=move || t_string!(i18n, invitation.email)>
                    <TextInput
                        kind=InputKind::Email
                        name="username"
                        autocomplete="username"
                        initial=email
                        attr:readonly=true
                    />
                </Field>
                <Field id="name" label=move || t_string!(i18n, invitation.name) error=problem("name")>
                    <TextInput
                        name="name"
                        autocomplete="name"
                        initial=typed_before().unwrap_or(name)
                        required=true
                    />
                </Field>
                <Field
                    id="password"
                    label=move || t_string!(i18n, invitation.password)
                    help=move || t_string!(i18n, set_up.password_help, least = PASSWORD_LENGTH)
                    error=problem("password")
                >
                    <TextInput
                        name="password"
                        kind=InputKind::Password
                        autocomplete="new-password"
                        required=true
                        autofocus=true
                    />
                </Field>
                <GateSubmit busy=action.pending()>{t!(i18n, invitation.submit)}</GateSubmit>
            </ActionForm>
        </Gate>
    }
}

/// What was typed before a form without JavaScript came back. A browser that has JavaScript leaves
/// in place what the server wrote.
fn typed_before() -> Option<String> {
    #[cfg(feature = "ssr")]
    {
        crate::typed::before(take_up::FORM)
    }
    #[cfg(not(feature = "ssr"))]
    {
        None
    }
}
