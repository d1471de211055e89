//! The board of the page that is open: its cards, what the user holds, and what is on its way to
//! the server. Every part of the board has a copy of this handle.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::board::{Board, BoardQuery, Card, Written};
use domain::live::{LiveChange, LiveMessage};
use domain::pipeline::{Pipeline, Stage};
use domain::record::{Place, Values};
use domain::rights::{Action, Scope};
use domain::{Draft, Error, FieldDef, FieldError, Kind, OperationId, RecordId, StageId, Value};
use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::api::{add_card, load_board, load_cards, load_column, move_card, undo_operation};
use super::model::Model;
use crate::dates::I18n;
use crate::i18n::{t_string, use_i18n};
use crate::layout::{WorkspaceSignal, use_workspace};
use crate::ui::{Toast, ToastStore};

/// Live changes are gathered for so long before a narrowed board is read again.
const GATHER: Duration = Duration::from_millis(200);
/// How long a card that somebody else moved is tinted.
const TINT: Duration = Duration::from_millis(1600);
/// How long the keyboard can take a move back; as long as its notice is shown.
const UNDO: Duration = Duration::from_secs(10);

/// The board of the page that is open.
#[derive(Clone, Copy)]
pub struct BoardState {
    /// Whose board it is.
    pub kind: Kind,
    /// Its cards and totals.
    pub model: RwSignal<Model>,
    /// What it was asked for.
    pub query: RwSignal<BoardQuery>,
    /// Its pipeline, with the stages.
    pub pipeline: Memo<Option<Arc<Pipeline>>>,
    /// The card that the user holds.
    pub lift: RwSignal<Option<Lift>>,
    /// What a move or a new card needs to be told before it can be.
    pub asking: RwSignal<Option<Asking>>,
    /// The card whose new stage is being chosen from a list.
    pub choosing: RwSignal<Option<RecordId>>,
    /// What a screen reader says next.
    pub said: RwSignal<String>,
    /// Cards that somebody else has just moved.
    pub tinted: RwSignal<Vec<RecordId>>,
    /// Columns to which more cards are on their way.
    pub filling: RwSignal<Vec<StageId>>,
    /// Why the board could not be read, the last time it was asked for something else.
    pub failed: RwSignal<Option<Error>>,
    /// From the top of a card to the top of the next one, once that is measured.
    pub pitch: RwSignal<Option<f64>>,
    /// What scrolls sideways and holds the columns.
    pub scroller: NodeRef<Div>,
    /// The texts.
    pub i18n: I18n,
    /// The people, pipelines and rights.
    pub workspace: WorkspaceSignal,
    toasts: Option<ToastStore>,
    /// Cards whose move is on its way, with the move that waits behind it.
    sent: StoredValue<BTreeMap<RecordId, Option<Request>>>,
    /// The last move, as long as the keyboard can take it back.
    last: StoredValue<Option<(u32, OperationId, RecordId)>>,
    /// Whether the board is being read again, and whether that must happen once more.
    reading: StoredValue<(bool, bool)>,
    /// Counts questions, so that a late answer to an old one is dropped.
    asked: StoredValue<u32>,
    /// Live changes that came while another board was asked for.
    meanwhile: StoredValue<Option<Vec<LiveChange>>>,
}

/// A card in somebody's hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lift {
    /// The card.
    pub id: RecordId,
    /// The stage over which it is held.
    pub stage: StageId,
    /// Where it would land there, counted without it.
    pub index: usize,
    /// Whose hand.
    pub hand: Hand,
}

/// How a card is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hand {
    /// By mouse, pen or finger: a copy follows it.
    Pointer,
    /// By keyboard: it is seen where it would land.
    Keyboard,
}

/// A move or a new card on its way to the server.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The stage.
    pub stage: StageId,
    /// The place in it.
    pub place: Option<Place>,
    /// Further values.
    pub values: Values,
}

/// What the server needs to be told before it does what was asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Asking {
    /// The card to be moved; none for a new one.
    pub id: Option<RecordId>,
    /// What its title is.
    pub title: String,
    /// What was asked.
    pub request: Request,
    /// What is missing.
    pub missing: Vec<FieldError>,
}

