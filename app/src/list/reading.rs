//! What the list reads: another list, the next page, rows that somebody changed, and how many
//! there are.

use std::time::Duration;

use domain::list::can_sum;
use domain::live::{LiveChange, LiveMessage};
use domain::query::{Count, LARGEST_PAGE, Query};
use domain::{FieldDef, RecordId};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::api::{count_records, load_footer, load_page, load_rows, open_list};
use super::model::Model;
use super::state::ListState;

/// Live changes are gathered for so long before the rows are read again.
const GATHER: Duration = Duration::from_millis(150);
/// Numbers over the whole list are asked for again after so long a rest.
const REST: Duration = Duration::from_millis(1200);
/// The next page is fetched when fewer rows than this are left below what is in sight.
const AHEAD: usize = 40;

impl ListState {
    /// Asks for another list, or for the same from its top.
    pub fn ask_for(self, query: Query) {
        let turn = self.asked.try_update_value(|asked| {
            *asked += 1;
            *asked
        });
        self.loading.set(true);
        self.editing.set(None);
        let mut question = self.question();
        question.filter = query.filter.clone();
        question.text.clone_from(&query.text);
        question.sort.clone_from(&query.sort);
        spawn_local(async move {
            let answer = open_list(self.kind, question).await.flatten();
            if self.asked.try_get_value() != turn {
                return;
            }
            self.loading.try_set(false);
            match answer {
                Ok(listed) => {
                    self.failed.try_set(None);
                    self.stopped.try_set(None);
                    self.now.try_set(listed.now);
                    self.query.try_set(query);
                    self.model.try_set(Model::new(listed.page));
                    self.active.try_set(None);
                    if let Some(Some(scroller)) = self.scroller.try_get_untracked() {
                        scroller.set_scroll_top(0);
                    }
                    self.counts_exactly.try_set(false);
                    self.count_now();
                }
                Err(error) => {
                    self.failed.try_set(Some(error));
                }
            }
        });
    }

    /// Reads the list from its top again.
    pub fn read_anew(self) {
        self.ask_for(self.query.get_untracked());
    }

    /// Whether the next page should be fetched, with so many rows down to the last one in sight.
    #[must_use]
    pub fn wants_more(self, end: usize) -> bool {
        self.model
            .with(|model| model.next().is_some() && model.len() < end.saturating_add(AHEAD))
    }

    /// Fetches the next page, if there is one and it is not on its way.
    pub fn fill(self) {
        if self.filling.get_untracked() || self.loading.get_untracked() {
            return;
        }
        let Some(cursor) = self.model.with_untracked(|model| model.next().cloned()) else {
            return;
        };
        self.filling.set(true);
        self.stopped.set(None);
        let turn = self.asked.get_value();
        let question = Query {
            cursor: Some(cursor.clone()),
            ..self.question()
        };
        spawn_local(async move {
            let answer = load_page(self.kind, question).await.flatten();
            self.filling.try_set(false);
            if self.asked.try_get_value() != Some(turn) {
                return;
            }
            match answer {
                Ok(page) => {
                    self.model.try_update(|model| {
                        if model.next() == Some(&cursor) {
                            model.append(page);
                        }
                    });
                }
                Err(error) => {
                    self.stopped.try_set(Some(error));
                }
            }
        });
    }

