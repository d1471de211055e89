//! The users: who they are, where they work, what they may do, whether they can come in.

use domain::UserId;
use domain::people::{InvitationLink, Member, MemberState};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::api::{new_link, reactivate};
use super::leave_dialog::LeaveDialog;
use super::link_dialog::LinkDialog;
use super::member_dialog::{Edited, MemberDialog};
use super::state::PeopleState;
use crate::i18n::{t, t_string};
use crate::labels;
use crate::layout::use_workspace;
use crate::ui::{
    Avatar, Badge, BadgeTone, Button, ButtonVariant, Choice, Empty, Glyph, InputKind, Menu,
    MenuItem, Select, TextInput,
};

/// What is done with a user.
#[derive(Clone, Copy)]
struct Doing {
    state: PeopleState,
    /// Who is edited.
    edited: RwSignal<Option<Edited>>,
    leaving: RwSignal<Option<UserId>>,
    link: RwSignal<Option<InvitationLink>>,
}

impl Doing {
    fn give_link(self, user: UserId) {
        spawn_local(async move {
            match new_link(user).await.flatten() {
                Ok(link) => {
                    let _ = self.link.try_set(Some(link));
                    self.state.reload();
                }
                Err(error) => self.state.failed(&error),
            }
        });
    }

    fn let_in_again(self, user: UserId, name: String) {
        let i18n = self.state.i18n;
        spawn_local(async move {
            match reactivate(user).await.flatten() {
                Ok(operation) => {
                    let text = t_string!(i18n, people.reactivated, name = name);
                    self.state.done(text, operation);
                }
                Err(error) => self.state.failed(&error),
            }
        });
    }
}

/// The users.
#[component]
pub(super) fn Members(state: PeopleState) -> impl IntoView {
    let i18n = state.i18n;
    let doing = Doing {
        state,
        edited: RwSignal::new(None),
        leaving: RwSignal::new(None),
        link: RwSignal::new(None),
    };
    let text = RwSignal::new(String::new());
    // Those who left are asked for by name, or by choosing them.
    let chosen = RwSignal::new(HERE.to_owned());
    let found = Memo::new(move |_| {
        let (text, chosen) = (text.get().trim().to_lowercase(), chosen.get());
        state.settings.with(|settings| {
            let names = &settings.departments;
            settings
                .members
                .iter()
                .filter(|member| fits(member, &text, &chosen))
                .map(|member| Shown {
                    department: names
                        .iter()
                        .find(|department| Some(department.id) == member.is.department)
                        .map_or_else(String::new, |department| department.name.clone()),
                    link_is_over: member.state == MemberState::Invited
                        && member.link_until.is_none_or(|until| until <= settings.now),
                    member: member.clone(),
                })
                .collect::<Vec<_>>()
        })
    });
    let is_empty = Memo::new(move |_| found.with(Vec::is_empty));
    let states = move || {
        let mut options = vec![
            Choice::new(HERE, t_string!(i18n, people.here)),
            Choice::new("", t_string!(i18n, people.everybody)),
        ];
        options.extend(MemberState::ALL.map(|s| Choice::new(s.as_str(), state_name(state, s))));
        options
    };
    // A row stays while nothing about it changes, and with it its menu, if that is open.
    let rows = move || {
        if is_empty.get() {
            return view! {
                <Empty glyph=Glyph::Users title=move || t_string!(i18n, people.nobody)>
                    {t!(i18n, people.nobody_text)}
                </Empty>
            }
            .into_any();
        }
        view! {
            <ul class="people__list">
                <For
                    each=move || found.get()
                    key=|shown| format!("{shown:?}")
                    children=move |shown| row(doing, shown)
                />
            </ul>
        }
        .into_any()
    };
    view! {
        <div class="people__tools">
            <TextInput
                kind=InputKind::Search
                value=text
                on_input=move |typed| text.set(typed)
                label=move || t_string!(i18n, people.search)
                placeholder=move || t_string!(i18n, people.search)
                class="people__search"
            />
            <Select
                options=Signal::derive(states)
                value=chosen
                on_change=move |state| chosen.set(state)
                label=move || t_string!(i18n, people.state)
            />
            <Button
                variant=ButtonVariant::Primary
                icon=Glyph::Plus
                class="people__new"
                on:click=move |_| doing.edited.set(Some(Edited::New))
            >
                {t!(i18n, people.invite)}
            </Button>
        </div>
        {rows}
        <MemberDialog state edited=doing.edited link=doing.link />
        <LinkDialog state link=doing.link />
        <LeaveDialog state leaving=doing.leaving />
    }
}

