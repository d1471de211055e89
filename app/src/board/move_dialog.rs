//! "Move to…": a list of the stages, for those who do not drag.

use domain::pipeline::Pipeline;
use leptos::prelude::*;

use super::reveal::focus_card;
use super::state::BoardState;
use crate::i18n::t_string;
use crate::ui::{Dialog, Glyph, Icon};

/// The dialog with the stages to which a card can go.
#[component]
pub fn MoveDialog(
    /// The board.
    board: BoardState,
) -> impl IntoView {
    let i18n = board.i18n;
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        if board.choosing.with(Option::is_some) {
            open.set(true);
        }
    });
    let title = move || {
        let card = board.choosing.get().and_then(|id| {
            board
                .model
                .with_untracked(|model| model.card(id).map(|card| card.title.clone()))
        });
        t_string!(i18n, board.move_card, title = card.unwrap_or_default())
    };
    view! {
        <Dialog
            id="move"
            title=title
            close_label=move || t_string!(i18n, board.cancel)
            open=open
            on_close=move |()| {
                board.choosing.try_set(None);
            }
        >
            {move || stages(board, open)}
        </Dialog>
    }
}

fn stages(board: BoardState, open: RwSignal<bool>) -> AnyView {
    let Some(id) = board.choosing.get() else {
        return ().into_any();
    };
    let here = board.model.with_untracked(|model| model.stage_of(id));
    let pipeline = board.pipeline.get();
    let stages = pipeline
        .as_deref()
        .map(|pipeline| pipeline.stages.clone())
        .unwrap_or_default();
    let items = stages
        .into_iter()
        .map(|stage| {
            let is_here = here == Some(stage.id);
            let choose = move |_| {
                open.set(false);
                if !is_here {
                    board.place(id, stage.id, 0);
                }
                focus_card(board, id);
            };
            view! {
                <li>
                    <button
                        class="menu__item"
                        type="button"
                        data-color=stage.color
                        aria-current=is_here.then_some("true")
                        on:click=choose
                    >
                        <i class="dot"></i>
                        <span dir="auto">{stage.name}</span>
                        {is_here.then(|| view! { <Icon glyph=Glyph::Check /> })}
                    </button>
                </li>
            }
        })
        .collect_view();
    let own = pipeline.map(|pipeline| pipeline.id);
    let others: Vec<Pipeline> = board.workspace.with(|workspace| {
        let all = workspace.pipelines_of(board.kind);
        all.filter(|other| Some(other.id) != own).cloned().collect()
    });
    let elsewhere = (!others.is_empty()).then(|| {
        let items = others
            .into_iter()
            .map(|pipeline| {
                let name = pipeline.name.clone();
                let choose = move |_| {
                    open.set(false);
                    board.place_elsewhere(id, &pipeline);
                };
                view! {
                    <li>
                        <button class="menu__item" type="button" on:click=choose>
                            <span dir="auto">{name}</span>
                        </button>
                    </li>
                }
            })
            .collect_view();
        view! {
            <h3 class="board__elsewhere" id="move-elsewhere">
                {t_string!(board.i18n, board.move_elsewhere)}
            </h3>
            <ul class="board__choices" role="list" aria-labelledby="move-elsewhere">
                {items}
            </ul>
        }
    });
    view! {
        <ul class="board__choices" role="list">{items}</ul>
        {elsewhere}
    }
    .into_any()
}