impl BoardState {
    /// A board as it was read first.
    #[must_use]
    pub fn new(query: BoardQuery, board: Board) -> Self {
        let workspace = use_workspace();
        let kind = query.kind;
        let model = RwSignal::new(Model::new(board, query.is_plain()));
        let pipeline = Memo::new(move |_| {
            let id = model.with(Model::pipeline);
            workspace.with(|workspace| workspace.pipeline(kind, Some(id)).cloned().map(Arc::new))
        });
        Self {
            kind,
            model,
            query: RwSignal::new(query),
            pipeline,
            lift: RwSignal::new(None),
            asking: RwSignal::new(None),
            choosing: RwSignal::new(None),
            said: RwSignal::new(String::new()),
            tinted: RwSignal::new(Vec::new()),
            filling: RwSignal::new(Vec::new()),
            failed: RwSignal::new(None),
            pitch: RwSignal::new(None),
            scroller: NodeRef::new(),
            i18n: use_i18n(),
            workspace,
            toasts: use_context(),
            sent: StoredValue::default(),
            last: StoredValue::new(None),
            reading: StoredValue::new((false, false)),
            asked: StoredValue::new(0),
            meanwhile: StoredValue::new(None),
        }
    }

    /// Whether the user may move any card of this kind; the server decides again card by card.
    #[must_use]
    pub fn may_change(self) -> bool {
        self.reaches(Action::Change)
    }

    /// Whether the user may make records of this kind.
    #[must_use]
    pub fn may_add(self) -> bool {
        self.reaches(Action::Add)
    }

    fn reaches(self, action: Action) -> bool {
        self.workspace
            .get_untracked()
            .actor
            .scope(self.kind, action)
            != Scope::None
    }

    /// A stage of the board.
    #[must_use]
    pub fn stage(self, id: StageId) -> Option<Stage> {
        self.pipeline.try_get_untracked()??.stage(id).cloned()
    }

    fn stage_name(self, id: StageId) -> String {
        self.stage(id).map(|stage| stage.name).unwrap_or_default()
    }

    /// The stages from left to right.
    #[must_use]
    pub fn stages(self) -> Vec<StageId> {
        let pipeline = self.pipeline.get_untracked();
        pipeline.map_or_else(Vec::new, |it| {
            it.stages.iter().map(|stage| stage.id).collect()
        })
    }

    /// The cards of a column, as they stand now.
    #[must_use]
    pub fn order(self, stage: StageId) -> Vec<RecordId> {
        self.model.with_untracked(|model| model.order(stage))
    }

    fn title(self, id: RecordId) -> String {
        self.model
            .try_with_untracked(|model| model.card(id).map(|card| card.title.clone()))
            .flatten()
            .unwrap_or_default()
    }

    /// Has a screen reader say something; the same twice is said twice.
    pub fn say(self, text: impl Into<String>) {
        let mut text = text.into();
        if self.said.try_with_untracked(|said| *said == text) == Some(true) {
            text.push('\u{a0}');
        }
        self.said.try_set(text);
    }

    // --- Holding a card ---------------------------------------------------------------------

    /// Takes a card in hand.
    pub fn pick_up(self, id: RecordId, hand: Hand) -> bool {
        if !self.may_change() || self.lift.with_untracked(Option::is_some) {
            return false;
        }
        let Some(stage) = self.model.with_untracked(|model| model.stage_of(id)) else {
            return false;
        };
        let order = self.order(stage);
        let Some(index) = order.iter().position(|other| *other == id) else {
            return false;
        };
        self.lift.set(Some(Lift {
            id,
            stage,
            index,
            hand,
        }));
        self.say(t_string!(
            self.i18n,
            board.said_lifted,
            title = self.title(id),
            stage = self.stage_name(stage),
            place = index + 1,
            count = order.len()
        ));
        true
    }

    /// Holds the card over another place.
    pub fn aim(self, stage: StageId, index: usize) {
        let Some(held) = self.lift.get_untracked() else {
            return;
        };
        if (held.stage, held.index) == (stage, index) {
            return;
        }
        self.lift.set(Some(Lift {
            stage,
            index,
            ..held
        }));
        if held.hand == Hand::Keyboard {
            let others = self
                .order(stage)
                .iter()
                .filter(|id| **id != held.id)
                .count();
            self.say(t_string!(
                self.i18n,
                board.said_over,
                stage = self.stage_name(stage),
                place = index + 1,
                count = others + 1
            ));
        }
    }

    /// Puts the card back where it came from.
    pub fn put_back(self) {
        if let Some(held) = self.lift.try_update(Option::take).flatten() {
            let stage = self.model.with_untracked(|model| model.stage_of(held.id));
            self.say(t_string!(
                self.i18n,
                board.said_put_back,
                title = self.title(held.id),
                stage = stage
                    .map(|stage| self.stage_name(stage))
                    .unwrap_or_default()
            ));
        }
    }

    /// Drops the card where it is held.
    pub fn drop_it(self) {
        if let Some(held) = self.lift.try_update(Option::take).flatten() {
            self.place(held.id, held.stage, held.index);
        }
    }