/// A user as their row shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shown {
    member: Member,
    department: String,
    link_is_over: bool,
}

/// Everybody but those who left.
const HERE: &str = "here";

fn fits(member: &Member, text: &str, chosen: &str) -> bool {
    let state = match chosen {
        // Who is looked for by name is found, whatever has become of them.
        HERE => member.state != MemberState::Deactivated || !text.is_empty(),
        "" => true,
        chosen => MemberState::parse(chosen) == Some(member.state),
    };
    state
        && (member.is.name.to_lowercase().contains(text)
            || member.is.email.to_lowercase().contains(text))
}

pub(super) fn state_name(state: PeopleState, of: MemberState) -> String {
    let i18n = state.i18n;
    match of {
        MemberState::Invited => t_string!(i18n, people.invited),
        MemberState::Active => t_string!(i18n, people.active),
        MemberState::Deactivated => t_string!(i18n, people.deactivated),
    }
    .to_owned()
}

fn row(doing: Doing, shown: Shown) -> AnyView {
    let state = doing.state;
    let i18n = state.i18n;
    let Shown {
        member,
        department,
        link_is_over,
    } = shown;
    let Member {
        id,
        is,
        state: stands,
        ..
    } = member;
    let tone = match stands {
        MemberState::Invited => BadgeTone::Accent,
        MemberState::Active => BadgeTone::Won,
        MemberState::Deactivated => BadgeTone::Neutral,
    };
    let runs_out = link_is_over
        .then(|| view! { <span class="people__note">{t!(i18n, people.link_over)}</span> });
    let roles: Vec<String> = is
        .roles
        .iter()
        .map(|role| labels::role(i18n, *role))
        .collect();
    let name = is.name.clone();
    view! {
        <li class="people__row" data-user=id class:people__row--left=stands == MemberState::Deactivated>
            <Avatar name=is.name.clone() id=id decorative=true />
            <div class="people__who">
                <button
                    class="people__name cut"
                    type="button"
                    dir="auto"
                    on:click=move |_| doing.edited.set(Some(Edited::Member(id)))
                >
                    {is.name.clone()}
                </button>
                <span class="people__email cut">{is.email}</span>
            </div>
            <span class="people__department cut" dir="auto">
                {department}
            </span>
            <span class="people__roles cut">{roles.join(", ")}</span>
            <span class="people__state">
                <Badge tone>{state_name(state, stands)}</Badge>
                {runs_out}
            </span>
            {menu(doing, id, name, stands)}
        </li>
    }
    .into_any()
}

fn menu(doing: Doing, id: UserId, name: String, stands: MemberState) -> AnyView {
    let i18n = doing.state.i18n;
    let is_me = use_workspace().with_untracked(|workspace| workspace.me.id == id);
    let label = t_string!(i18n, people.more, name = name.clone());
    let edit = view! {
        <MenuItem glyph=Glyph::Edit on_select=move |()| doing.edited.set(Some(Edited::Member(id)))>
            {t!(i18n, people.edit)}
        </MenuItem>
    };
    let link = (stands != MemberState::Deactivated).then(|| {
        let words = match stands {
            MemberState::Invited => t_string!(i18n, people.new_link),
            _ => t_string!(i18n, people.password_link),
        };
        view! {
            <MenuItem glyph=Glyph::Link on_select=move |()| doing.give_link(id)>{words}</MenuItem>
        }
    });
    let leaves = match stands {
        MemberState::Deactivated => {
            let again = move |()| doing.let_in_again(id, name.clone());
            view! {
                <MenuItem glyph=Glyph::Undo on_select=again>{t!(i18n, people.reactivate)}</MenuItem>
            }
            .into_any()
        }
        // Nobody locks themselves out.
        _ if is_me => ().into_any(),
        _ => view! {
            <MenuItem
                glyph=Glyph::SignOut
                danger=true
                on_select=move |()| doing.leaving.set(Some(id))
            >
                {t!(i18n, people.deactivate)}
            </MenuItem>
        }
        .into_any(),
    };
    view! {
        <span class="people__menu">
            <Menu id=format!("member-{id}") label>{edit} {link} {leaves}</Menu>
        </span>
    }
    .into_any()
}
