//! The rows of a list as far as they are loaded. What is loaded keeps its place until the list is
//! read anew: nothing jumps under the eye.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::query::{Cursor, Page};
use domain::{Record, RecordId, Value};

/// The rows that are loaded.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Model {
    order: Vec<RecordId>,
    places: BTreeMap<RecordId, usize>,
    records: BTreeMap<RecordId, Arc<Record>>,
    next: Option<Cursor>,
    /// Rows that the list would not have any more.
    outside: BTreeSet<RecordId>,
    /// Records that the list would have, and that came after it was read.
    fresh: BTreeSet<RecordId>,
}

impl Model {
    /// The first page.
    #[must_use]
    pub fn new(page: Page) -> Self {
        let mut model = Self::default();
        model.append(page);
        model
    }

    /// Puts the next page behind. A record that is there already, since its place has changed
    /// between two pages, stays where it is.
    pub fn append(&mut self, page: Page) {
        for record in page.records {
            self.fresh.remove(&record.id);
            if !self.places.contains_key(&record.id) {
                self.places.insert(record.id, self.order.len());
                self.order.push(record.id);
            }
            self.records.insert(record.id, Arc::new(record));
        }
        self.next = page.next;
    }

    /// Rows loaded.
    #[must_use]
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether nothing is loaded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Where the next page begins; none at the end.
    #[must_use]
    pub fn next(&self) -> Option<&Cursor> {
        self.next.as_ref()
    }

    /// The record at a place.
    #[must_use]
    pub fn at(&self, place: usize) -> Option<RecordId> {
        self.order.get(place).copied()
    }

    /// The place of a record.
    #[must_use]
    pub fn place(&self, id: RecordId) -> Option<usize> {
        self.places.get(&id).copied()
    }

    /// A record that is loaded.
    #[must_use]
    pub fn record(&self, id: RecordId) -> Option<&Arc<Record>> {
        self.records.get(&id)
    }

    /// The records from one place to another, whichever is first.
    #[must_use]
    pub fn between(&self, one: usize, other: usize) -> &[RecordId] {
        let (from, to) = (one.min(other), one.max(other).saturating_add(1));
        self.order
            .get(from..to.min(self.order.len()))
            .unwrap_or_default()
    }

    /// All records that are loaded, in order.
    #[must_use]
    pub fn order(&self) -> &[RecordId] {
        &self.order
    }

    /// Whether the list would not have this row any more.
    #[must_use]
    pub fn is_outside(&self, id: RecordId) -> bool {
        self.outside.contains(&id)
    }

    /// How many records have come since the list was read.
    #[must_use]
    pub fn fresh(&self) -> usize {
        self.fresh.len()
    }

    /// A record as it is now, where it is loaded; an older state of it is passed over.
    pub fn put(&mut self, record: Record, fits: bool) {
        let id = record.id;
        let Some(known) = self.records.get_mut(&id) else {
            return;
        };
        if known.version <= record.version {
            *known = Arc::new(record);
        }
        if fits {
            self.outside.remove(&id);
        } else {
            self.outside.insert(id);
        }
    }

    /// A record that is not to be seen any more.
    pub fn drop_out(&mut self, id: RecordId) {
        self.fresh.remove(&id);
        if self.places.contains_key(&id) {
            self.outside.insert(id);
        }
    }

    /// A record that the list would have.
    pub fn announce(&mut self, id: RecordId) {
        if !self.places.contains_key(&id) {
            self.fresh.insert(id);
        }
    }

    /// Shows a value before the server has it; gives back what was there.
    pub fn show_value(&mut self, id: RecordId, key: &str, value: Value) -> Option<Value> {
        let record = Arc::make_mut(self.records.get_mut(&id)?);
        let before = record.values.insert(key.to_owned(), value);
        Some(before.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Kind;

    fn record(id: RecordId, version: i64) -> Record {
        Record {
            kind: Kind::Deal,
            id,
            version,
            deleted: false,
            values: BTreeMap::new(),
        }
    }

    fn page(ids: &[RecordId], more: bool) -> Page {
        Page {
            records: ids.iter().map(|id| record(*id, 1)).collect(),
            next: more.then(|| Cursor(Vec::new())),
        }
    }

    #[test]
    fn no_record_stands_twice_however_pages_overlap() {
        let mut model = Model::new(page(&[1, 2, 3], true));
        model.append(page(&[3, 4], false));
        assert_eq!(model.order(), [1, 2, 3, 4]);
        assert_eq!(model.place(4), Some(3));
        assert!(model.next().is_none());
        assert_eq!(model.between(2, 1), [2, 3]);
        assert_eq!(model.between(3, 99), [4]);
        assert!(model.between(9, 99).is_empty());
    }

    #[test]
    fn a_row_that_no_longer_fits_keeps_its_place() {
        let mut model = Model::new(page(&[1, 2, 3], false));
        model.put(record(2, 2), false);
        assert!(model.is_outside(2));
        assert_eq!(model.order(), [1, 2, 3]);
        model.put(record(2, 1), true);
        assert!(!model.is_outside(2));
        assert_eq!(model.record(2).map(|it| it.version), Some(2), "not older");
        model.drop_out(3);
        assert!(model.is_outside(3));
    }

    #[test]
    fn what_is_new_is_counted_once_and_not_when_it_is_there() {
        let mut model = Model::new(page(&[1], true));
        model.announce(1);
        model.announce(7);
        model.announce(7);
        assert_eq!(model.fresh(), 1);
        model.append(page(&[7], false));
        assert_eq!(model.fresh(), 0);
    }

    #[test]
    fn a_value_is_shown_at_once_and_can_be_taken_back() {
        let mut model = Model::new(page(&[1], false));
        let before = model.show_value(1, "title", Value::Text("a".into()));
        assert_eq!(before, Some(Value::Empty));
        let before = model.show_value(1, "title", Value::Empty);
        assert_eq!(before, Some(Value::Text("a".into())));
        assert_eq!(model.show_value(9, "title", Value::Empty), None);
    }
}