    /// Moves a card to a place in a column: shown at once, told to the server.
    pub fn place(self, id: RecordId, stage: StageId, index: usize) {
        let landing = self
            .model
            .with_untracked(|model| model.card(id).map(|_| model.landing(id, stage, index)));
        match landing {
            Some(Some((place, moved))) => {
                let text = t_string!(
                    self.i18n,
                    board.said_dropped,
                    title = self.title(id),
                    stage = self.stage_name(stage),
                    place = index + 1
                );
                self.say(text);
                self.model.update(|model| model.start_move(id, moved));
                self.send(
                    id,
                    Request {
                        stage,
                        place: Some(place),
                        values: Values::new(),
                    },
                );
            }
            Some(None) => self.say(t_string!(
                self.i18n,
                board.said_put_back,
                title = self.title(id),
                stage = self.stage_name(stage)
            )),
            // It went away under the hand.
            None => self.complain(t_string!(self.i18n, board.gone).to_owned()),
        }
    }

    // --- Telling the server -----------------------------------------------------------------

    fn send(self, id: RecordId, request: Request) {
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
            let answer = move_card(self.kind, id, draft).await;
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
                        self.offer_undo(id, request.stage, operation);
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
        self.model.try_update(|model| {
            match written.card {
                Some(card) => model.put(card, event),
                None => model.remove(id),
            }
            if last {
                model.end_move(id);
            }
        });
    }

