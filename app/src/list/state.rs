//! The list of the page that is open: its rows, what is selected and edited, and its address.
//! Every part of the page has a copy of this handle.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::bulk::Selection;
use domain::list::{LIST_PAGE, Shown, Summary, query_string, to_read, write};
use domain::query::{Count, Query};
use domain::rights::{Action, Scope, Standing};
use domain::view::{View, ViewSpec};
use domain::{Error, FieldDef, Kind, Problem, Record, RecordId, Value, ViewId};
use leptos::html::{Div, Table};
use leptos::prelude::*;
use leptos::reactive::send_wrapper_ext::SendOption;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::model::Model;
use super::saving::Change;
use crate::dates::{self, I18n};
use crate::fields::Ask;
use crate::i18n::use_i18n;
use crate::layout::{WorkspaceSignal, use_workspace};
use crate::ui::ToastStore;

/// What the record that is open over a list is called in the address.
pub const OPEN: &str = "open";

type Navigate = Box<dyn Fn(&str, NavigateOptions)>;

/// The list of the page that is open.
#[derive(Clone, Copy)]
pub struct ListState {
    /// Of which kind.
    pub kind: Kind,
    /// Its rows.
    pub model: RwSignal<Model>,
    /// What its rows were asked with; columns, cursor and size apart.
    pub query: RwSignal<Query>,
    /// What the address asks for, without what makes no sense.
    pub spec: Memo<ViewSpec>,
    /// The view in the address.
    pub view: Memo<Option<ViewId>>,
    /// The views that there are.
    pub views: RwSignal<Vec<View>>,
    /// The record that is open over the list.
    pub open: Memo<Option<RecordId>>,
    /// The columns, the title first.
    pub columns: Memo<Vec<FieldDef>>,
    /// Their widths.
    pub widths: Memo<Vec<u16>>,
    /// A width that is being dragged: the column's key and what it would be.
    pub resizing: RwSignal<Option<(String, u16)>>,
    /// When it was read.
    pub now: RwSignal<DateTime<Utc>>,
    /// Why the list could not be read.
    pub failed: RwSignal<Option<Error>>,
    /// Why the next page could not be read.
    pub stopped: RwSignal<Option<Error>>,
    /// Whether another list is on its way.
    pub loading: RwSignal<bool>,
    /// Whether the next page is on its way.
    pub filling: RwSignal<bool>,
    /// How many there are, once that is known.
    pub count: RwSignal<Option<Count>>,
    /// What columns come to, once that is known.
    pub sums: RwSignal<Vec<Summary>>,
    /// What is selected.
    pub selection: RwSignal<Selection>,
    /// The row from which a range is selected.
    pub anchor: RwSignal<Option<RecordId>>,
    /// The cell that the keyboard is at: its row and its column.
    pub active: RwSignal<Option<(RecordId, usize)>>,
    /// The cell that is edited.
    pub editing: RwSignal<Option<Edit>>,
    /// Two people's values, one of which has to go.
    pub conflict: RwSignal<Option<Change>>,
    /// What a change needs to be told before it can be.
    pub asking: RwSignal<Option<Ask>>,
    /// Rows whose change is on its way.
    pub busy: RwSignal<Vec<RecordId>>,
    /// What a screen reader says next.
    pub said: RwSignal<String>,
    /// What scrolls.
    pub scroller: NodeRef<Div>,
    /// The table, which has the focus for all its cells.
    pub table: NodeRef<Table>,
    /// How far it is scrolled, and how much is seen, in CSS pixels.
    pub scrolled: RwSignal<f64>,
    /// How much of it is seen, in CSS pixels.
    pub height: RwSignal<f64>,
    /// From the top of a row to the next, once that is measured.
    pub pitch: RwSignal<Option<f64>>,
    /// The texts.
    pub i18n: I18n,
    /// The people, pipelines and rights.
    pub workspace: WorkspaceSignal,
    pub(super) toasts: ToastStore,
    /// Changes that wait behind one of the same record.
    pub(super) waiting: StoredValue<BTreeMap<RecordId, Vec<Change>>>,
    /// Counts questions, so that a late answer to an old one is dropped.
    pub(super) asked: StoredValue<u32>,
    /// Counts the asking for numbers, as `asked` does for rows.
    pub(super) counted: StoredValue<u32>,
    /// Whether the reader wants to know the number exactly.
    pub(super) counts_exactly: RwSignal<bool>,
    /// Records that somebody changed, gathered for a moment.
    pub(super) heard: StoredValue<Vec<RecordId>>,
    navigate: StoredValue<SendOption<Navigate>>,
}

