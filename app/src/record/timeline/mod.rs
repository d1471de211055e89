//! The timeline: what happened, newest first, and the place to write a note.

mod composer;
mod entry;
mod mention;
mod note;

use chrono::NaiveDate;
use domain::EventId;
use domain::timeline::{Entry, Told};
use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use web_sys::Element;

use super::state::RecordState;
use crate::dates;
use crate::i18n::{t, t_string, use_i18n};
use crate::layout::use_workspace;
use crate::ui::{Button, ButtonSize, ButtonVariant, ToastStore};
use composer::Composer;
use entry::EntryView;

/// CSS pixels before the end of the list at which more of it is read.
const NEAR_END: i32 = 400;

/// A line of the list.
#[derive(Debug, Clone, PartialEq)]
enum Row {
    /// The day of the entries below.
    Day(NaiveDate),
    /// Something that happened.
    Entry(Box<Entry>),
}

/// What makes a line another one, to be shown anew: all else of it never changes, and an entry that
/// one is editing stays as it is.
type RowKey = (EventId, Option<NaiveDate>, bool, i32, bool);

impl Row {
    fn key(&self) -> RowKey {
        match self {
            Self::Day(day) => (0, Some(*day), false, 0, false),
            Self::Entry(entry) => {
                let note = entry.note.as_ref();
                (
                    entry.event,
                    None,
                    entry.undone,
                    note.map_or(0, |note| note.edits),
                    note.is_some_and(|note| note.pinned),
                )
            }
        }
    }
}

/// The timeline of a record.
#[component]
pub(super) fn TimelineView(state: RecordState) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = expect_context::<ToastStore>();
    let offset = use_workspace().get_untracked().utc_offset;
    let busy = StoredValue::new(false);
    let more = move || {
        if busy.get_value() || state.older.get_untracked().is_none() {
            return;
        }
        busy.set_value(true);
        spawn_local(async move {
            let read = state.read_older().await;
            let _ = busy.try_set_value(false);
            if let Err(error) = read {
                toasts.error(crate::labels::error(i18n, &error));
            }
        });
    };
    let on_scroll = move |event: ev::Event| {
        let scroller = event.target().and_then(|it| it.dyn_into::<Element>().ok());
        let is_near = scroller
            .is_some_and(|it| it.scroll_height() - it.scroll_top() - it.client_height() < NEAR_END);
        if is_near {
            more();
        }
    };
    // Days stand between the entries, each before its first.
    let rows = Memo::new(move |_| {
        let mut day: Option<NaiveDate> = None;
        let mut rows = Vec::new();
        for entry in state.entries.get() {
            let date = dates::local(entry.at, offset).date();
            if day != Some(date) {
                rows.push(Row::Day(date));
                day = Some(date);
            }
            rows.push(Row::Entry(Box::new(entry)));
        }
        rows
    });
    let pinned = Memo::new(move |_| {
        let entries = state.pinned.get().into_iter();
        entries
            .map(|entry| Row::Entry(Box::new(entry)))
            .collect::<Vec<_>>()
    });
    let show = move |row: Row| match row {
        Row::Day(date) => {
            let text = move || dates::near_day(i18n, date, state.today());
            view! { <li class="timeline__day">{text}</li> }.into_any()
        }
        Row::Entry(entry) => view! { <EntryView state=state entry=*entry /> }.into_any(),
    };
    let is_empty = move || rows.with(Vec::is_empty) && pinned.with(Vec::is_empty);
    view! {
        <section
            class="record__timeline timeline"
            aria-label=t_string!(i18n, record.timeline)
            tabindex="-1"
            on:scroll=on_scroll
        >
            {move || state.may_change.get().then(|| view! { <Composer state=state /> })}
            <Filter state=state />
            {move || pinned.with(|pinned| !pinned.is_empty()).then(|| view! {
                <ol class="timeline__list timeline__list--pinned" aria-label=t_string!(i18n, record.pinned)>
                    <For each=move || pinned.get() key=Row::key children=show />
                </ol>
            })}
            <ol class="timeline__list">
                <For each=move || rows.get() key=Row::key children=show />
            </ol>
            {move || is_empty().then(|| view! {
                <p class="timeline__empty muted">
                    {move || match state.told.get() {
                        Told::Notes => t_string!(i18n, record.no_notes),
                        Told::Moves => t_string!(i18n, record.no_moves),
                        _ => t_string!(i18n, record.no_changes),
                    }}
                </p>
            })}
            {move || state.older.get().map(|_| view! {
                <Button variant=ButtonVariant::Quiet size=ButtonSize::Small on:click=move |_| more()>
                    {t!(i18n, record.older)}
                </Button>
            })}
        </section>
    }
}

/// What the timeline is asked for.
#[component]
fn Filter(state: RecordState) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = expect_context::<ToastStore>();
    let label = move |told| match told {
        Told::All => t_string!(i18n, record.told_all),
        Told::Notes => t_string!(i18n, record.told_notes),
        Told::Changes => t_string!(i18n, record.told_changes),
        Told::Moves => t_string!(i18n, record.told_moves),
    };
    let choose = move |told| {
        state.tell(told, move |error| {
            toasts.error(crate::labels::error(i18n, &error));
        });
    };
    let chips = Told::ALL
        .into_iter()
        // Only what has stages moves.
        .filter(|told| *told != Told::Moves || state.kind.has_stages())
        .map(|told| {
            view! {
                <button
                    class="chip"
                    type="button"
                    aria-pressed=move || (state.told.get() == told).to_string()
                    on:click=move |_| choose(told)
                >
                    {label(told)}
                </button>
            }
        })
        .collect_view();
    view! {
        <div class="timeline__filter" role="group" aria-label=t_string!(i18n, record.told)>
            {chips}
        </div>
    }
}