    /// Reads all rows that are loaded again where they stand, those in sight first.
    pub fn refresh(self) {
        let (Some(scrolled), pitch) = (
            self.scrolled.try_get_untracked(),
            self.pitch.get_untracked().unwrap_or(36.0),
        ) else {
            return;
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "negative becomes zero, and no list is longer than usize"
        )]
        let first = (scrolled / pitch) as usize;
        let mut ids = self.model.with_untracked(|model| model.order().to_vec());
        if ids.is_empty() {
            return;
        }
        let middle = first.saturating_sub(100).min(ids.len());
        ids.rotate_left(middle);
        spawn_local(async move {
            for chunk in ids.chunks(LARGEST_PAGE as usize) {
                if !self.reread(chunk.to_vec()).await {
                    break;
                }
            }
        });
    }

    /// Looks whether something new stands at the top: what was made while one was elsewhere.
    pub fn look_for_new(self) {
        let turn = self.asked.get_value();
        let question = self.question();
        spawn_local(async move {
            let answer = load_page(self.kind, question).await.flatten();
            if self.asked.try_get_value() == Some(turn)
                && let Ok(page) = answer
            {
                self.model.try_update(|model| {
                    for record in page.records {
                        model.announce(record.id);
                    }
                });
            }
        });
    }

    /// Reads rows again; says whether to go on.
    pub(super) async fn reread(self, ids: Vec<RecordId>) -> bool {
        let Some(turn) = self.asked.try_get_value() else {
            return false;
        };
        let answer = load_rows(self.kind, self.question(), ids.clone()).await;
        if self.asked.try_get_value() != Some(turn) {
            return false;
        }
        let Ok(Ok(rows)) = answer else { return false };
        self.model.try_update(|model| {
            let mut gone = ids;
            for row in rows {
                let id = row.record.id;
                gone.retain(|other| *other != id);
                if model.place(id).is_some() {
                    model.put(row.record, row.fits);
                } else if row.fits {
                    model.announce(id);
                } else {
                    model.drop_out(id);
                }
            }
            for id in gone {
                model.drop_out(id);
            }
        });
        true
    }

    /// Takes a live message.
    pub fn hear(self, message: &LiveMessage) {
        match message {
            LiveMessage::Changed(change) if change.kind == self.kind => self.hear_change(change),
            LiveMessage::Reload { kind, .. } if kind.is_none_or(|kind| kind == self.kind) => {
                self.refresh();
                self.count_again();
            }
            _ => {}
        }
    }

    fn hear_change(self, change: &LiveChange) {
        let Some(known) = self.model.try_with_untracked(|model| {
            model
                .record(change.id)
                .map(|record| record.version < change.version || model.is_outside(change.id))
        }) else {
            return;
        };
        let concerns = match known {
            // What one has just done oneself is here already.
            Some(older) => older || change.after.is_none(),
            // New to the reader; of what was there before, the place on this list is unknown.
            None => change.before.is_none() && change.after.is_some(),
        };
        if !concerns {
            return;
        }
        let first = self
            .heard
            .try_update_value(|heard| {
                heard.push(change.id);
                heard.len() == 1
            })
            .unwrap_or(false);
        if first {
            set_timeout(move || spawn_local(self.read_heard()), GATHER);
        }
    }

    async fn read_heard(self) {
        let mut ids = self
            .heard
            .try_update_value(std::mem::take)
            .unwrap_or_default();
        ids.sort_unstable();
        ids.dedup();
        for chunk in ids.chunks(LARGEST_PAGE as usize) {
            self.reread(chunk.to_vec()).await;
        }
        self.count_again();
    }

    /// Counts again, and sums, after a rest: once for all that happens until then.
    pub fn count_again(self) {
        let Some(turn) = self.next_counting() else {
            return;
        };
        set_timeout(
            move || {
                if self.counted.try_get_value() == Some(turn) {
                    spawn_local(self.count_all(turn, false));
                }
            },
            REST,
        );
    }

    /// Counts, and sums, without waiting.
    pub fn count_now(self) {
        if let Some(turn) = self.next_counting() {
            spawn_local(self.count_all(turn, false));
        }
    }

    fn next_counting(self) -> Option<u32> {
        self.counted.try_update_value(|counted| {
            *counted += 1;
            *counted
        })
    }

    /// Counts to the end, however many there are.
    pub fn count_exactly(self) {
        let turn = self.counted.get_value();
        spawn_local(self.count_all(turn, true));
    }

    async fn count_all(self, turn: u32, exact: bool) {
        let Some(query) = self.query.try_get_untracked() else {
            return;
        };
        let exact = exact || self.counts_exactly.try_get_untracked() == Some(true);
        self.counts_exactly.try_set(exact);
        let all = self.model.with_untracked(|model| {
            (model.next().is_none() && model.is_empty()).then_some(Count {
                value: 0,
                capped: false,
            })
        });
        let counted = match all {
            Some(count) => Ok(count),
            None => count_records(self.kind, query.clone(), exact)
                .await
                .flatten(),
        };
        let is_current = || self.counted.try_get_value() == Some(turn);
        if let (Ok(count), true) = (counted, is_current()) {
            self.count.try_set(Some(count));
        }
        let fields: Vec<String> = self
            .columns
            .try_with_untracked(|columns| {
                let keys = columns.iter().filter(|field| can_sum(field));
                keys.map(|field: &FieldDef| field.key.to_string()).collect()
            })
            .unwrap_or_default();
        if fields.is_empty() || !is_current() {
            return;
        }
        let sums = load_footer(self.kind, query, fields).await.flatten();
        if let (Ok(sums), true) = (sums, is_current()) {
            self.sums.try_set(sums);
        }
    }
}