    /// What the server would not do: asks for what is missing, or puts the card back and says why.
    async fn refused(self, id: RecordId, card: &Card, request: &Request, error: Error) {
        let answering = self.asking.try_with_untracked(Option::is_some) != Some(false);
        if !answering && self.can_ask(&error) {
            // The dialog says it all; under it the card waits where it was dropped.
            self.asking.try_set(Some(Asking {
                id: Some(id),
                title: card.title.clone(),
                request: request.clone(),
                missing: error.field_errors().to_vec(),
            }));
            return;
        }
        if matches!(error, Error::Conflict(_) | Error::NotFound) {
            self.read_card(id).await;
        }
        self.model.try_update(|model| model.end_move(id));
        self.complain(crate::labels::error(self.i18n, &error));
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

    /// Goes on with what was asked, with the values that were missing.
    pub fn answer(self, asking: &Asking, values: Values) {
        let mut request = asking.request.clone();
        request.values.extend(values);
        self.asking.set(None);
        match asking.id {
            Some(id) => self.send(id, request),
            None => self.add(asking.title.clone(), request, move |error| {
                if let Some(error) = error {
                    self.complain(crate::labels::error(self.i18n, &error));
                }
            }),
        }
    }

    /// Leaves it: the card goes back.
    pub fn give_up(self, asking: &Asking) {
        self.asking.set(None);
        if let Some(id) = asking.id {
            self.model.update(|model| model.end_move(id));
            self.say(t_string!(
                self.i18n,
                board.said_put_back,
                title = asking.title.clone(),
                stage = self
                    .model
                    .with_untracked(|model| model.stage_of(id))
                    .map(|stage| self.stage_name(stage))
                    .unwrap_or_default()
            ));
        }
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
            match add_card(self.kind, draft).await {
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
                    if self.can_ask(&error) && !error.field_errors().iter().any(of_title) {
                        let missing = error.field_errors().to_vec();
                        self.asking.try_set(Some(Asking {
                            id: None,
                            title,
                            request,
                            missing,
                        }));
                        done(None);
                    } else {
                        done(Some(error));
                    }
                }
            }
        });
    }

    // --- Taking back ------------------------------------------------------------------------

    fn offer_undo(self, id: RecordId, stage: StageId, operation: Option<OperationId>) {
        let (Some(operation), Some(toasts)) = (operation, self.toasts) else {
            return;
        };
        let text = t_string!(
            self.i18n,
            board.moved,
            title = self.title(id),
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
            match undo_operation(operation).await {
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

    fn complain(self, text: String) {
        if let Some(toasts) = self.toasts {
            toasts.error(text);
        }
    }

    // --- Reading ----------------------------------------------------------------------------

    /// Reads one card again.
    async fn read_card(self, id: RecordId) {
        let Some(query) = self.query.try_get_untracked() else {
            return;
        };
        let Ok(cards) = load_cards(query, vec![id]).await else {
            return;
        };
        self.model
            .try_update(|model| match cards.into_iter().next() {
                Some(card) => model.put(card, 0),
                None => model.remove(id),
            });
    }

    /// Asks for another board: another pipeline, another filter.
    pub fn ask_for(self, query: BoardQuery) {
        let turn = self.asked.try_update_value(|asked| {
            *asked += 1;
            *asked
        });
        self.meanwhile.set_value(Some(Vec::new()));
        spawn_local(async move {
            let answer = load_board(query.clone()).await;
            if self.asked.try_get_value() != turn {
                return;
            }
            let heard = self.meanwhile.try_update_value(Option::take).flatten();
            match answer {
                Ok(board) => {
                    let mut model = Model::new(board, query.is_plain());
                    for change in heard.unwrap_or_default() {
                        model.apply(change);
                    }
                    self.failed.try_set(None);
                    self.query.try_set(query);
                    self.model.try_set(model);
                }
                Err(error) => {
                    self.failed.try_set(Some(error));
                }
            }
        });
    }

    /// Loads more cards of a column, if there are any and none are on their way.
    pub fn fill(self, stage: StageId) {
        let Some(cursor) = self.model.with_untracked(|model| model.next(stage)) else {
            return;
        };
        if self
            .filling
            .with_untracked(|filling| filling.contains(&stage))
        {
            return;
        }
        self.filling.update(|filling| filling.push(stage));
        let turn = self.asked.get_value();
        spawn_local(async move {
            let Some(query) = self.query.try_get_untracked() else {
                return;
            };
            let answer = load_column(query, stage, Some(cursor.clone())).await;
            let current = self.asked.try_get_value() == Some(turn);
            match answer {
                Ok(page) if current => {
                    // A board that was read again meanwhile has gone on by itself.
                    self.model.try_update(|model| {
                        if model.next(stage) == Some(cursor) {
                            model.append(page);
                        }
                    });
                }
                Ok(_) => {}
                Err(error) => self.complain(crate::labels::error(self.i18n, &error)),
            }
            self.filling
                .try_update(|filling| filling.retain(|other| *other != stage));
        });
    }

    /// Reads the board again in place, in a moment: once for all that happens until then.
    pub fn read_again(self) {
        let busy = self.reading.try_update_value(|(busy, again)| {
            *again = *busy;
            std::mem::replace(busy, true)
        });
        if busy == Some(false) {
            set_timeout(move || spawn_local(self.read_in_place()), GATHER);
        }
    }

    async fn read_in_place(self) {
        if let Some(board) = self.read_as_deep().await {
            self.model.try_update(|model| model.replace(board));
        }
        let again = self
            .reading
            .try_update_value(|(busy, again)| {
                *busy = false;
                std::mem::take(again)
            })
            .unwrap_or(false);
        if again {
            self.read_again();
        }
    }

    /// The board, with as many cards in each column as are loaded here.
    async fn read_as_deep(self) -> Option<Board> {
        let query = self.query.try_get_untracked()?;
        let turn = self.asked.try_get_value()?;
        let mut board = load_board(query.clone()).await.ok()?;
        for column in &mut board.columns {
            let depth = self
                .model
                .try_with_untracked(|model| model.loaded(column.stage_id))?;
            while column.cards.len() < depth
                && let Some(cursor) = column.next.take()
            {
                let page = load_column(query.clone(), column.stage_id, Some(cursor))
                    .await
                    .ok()?;
                column.cards.extend(page.cards);
                column.next = page.next;
            }
        }
        (self.asked.try_get_value()? == turn).then_some(board)
    }

    /// Takes a live message.
    pub fn hear(self, message: &LiveMessage) {
        match message {
            LiveMessage::Changed(change) if change.kind == self.kind => self.hear_change(change),
            LiveMessage::Reload { kind, .. } if kind.is_none_or(|kind| kind == self.kind) => {
                self.read_again();
            }
            LiveMessage::Workspace => self.read_again(),
            _ => {}
        }
    }

    fn hear_change(self, change: &LiveChange) {
        self.meanwhile.try_update_value(|heard| {
            if let Some(heard) = heard {
                heard.push(change.clone());
            }
        });
        if self.query.try_with_untracked(BoardQuery::is_plain) != Some(true) {
            // Whether it passes the filter only the server knows.
            self.read_again();
            return;
        }
        let shown = self.model.try_update(|model| model.apply(change.clone())) == Some(true);
        let me = self.workspace.get_untracked().me.id;
        if shown && change.by != Some(me) && change.after.is_some() {
            self.tint(change.id);
        }
    }

    fn tint(self, id: RecordId) {
        self.tinted.update(|tinted| tinted.push(id));
        let fade = move || {
            self.tinted.try_update(|tinted| {
                if let Some(at) = tinted.iter().position(|other| *other == id) {
                    tinted.swap_remove(at);
                }
            });
        };
        set_timeout(fade, TINT);
    }
}
