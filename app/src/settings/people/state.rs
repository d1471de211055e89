//! What the page of people knows, kept up to date while it is open.

use std::sync::Arc;

use domain::live::LiveMessage;
use domain::people::{Member, MemberState, PeopleSettings};
use domain::{DepartmentId, Error, OperationId, UserId};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::api::load_people;
use crate::dates::I18n;
use crate::i18n::{t_string, use_i18n};
use crate::labels;
use crate::ui::{Choice, Toast, ToastStore};
use crate::undo::api::undo_operation;

/// The state. Cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct PeopleState {
    pub(super) i18n: I18n,
    pub(super) settings: RwSignal<Arc<PeopleSettings>>,
    toasts: ToastStore,
}

impl PeopleState {
    /// The state of what was just read.
    pub(super) fn of(settings: PeopleSettings) -> Self {
        let state = Self {
            i18n: use_i18n(),
            settings: RwSignal::new(Arc::new(settings)),
            toasts: expect_context(),
        };
        crate::live::use_live(move |message| {
            if matches!(message, LiveMessage::Workspace) {
                state.reload();
            }
        });
        state
    }

    /// Reads it again. Dialogs that are open keep what is typed.
    pub(super) fn reload(self) {
        spawn_local(async move {
            if let Ok(Ok(settings)) = load_people().await {
                let _ = self.settings.try_set(Arc::new(settings));
            }
        });
    }

    /// A user as they are now.
    pub(super) fn member(self, user: UserId) -> Option<Member> {
        self.settings
            .with(|settings| settings.members.iter().find(|m| m.id == user).cloned())
    }

    /// A user's name.
    pub(super) fn name(self, user: UserId) -> String {
        self.member(user).map_or_else(|| "?".into(), |m| m.is.name)
    }

    /// A department's name; empty for none.
    pub(super) fn department(self, id: Option<DepartmentId>) -> String {
        self.settings.with(|settings| {
            settings
                .departments
                .iter()
                .find(|department| Some(department.id) == id)
                .map_or_else(String::new, |department| department.name.clone())
        })
    }

    /// Nobody, and everybody who works here.
    pub(super) fn people_choices(self, but: Option<UserId>) -> Vec<Choice> {
        self.settings.with_untracked(|settings| {
            let people = settings
                .members
                .iter()
                .filter(|m| m.state != MemberState::Deactivated && Some(m.id) != but)
                .map(|m| Choice::new(m.id.to_string(), m.is.name.clone()));
            std::iter::once(Choice::new("", "—"))
                .chain(people)
                .collect()
        })
    }

    /// None, and all departments in the order of their tree, deeper ones set in.
    pub(super) fn department_choices(self, but: impl Fn(DepartmentId) -> bool) -> Vec<Choice> {
        self.settings.with_untracked(|settings| {
            let tree = domain::people::tree(&settings.departments)
                .into_iter()
                .filter(|(_, department)| !but(department.id))
                .map(|(depth, department)| {
                    let name = format!("{}{}", "\u{2003}".repeat(depth), department.name);
                    Choice::new(department.id.to_string(), name)
                })
                .collect::<Vec<_>>();
            std::iter::once(Choice::new("", "—")).chain(tree).collect()
        })
    }

    /// Tells what was done, with a button that takes it back, and reads everything again.
    pub(super) fn done(self, text: String, operation: Option<OperationId>) {
        let mut toast = Toast::new(text);
        if let Some(operation) = operation {
            let label = t_string!(self.i18n, people.undo).to_owned();
            toast = toast.undo(label, Callback::new(move |()| self.undo(operation)));
        }
        self.toasts.push(toast);
        self.reload();
    }

    fn undo(self, operation: OperationId) {
        spawn_local(async move {
            match undo_operation(operation).await.flatten() {
                Ok(undone) if undone.kept.is_empty() => {
                    self.done(t_string!(self.i18n, people.undone).to_owned(), None);
                }
                Ok(undone) => self.done(undone.kept.join(" "), None),
                Err(error) => self.failed(&error),
            }
        });
    }

    /// Tells what went wrong.
    pub(super) fn failed(self, error: &Error) {
        self.toasts.error(labels::error(self.i18n, error));
    }
}
