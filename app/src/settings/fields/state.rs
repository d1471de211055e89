//! What the page of a kind's fields knows, and what it does.

use domain::field_settings::{DeletedField, FieldSettings};
use domain::live::LiveMessage;
use domain::{FieldDef, Kind};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::api::{delete_field, load_fields, order_fields, restore_field};
use super::draft::custom_id;
use crate::i18n::{t_string, use_i18n};
use crate::labels::{self, I18n};
use crate::layout::{WorkspaceSignal, use_workspace};
use crate::settings::reorder::moved;
use crate::ui::{Toast, ToastStore};

/// The fields of one kind. Cheap to copy.
#[derive(Debug, Clone, Copy)]
pub(super) struct FieldsState {
    pub(super) kind: Kind,
    pub(super) fields: RwSignal<Vec<FieldDef>>,
    pub(super) deleted: RwSignal<Vec<DeletedField>>,
    /// What was done last, for those who do not see it.
    pub(super) said: RwSignal<String>,
    i18n: I18n,
    workspace: WorkspaceSignal,
    toasts: ToastStore,
    /// Whether an order is on its way, and whether another one came meanwhile: orders arrive one
    /// after the other, the last one last.
    sending: StoredValue<(bool, bool)>,
}

impl FieldsState {
    /// The state of what was just read, kept up to date while it is shown.
    pub(super) fn of(kind: Kind, settings: FieldSettings) -> Self {
        let state = Self {
            kind,
            fields: RwSignal::new(settings.fields),
            deleted: RwSignal::new(settings.deleted),
            said: RwSignal::new(String::new()),
            i18n: use_i18n(),
            workspace: use_workspace(),
            toasts: expect_context(),
            sending: StoredValue::new((false, false)),
        };
        crate::live::use_live(move |message| {
            if matches!(
                message,
                LiveMessage::Workspace | LiveMessage::Reload { kind: None, .. }
            ) {
                state.reload();
            }
        });
        state
    }

    /// A field.
    pub(super) fn field(self, id: i64) -> Option<FieldDef> {
        self.fields.with(|fields| {
            fields
                .iter()
                .find(|field| custom_id(field) == Some(id))
                .cloned()
        })
    }

    /// The ids in order.
    pub(super) fn ids(self) -> Vec<i64> {
        self.fields
            .with(|fields| fields.iter().filter_map(custom_id).collect())
    }

    /// Reads everything again; what is being edited stays.
    pub(super) fn reload(self) {
        // While an order is on its way, the answer would be the old one.
        if self.sending.try_get_value().is_none_or(|(busy, _)| busy) {
            return;
        }
        spawn_local(async move {
            // Where the server does not answer, what is shown stays.
            if let Ok(Ok(settings)) = load_fields(self.kind).await
                && self.sending.try_get_value().is_some_and(|(busy, _)| !busy)
            {
                self.fields.set(settings.fields);
                self.deleted.set(settings.deleted);
            }
        });
    }

    /// Reads again, and gives every open part of the page the fields as they are now.
    pub(super) fn changed(self) {
        self.reload();
        self.workspace.reload();
    }

    /// Puts a field at another place, here at once and then on the server.
    pub(super) fn put(self, id: i64, to: usize) {
        let order = moved(untrack(|| self.ids()), id, to);
        self.fields.update(|fields| {
            fields.sort_by_key(|field| order.iter().position(|id| custom_id(field) == Some(*id)));
        });
        let label =
            untrack(|| self.field(id)).map_or_else(String::new, |field| field.label.to_string());
        let at = order
            .iter()
            .position(|other| *other == id)
            .unwrap_or_default()
            + 1;
        self.said.set(t_string!(
            self.i18n,
            settings.moved,
            label = label,
            at = at,
            of = order.len()
        ));
        self.send_order();
    }

    fn send_order(self) {
        let busy = self.sending.get_value().0;
        self.sending.set_value((true, busy));
        if busy {
            return;
        }
        spawn_local(async move {
            loop {
                let Some(fields) = self.fields.try_get_untracked() else {
                    return;
                };
                let ids = fields.iter().filter_map(custom_id).collect();
                self.sending.try_set_value((true, false));
                let sent = order_fields(self.kind, ids).await.flatten();
                let again = self.sending.try_get_value().is_some_and(|(_, again)| again);
                if let Err(error) = sent {
                    self.toasts.error(labels::error(self.i18n, &error));
                } else if again {
                    continue;
                }
                self.sending.try_set_value((false, false));
                self.changed();
                return;
            }
        });
    }

    /// Puts a field into the bin; a notice takes it back.
    pub(super) fn delete(self, field: FieldDef) {
        let Some(id) = custom_id(&field) else {
            return;
        };
        spawn_local(async move {
            match delete_field(id).await.flatten() {
                Ok(()) => {
                    let i18n = self.i18n;
                    let text = t_string!(i18n, settings.deleted, label = field.label.to_string());
                    let undo = Callback::new(move |()| self.restore(id));
                    self.toasts
                        .push(Toast::new(text).undo(t_string!(i18n, settings.undo), undo));
                    self.changed();
                }
                Err(error) => {
                    self.toasts.error(labels::error(self.i18n, &error));
                }
            }
        });
    }

    /// Takes a field out of the bin.
    pub(super) fn restore(self, id: i64) {
        spawn_local(async move {
            match restore_field(id).await.flatten() {
                Ok(()) => {
                    self.toasts
                        .push(Toast::new(t_string!(self.i18n, settings.restored)));
                    self.changed();
                }
                Err(error) => {
                    self.toasts.error(labels::error(self.i18n, &error));
                }
            }
        });
    }

    /// Says that a field was saved.
    pub(super) fn saved(self, label: &str) {
        let text = t_string!(self.i18n, settings.saved, label = label);
        self.toasts.push(Toast::new(text));
        self.changed();
    }
}
