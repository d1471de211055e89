//! A list that was read, and all that is around it.

use domain::list::{Address, shown};
use domain::query::Query;
use domain::view::{View, ViewSpec};
use domain::{Kind, RecordId, ViewId};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::conflict_dialog::ConflictDialog;
use super::empty::Nothing;
use super::faults::Faults;
use super::grid::{Grid, Unread};
use super::head::Head;
use super::state::{ListState, OPEN, Said};
use super::{Asked, Start};
use crate::bulk::BulkBar;
use crate::fields::MissingDialog;
use crate::i18n::t_string;
use crate::layout::use_workspace;
use crate::live::{use_live, use_live_since};
use crate::record::{Neighbours, RecordPanel};
use crate::ui::{Glyph, Icon};
use crate::views::ViewTabs;

/// A list that was read.
#[component]
pub(super) fn ListView(
    /// Of which kind.
    kind: Kind,
    /// What the address says.
    address: Memo<Address>,
    /// What was read.
    start: Start,
) -> impl IntoView {
    let workspace = use_workspace();
    let params = use_query_map();
    let views = RwSignal::new(start.views);
    let asked = Memo::new(move |_| {
        workspace.with(|workspace| {
            views.with(|views| address.with(|address| Asked::of(kind, address, views, workspace)))
        })
    });
    let spec = Memo::new(move |_| asked.with(|asked| asked.spec.clone()));
    let faults = Memo::new(move |_| asked.with(|asked| asked.faults.clone()));
    let view = Memo::new(move |_| {
        let id = address.with(|address| address.view)?;
        views
            .with(|views| views.iter().any(|it| it.id == id))
            .then_some(id)
    });
    let open =
        Memo::new(move |_| params.with(|params| params.get_str(OPEN)?.parse::<RecordId>().ok()));
    let columns = Memo::new(move |_| {
        workspace.with(|it| spec.with(|spec| shown(kind, &spec.columns, &it.fields(kind))))
    });
    let said = Said {
        view,
        views,
        spec,
        open,
        shown: columns,
    };
    let list = ListState::new(kind, said, start.query, start.model, start.now);
    list.failed.set(start.failed);
    match start.seen {
        Some(seen) => use_live_since(seen, move |message| list.hear(message)),
        None => use_live(move |message| list.hear(message)),
    }
    let comes_back = start.seen.is_none() && list.failed.with_untracked(Option::is_none);
    follow(list, asked, comes_back);
    keep_on_leaving(list);
    let i18n = list.i18n;
    let on_view = Callback::new(move |(view, spec): (Option<ViewId>, ViewSpec)| {
        list.show(view, &spec, false);
    });
    let on_saved = Callback::new(move |saved: Vec<View>| views.set(saved));
    let on_close = Callback::new(move |()| list.open_record(None, false));
    let query = Signal::derive(move || list.query.get());
    let on_done = Callback::new(move |()| {
        list.refresh();
        list.count_again();
    });
    let fresh = Memo::new(move |_| list.model.with(super::model::Model::fresh));
    view! {
        <Head list />
        <ViewTabs
            kind
            view
            spec
            views
            on_open=on_view
            on_saved
        />
        <Faults list faults spec />
        <div class="list__body">
            <Unread list />
            <div class="list__rows" hidden=move || list.failed.with(Option::is_some)>
                <Grid list start=start.scrolled />
                <Nothing list />
                {move || {
                    let number = fresh.get();
                    (number > 0)
                        .then(|| {
                            view! {
                                <button
                                    class="chip list__fresh"
                                    type="button"
                                    on:click=move |_| list.read_anew()
                                >
                                    <Icon glyph=Glyph::ArrowUp />
                                    {t_string!(i18n, list.fresh, number = number)}
                                </button>
                            }
                        })
                }}
            </div>
            <BulkBar
                kind
                selection=list.selection
                query
                count=Signal::derive(move || list.count.get())
                on_done
            />
        </div>
        <div class="visually-hidden" role="status" aria-live="polite">
            {move || list.said.get()}
        </div>
        <MissingDialog id="list-gate" ask=list.asking />
        <ConflictDialog list />
        <RecordPanel kind id=open on_close neighbours=neighbours(list) />
    }
}

/// Asks again when the address asks for something else, and for what new columns show.
fn follow(list: ListState, asked: Memo<Asked>, comes_back: bool) {
    let query = Memo::new(move |_| asked.with(|asked| asked.spec.query()));
    Effect::new(move |before: Option<Query>| {
        let now = query.get();
        let shown = before.unwrap_or_else(|| list.query.get_untracked());
        if now != shown {
            list.selection.set(domain::bulk::Selection::default());
            list.ask_for(now.clone());
        }
        now
    });
    let columns = Memo::new(move |_| asked.with(|asked| asked.columns.clone()));
    Effect::new(move |before: Option<Vec<String>>| {
        let now = columns.get();
        match &before {
            None if comes_back => {
                list.refresh();
                list.look_for_new();
            }
            Some(before) if now.iter().any(|key| !before.contains(key)) => list.refresh(),
            _ => {}
        }
        list.count_now();
        now
    });
}

/// Keeps the list for who comes back to it.
#[cfg(feature = "hydrate")]
fn keep_on_leaving(list: ListState) {
    on_cleanup(move || {
        let kept = (|| {
            let model = list.model.try_get_untracked()?;
            Some(super::place::Kept {
                query: list.query.try_get_untracked()?,
                views: list.views.try_get_untracked()?,
                scrolled: list.scrolled.try_get_untracked()?,
                now: list.now.try_get_untracked()?,
                model,
            })
        })();
        if let Some(kept) = kept.filter(|kept| !kept.model.is_empty()) {
            super::place::keep(list.kind, kept);
        }
    });
}

#[cfg(not(feature = "hydrate"))]
fn keep_on_leaving(_list: ListState) {}

/// The records before and after the one that is open, in the order of the list.
fn neighbours(list: ListState) -> Neighbours {
    let beside = move |step: isize| {
        Signal::derive(move || {
            let open = list.open.get()?;
            list.model.with(|model| {
                let place = model.place(open)?.checked_add_signed(step)?;
                model.at(place)
            })
        })
    };
    let go = Callback::new(move |id: RecordId| {
        list.open_record(Some(id), true);
        let place = list.model.with_untracked(|model| model.place(id));
        if let Some(place) = place {
            list.go_to(place, 0);
            if untrack(|| list.wants_more(place)) {
                list.fill();
            }
        }
    });
    Neighbours {
        previous: beside(-1),
        next: beside(1),
        go,
    }
}
