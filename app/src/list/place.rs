//! Where one was on a list: who leaves it and comes back finds its rows as deep as they were
//! loaded, scrolled as it was.

use std::cell::RefCell;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::Kind;
use domain::query::Query;
use domain::view::View;

use super::model::Model;

/// A list as it was left.
#[derive(Debug, Clone)]
pub struct Kept {
    /// What it was asked with.
    pub query: Query,
    /// The views that there were.
    pub views: Vec<View>,
    /// Its rows.
    pub model: Model,
    /// How far it was scrolled, in CSS pixels.
    pub scrolled: f64,
    /// When it was read.
    pub now: DateTime<Utc>,
}

thread_local! {
    // Only browsers leave a list and come back; on the server nothing ever comes in here.
    static LISTS: RefCell<BTreeMap<Kind, Kept>> = const { RefCell::new(BTreeMap::new()) };
}

/// Keeps a list that is being left.
#[cfg(feature = "hydrate")]
pub fn keep(kind: Kind, kept: Kept) {
    LISTS.with_borrow_mut(|lists| lists.insert(kind, kept));
}

/// The list of a kind as it was left; once.
#[must_use]
pub fn take(kind: Kind) -> Option<Kept> {
    LISTS.with_borrow_mut(|lists| lists.remove(&kind))
}
