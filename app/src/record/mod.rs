//! A record: its page, and the same over the board or the funnel.

pub mod api;
mod field_row;
mod fields;
mod header;
mod markdown;
mod more_menu;
mod neighbours;
mod pipeline_dialog;
mod related;
mod stage_bar;
mod state;
mod timeline;
mod view;

use domain::record::Opened;
use domain::{Error, Kind, RecordId};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::i18n::{t_string, use_i18n};
use crate::layout::Failed;
use crate::parts::part;
use crate::resource::resource;
use crate::ui::{Panel, Skeleton, SkeletonKind};
use api::open_record;
pub(crate) use fields::sections;
pub use neighbours::Neighbours;
use neighbours::Walk;
pub(crate) use state::done;
use view::RecordView;

/// The page of a record: `/deals/42`.
#[component]
pub fn RecordPage(
    /// Of which kind it is.
    kind: Kind,
) -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|map| map.get("id")?.parse::<RecordId>().ok()));
    view! {
        <section class="page">
            <Loaded kind=kind id=id as_page=true />
        </section>
    }
}

/// A record over the page one is on, while `id` says which.
#[component]
pub fn RecordPanel(
    /// Of which kind it is.
    kind: Kind,
    /// Which; none closes it.
    #[prop(into)]
    id: Signal<Option<RecordId>>,
    /// Called when the user closes it.
    on_close: Callback<()>,
    /// What comes before and after it on the page behind.
    #[prop(optional, into)]
    neighbours: Option<Neighbours>,
) -> impl IntoView {
    let i18n = use_i18n();
    let open = Memo::new(move |_| id.get().is_some());
    let walk = neighbours.map(|neighbours| Walk::listen(neighbours, open));
    view! {
        <Panel id="record-panel" label=move || t_string!(i18n, record.panel) open=open on_close=on_close>
            <Loaded kind=kind id=id as_page=false on_close=on_close walk=walk />
        </Panel>
    }
}

part!(record:
    /// A record, once its code is there.
    record_view, record_view_code, fetch_record_view(
        opened: Opened,
        as_page: bool,
        on_close: Option<Callback<()>>,
        walk: Option<Walk>,
    ) {
        view! { <RecordView opened=opened as_page=as_page on_close=on_close walk=walk /> }
    }
);

/// Loads a record and shows it; while another one is on its way, the one before stays.
#[component]
fn Loaded(
    kind: Kind,
    #[prop(into)] id: Signal<Option<RecordId>>,
    /// Whether it is a page of its own, which names the window.
    as_page: bool,
    /// For panels.
    #[prop(optional)]
    on_close: Option<Callback<()>>,
    /// For panels over something that has an order.
    #[prop(optional_no_strip)]
    walk: Option<Walk>,
) -> impl IntoView {
    // A panel without an id is about to go, with what stands in it; a page without one has none.
    let id = Memo::new(move |before: Option<&Option<RecordId>>| {
        id.get()
            .or_else(|| before.copied().flatten().filter(|_| !as_page))
    });
    let opened = resource(
        move || id.get(),
        move |id| async move {
            match id {
                Some(id) => open_record(kind, id).await,
                None => Ok(Err(Error::NotFound)),
            }
        },
    );
    view! {
        <Transition fallback=|| view! { <Skeleton kind=SkeletonKind::Row count=8 /> }>
            {move || Suspend::new(async move {
                match opened.await {
                    Ok(Ok(opened)) => record_view(opened, as_page, on_close, walk).await,
                    Ok(Err(error)) | Err(error) => view! { <Failed error=error /> }.into_any(),
                }
            })}
        </Transition>
    }
}
