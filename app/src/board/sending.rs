//! What the user does on its way to the server: moves one after another, new cards, and what is
//! asked or taken back meanwhile.

use std::sync::Arc;
use std::time::Duration;

use domain::board::{Card, Written};
use domain::record::Values;
use domain::{Draft, Error, FieldDef, FieldError, OperationId, RecordId, StageId, Value};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::api::{add_card, move_card};
use super::model::Model;
use super::state::{BoardState, Request};
use crate::fields::Ask;
use crate::i18n::t_string;
use crate::ui::Toast;
use crate::undo::api::undo_operation;

/// How long the keyboard can take a move back; as long as its notice is shown.
const UNDO: Duration = Duration::from_secs(10);

impl BoardState {
    pub(super) fn send(self, id: RecordId, request: Request) {
        let waits = self.sent.try_update_value(|sent| {
            if let Some(behind) = sent.get_mut(&id) {
                *behind = Some(request.clone());
                return true;
            }
            sent.insert(id, None);
            false
        });
        if waits == Some(false) {
            spawn_local(self.carry(id, request));
        }
    }

    /// Sends a card's moves one after another.
    async fn carry(self, id: RecordId, mut request: Request) {
        while let Some(card) = self.known(id) {
            let mut draft = Draft {
                version: Some(card.version),
                ..Draft::default()
            };
            draft.values.clone_from(&request.values);
            if request.stage != card.stage_id {
                draft
                    .values
                    .insert("stage_id".to_owned(), Value::Id(request.stage));
            }
            draft.place = request.place;
            let answer = move_card(self.kind, id, draft).await.flatten();
            let done = answer.is_ok();
            let behind = self
                .sent
                .try_update_value(|sent| sent.get_mut(&id).and_then(Option::take))
                .flatten();
            match answer {
                Ok(written) => {
                    let operation = written.operation;
                    self.take(id, written, behind.is_none());
                    if behind.is_none() {
                        self.offer_undo(id, card.title.clone(), request.stage, operation);
                    }
                }
                Err(error) => self.refused(id, &card, &request, error).await,
            }
            match behind {
                // What came behind a refused move was meant from there.
                Some(next) if done => request = next,
                _ => break,
            }
        }
        self.sent.try_update_value(|sent| sent.remove(&id));
    }

    fn known(self, id: RecordId) -> Option<Arc<Card>> {
        self.model
            .try_with_untracked(|model| model.card(id).cloned())
            .flatten()
    }

    fn take(self, id: RecordId, written: Written, last: bool) {
        let event = written.events.iter().copied().max().unwrap_or(0);
        let pipeline = written
            .record
            .as_ref()
            .and_then(|record| record.value("pipeline_id").as_id());
        self.model.try_update(|model| {
            match written.card {
                Some(card) if pipeline == Some(model.pipeline()) => model.put(card, event),
                // Gone from the writer's sight, or to another pipeline.
                _ => model.remove(id),
            }
            if last {
                model.end_move(id);
            }
        });
    }

    /// What the server would not do: asks for what is missing, or puts the card back and says why.
    async fn refused(self, id: RecordId, card: &Card, request: &Request, error: Error) {
        if self.ask(Some(id), &card.title, request, &error) {
            // The dialog says it all; under it the card waits where it was dropped.
            return;
        }
        if matches!(error, Error::Conflict(_) | Error::NotFound) {
            self.read_card(id).await;
        }
        self.model.try_update(|model| model.end_move(id));
        self.complain(crate::labels::error(self.i18n, &error));
    }

    /// Asks for what is missing, if that is all that is wrong; of a card that is moved, or of a
    /// new one.
    fn ask(self, id: Option<RecordId>, title: &str, request: &Request, error: &Error) -> bool {
        // One question at a time; and while the page leaves, none.
        if self.asking.try_with_untracked(Option::is_none) != Some(true) || !self.can_ask(error) {
            return false;
        }
        let name = self.stage_name(request.stage);
        let (wanted, titled) = (request.clone(), title.to_owned());
        let on_values = Callback::new(move |values: Values| {
            let mut request = wanted.clone();
            request.values.extend(values);
            match id {
                Some(id) => self.send(id, request),
                None => self.add(titled.clone(), request, move |error| {
                    if let Some(error) = error {
                        self.complain(crate::labels::error(self.i18n, &error));
                    }
                }),
            }
        });
        let on_cancel = Callback::new(move |()| {
            if let Some(id) = id {
                self.model.try_update(|model| model.end_move(id));
                self.say_stays(id);
            }
        });
        self.asking.try_set(Some(Ask {
            kind: self.kind,
            creates: id.is_none(),
            title: t_string!(
                self.i18n,
                board.gate_title,
                title = title.to_owned(),
                stage = name
            ),
            errors: error.field_errors().to_vec(),
            on_values,
            on_cancel,
        }));
        true
    }

