//! What is being built, and when it is told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use domain::field::FieldType;
use domain::query::builder::{Builder, Key, Row, field_at};
use domain::query::{Catalogue, Filter};
use domain::{Kind, RecordId};
use leptos::html;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::api::load_titles;
use crate::dates::I18n;
use crate::i18n::use_i18n;
use crate::layout::{WorkspaceSignal, use_workspace};

/// What is built is told after so long a rest.
const REST: Duration = Duration::from_millis(300);

/// The titles of linked records, as far as they are known.
pub(super) type RecordTitles = BTreeMap<(Kind, RecordId), String>;

/// A filter being built. Every part of the bar has a copy of this handle.
#[derive(Clone, Copy)]
pub(super) struct FilterState {
    /// Whose records are asked for.
    pub kind: Kind,
    /// The texts.
    pub i18n: I18n,
    /// People, pipelines, fields.
    pub workspace: WorkspaceSignal,
    /// The fields of every kind.
    pub catalogue: Memo<Arc<Catalogue>>,
    /// The rows.
    pub builder: RwSignal<Builder>,
    /// Titles of the records that conditions name.
    pub titles: RwSignal<RecordTitles>,
    /// The button that opens the builder: where the focus goes when a chip has gone.
    pub button: NodeRef<html::Button>,
    on_change: Callback<Filter>,
    /// The filter that was told last, so that it is known when it comes back.
    told: StoredValue<Filter>,
    waiting: StoredValue<Option<TimeoutHandle>>,
}

impl FilterState {
    /// Follows a filter and tells its changes.
    pub fn new(kind: Kind, filter: Signal<Filter>, on_change: Callback<Filter>) -> Self {
        let workspace = use_workspace();
        let first = filter.get_untracked();
        let state = Self {
            kind,
            i18n: use_i18n(),
            workspace,
            catalogue: Memo::new(move |_| {
                workspace.with(|workspace| Arc::new(Catalogue::of(workspace)))
            }),
            builder: RwSignal::new(Builder::show(&first)),
            titles: RwSignal::default(),
            button: NodeRef::new(),
            on_change,
            told: StoredValue::new(first),
            waiting: StoredValue::new(None),
        };
        // A filter that somebody else has set is shown anew; one's own comes back and changes
        // nothing, so that what is unfinished stays.
        Effect::new(move |_| {
            let now = filter.get();
            if state.told.with_value(|told| *told != now) {
                state.forget_waiting();
                state.builder.update(|builder| builder.show_again(&now));
                state.told.set_value(now);
            }
        });
        Effect::new(move |_| state.ask_titles(&filter.get()));
        on_cleanup(move || state.forget_waiting());
        state
    }

    /// The filter that the rows come to now.
    pub fn filter(&self) -> Filter {
        let catalogue = self.catalogue.get();
        self.builder
            .with(|builder| builder.filter(self.kind, &catalogue))
    }

    /// Changes the rows, and tells it after a rest.
    pub fn change(self, change: impl FnOnce(&mut Builder)) {
        self.builder.update(change);
        self.forget_waiting();
        let tell = move || {
            if self.builder.try_with_untracked(|_| ()).is_some() {
                self.tell();
            }
        };
        self.waiting
            .set_value(set_timeout_with_handle(tell, REST).ok());
    }

    /// Changes the rows, and tells it at once.
    pub fn change_now(self, change: impl FnOnce(&mut Builder)) {
        self.builder.update(change);
        self.forget_waiting();
        self.tell();
    }

    /// Changes a row, and tells it after a rest.
    pub fn change_row(self, key: Key, change: impl FnOnce(&mut Row)) {
        self.change(|builder| builder.change(key, change));
    }

    fn tell(self) {
        let catalogue = self.catalogue.get_untracked();
        let filter = self
            .builder
            .with_untracked(|builder| builder.filter(self.kind, &catalogue));
        if self.told.with_value(|told| *told != filter) {
            self.told.set_value(filter.clone());
            self.on_change.run(filter);
        }
    }

    fn forget_waiting(self) {
        if let Some(waiting) = self.waiting.try_update_value(Option::take).flatten() {
            waiting.clear();
        }
    }

    /// Asks for the titles of linked records that are not known yet.
    fn ask_titles(self, filter: &Filter) {
        let catalogue = self.catalogue.get_untracked();
        let mut wanted: BTreeSet<(Kind, RecordId)> = BTreeSet::new();
        for condition in filter.conditions() {
            let Some((field, _)) = field_at(&condition.path, self.kind, &catalogue) else {
                continue;
            };
            if let FieldType::Link(kind) | FieldType::Links(kind) = field.field_type {
                let ids = condition.operands.iter().filter_map(|id| id.parse().ok());
                wanted.extend(ids.map(|id| (kind, id)));
            }
        }
        self.titles
            .with_untracked(|known| wanted.retain(|record| !known.contains_key(record)));
        if wanted.is_empty() {
            return;
        }
        spawn_local(async move {
            // Without an answer the records are shown by their numbers.
            let Ok(found) = load_titles(wanted.into_iter().collect()).await else {
                return;
            };
            let found = found
                .into_iter()
                .filter_map(|(kind, link)| Some(((kind, link.id), link.title?)));
            let _ = self.titles.try_update(|titles| titles.extend(found));
        });
    }
}
