//! What the page of a record knows, and what it does.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::board::Written;
use domain::live::LiveMessage;
use domain::record::{Opened, Related};
use domain::timeline::{Entry, Timeline, Told};
use domain::{Draft, Error, EventId, FieldDef, Kind, OperationId, Record, RecordId};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::api::{change_record, open_record, read_timeline};
use crate::dates::{self, I18n};
use crate::i18n::{t_string, use_i18n};
use crate::layout::use_workspace;
use crate::ui::{Toast, ToastStore};
use crate::undo::api::undo_operation;

/// The state of one open record. Cheap to copy.
#[derive(Debug, Clone, Copy)]
pub(super) struct RecordState {
    pub(super) kind: Kind,
    pub(super) id: RecordId,
    pub(super) record: RwSignal<Record>,
    /// What the timeline is asked for.
    pub(super) told: RwSignal<Told>,
    pub(super) pinned: RwSignal<Vec<Entry>>,
    pub(super) entries: RwSignal<Vec<Entry>>,
    pub(super) older: RwSignal<Option<EventId>>,
    pub(super) related: RwSignal<Vec<Related>>,
    pub(super) may_change: RwSignal<bool>,
    pub(super) may_delete: RwSignal<bool>,
    /// When the page was last read: times are told relative to it.
    pub(super) now: RwSignal<DateTime<Utc>>,
    /// Whether it is not to be seen any more: deleted, or given to somebody else.
    pub(super) gone: RwSignal<bool>,
    /// The notes that the user is editing. Kept here, since what others do makes entries anew.
    pub(super) edited: RwSignal<BTreeMap<i64, Edited>>,
    /// Whether the user is choosing another pipeline for it.
    pub(super) changes_pipeline: RwSignal<bool>,
}

/// Another wording of a note, under way.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Edited {
    /// The wording so far.
    pub(super) text: String,
    /// How often the note had been edited when that began.
    pub(super) seen: i32,
    /// What somebody else made of it meanwhile, when that got in the way.
    pub(super) theirs: Option<String>,
}

impl RecordState {
    /// The state of a record that was just read, kept up to date while it is shown.
    pub(super) fn of(opened: Opened) -> Self {
        let state = Self {
            kind: opened.record.kind,
            id: opened.record.id,
            record: RwSignal::new(opened.record),
            told: RwSignal::new(Told::All),
            pinned: RwSignal::new(opened.timeline.pinned),
            entries: RwSignal::new(opened.timeline.entries),
            older: RwSignal::new(opened.timeline.older),
            related: RwSignal::new(opened.related),
            may_change: RwSignal::new(opened.may_change),
            may_delete: RwSignal::new(opened.may_delete),
            now: RwSignal::new(opened.now),
            gone: RwSignal::new(false),
            edited: RwSignal::new(BTreeMap::new()),
            changes_pipeline: RwSignal::new(false),
        };
        crate::live::use_live(move |message| state.hear(message));
        state
    }

    /// The fields of its kind.
    pub(super) fn fields() -> impl Fn(Kind) -> Vec<FieldDef> + Copy {
        let workspace = use_workspace();
        move |kind| workspace.get_untracked().fields(kind)
    }

    /// The user's today, as of when the page was read.
    pub(super) fn today(self) -> NaiveDate {
        let offset = use_workspace().get_untracked().utc_offset;
        dates::local(self.now.get_untracked(), offset).date()
    }

    fn hear(self, message: &LiveMessage) {
        let concerns = match message {
            LiveMessage::Changed(change) => {
                change.kind == self.kind
                    && change.id == self.id
                    // A note leaves the version as it is; both are worth reading.
                    && change.version >= self.record.with_untracked(|record| record.version)
            }
            LiveMessage::Reload { kind, .. } => kind.is_none_or(|kind| kind == self.kind),
            LiveMessage::Workspace => false,
        };
        if concerns {
            self.reload();
        }
    }

    /// Reads it again. What the user is editing stays.
    pub(super) fn reload(self) {
        // The page may have been left meanwhile.
        let Some(told) = self.told.try_get_untracked() else {
            return;
        };
        spawn_local(async move {
            match open_record(self.kind, self.id).await {
                Ok(Ok(mut opened)) => {
                    if told != Told::All
                        && let Ok(Ok(part)) = read_timeline(self.kind, self.id, told, None).await
                    {
                        opened.timeline = part;
                    }
                    self.show(opened, told);
                }
                Ok(Err(_)) => {
                    let _ = self.gone.try_set(true);
                }
                // The connection's state is told elsewhere; what is shown stays.
                Err(_) => {}
            }
        });
    }

