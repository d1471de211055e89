//! What a board shows, apart from the screen: the cards, their order, their totals.
//!
//! The truth is the server's: cards change only when an answer or a live message brings a newer
//! version. What the user has done and the server has not yet confirmed lies over it as a
//! [`Moved`], so that a refused move is taken back by forgetting it, and two people's hands on one
//! card can neither double nor lose it. Totals are counted event by event, each once; where a card
//! stands elsewhere than the totals count it, the difference is added when they are shown.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::board::{Board, Card, Column, Total, apply_to_totals};
use domain::live::{LiveChange, Placement};
use domain::query::Cursor;
use domain::record::Place;
use domain::{EventId, Money, PipelineId, RecordId, StageId, position};

/// A board's cards and totals.
#[derive(Debug, Clone)]
pub struct Model {
    pipeline: PipelineId,
    /// Whether headers show all there is, so that live events can be counted.
    plain: bool,
    /// When the board was read.
    pub now: DateTime<Utc>,
    seen: EventId,
    /// Events up to `seen` that the board does not contain.
    holes: Vec<EventId>,
    columns: Vec<ColumnState>,
    entries: BTreeMap<RecordId, Entry>,
    moves: BTreeMap<RecordId, Moved>,
    /// Where the totals count the records that are shown here or were heard of.
    counted: BTreeMap<RecordId, Counted>,
    /// Records known not to be among the entries, with the version that took them away: a message
    /// that comes late must not bring them back.
    elsewhere: BTreeMap<RecordId, i64>,
    /// Changes counted since the board was read.
    log: Vec<Counting>,
}

#[derive(Debug, Clone)]
struct ColumnState {
    stage: StageId,
    totals: Vec<Total>,
    next: Option<Cursor>,
    /// The place of the last card that the server sent, as far as more follow.
    loaded_to: Option<(String, RecordId)>,
}

#[derive(Debug, Clone)]
struct Entry {
    card: Arc<Card>,
    /// The event that made it what it is; 0 where it was read.
    event: EventId,
}

/// A place that the user gave a card and the server has not confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The stage.
    pub stage: StageId,
    /// The place in it, until the server gives the real one.
    pub position: String,
}

/// Where the totals count a record: in no column when it is none of theirs.
#[derive(Debug, Clone, Copy)]
struct Counted {
    at: Option<(StageId, Option<Money>)>,
    version: i64,
    /// Whether the version was not read together with the totals: a change up to it may yet be to
    /// be counted.
    assumed: bool,
}

