//! The board of the page that is open: its cards, what the user holds, and what is on its way to
//! the server. Every part of the board has a copy of this handle.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::board::{Board, BoardQuery, Total};
use domain::live::LiveChange;
use domain::pipeline::{Pipeline, Stage};
use domain::record::{Place, Values};
use domain::rights::{Action, Scope};
use domain::{Error, Kind, OperationId, RecordId, StageId, Value};
use leptos::html::Div;
use leptos::prelude::*;

use super::model::{Model, Moved};
use crate::dates::I18n;
use crate::fields::Ask;
use crate::i18n::{t_string, use_i18n};
use crate::layout::{WorkspaceSignal, use_workspace};
use crate::ui::ToastStore;

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
    pub asking: RwSignal<Option<Ask>>,
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
    /// Between two cards, of that.
    pub gap: RwSignal<f64>,
    /// What scrolls sideways and holds the columns.
    pub scroller: NodeRef<Div>,
    /// The texts.
    pub i18n: I18n,
    /// The people, pipelines and rights.
    pub workspace: WorkspaceSignal,
    pub(super) toasts: Option<ToastStore>,
    /// Cards whose move is on its way, with the move that waits behind it.
    pub(super) sent: StoredValue<BTreeMap<RecordId, Option<Request>>>,
    /// The last move, as long as the keyboard can take it back.
    pub(super) last: StoredValue<Option<(u32, OperationId, RecordId)>>,
    /// Whether the board is being read again, and whether that must happen once more.
    pub(super) reading: StoredValue<(bool, bool)>,
    /// Counts questions, so that a late answer to an old one is dropped.
    pub(super) asked: StoredValue<u32>,
    /// Live changes that came while another board was asked for.
    pub(super) meanwhile: StoredValue<Option<Vec<LiveChange>>>,
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
            gap: RwSignal::new(0.0),
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

    pub(super) fn stage_name(self, id: StageId) -> String {
        self.workspace
            .with_untracked(|workspace| workspace.stage_name(id).map(str::to_owned))
            .unwrap_or_default()
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

    /// How many cards a column has, those too that are not loaded.
    #[must_use]
    pub fn count(self, stage: StageId) -> usize {
        let count = self
            .model
            .with_untracked(|model| Total::count(&model.totals(stage)));
        usize::try_from(count).unwrap_or_default()
    }

    pub(super) fn title(self, id: RecordId) -> String {
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

    /// Has it said that a card is where it was.
    pub(super) fn say_stays(self, id: RecordId) {
        let stage = self
            .model
            .try_with_untracked(|model| model.stage_of(id))
            .flatten();
        if let Some(stage) = stage {
            self.say(t_string!(
                self.i18n,
                board.said_put_back,
                title = self.title(id),
                stage = self.stage_name(stage)
            ));
        }
    }

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
            count = self.count(stage).max(order.len())
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
            let here = self.model.with_untracked(|model| model.stage_of(held.id)) == Some(stage);
            self.say(t_string!(
                self.i18n,
                board.said_over,
                stage = self.stage_name(stage),
                place = index + 1,
                count = self.count(stage) + usize::from(!here)
            ));
        }
    }

    /// Puts the card back where it came from.
    pub fn put_back(self) {
        if let Some(held) = self.lift.try_update(Option::take).flatten() {
            self.say_stays(held.id);
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
            Some(None) => self.say_stays(id),
            // It went away under the hand.
            None => self.complain(t_string!(self.i18n, board.gone).to_owned()),
        }
    }

    /// Moves a card to the beginning of another pipeline: it leaves this board at once.
    pub fn place_elsewhere(self, id: RecordId, pipeline: &Pipeline) {
        let Some(stage) = pipeline.first_stage().map(|stage| stage.id) else {
            return;
        };
        if self.model.with_untracked(|model| model.card(id).is_none()) {
            self.complain(t_string!(self.i18n, board.gone).to_owned());
            return;
        }
        let moved = Moved {
            stage,
            position: String::new(),
        };
        self.model.update(|model| model.start_move(id, moved));
        self.say(t_string!(
            self.i18n,
            board.said_elsewhere,
            title = self.title(id),
            pipeline = pipeline.name.clone()
        ));
        let values = Values::from([("pipeline_id".to_owned(), Value::Id(pipeline.id))]);
        self.send(
            id,
            Request {
                stage,
                place: Some(Place::Top),
                values,
            },
        );
    }

    /// Says what went wrong, until the user has read it.
    pub fn complain(self, text: String) {
        if let Some(toasts) = self.toasts {
            toasts.error(text);
        }
    }
}
