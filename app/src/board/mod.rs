//! The board of a kind: columns of cards that are moved from stage to stage.

pub mod api;
mod card;
mod column;
mod drag;
mod filter_bar;
mod geometry;
mod keyboard;
mod model;
mod move_dialog;
mod place;
mod query;
mod quick_add;
mod reading;
mod reveal;
mod sending;
mod state;
mod view;

use domain::{Kind, RecordId};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use api::load_board;
use filter_bar::FilterBar;
use view::BoardView;

use crate::i18n::use_i18n;
use crate::labels::kind_many;
use crate::layout::Failed;
use crate::ui::PageTitle;

/// The board of a kind.
#[component]
pub fn BoardPage(
    /// Whose board it is.
    kind: Kind,
) -> impl IntoView {
    let i18n = use_i18n();
    let params = use_query_map();
    let query = Memo::new(move |_| params.with(|params| query::read(kind, params)));
    let open = Memo::new(move |_| {
        params.with(|params| params.get_str(query::OPEN)?.parse::<RecordId>().ok())
    });
    // The first board comes with the page; for others the view asks, and stays.
    let first = query.get_untracked();
    let board = Resource::new(
        || (),
        move |()| {
            let query = first.clone();
            async move { (query.clone(), load_board(query).await) }
        },
    );
    view! {
        <section class="page" data-kind=kind.as_str()>
            <PageTitle text=move || kind_many(i18n, kind) />
            <header class="page__head">
                <h1 class="page__title">{move || kind_many(i18n, kind)}</h1>
                <FilterBar kind=kind />
            </header>
            <div class="page__body">
                <Suspense>
                    {move || Suspend::new(async move {
                        match board.await {
                            (asked, Ok(board)) => {
                                view! { <BoardView asked board query open /> }.into_any()
                            }
                            (_, Err(error)) => {
                                let again = move |()| board.refetch();
                                view! { <Failed error=error on_retry=again /> }.into_any()
                            }
                        }
                    })}
                </Suspense>
            </div>
        </section>
    }
}