/// A cell that is edited.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// The row.
    pub id: RecordId,
    /// The field's key.
    pub key: String,
    /// What stands in it first.
    pub initial: Value,
    /// Whether that was typed, so that typing goes on behind it.
    pub typed: bool,
    /// The version that the writer saw when beginning, so that what others write meanwhile is not
    /// written over unseen. None behind a change of one's own that is on its way.
    pub version: Option<i64>,
    /// What was wrong with it the last time.
    pub problem: Option<Problem>,
}

/// What the page's address says of its list.
#[derive(Clone, Copy)]
pub struct Said {
    /// The view.
    pub view: Memo<Option<ViewId>>,
    /// The views that there are.
    pub views: RwSignal<Vec<View>>,
    /// What is shown.
    pub spec: Memo<ViewSpec>,
    /// The record that is open.
    pub open: Memo<Option<RecordId>>,
    /// The columns.
    pub shown: Memo<Vec<Shown>>,
}

impl ListState {
    /// A list as it was read first.
    #[must_use]
    pub fn new(kind: Kind, said: Said, query: Query, model: Model, now: DateTime<Utc>) -> Self {
        let resizing = RwSignal::new(None::<(String, u16)>);
        let shown = said.shown;
        let columns = Memo::new(move |_| {
            shown.with(|shown| shown.iter().map(|it| it.field.clone()).collect::<Vec<_>>())
        });
        let widths = Memo::new(move |_| {
            shown.with(|shown| {
                let width = |it: &Shown| {
                    resizing.with(|held| match held {
                        Some((key, width)) if *key == it.field.key => *width,
                        _ => it.width,
                    })
                };
                shown.iter().map(width).collect::<Vec<_>>()
            })
        });
        // Only browsers navigate; on the server the page may end on another thread than it began.
        let navigate = StoredValue::new(SendOption::new_local(
            cfg!(feature = "hydrate").then(|| Box::new(use_navigate()) as Navigate),
        ));
        Self {
            kind,
            model: RwSignal::new(model),
            query: RwSignal::new(query),
            spec: said.spec,
            view: said.view,
            views: said.views,
            open: said.open,
            columns,
            widths,
            resizing,
            now: RwSignal::new(now),
            failed: RwSignal::new(None),
            stopped: RwSignal::new(None),
            loading: RwSignal::new(false),
            filling: RwSignal::new(false),
            count: RwSignal::new(None),
            sums: RwSignal::new(Vec::new()),
            selection: RwSignal::new(Selection::default()),
            anchor: RwSignal::new(None),
            active: RwSignal::new(None),
            editing: RwSignal::new(None),
            conflict: RwSignal::new(None),
            asking: RwSignal::new(None),
            busy: RwSignal::new(Vec::new()),
            said: RwSignal::new(String::new()),
            scroller: NodeRef::new(),
            table: NodeRef::new(),
            scrolled: RwSignal::new(0.0),
            height: RwSignal::new(0.0),
            pitch: RwSignal::new(None),
            i18n: use_i18n(),
            workspace: use_workspace(),
            toasts: expect_context(),
            waiting: StoredValue::default(),
            asked: StoredValue::new(0),
            counted: StoredValue::new(0),
            counts_exactly: RwSignal::new(false),
            heard: StoredValue::default(),
            navigate,
        }
    }

