//! What was typed into a form and not saved yet, kept by the browser for this window: a reload, a
//! crash and the back button lose nothing.

use std::collections::BTreeMap;

use domain::record::Values;
use domain::{Kind, Problem, UserId, Value};
use leptos::prelude::*;

/// The place of one form's text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kept(StoredValue<String>);

impl Kept {
    /// The place of somebody's form of a kind.
    pub(super) fn of(kind: Kind, user: UserId) -> Self {
        Self(StoredValue::new(format!("new-{kind}-{user}")))
    }

    /// What was typed into it last, if it was left behind. In the browser alone.
    pub(super) fn read(self) -> Option<Values> {
        let text = self
            .0
            .try_with_value(|key| storage()?.get_item(key).ok()?)??;
        serde_json::from_slice(text.as_bytes()).ok()
    }

    /// Keeps what can be read of what was typed.
    pub(super) fn write(self, typed: &BTreeMap<String, Result<Value, Problem>>) {
        let values: Values = typed
            .iter()
            .filter_map(|(key, value)| Some((key.clone(), value.as_ref().ok()?.clone())))
            .collect();
        // A full storage keeps nothing; the form still has it.
        let _ = self.0.try_with_value(|key| {
            storage()?
                .set_item(key, &serde_json::to_string(&values).ok()?)
                .ok()
        });
    }

    /// Forgets it.
    pub(super) fn forget(self) {
        let _ = self
            .0
            .try_with_value(|key| storage()?.remove_item(key).ok());
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().session_storage().ok().flatten()
}
