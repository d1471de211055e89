//! Cells on their way to the server: shown at once, sent one after another for each record, and
//! taken back with a reason when the server refuses.

use domain::error::FieldConflict;
use domain::record::Values;
use domain::{Draft, Error, FieldDef, FieldError, OperationId, RecordId, Value};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::api::{change_cell, undo_change};
use super::state::{Edit, ListState};
use crate::fields::Ask;
use crate::i18n::t_string;
use crate::ui::Toast;

/// A new value of a cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The row.
    pub id: RecordId,
    /// The field's key.
    pub key: String,
    /// The value.
    pub value: Value,
    /// The version that its writer saw; none is the one that is shown when it is sent.
    pub version: Option<i64>,
    /// What a gate asked for as well.
    pub more: Values,
    /// Whether it is written over what somebody else wrote meanwhile.
    pub over: bool,
    /// What somebody else wrote meanwhile, once that is known.
    pub theirs: Option<FieldConflict>,
}

impl Change {
    /// A cell gets a value.
    #[must_use]
    pub fn of(id: RecordId, key: &str, value: Value, version: Option<i64>) -> Self {
        Self {
            id,
            key: key.to_owned(),
            value,
            version,
            more: Values::new(),
            over: false,
            theirs: None,
        }
    }
}

impl ListState {
    /// Saves a cell, unless it is what it was.
    pub fn save(self, change: Change) {
        let same = self.model.with_untracked(|model| {
            model
                .record(change.id)
                .is_none_or(|record| *record.value(&change.key) == change.value)
        });
        if same && !change.over && change.more.is_empty() {
            return;
        }
        let id = change.id;
        let first = self.waiting.try_update_value(|waiting| {
            let is_first = !waiting.contains_key(&id);
            let behind = waiting.entry(id).or_default();
            if !is_first {
                behind.push(change.clone());
            }
            is_first
        });
        if first == Some(true) {
            self.busy.update(|busy| busy.push(id));
            spawn_local(self.carry(change));
        }
    }

    async fn carry(self, mut change: Change) {
        let id = change.id;
        loop {
            self.send(change).await;
            let next = self
                .waiting
                .try_update_value(|waiting| {
                    let behind = waiting.get_mut(&id)?;
                    if behind.is_empty() {
                        waiting.remove(&id);
                        return None;
                    }
                    Some(behind.remove(0))
                })
                .flatten();
            match next {
                Some(next) => change = next,
                None => break,
            }
        }
        self.busy
            .try_update(|busy| busy.retain(|other| *other != id));
    }

    async fn send(self, change: Change) {
        let (id, key) = (change.id, change.key.clone());
        let shown = self.model.try_update(|model| {
            let version = model.record(id)?.version;
            let before = model.show_value(id, &key, change.value.clone())?;
            Some((version, before))
        });
        let Some(Some((version, before))) = shown else {
            return;
        };
        let mut draft = Draft {
            // Seen now: whatever is there is written over on purpose.
            version: Some(match change.version {
                _ if change.over => i64::MAX,
                Some(seen) => seen.min(version),
                None => version,
            }),
            values: change.more.clone(),
            place: None,
        };
        draft.values.insert(key.clone(), change.value.clone());
        match change_cell(self.kind, id, draft).await.flatten() {
            Ok(written) => {
                self.model.try_update(|model| match written.record {
                    // Whether the list would still have it, its live echo tells.
                    Some(record) => {
                        let fits = !model.is_outside(id);
                        model.put(record, fits);
                    }
                    None => model.drop_out(id),
                });
                self.offer_undo(id, &key, written.operation);
                self.reread(vec![id]).await;
                self.count_again();
            }
            Err(error) => {
                self.model
                    .try_update(|model| model.show_value(id, &key, before));
                self.refused(change, error).await;
            }
        }
    }

    /// What the server would not do: the two values side by side, the fields that a gate misses,
    /// the editor again with what is wrong, or the reason in words.
    async fn refused(self, change: Change, error: Error) {
        match error {
            Error::Conflict(conflicts) => {
                self.reread(vec![change.id]).await;
                let theirs = conflicts.into_iter().find(|it| it.field == change.key);
                if theirs.is_some()
                    && self.conflict.try_with_untracked(Option::is_none) == Some(true)
                {
                    self.conflict.try_set(Some(Change { theirs, ..change }));
                }
            }
            Error::Invalid(errors) if self.can_ask(&change, &errors) => self.ask(change, errors),
            Error::Invalid(errors)
                if errors.iter().any(|it| it.field == change.key)
                    && self.editing.try_with_untracked(Option::is_none) == Some(true) =>
            {
                let problem = errors.into_iter().find(|it| it.field == change.key);
                self.editing.try_set(Some(Edit {
                    id: change.id,
                    key: change.key,
                    initial: change.value,
                    typed: true,
                    version: None,
                    problem: problem.map(|it| it.problem),
                }));
            }
            error => {
                if error == Error::NotFound {
                    self.reread(vec![change.id]).await;
                }
                self.toasts.error(crate::labels::error(self.i18n, &error));
            }
        }
    }

    /// Whether all that is missing are other fields, which can be filled in.
    fn can_ask(self, change: &Change, errors: &[FieldError]) -> bool {
        let Some(workspace) = self.workspace_now() else {
            return false;
        };
        let fields = workspace.fields(self.kind);
        self.asking.try_with_untracked(Option::is_none) == Some(true)
            && errors.iter().all(|error| {
                error.field != change.key
                    && domain::field::find(&fields, &error.field).is_some_and(FieldDef::editable)
            })
    }

    fn ask(self, change: Change, errors: Vec<FieldError>) {
        let title = self.title(change.id);
        let on_values = Callback::new(move |values: Values| {
            let mut change = change.clone();
            change.more.extend(values);
            self.save(change);
        });
        self.asking.try_set(Some(Ask {
            kind: self.kind,
            creates: false,
            title: t_string!(self.i18n, list.gate_title, title = title),
            errors,
            on_values,
            on_cancel: Callback::new(move |()| self.focus()),
        }));
    }

    fn workspace_now(self) -> Option<std::sync::Arc<domain::workspace::Workspace>> {
        // The frame, with the workspace, outlives the list; both may be gone by now.
        self.query.try_with_untracked(|_| ())?;
        Some(self.workspace.get_untracked())
    }

    /// A record's title, as far as it is loaded.
    #[must_use]
    pub fn title(self, id: RecordId) -> String {
        self.model
            .try_with_untracked(|model| model.record(id).map(|record| record.title()))
            .flatten()
            .unwrap_or_default()
    }

    fn offer_undo(self, id: RecordId, key: &str, operation: Option<OperationId>) {
        let Some(operation) = operation else { return };
        let Some(workspace) = self.workspace_now() else {
            return;
        };
        let fields = workspace.fields(self.kind);
        let field = domain::field::find(&fields, key)
            .map_or_else(String::new, |field| crate::labels::field(self.i18n, field));
        let text = t_string!(self.i18n, list.saved, field = field, title = self.title(id));
        self.say(text.clone());
        let undo = Callback::new(move |()| {
            spawn_local(async move {
                match undo_change(operation).await.flatten() {
                    Ok(undone) => {
                        if !undone.kept.is_empty() {
                            self.toasts.error(undone.kept.join(" "));
                        }
                        self.reread(vec![id]).await;
                        self.count_again();
                    }
                    Err(error) => self.complain(&error),
                }
            });
        });
        self.toasts
            .push(Toast::new(text).undo(t_string!(self.i18n, list.undo), undo));
    }
}
