//! Signing in. Works without JavaScript.

pub mod api;
#[cfg(feature = "ssr")]
mod session;

use domain::Error;
use leptos::html;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::i18n::{t, t_string, use_i18n};
use crate::labels;
use crate::ui::{Field, FormError, Gate, GateSubmit, InputKind, PageTitle, TextInput};

use api::SignIn;

/// The page on which one signs in.
#[component]
pub fn SignInPage() -> impl IntoView {
    let i18n = use_i18n();
    let action = ServerAction::<SignIn>::new();
    let next = use_query_map().with_untracked(|query| query.get("next"));
    let text = Signal::derive(move || match action.value().get() {
        // Which of the two is wrong is not said: that would tell who has an account.
        Some(Err(Error::Unauthenticated)) => Some(t_string!(i18n, sign_in.wrong).to_owned()),
        Some(Err(error)) => Some(labels::error(i18n, &error)),
        _ => None,
    });
    let password = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        // What was refused is typed anew, and is not left lying there.
        if let (Some(Err(_)), Some(password)) = (action.value().get(), password.get_untracked()) {
            password.set_value("");
            // Nothing is lost when the browser refuses the focus.
            let _ = password.focus();
        }
    });
    view! {
        <PageTitle text=move || t_string!(i18n, sign_in.title) />
        <Gate title=move || t_string!(i18n, sign_in.title)>
            <ActionForm action attr:class="form">
                <FormError text />
                {next.map(|next| view! { <input type="hidden" name="next" value=next /> })}
                <Field id="email" label=move || t_string!(i18n, sign_in.email)>
                    <TextInput
                        name="email"
                        kind=InputKind::Email
                        autocomplete="username"
                        initial=typed_before()
                        required=true
                        autofocus=true
                    />
                </Field>
                <Field id="password" label=move || t_string!(i18n, sign_in.password)>
                    <TextInput
                        name="password"
                        kind=InputKind::Password
                        autocomplete="current-password"
                        node_ref=password
                        required=true
                    />
                </Field>
                <GateSubmit busy=action.pending()>{t!(i18n, sign_in.submit)}</GateSubmit>
                <p class="form__note">{t!(i18n, sign_in.forgotten)}</p>
            </ActionForm>
        </Gate>
    }
}

/// What was typed before a form without JavaScript came back. A browser that has JavaScript leaves
/// in place what the server wrote.
fn typed_before() -> String {
    #[cfg(feature = "ssr")]
    {
        crate::typed::before(session::FORM).unwrap_or_default()
    }
    #[cfg(not(feature = "ssr"))]
    {
        String::new()
    }
}