    /// Asks the timeline for something else.
    pub(super) fn tell(self, told: Told, fail: impl Fn(Error) + 'static) {
        self.told.set(told);
        spawn_local(async move {
            match read_timeline(self.kind, self.id, told, None)
                .await
                .flatten()
            {
                // Meanwhile something else may have been asked for.
                Ok(timeline) if self.told.try_get_untracked() == Some(told) => {
                    self.entries.set(Vec::new());
                    self.show_timeline(timeline);
                }
                Ok(_) => {}
                Err(error) => fail(error),
            }
        });
    }

    /// Reads what is older, unless that is under way.
    pub(super) async fn read_older(self) -> Result<(), Error> {
        let (Some(older), told) = (self.older.get_untracked(), self.told.get_untracked()) else {
            return Ok(());
        };
        let page = read_timeline(self.kind, self.id, told, Some(older)).await??;
        let is_asked_for = self.told.try_get_untracked() == Some(told)
            && self.older.try_get_untracked() == Some(Some(older));
        if is_asked_for {
            self.entries.update(|entries| entries.extend(page.entries));
            self.older.set(page.older);
        }
        Ok(())
    }

    fn show(self, opened: Opened, told: Told) {
        // The page may have been left meanwhile.
        if self.gone.try_get_untracked().is_none() {
            return;
        }
        put(self.gone, false);
        let newer = self
            .record
            .with_untracked(|r| opened.record.version >= r.version);
        if newer {
            put(self.record, opened.record);
        }
        if self.told.get_untracked() == told {
            self.show_timeline(opened.timeline);
        }
        put(self.related, opened.related);
        put(self.may_change, opened.may_change);
        put(self.may_delete, opened.may_delete);
        self.now.set(opened.now);
    }

    /// What was loaded further down stays below what is new.
    fn show_timeline(self, timeline: Timeline) {
        put(self.pinned, timeline.pinned);
        let oldest = timeline.entries.last().map(|entry| entry.event);
        let kept: Vec<Entry> = self.entries.with_untracked(|entries| {
            let older = entries
                .iter()
                .filter(|e| oldest.is_some_and(|oldest| e.event < oldest));
            older.cloned().collect()
        });
        if kept.is_empty() {
            self.older.set(timeline.older);
        }
        let mut entries = timeline.entries;
        entries.extend(kept);
        put(self.entries, entries);
    }

    /// Writes new values; the version that the user saw goes along, so that what somebody else
    /// changed meanwhile is not lost.
    pub(super) async fn save(self, draft: Draft) -> Result<Written, Error> {
        let version = self.record.with_untracked(|record| record.version);
        let draft = Draft {
            version: draft.version.or(Some(version)),
            ..draft
        };
        let written = change_record(self.kind, self.id, draft).await??;
        match written.record.clone() {
            Some(record) => {
                let _ = self.record.try_set(record);
                self.reload();
            }
            None => {
                let _ = self.gone.try_set(true);
            }
        }
        Ok(written)
    }
}

/// Sets what differs only: what hangs on it is made anew, with whatever somebody is typing there.
fn put<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|shown| *shown != value) {
        signal.set(value);
    }
}

/// Takes an operation back and tells what came of it.
pub(super) fn undo_with_toast() -> impl Fn(OperationId, RecordState) + Copy + 'static {
    let i18n = use_i18n();
    let toasts = expect_context::<ToastStore>();
    move |operation, state| take_back(i18n, toasts, operation, move || state.reload())
}

/// A notice of what was written, with a button that takes it back. What shows the record hears of
/// that by itself.
pub(crate) fn done(i18n: I18n, toasts: ToastStore, text: String, written: &Written) -> Toast {
    let toast = Toast::new(text);
    match written.operation {
        None => toast,
        Some(operation) => {
            let undo = Callback::new(move |()| take_back(i18n, toasts, operation, || {}));
            toast.undo(t_string!(i18n, record.undo), undo)
        }
    }
}

fn take_back(
    i18n: I18n,
    toasts: ToastStore,
    operation: OperationId,
    then: impl FnOnce() + 'static,
) {
    spawn_local(async move {
        match undo_operation(operation).await.flatten() {
            Ok(undone) => {
                let text = if undone.kept.is_empty() {
                    t_string!(i18n, record.undone).to_owned()
                } else {
                    undone.kept.join(" ")
                };
                toasts.push(Toast::new(text));
                then();
            }
            Err(error) => {
                toasts.error(crate::labels::error(i18n, &error));
            }
        }
    });
}
