//! The form of a user, new or not.

use domain::people::{InvitationLink, MemberDraft};
use domain::rights::Role;
use domain::{Error, OperationId, UserId};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::api::{change_member, invite};
use super::attempt::Attempt;
use super::pick::Pick;
use super::state::PeopleState;
use crate::i18n::{t, t_string};
use crate::labels;
use crate::ui::{
    Button, ButtonKind, ButtonVariant, Checkbox, Dialog, Field, FormError, InputKind, TextInput,
};

/// Whom the dialog is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edited {
    /// Somebody new.
    New,
    /// Somebody who is here.
    Member(UserId),
}

impl Edited {
    const fn member(self) -> Option<UserId> {
        match self {
            Self::New => None,
            Self::Member(user) => Some(user),
        }
    }
}

/// The dialog; open while somebody is edited.
#[component]
pub(super) fn MemberDialog(
    state: PeopleState,
    /// Who is edited.
    edited: RwSignal<Option<Edited>>,
    /// Shows the link of a new one.
    link: RwSignal<Option<InvitationLink>>,
) -> impl IntoView {
    let i18n = state.i18n;
    let open = RwSignal::new(false);
    Effect::new(move || open.set(edited.with(Option::is_some)));
    let title = move || match edited.get() {
        Some(Edited::Member(user)) => t_string!(i18n, people.edit_of, name = state.name(user)),
        _ => t_string!(i18n, people.invite_title).to_owned(),
    };
    view! {
        <Dialog
            id="member"
            title=Signal::derive(title)
            close_label=move || t_string!(i18n, people.cancel)
            open
            on_close=move |()| {
                edited.try_set(None);
            }
        >
            {move || {
                edited.get().map(|edited| view! { <MemberForm state user=edited.member() open link /> })
            }}
        </Dialog>
    }
}

const FIELDS: [&str; 5] = ["name", "email", "department", "manager", "roles"];

#[component]
fn MemberForm(
    state: PeopleState,
    /// None for a new one.
    user: Option<UserId>,
    open: RwSignal<bool>,
    link: RwSignal<Option<InvitationLink>>,
) -> impl IntoView {
    let i18n = state.i18n;
    let first = user
        .and_then(|user| untrack(|| state.member(user)))
        .map_or_else(
            || MemberDraft {
                roles: vec![Role::Salesperson],
                ..MemberDraft::default()
            },
            |member| member.is,
        );
    let draft = RwSignal::new(first.clone());
    let attempt = Attempt::new(i18n, open);
    let submit = move |event: SubmitEvent| {
        let draft = draft.get_untracked();
        let name = draft.name.trim().to_owned();
        attempt.send(&event, send(user, draft), move |sent| match sent {
            Sent::Changed(None) => {}
            Sent::Changed(operation) => {
                state.done(t_string!(i18n, people.changed, name = name), operation);
            }
            Sent::Invited(new) => {
                let _ = link.try_set(Some(new));
                state.reload();
            }
        });
    };
    let departments = state.department_choices(|_| false);
    let managers = state.people_choices(user);
    let role = move |role: Role| {
        let checked = Signal::derive(move || draft.with(|draft| draft.roles.contains(&role)));
        let toggle = move |yes: bool| {
            draft.update(|draft| {
                draft.roles.retain(|other| *other != role);
                if yes {
                    draft.roles.push(role);
                }
            });
        };
        view! {
            <div class="people__role">
                <Checkbox label=labels::role(i18n, role) checked on_change=toggle />
                <p class="field__help">{role_help(state, role)}</p>
            </div>
        }
    };
    view! {
        <form class="form" on:submit=submit novalidate=true>
            <FormError text=attempt.beside(&FIELDS) />
            <Field id="member-name" label=move || t_string!(i18n, people.name) error=attempt.problem("name")>
                <TextInput
                    initial=first.name
                    on_input=move |typed| draft.update(|draft| draft.name = typed)
                    autocomplete="off"
                    autofocus=true
                />
            </Field>
            <Field id="member-email" label=move || t_string!(i18n, people.email) error=attempt.problem("email")>
                <TextInput
                    kind=InputKind::Email
                    initial=first.email
                    on_input=move |typed| draft.update(|draft| draft.email = typed)
                    autocomplete="off"
                />
            </Field>
            <div class="form__pair">
                <Pick
                    id="member-department"
                    label=move || t_string!(i18n, people.department)
                    error=attempt.problem("department")
                    options=departments
                    first=first.department
                    on_pick=move |id| draft.update(|draft| draft.department = id)
                />
                <Pick
                    id="member-manager"
                    label=move || t_string!(i18n, people.manager)
                    error=attempt.problem("manager")
                    options=managers
                    first=first.manager
                    on_pick=move |id| draft.update(|draft| draft.manager = id)
                />
            </div>
            <fieldset class="people__roles-choice">
                <legend class="field__label">{t!(i18n, people.roles)}</legend>
                {Role::ALL.map(role).collect_view()}
                {move || {
                    attempt.problem("roles").get().map(|text| view! { <p class="field__error" role="alert">{text}</p> })
                }}
            </fieldset>
            {user.is_none().then(|| view! { <p class="form__note">{t!(i18n, people.invite_note)}</p> })}
            <div class="dialog__actions">
                <Button on:click=move |_| open.set(false)>{t!(i18n, people.cancel)}</Button>
                <Button variant=ButtonVariant::Primary kind=ButtonKind::Submit busy=attempt.busy>
                    {if user.is_some() { t_string!(i18n, people.save) } else { t_string!(i18n, people.make_link) }}
                </Button>
            </div>
        </form>
    }
}

fn role_help(state: PeopleState, role: Role) -> String {
    let i18n = state.i18n;
    match role {
        Role::Administrator => t_string!(i18n, people.administrator_help),
        Role::HeadOfSales => t_string!(i18n, people.head_help),
        Role::Salesperson => t_string!(i18n, people.salesperson_help),
        Role::Director => t_string!(i18n, people.director_help),
    }
    .to_owned()
}

/// What came of the form.
enum Sent {
    Changed(Option<OperationId>),
    Invited(InvitationLink),
}

async fn send(user: Option<UserId>, draft: MemberDraft) -> Result<Sent, Error> {
    match user {
        Some(user) => change_member(user, draft)
            .await
            .flatten()
            .map(Sent::Changed),
        None => invite(draft).await.flatten().map(Sent::Invited),
    }
}
