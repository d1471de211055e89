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
    columns: Vec<ColumnState>,
    entries: BTreeMap<RecordId, Entry>,
    moves: BTreeMap<RecordId, Moved>,
    /// Records known not to be among the entries, with the version that took them away: a message
    /// that comes late must not bring them back.
    elsewhere: BTreeMap<RecordId, i64>,
    /// Events counted since the board was read.
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
    /// Where the totals count it, and as of which version.
    counted: Option<(StageId, Option<Money>)>,
    counted_version: i64,
    /// The version in the board that was read last.
    read_version: i64,
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

#[derive(Debug, Clone)]
struct Counting {
    event: EventId,
    id: RecordId,
    version: i64,
    before: Option<Placement>,
    after: Option<Placement>,
}

impl Entry {
    fn read(card: Card) -> Self {
        Self {
            counted: Some((card.stage_id, card.amount)),
            counted_version: card.version,
            read_version: card.version,
            event: 0,
            card: Arc::new(card),
        }
    }
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
            columns: Vec::new(),
            entries: BTreeMap::new(),
            moves: BTreeMap::new(),
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
        self.now = board.now;
        self.seen = board.seen;
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
            let mut entry = Entry::read(card);
            if let Some(old) = old.remove(&entry.card.id)
                && old.card.version > entry.card.version
            {
                entry.card = old.card;
                entry.event = old.event;
            }
            self.entries.insert(entry.card.id, entry);
        }
        let moves = &self.moves;
        let seen = self.seen;
        self.entries.extend(
            old.into_iter()
                .filter(|(id, entry)| moves.contains_key(id) || entry.event > seen),
        );
        let log = std::mem::take(&mut self.log);
        for counting in log.into_iter().filter(|counting| counting.event > seen) {
            self.count(counting);
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
            let known = self.entries.get(&card.id).map(|entry| entry.card.version);
            if known.max(self.elsewhere.get(&card.id).copied()) < Some(card.version) {
                let kept = self.entries.remove(&card.id);
                let mut entry = Entry::read(card);
                if let Some(kept) = kept {
                    entry.counted = kept.counted;
                    entry.counted_version = kept.counted_version;
                }
                self.entries.insert(entry.card.id, entry);
            }
        }
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
        Some(self.moves.get(&id).map_or(card.stage_id, |moved| moved.stage))
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
            if shown == entry.counted {
                continue;
            }
            for (place, sign) in [(entry.counted, -1), (shown, 1)] {
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
    /// it answers, 0 for a question.
    pub fn put(&mut self, card: Card, event: EventId) {
        match self.entries.get_mut(&card.id) {
            Some(entry) if entry.card.version > card.version => {}
            Some(entry) => {
                entry.card = Arc::new(card);
                entry.event = entry.event.max(event);
            }
            None if self.elsewhere.get(&card.id) > Some(&card.version) => {}
            None => {
                let entry = Entry {
                    // The totals hear of it by its event.
                    counted: (event == 0).then_some((card.stage_id, card.amount)),
                    counted_version: 0,
                    read_version: 0,
                    event,
                    card: Arc::new(card),
                };
                self.entries.insert(entry.card.id, entry);
            }
        }
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
        let known = self.entries.get(&change.id).map(|entry| entry.card.version);
        if known.max(self.elsewhere.get(&change.id).copied()) >= Some(change.version) {
            return false;
        }
        let here = change
            .after
            .is_some_and(|after| after.pipeline_id == Some(self.pipeline));
        match change.card {
            Some(card) if here && self.belongs(&card) => {
                let event = change.event;
                self.elsewhere.remove(&card.id);
                match self.entries.get_mut(&card.id) {
                    Some(entry) => {
                        entry.card = Arc::new(card);
                        entry.event = event;
                    }
                    None => {
                        let mut entry = Entry::read(card);
                        entry.event = event;
                        entry.read_version = 0;
                        self.entries.insert(entry.card.id, entry);
                    }
                }
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

    fn count(&mut self, counting: Counting) {
        if self.log.iter().any(|counted| counted.event == counting.event) {
            return;
        }
        let entry = self.entries.get_mut(&counting.id);
        // Events are numbered when they begin and seen when they commit: one with a lower number
        // may come after the board was read. The card's version tells.
        let contained = counting.event <= self.seen
            && entry
                .as_ref()
                .is_none_or(|entry| entry.read_version >= counting.version);
        if contained {
            return;
        }
        if let Some(entry) = entry
            && entry.counted_version < counting.version
        {
            let here = counting
                .after
                .filter(|after| after.pipeline_id == Some(self.pipeline));
            entry.counted = here.and_then(|after| Some((after.stage_id?, after.amount)));
            entry.counted_version = counting.version;
        }
        for (placement, sign) in [(counting.before, -1), (counting.after, 1)] {
            if let Some(placement) = placement
                && placement.pipeline_id == Some(self.pipeline)
                && let Some(stage) = placement.stage_id
                && let Some(column) = self.columns.iter_mut().find(|c| c.stage == stage)
            {
                apply_to_totals(&mut column.totals, placement.amount, sign);
            }
        }
        self.log.push(counting);
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
