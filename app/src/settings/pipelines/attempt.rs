//! A form of this page on its way to the server, and what came back of it.

use domain::Error;
use domain::pipeline_settings::{PipelineChange, PipelinesChanged};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::state::State;
use crate::i18n::t_string;
use crate::labels;

/// A form that is sent until it fits. Cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Attempt {
    state: State,
    failed: RwSignal<Option<Error>>,
    /// Whether it is on its way.
    pub(super) busy: RwSignal<bool>,
}

impl Attempt {
    /// A form that has not been sent yet.
    pub(super) fn new(state: State) -> Self {
        Self {
            state,
            failed: RwSignal::new(None),
            busy: RwSignal::new(false),
        }
    }

    /// What was wrong with one input.
    pub(super) fn problem(self, input: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.failed
                .with(|error| problem_of(self.state, error.as_ref()?, input))
        })
    }

    /// What was wrong with none of these inputs.
    pub(super) fn whole(self, inputs: &'static [&'static str]) -> Signal<Option<String>> {
        Signal::derive(move || {
            let error = self.failed.get()?;
            let shown = inputs
                .iter()
                .any(|input| problem_of(self.state, &error, input).is_some());
            (!shown).then(|| labels::error(self.state.i18n, &error))
        })
    }

    /// Sends what the form asks for, unless it is on its way. Once it is made the dialog closes and
    /// `made` hears of it; where it is not, `refused` hears why before the form shows it.
    pub(super) fn send(
        self,
        event: &SubmitEvent,
        change: impl FnOnce() -> PipelineChange,
        made: impl FnOnce(PipelinesChanged) + 'static,
        refused: impl FnOnce(&Error) + 'static,
    ) {
        event.prevent_default();
        if self.busy.get_untracked() {
            return;
        }
        let change = change();
        self.busy.set(true);
        self.state.change(change, move |answer| {
            self.busy.try_set(false);
            match answer {
                Ok(changed) => {
                    self.state.asked.try_set(None);
                    made(changed);
                }
                Err(error) => {
                    refused(&error);
                    self.failed.try_set(Some(error));
                }
            }
        });
    }

    /// Tells that something has been saved, where anything was.
    pub(super) fn saved(self, name: String, changed: &PipelinesChanged) {
        if changed.operation.is_some() {
            let text = t_string!(self.state.i18n, pipelines.saved, name = name);
            self.state.tell(text, changed.operation);
        }
    }
}

/// What an error says about one input, in words.
fn problem_of(state: State, error: &Error, input: &str) -> Option<String> {
    let i18n = state.i18n;
    if let Error::Conflict(conflicts) = error {
        let theirs = conflicts.iter().find(|it| it.field == input)?;
        let text = theirs.theirs.as_text().unwrap_or_default().to_owned();
        return Some(if text.is_empty() {
            t_string!(i18n, pipelines.theirs_other).to_owned()
        } else {
            t_string!(i18n, pipelines.theirs, value = text)
        });
    }
    labels::field_problem(i18n, error, input)
}
