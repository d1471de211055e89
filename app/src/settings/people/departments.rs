//! The departments, as a tree with heads.

use domain::people::{DepartmentDraft, is_at_or_above, parents, tree};
use domain::workspace::Department;
use domain::{DepartmentId, Error, OperationId};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::api::{add_department, change_department, delete_department};
use super::attempt::Attempt;
use super::pick::Pick;
use super::state::PeopleState;
use crate::i18n::{t, t_string};
use crate::ui::{
    Avatar, AvatarSize, Button, ButtonKind, ButtonVariant, Dialog, Empty, Field, FormError, Glyph,
    Icon, Menu, MenuItem, TextInput,
};

/// What a dialog is open for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// A new one below this, or at the top.
    New(Option<DepartmentId>),
    Edit(DepartmentId),
    Delete(DepartmentId),
}

/// The departments.
#[component]
pub(super) fn Departments(state: PeopleState) -> impl IntoView {
    let i18n = state.i18n;
    let asked = RwSignal::new(None::<Asked>);
    let add = move || {
        view! {
            <Button
                variant=ButtonVariant::Primary
                icon=Glyph::Plus
                class="people__new"
                on:click=move |_| asked.set(Some(Asked::New(None)))
            >
                {t!(i18n, people.add_department)}
            </Button>
        }
    };
    let found = Memo::new(move |_| {
        state.settings.with(|settings| {
            tree(&settings.departments)
                .into_iter()
                .map(|(depth, department)| Shown {
                    depth,
                    department: department.clone(),
                    head: department.head.map(|head| state.name(head)),
                    people: settings
                        .members
                        .iter()
                        .filter(|member| member.is.department == Some(department.id))
                        .count(),
                })
                .collect::<Vec<_>>()
        })
    });
    let is_empty = Memo::new(move |_| found.with(Vec::is_empty));
    // A row stays while nothing about it changes, and with it its menu, if that is open.
    let rows = move || {
        if is_empty.get() {
            return view! {
                <Empty glyph=Glyph::Users title=move || t_string!(i18n, people.no_departments)>
                    {t!(i18n, people.no_departments_text)}
                </Empty>
            }
            .into_any();
        }
        view! {
            <ul class="people__list people__tree">
                <For
                    each=move || found.get()
                    key=|shown| format!("{shown:?}")
                    children=move |shown| row(state, asked, shown)
                />
            </ul>
        }
        .into_any()
    };
    view! {
        <div class="people__tools">
            <p class="muted people__hint">{t!(i18n, people.departments_text)}</p>
            {add}
        </div>
        {rows}
        <DepartmentDialog state asked />
    }
}

/// A department as its row shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shown {
    depth: usize,
    department: Department,
    head: Option<String>,
    people: usize,
}

fn row(state: PeopleState, asked: RwSignal<Option<Asked>>, shown: Shown) -> AnyView {
    let i18n = state.i18n;
    let Shown {
        depth,
        department,
        head: head_name,
        people: count,
    } = shown;
    let Department { id, name, head, .. } = department;
    let people = if count == 1 {
        t_string!(i18n, people.one_person).to_owned()
    } else {
        t_string!(i18n, people.persons, count = count)
    };
    let head = match head.zip(head_name) {
        Some((head, name)) => view! {
            <Avatar name=name.clone() id=head size=AvatarSize::Small decorative=true />
            <span class="visually-hidden">{t!(i18n, people.head)} ": "</span>
            <span class="cut" dir="auto">{name}</span>
        }
        .into_any(),
        None => view! { <span class="muted">{t!(i18n, people.no_head)}</span> }.into_any(),
    };
    let label = t_string!(i18n, people.more, name = name.clone());
    view! {
        <li class="people__row people__row--department" data-depth=depth.min(8) data-department=id>
            <Icon glyph=Glyph::Users class="people__glyph" />
            <button
                class="people__name cut"
                type="button"
                dir="auto"
                on:click=move |_| asked.set(Some(Asked::Edit(id)))
            >
                {name}
            </button>
            <span class="people__head">{head}</span>
            <span class="people__count muted num">{people}</span>
            <span class="people__menu">
                <Menu id=format!("department-{id}") label>
                    <MenuItem glyph=Glyph::Edit on_select=move |()| asked.set(Some(Asked::Edit(id)))>
                        {t!(i18n, people.edit)}
                    </MenuItem>
                    <MenuItem
                        glyph=Glyph::Plus
                        on_select=move |()| asked.set(Some(Asked::New(Some(id))))
                    >
                        {t!(i18n, people.add_below)}
                    </MenuItem>
                    <MenuItem
                        glyph=Glyph::Trash
                        danger=true
                        on_select=move |()| asked.set(Some(Asked::Delete(id)))
                    >
                        {t!(i18n, people.delete)}
                    </MenuItem>
                </Menu>
            </span>
        </li>
    }
    .into_any()
}

