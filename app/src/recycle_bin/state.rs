//! What the page of a bin knows, and what it does.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::bulk::{BinPage, Binned, BulkChange, Selection};
use domain::live::LiveMessage;
use domain::query::{Count, Cursor, Query};
use domain::{Kind, RecordId};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::api::load_bin;
use crate::bulk::BulkRuns;
use crate::bulk::api::start_change;
use crate::i18n::use_i18n;
use crate::labels::{self, I18n};
use crate::ui::ToastStore;

/// How long changes by others gather before the bin is read again.
const REST: Duration = Duration::from_millis(300);

/// The state of an open bin. Cheap to copy.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bin {
    pub(super) kind: Kind,
    /// A part of the title.
    pub(super) text: StoredValue<String>,
    pub(super) rows: RwSignal<Vec<Binned>>,
    pub(super) next: RwSignal<Option<Cursor>>,
    pub(super) count: RwSignal<Count>,
    pub(super) now: RwSignal<DateTime<Utc>>,
    pub(super) selection: RwSignal<Selection>,
    /// What is asked to be deleted for ever.
    pub(super) purging: RwSignal<Option<Selection>>,
    rests: StoredValue<bool>,
    runs: BulkRuns,
    toasts: ToastStore,
    i18n: I18n,
}

impl Bin {
    /// The state of a bin that was just read, kept up to date while it is shown.
    pub(super) fn of(kind: Kind, text: String, first: BinPage) -> Self {
        let bin = Self {
            kind,
            text: StoredValue::new(text),
            rows: RwSignal::new(first.records),
            next: RwSignal::new(first.next),
            count: RwSignal::new(first.count),
            now: RwSignal::new(first.now),
            selection: RwSignal::new(Selection::default()),
            purging: RwSignal::new(None),
            rests: StoredValue::new(false),
            runs: expect_context(),
            toasts: expect_context(),
            i18n: use_i18n(),
        };
        crate::live::use_live(move |message| {
            let concerns = match message {
                LiveMessage::Changed(change) => {
                    change.kind == kind && (change.before.is_none() || change.after.is_none())
                }
                LiveMessage::Reload { kind: of, .. } => of.is_none_or(|of| of == kind),
                LiveMessage::Workspace => false,
            };
            if concerns {
                bin.read_soon();
            }
        });
        bin
    }

    /// All that the page finds.
    pub(super) fn all(self) -> Selection {
        Self::all_with(self.text.get_value())
    }

    fn all_with(text: String) -> Selection {
        Selection::All {
            query: Query {
                text: Some(text).filter(|text| !text.trim().is_empty()),
                deleted: true,
                ..Query::default()
            },
            without: Vec::new(),
        }
    }

    fn read_soon(self) {
        if self.rests.try_get_value() != Some(false) {
            return;
        }
        self.rests.set_value(true);
        set_timeout(
            move || {
                if self
                    .rests
                    .try_update_value(|rests| *rests = false)
                    .is_some()
                {
                    self.read_again();
                }
            },
            REST,
        );
    }

    /// Reads the first page again; what stands in it is known by its id and keeps its place.
    pub(super) fn read_again(self) {
        let Some(text) = self.text.try_get_value() else {
            return;
        };
        spawn_local(async move {
            // The connection's state is told elsewhere; what is shown stays.
            if let Ok(page) = load_bin(self.kind, text, None).await
                && self.rows.try_get_untracked().is_some()
            {
                self.next.set(page.next);
                self.count.set(page.count);
                self.now.set(page.now);
                self.rows.set(page.records);
            }
        });
    }

    /// Reads the next page behind what is there.
    pub(super) fn read_more(self) {
        let Some(cursor) = self.next.get_untracked() else {
            return;
        };
        let text = self.text.get_value();
        spawn_local(async move {
            match load_bin(self.kind, text, Some(cursor)).await {
                Ok(page) => {
                    let _ = self.next.try_set(page.next);
                    self.rows.try_update(|rows| {
                        for row in page.records {
                            if rows.iter().all(|known| known.record.id != row.record.id) {
                                rows.push(row);
                            }
                        }
                    });
                }
                Err(error) => {
                    self.toasts.error(labels::error(self.i18n, &error));
                }
            }
        });
    }

    /// Restores one record.
    pub(super) fn restore_one(self, id: RecordId) {
        self.run(Selection::These(vec![id]), BulkChange::Restore);
    }

    /// Does something with records, and tells what came of it.
    pub(super) fn run(self, meant: Selection, change: BulkChange) {
        spawn_local(async move {
            match start_change(self.kind, meant, change).await.flatten() {
                Ok(run) => {
                    let _ = self.selection.try_set(Selection::default());
                    let again = Callback::new(move |()| self.read_again());
                    self.runs.take_until(run, again);
                }
                Err(error) => {
                    self.toasts.error(labels::error(self.i18n, &error));
                    self.read_again();
                }
            }
        });
    }

    /// Asks whether all of it is to be deleted for ever.
    pub(super) fn ask_to_empty(self) {
        self.purging.set(Some(Self::all_with(String::new())));
    }
}
