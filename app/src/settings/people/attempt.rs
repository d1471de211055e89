//! A form of this page on its way to the server, and what came back of it.

use std::future::Future;

use domain::{Error, FieldError};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::labels::{self, I18n};

/// A form in a dialog, sent until it fits. Cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Attempt {
    i18n: I18n,
    error: RwSignal<Option<Error>>,
    /// Whether the dialog is open.
    open: RwSignal<bool>,
    /// Whether it is on its way.
    pub(super) busy: RwSignal<bool>,
}

impl Attempt {
    /// A form that has not been sent yet, in the dialog that is open.
    pub(super) fn new(i18n: I18n, open: RwSignal<bool>) -> Self {
        Self {
            i18n,
            error: RwSignal::new(None),
            open,
            busy: RwSignal::new(false),
        }
    }

    /// Sends what is in the form, unless it is on its way. Once it is done the dialog closes and
    /// `done` hears of it; where it is refused, the form shows why, if it is still there.
    pub(super) fn send<T: 'static>(
        self,
        event: &SubmitEvent,
        work: impl Future<Output = Result<T, Error>> + 'static,
        done: impl FnOnce(T) + 'static,
    ) {
        event.prevent_default();
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        spawn_local(async move {
            let answer = work.await;
            let _ = self.busy.try_set(false);
            match answer {
                Ok(answer) => {
                    let _ = self.open.try_set(false);
                    done(answer);
                }
                Err(error) => {
                    let _ = self.error.try_set(Some(error));
                }
            }
        });
    }

    /// What is wrong with one field.
    pub(super) fn problem(self, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.error
                .with(|error| labels::field_problem(self.i18n, error.as_ref()?, field))
        })
    }

    /// What is wrong beside these fields.
    pub(super) fn beside(self, fields: &'static [&'static str]) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.error.with(|error| {
                let error = error.as_ref()?;
                let wrong = error.field_errors();
                let shown = |wrong: &FieldError| fields.contains(&wrong.field.as_str());
                match wrong.iter().find(|wrong| !shown(wrong)) {
                    Some(other) => Some(labels::problem(self.i18n, &other.problem)),
                    None if wrong.is_empty() => Some(labels::error(self.i18n, error)),
                    None => None,
                }
            })
        })
    }
}
