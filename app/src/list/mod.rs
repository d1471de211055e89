//! Lists of records: `/deals`. One page for all kinds, from their fields' descriptions alone. All
//! that it shows stands in its address ([`domain::list::Address`]).

pub mod api;
mod cell_editor;
mod columns_menu;
mod conflict_dialog;
mod empty;
mod faults;
mod footer;
mod grid;
mod head;
mod header_cell;
mod keyboard;
mod model;
mod place;
mod pointer;
mod reading;
mod row;
mod saving;
mod selecting;
mod state;
mod view;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::list::{Address, Fault, LIST_PAGE, Listed, mend, shown, to_read};
use domain::query::Query;
use domain::view::{View, ViewSpec};
use domain::workspace::Workspace;
use domain::{Error, EventId, FieldDef, Kind};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use api::open_list;
use model::Model;
use view::ListView;

use crate::i18n::use_i18n;
use crate::labels::kind_many;
use crate::layout::use_workspace;
use crate::resource::resource;
use crate::ui::{PageTitle, Skeleton, SkeletonKind};
use crate::views::api::load_views;

/// The list of a kind.
#[component]
pub fn ListPage(
    /// Of which kind.
    kind: Kind,
) -> impl IntoView {
    let i18n = use_i18n();
    let params = use_query_map();
    let address = Memo::new(move |_| params.with(|params| Address::read(|key| params.get(key))));
    let inner = match kept(kind, address) {
        Some(start) => view! { <ListView kind address start /> }.into_any(),
        None => view! { <FirstRead kind address /> }.into_any(),
    };
    view! {
        <section class="page list" data-kind=kind.as_str()>
            <PageTitle text=move || kind_many(i18n, kind) />
            {inner}
        </section>
    }
}

/// Reads the views and the first page; on the server before anything is sent.
#[component]
fn FirstRead(kind: Kind, address: Memo<Address>) -> impl IntoView {
    let i18n = use_i18n();
    let workspace = use_workspace();
    let first = resource(
        || (),
        move |()| {
            let (address, workspace) = (address.get_untracked(), workspace.get_untracked());
            #[cfg(feature = "ssr")]
            let context = crate::request::InContext::keep();
            async move {
                let views = load_views(kind).await.unwrap_or_default();
                #[cfg(feature = "ssr")]
                context.give_back();
                let asked = Asked::of(kind, &address, &views, &workspace);
                let mut question = asked.spec.query();
                question.columns = asked.columns;
                question.limit = Some(LIST_PAGE);
                let query = asked.spec.query();
                let answer = open_list(kind, question).await.flatten();
                (views, query, answer)
            }
        },
    );
    let waiting = move || {
        view! {
            <header class="page__head">
                <h1 class="page__title">{kind_many(i18n, kind)}</h1>
            </header>
            <div class="list__waiting" aria-busy="true">
                <Skeleton kind=SkeletonKind::Row count=12 />
            </div>
        }
    };
    view! {
        <Suspense fallback=waiting>
            {move || Suspend::new(async move {
                let (views, query, answer) = first.await;
                let start = Start::read(views, query, answer);
                view! { <ListView kind address start /> }
            })}
        </Suspense>
    }
}

/// What a list begins with.
#[derive(Debug, Clone)]
struct Start {
    views: Vec<View>,
    query: Query,
    model: Model,
    now: DateTime<Utc>,
    /// The newest event in it, where it was read just now.
    seen: Option<EventId>,
    failed: Option<Error>,
    scrolled: f64,
}

impl Start {
    fn read(views: Vec<View>, query: Query, answer: Result<Listed, Error>) -> Self {
        let (listed, failed) = match answer {
            Ok(listed) => (Some(listed), None),
            Err(error) => (None, Some(error)),
        };
        Self {
            views,
            query,
            now: listed.as_ref().map(|it| it.now).unwrap_or_default(),
            seen: listed.as_ref().map(|it| it.seen),
            model: listed.map(|it| Model::new(it.page)).unwrap_or_default(),
            failed,
            scrolled: 0.0,
        }
    }
}

/// The list as one has left it, where its address is the same.
fn kept(kind: Kind, address: Memo<Address>) -> Option<Start> {
    let kept = place::take(kind)?;
    let workspace = use_workspace().get_untracked();
    let asked = Asked::of(kind, &address.get_untracked(), &kept.views, &workspace);
    (asked.spec.query() == kept.query).then_some(Start {
        views: kept.views,
        query: kept.query,
        model: kept.model,
        now: kept.now,
        seen: None,
        failed: None,
        scrolled: kept.scrolled,
    })
}

/// What an address asks for, with the views and the fields that there are.
#[derive(Debug, Clone, PartialEq, Default)]
struct Asked {
    spec: ViewSpec,
    faults: Vec<Fault>,
    /// The fields to read.
    columns: Vec<String>,
}

impl Asked {
    fn of(kind: Kind, address: &Address, views: &[View], workspace: &Workspace) -> Self {
        let fields: BTreeMap<Kind, Vec<FieldDef>> = Kind::ALL
            .into_iter()
            .map(|kind| (kind, workspace.fields(kind)))
            .collect();
        let of = |kind: Kind| fields.get(&kind).map_or(&[][..], Vec::as_slice);
        let view = address
            .view
            .map(|id| views.iter().find(|view| view.id == id));
        let wanted = address.over(view.flatten().map(|view| &view.spec));
        let (spec, more) = mend(&wanted, of(kind), of);
        let mut faults = address.faults.clone();
        if view == Some(None) {
            faults.push(Fault::View);
        }
        faults.extend(more);
        let columns = to_read(kind, &shown(kind, &spec.columns, of(kind)), of(kind));
        Self {
            spec,
            faults,
            columns,
        }
    }
}
