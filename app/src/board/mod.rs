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
pub(crate) mod query;
mod quick_add;
mod reading;
mod reshape;
mod reveal;
mod sending;
mod state;
mod view;

use domain::board::BoardQuery;
use domain::rights::{Action, Scope};
use domain::{Kind, RecordId};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;

use api::load_board;
use filter_bar::BoardTools;
use view::BoardView;

use crate::i18n::{t, t_string, use_i18n};
use crate::labels::kind_many;
use crate::layout::{Failed, use_workspace};
use crate::resource::resource;
use crate::ui::{ButtonVariant, Glyph, Icon, LinkButton, PageTitle};

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
    let board = resource(
        || (),
        move |()| {
            let query = first.clone();
            async move { (query.clone(), load_board(query).await.flatten()) }
        },
    );
    view! {
        <section class="page" data-kind=kind.as_str()>
            <PageTitle text=move || kind_many(i18n, kind) />
            <header class="page__head">
                <h1 class="page__title">{move || kind_many(i18n, kind)}</h1>
                <BoardTools kind=kind />
                <div class="page__actions">{actions(kind, params, query)}</div>
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

/// The way to the same records as a list, and to a new one in this pipeline.
fn actions(kind: Kind, params: Memo<ParamsMap>, query: Memo<BoardQuery>) -> AnyView {
    let i18n = use_i18n();
    let workspace = use_workspace();
    // The pipeline is worth naming only where there are several.
    let pipeline = Memo::new(move |_| {
        let asked = query.with(|query| query.pipeline);
        workspace.with(|workspace| {
            let several = workspace.pipelines_of(kind).count() > 1;
            let shown = workspace.pipeline(kind, asked);
            shown.map(|it| it.id).filter(|_| several)
        })
    });
    let list = move || params.with(|params| query::list(kind, params, pipeline.get()));
    let here = move || params.with(|params| query::with(kind, params, &[(query::OPEN, "")]));
    let new = move || {
        let of = pipeline.get();
        let of = of.map_or_else(String::new, |id| format!("?pipeline_id={id}"));
        format!("/{}/new{of}", kind.plural())
    };
    let may_add = move || workspace.with(|it| it.actor.scope(kind, Action::Add) != Scope::None);
    view! {
        <div class="segments" role="group" aria-label=move || t_string!(i18n, board.shown_as)>
            <a class="segments__item" href=list>
                <Icon glyph=Glyph::List />
                <span class="segments__label">{t!(i18n, board.list)}</span>
            </a>
            <a class="segments__item" aria-current="true" href=here>
                <Icon glyph=Glyph::Board />
                <span class="segments__label">{t!(i18n, board.board)}</span>
            </a>
        </div>
        <Show when=may_add>
            <LinkButton
                href=Signal::derive(new)
                variant=ButtonVariant::Primary
                icon=Glyph::Plus
            >
                {t!(i18n, board.new)}
            </LinkButton>
        </Show>
    }
    .into_any()
}