    /// The address that shows this list, or another description of it, with nothing open over it.
    #[must_use]
    pub fn address_of(self, view: Option<ViewId>, spec: &ViewSpec) -> String {
        let parts = self.views.with(|views| {
            let base = views.iter().find(|it| Some(it.id) == view);
            write(base.map(|it| (it.id, &it.spec)), spec)
        });
        format!("/{}{}", self.kind.plural(), query_string(&parts))
    }

    /// The address of the list as it is, with nothing open over it.
    #[must_use]
    pub fn address(self) -> String {
        self.spec
            .with(|spec| self.address_of(self.view.get(), spec))
    }

    /// Goes to an address of the list; `replace` leaves no step behind to go back to.
    pub fn go(self, address: &str, replace: bool) {
        let options = NavigateOptions {
            replace,
            scroll: false,
            ..NavigateOptions::default()
        };
        self.navigate.try_with_value(|navigate| {
            if let Some(navigate) = navigate.as_ref() {
                navigate(address, options);
            }
        });
    }

    /// Shows another description of the list; what is open over it stays open.
    pub fn show(self, view: Option<ViewId>, spec: &ViewSpec, replace: bool) {
        let mut address = untrack(|| self.address_of(view, spec));
        if let Some(id) = self.open.get_untracked() {
            address = with_open(&address, id);
        }
        self.go(&address, replace);
    }

    /// Changes the description of the list.
    pub fn change(self, replace: bool, change: impl FnOnce(&mut ViewSpec)) {
        let mut spec = self.spec.get_untracked();
        change(&mut spec);
        self.show(self.view.get_untracked(), &spec, replace);
    }

    /// Opens a record over the list, or closes it.
    pub fn open_record(self, id: Option<RecordId>, replace: bool) {
        let here = untrack(|| self.address());
        let address = match id {
            Some(id) => with_open(&here, id),
            None => here,
        };
        self.go(&address, replace);
    }

    /// The question for the rows, with the columns that are shown and without a place.
    #[must_use]
    pub fn question(self) -> Query {
        let fields = self.workspace.with_untracked(|it| it.fields(self.kind));
        let columns = self.columns.with_untracked(|columns| {
            let shown: Vec<Shown> = columns
                .iter()
                .map(|field| Shown {
                    field: field.clone(),
                    width: 0,
                })
                .collect();
            to_read(self.kind, &shown, &fields)
        });
        Query {
            columns,
            limit: Some(LIST_PAGE),
            ..self.query.get_untracked()
        }
    }

    /// The user's today, as of when the list was read.
    #[must_use]
    pub fn today(self) -> NaiveDate {
        let offset = self.workspace.with_untracked(|it| it.utc_offset);
        dates::local(self.now.get_untracked(), offset).date()
    }

    /// Whether the user may make records of this kind.
    #[must_use]
    pub fn may_add(self) -> bool {
        self.workspace
            .with(|it| it.actor.scope(self.kind, Action::Add) != Scope::None)
    }

    /// Whether the user may change a record; the server decides again.
    #[must_use]
    pub fn may_change(self, record: &Record) -> bool {
        let standing = Standing {
            owner: record.owner(),
            observers: match record.value("observers") {
                Value::Ids(ids) => ids.clone(),
                _ => Vec::new(),
            },
            everyone: false,
        };
        self.workspace
            .with_untracked(|it| it.actor.may(Action::Change, self.kind, &standing))
    }

    /// Has a screen reader say something; the same twice is said twice.
    pub fn say(self, text: impl Into<String>) {
        let mut text = text.into();
        if self.said.try_with_untracked(|said| *said == text) == Some(true) {
            text.push('\u{a0}');
        }
        self.said.try_set(text);
    }

    /// Says what went wrong, until the user has read it.
    pub fn complain(self, error: &Error) {
        self.toasts.error(crate::labels::error(self.i18n, error));
    }
}

/// An address of a list with a record open over it.
#[must_use]
pub fn with_open(address: &str, id: RecordId) -> String {
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}{OPEN}={id}")
}