    /// Whether all that is missing can be filled in.
    fn can_ask(self, error: &Error) -> bool {
        // The frame, with the workspace, outlives the board; both may be gone by now.
        if self.query.try_with_untracked(|_| ()).is_none() {
            return false;
        }
        let fields = self.workspace.get_untracked().fields(self.kind);
        let errors = error.field_errors();
        !errors.is_empty()
            && errors.iter().all(|error| {
                error.field != "stage_id"
                    && domain::field::find(&fields, &error.field).is_some_and(FieldDef::editable)
            })
    }

    /// Makes a card; `done` hears what became of it.
    pub fn add(self, title: String, mut request: Request, done: impl Fn(Option<Error>) + 'static) {
        let pipeline = self.model.with_untracked(Model::pipeline);
        request
            .values
            .insert("pipeline_id".to_owned(), Value::Id(pipeline));
        request
            .values
            .insert("stage_id".to_owned(), Value::Id(request.stage));
        request.values.insert(
            self.kind.title_field().to_owned(),
            Value::Text(title.clone()),
        );
        let draft = Draft {
            values: request.values.clone(),
            place: request.place,
            ..Draft::default()
        };
        spawn_local(async move {
            match add_card(self.kind, draft).await.flatten() {
                Ok(written) => {
                    let event = written.events.iter().copied().max().unwrap_or(0);
                    if let Some(card) = written.card {
                        let text = t_string!(
                            self.i18n,
                            board.said_added,
                            title = card.title.clone(),
                            stage = self.stage_name(card.stage_id)
                        );
                        self.say(text);
                        self.model.try_update(|model| model.put(card, event));
                    }
                    done(None);
                }
                Err(error) => {
                    let of_title = |it: &FieldError| it.field == self.kind.title_field();
                    let typed_wrong = error.field_errors().iter().any(of_title);
                    if !typed_wrong && self.ask(None, &title, &request, &error) {
                        done(None);
                    } else {
                        done(Some(error));
                    }
                }
            }
        });
    }

    fn offer_undo(
        self,
        id: RecordId,
        title: String,
        stage: StageId,
        operation: Option<OperationId>,
    ) {
        let (Some(operation), Some(toasts)) = (operation, self.toasts) else {
            return;
        };
        let text = t_string!(
            self.i18n,
            board.moved,
            title = title,
            stage = self.stage_name(stage)
        );
        let undo = Callback::new(move |()| self.undo(operation, id));
        let label = t_string!(self.i18n, board.undo);
        let toast = toasts.push(Toast::new(text).undo(label, undo));
        self.last.try_set_value(Some((toast, operation, id)));
        set_timeout(
            move || {
                self.last.try_update_value(|last| {
                    if last.is_some_and(|(of, ..)| of == toast) {
                        *last = None;
                    }
                });
            },
            UNDO,
        );
    }

    /// Takes back the last move, if its notice is still there.
    pub fn undo_last(self) -> bool {
        let Some((toast, operation, id)) = self.last.try_update_value(Option::take).flatten()
        else {
            return false;
        };
        if let Some(toasts) = self.toasts {
            toasts.dismiss(toast);
        }
        self.undo(operation, id);
        true
    }

    fn undo(self, operation: OperationId, id: RecordId) {
        self.last.try_set_value(None);
        spawn_local(async move {
            match undo_operation(operation).await.flatten() {
                Ok(undone) => {
                    self.read_card(id).await;
                    if undone.kept.is_empty() {
                        self.say(t_string!(
                            self.i18n,
                            board.said_undone,
                            title = self.title(id)
                        ));
                    } else {
                        self.complain(undone.kept.join(" "));
                    }
                }
                Err(error) => self.complain(crate::labels::error(self.i18n, &error)),
            }
        });
    }
}