#[component]
fn DepartmentDialog(state: PeopleState, asked: RwSignal<Option<Asked>>) -> impl IntoView {
    let i18n = state.i18n;
    let open = RwSignal::new(false);
    Effect::new(move || open.set(asked.with(Option::is_some)));
    let title = move || match asked.get() {
        Some(Asked::Edit(id)) => {
            t_string!(i18n, people.edit_of, name = state.department(Some(id)))
        }
        Some(Asked::Delete(id)) => {
            t_string!(i18n, people.delete_of, name = state.department(Some(id)))
        }
        _ => t_string!(i18n, people.add_department).to_owned(),
    };
    view! {
        <Dialog
            id="department"
            title=Signal::derive(title)
            close_label=move || t_string!(i18n, people.cancel)
            open
            on_close=move |()| {
                asked.try_set(None);
            }
        >
            {move || {
                asked.get().map(|asked| match asked {
                    Asked::New(parent) => {
                        let first = DepartmentDraft { parent, ..DepartmentDraft::default() };
                        view! { <DepartmentForm state id=None first open /> }.into_any()
                    }
                    Asked::Edit(id) => {
                        let first = untrack(|| state.settings.with(|s| draft_of(&s.departments, id)));
                        view! { <DepartmentForm state id=Some(id) first open /> }.into_any()
                    }
                    Asked::Delete(id) => view! { <DeleteForm state id open /> }.into_any(),
                })
            }}
        </Dialog>
    }
}

fn draft_of(departments: &[Department], id: DepartmentId) -> DepartmentDraft {
    let found = departments.iter().find(|department| department.id == id);
    found.map_or_else(DepartmentDraft::default, |department| DepartmentDraft {
        name: department.name.clone(),
        parent: department.parent,
        head: department.head,
    })
}

const FIELDS: [&str; 3] = ["name", "parent", "head"];

#[component]
fn DepartmentForm(
    state: PeopleState,
    /// None for a new one.
    id: Option<DepartmentId>,
    first: DepartmentDraft,
    open: RwSignal<bool>,
) -> impl IntoView {
    let i18n = state.i18n;
    let draft = RwSignal::new(first.clone());
    let attempt = Attempt::new(i18n, open);
    let submit = move |event: SubmitEvent| {
        let draft = draft.get_untracked();
        let name = draft.name.trim().to_owned();
        attempt.send(&event, send(id, draft), move |operation| {
            state.done(t_string!(i18n, people.changed, name = name), operation);
        });
    };
    // A department stands neither under itself nor under what is below it.
    let above = state
        .settings
        .with_untracked(|settings| parents(&settings.departments));
    let parents =
        state.department_choices(|other| id.is_some_and(|id| is_at_or_above(&above, id, other)));
    let heads = state.people_choices(None);
    view! {
        <form class="form" on:submit=submit novalidate=true>
            <FormError text=attempt.beside(&FIELDS) />
            <Field id="department-name" label=move || t_string!(i18n, people.name) error=attempt.problem("name")>
                <TextInput
                    initial=first.name
                    on_input=move |typed| draft.update(|draft| draft.name = typed)
                    autocomplete="off"
                    autofocus=true
                />
            </Field>
            <Pick
                id="department-parent"
                label=move || t_string!(i18n, people.part_of)
                error=attempt.problem("parent")
                options=parents
                first=first.parent
                on_pick=move |id| draft.update(|draft| draft.parent = id)
            />
            <Pick
                id="department-head"
                label=move || t_string!(i18n, people.head)
                error=attempt.problem("head")
                options=heads
                first=first.head
                on_pick=move |id| draft.update(|draft| draft.head = id)
            />
            <div class="dialog__actions">
                <Button on:click=move |_| open.set(false)>{t!(i18n, people.cancel)}</Button>
                <Button variant=ButtonVariant::Primary kind=ButtonKind::Submit busy=attempt.busy>
                    {if id.is_some() { t_string!(i18n, people.save) } else { t_string!(i18n, people.add) }}
                </Button>
            </div>
        </form>
    }
}

async fn send(
    id: Option<DepartmentId>,
    draft: DepartmentDraft,
) -> Result<Option<OperationId>, Error> {
    match id {
        Some(id) => change_department(id, draft).await.flatten(),
        None => add_department(draft).await.flatten().map(|_| None),
    }
}

#[component]
fn DeleteForm(state: PeopleState, id: DepartmentId, open: RwSignal<bool>) -> impl IntoView {
    let i18n = state.i18n;
    let busy = RwSignal::new(false);
    let name = untrack(|| state.department(Some(id)));
    let parent = state.settings.with_untracked(|settings| {
        let known = settings.departments.iter().find(|d| d.id == id);
        known.and_then(|department| department.parent)
    });
    let above = untrack(|| state.department(parent));
    let text = if parent.is_some() {
        t_string!(i18n, people.delete_up, name = above)
    } else {
        t_string!(i18n, people.delete_top).to_owned()
    };
    let delete = move |_| {
        busy.set(true);
        let name = name.clone();
        spawn_local(async move {
            let answer = delete_department(id).await.flatten();
            let _ = busy.try_set(false);
            match answer {
                Ok(operation) => {
                    let _ = open.try_set(false);
                    state.done(t_string!(i18n, people.deleted, name = name), operation);
                }
                Err(error) => state.failed(&error),
            }
        });
    };
    view! {
        <p>{text}</p>
        <div class="dialog__actions">
            <Button on:click=move |_| open.set(false)>{t!(i18n, people.cancel)}</Button>
            <Button variant=ButtonVariant::Danger busy on:click=delete>
                {t!(i18n, people.delete)}
            </Button>
        </div>
    }
}