impl Counted {
    fn at(card: &Card, assumed: bool) -> Self {
        Self {
            at: Some((card.stage_id, card.amount)),
            version: card.version,
            assumed,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Counting {
    event: EventId,
    id: RecordId,
    version: i64,
    before: Option<Placement>,
    after: Option<Placement>,
}

impl Model {
    /// A board as it was read; `plain` when no filter narrows it.
    #[must_use]
    pub fn new(board: Board, plain: bool) -> Self {
        let mut model = Self {
            pipeline: board.pipeline,
            plain,
            now: board.now,
            seen: 0,
            holes: Vec::new(),
            columns: Vec::new(),
            entries: BTreeMap::new(),
            moves: BTreeMap::new(),
            counted: BTreeMap::new(),
            elsewhere: BTreeMap::new(),
            log: Vec::new(),
        };
        model.replace(board);
        model
    }

    /// Takes a board that was read again, as deep as this one was loaded. What is newer here, or
    /// still on its way to the server, stays.
    pub fn replace(&mut self, board: Board) {
        let mut old = std::mem::take(&mut self.entries);
        let mut old_counted = std::mem::take(&mut self.counted);
        self.now = board.now;
        self.seen = board.seen;
        self.holes = board.holes;
        self.elsewhere.clear();
        self.columns = board
            .columns
            .iter()
            .map(|column| ColumnState {
                stage: column.stage_id,
                totals: column.totals.clone(),
                next: column.next.clone(),
                loaded_to: loaded_to(column),
            })
            .collect();
        for card in board.columns.into_iter().flat_map(|column| column.cards) {
            let id = card.id;
            self.counted.insert(id, Counted::at(&card, false));
            let entry = match old.remove(&id) {
                Some(old) if old.card.version > card.version => old,
                _ => Entry {
                    card: Arc::new(card),
                    event: 0,
                },
            };
            self.entries.insert(id, entry);
        }
        for (id, entry) in old {
            if self.moves.contains_key(&id) || !self.contains(entry.event) {
                if let Some(counted) = old_counted.remove(&id) {
                    self.counted.insert(
                        id,
                        Counted {
                            assumed: true,
                            ..counted
                        },
                    );
                }
                self.entries.insert(id, entry);
            }
        }
        for counting in std::mem::take(&mut self.log) {
            if !self.contains(counting.event) {
                self.count(counting);
            }
        }
    }

    /// Takes more cards of a column, as the server sent them.
    pub fn append(&mut self, page: Column) {
        let Some(index) = self.columns.iter().position(|c| c.stage == page.stage_id) else {
            return;
        };
        self.columns[index].loaded_to = loaded_to(&page);
        self.columns[index].next = page.next;
        for card in page.cards {
            let known = self.known_version(card.id);
            if known < Some(card.version) {
                self.counted
                    .entry(card.id)
                    .or_insert_with(|| Counted::at(&card, true));
                self.entries.insert(
                    card.id,
                    Entry {
                        card: Arc::new(card),
                        event: 0,
                    },
                );
            }
        }
    }

    /// Whether the board contains what an event did.
    fn contains(&self, event: EventId) -> bool {
        event <= self.seen && !self.holes.contains(&event)
    }

    /// The newest version heard of a record, shown or gone.
    fn known_version(&self, id: RecordId) -> Option<i64> {
        let shown = self.entries.get(&id).map(|entry| entry.card.version);
        shown.max(self.elsewhere.get(&id).copied())
    }

    /// Its pipeline.
    #[must_use]
    pub const fn pipeline(&self) -> PipelineId {
        self.pipeline
    }

    /// Whether a column has more cards than are loaded, and from where on.
    #[must_use]
    pub fn next(&self, stage: StageId) -> Option<Cursor> {
        self.column(stage)?.next.clone()
    }

    /// How many cards of a column came from the server.
    #[must_use]
    pub fn loaded(&self, stage: StageId) -> usize {
        self.entries
            .values()
            .filter(|entry| entry.card.stage_id == stage)
            .count()
    }

    /// A card as the server knows it.
    #[must_use]
    pub fn card(&self, id: RecordId) -> Option<&Arc<Card>> {
        Some(&self.entries.get(&id)?.card)
    }

    /// The stage in which a card is shown.
    #[must_use]
    pub fn stage_of(&self, id: RecordId) -> Option<StageId> {
        let card = self.card(id)?;
        Some(
            self.moves
                .get(&id)
                .map_or(card.stage_id, |moved| moved.stage),
        )
    }

    /// Whether a card waits for the server.
    #[must_use]
    pub fn is_moving(&self, id: RecordId) -> bool {
        self.moves.contains_key(&id)
    }

    /// The cards of a column from top to bottom.
    #[must_use]
    pub fn order(&self, stage: StageId) -> Vec<RecordId> {
        let mut places: Vec<_> = self
            .entries
            .values()
            .map(|entry| self.shown(entry))
            .filter(|shown| shown.0 == stage)
            .map(|(_, position, id)| (position, id))
            .collect();
        places.sort_unstable();
        places.into_iter().map(|(_, id)| id).collect()
    }

    fn shown<'a>(&'a self, entry: &'a Entry) -> (StageId, &'a str, RecordId) {
        let card = &entry.card;
        match self.moves.get(&card.id) {
            Some(moved) => (moved.stage, &moved.position, card.id),
            None => (card.stage_id, &card.position, card.id),
        }
    }

    /// Count and sums of a column, with what the user has moved.
    #[must_use]
    pub fn totals(&self, stage: StageId) -> Vec<Total> {
        let Some(column) = self.column(stage) else {
            return Vec::new();
        };
        let mut totals = column.totals.clone();
        for entry in self.entries.values() {
            let shown = Some((self.shown(entry).0, entry.card.amount));
            let counted = self
                .counted
                .get(&entry.card.id)
                .and_then(|counted| counted.at);
            if shown == counted {
                continue;
            }
            for (place, sign) in [(counted, -1), (shown, 1)] {
                if let Some((at, amount)) = place
                    && at == stage
                {
                    apply_to_totals(&mut totals, amount, sign);
                }
            }
        }
        totals
    }

    /// Where a card would stand when dropped so far down a column, counted without it, and what to
    /// tell the server; none when it stands there already.
    #[must_use]
    pub fn landing(&self, id: RecordId, stage: StageId, index: usize) -> Option<(Place, Moved)> {
        let mut order = self.order(stage);
        if let Some(at) = order.iter().position(|other| *other == id) {
            if at == index {
                return None;
            }
            order.remove(at);
        }
        let index = index.min(order.len());
        let above = index.checked_sub(1).map(|above| order[above]);
        let below = order.get(index).copied();
        let place = match (above, below) {
            (Some(above), _) => Place::Below(above),
            // Cards that the filter hides may stand higher; the place is meant beside this one.
            (None, Some(below)) if !self.plain => Place::Above(below),
            _ => Place::Top,
        };
        let position_of = |id: RecordId| Some(self.shown(self.entries.get(&id)?).1);
        let position = position::between(above.and_then(position_of), below.and_then(position_of));
        Some((place, Moved { stage, position }))
    }

    /// Shows a card elsewhere until the server answers.
    pub fn start_move(&mut self, id: RecordId, moved: Moved) {
        self.moves.insert(id, moved);
    }

    /// Forgets what the user did with a card: the server's word is shown again.
    pub fn end_move(&mut self, id: RecordId) {
        self.moves.remove(&id);
    }

    /// Takes a card that an answer of the server brought; `event` is the newest of the write that
    /// it answers, 0 for a question. The totals hear of it by its event.
    pub fn put(&mut self, card: Card, event: EventId) {
        if self.known_version(card.id) > Some(card.version) {
            return;
        }
        self.elsewhere.remove(&card.id);
        let id = card.id;
        let event = self
            .entries
            .get(&id)
            .map_or(event, |entry| entry.event.max(event));
        self.entries.insert(
            id,
            Entry {
                card: Arc::new(card),
                event,
            },
        );
    }

    /// Takes a card away that the server says is not here.
    pub fn remove(&mut self, id: RecordId) {
        if let Some(entry) = self.entries.remove(&id) {
            self.elsewhere.insert(id, entry.card.version);
        }
    }

    /// Takes a live change. Answers whether the cards that are shown have changed.
    pub fn apply(&mut self, change: LiveChange) -> bool {
        if self.plain {
            self.count(Counting {
                event: change.event,
                id: change.id,
                version: change.version,
                before: change.before,
                after: change.after,
            });
        }
        if self.known_version(change.id) >= Some(change.version) {
            return false;
        }
        let here = change
            .after
            .is_some_and(|after| after.pipeline_id == Some(self.pipeline));
        match change.card {
            Some(card) if here && self.belongs(&card) => {
                self.put(card, change.event);
                true
            }
            _ => {
                self.elsewhere.insert(change.id, change.version);
                self.entries.remove(&change.id).is_some()
            }
        }
    }

    /// Whether a card stands among those that are loaded; others come when one scrolls to them.
    fn belongs(&self, card: &Card) -> bool {
        let Some(column) = self.column(card.stage_id) else {
            return false;
        };
        let stays = self.stage_of(card.id) == Some(card.stage_id);
        let loaded = column.loaded_to.as_ref();
        stays || loaded.is_none_or(|(position, id)| card.place() <= (position.as_str(), *id))
    }

    /// Counts a change, once: what is counted of a record is known by its version, and of a record
    /// not heard of before by the event.
    fn count(&mut self, change: Counting) {
        let new = !self.contains(change.event)
            && self.log.iter().all(|counted| counted.event != change.event);
        let known = self.counted.get(&change.id).copied();
        let (from, newer) = match known {
            Some(known) if known.version < change.version => (known.at, true),
            Some(known) if known.assumed && new => (self.here(change.before), false),
            None if new => (self.here(change.before), true),
            _ => return,
        };
        let to = self.here(change.after);
        if newer {
            let counted = Counted {
                at: to,
                version: change.version,
                assumed: false,
            };
            self.counted.insert(change.id, counted);
        }
        for (at, sign) in [(from, -1), (to, 1)] {
            if let Some((stage, amount)) = at
                && let Some(column) = self.columns.iter_mut().find(|c| c.stage == stage)
            {
                apply_to_totals(&mut column.totals, amount, sign);
            }
        }
        self.log.push(change);
    }

    /// Where on this board a placement is.
    fn here(&self, placement: Option<Placement>) -> Option<(StageId, Option<Money>)> {
        let placement = placement.filter(|at| at.pipeline_id == Some(self.pipeline))?;
        Some((placement.stage_id?, placement.amount))
    }

    fn column(&self, stage: StageId) -> Option<&ColumnState> {
        self.columns.iter().find(|column| column.stage == stage)
    }
}

fn loaded_to(column: &Column) -> Option<(String, RecordId)> {
    column.next.as_ref()?;
    let last = column.cards.last()?;
    Some((last.position.clone(), last.id))
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
