//! The board itself: its columns, what is held over it, and what it asks.

use domain::board::{Board, BoardQuery, Total};
use domain::pipeline::Stage;
use domain::{RecordId, StageId};
use leptos::ev;
use leptos::html::Div;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use web_sys::{Element, HtmlElement};

use super::card::inside;
use super::column::BoardColumn;
use super::drag::Dragging;
use super::geometry::nearest;
use super::keyboard::on_key;
use super::move_dialog::MoveDialog;
use super::reveal::{card_of, column_element, scroll_aside};
use super::state::{BoardState, Hand, Lift};
use super::{place, query, reshape};
use crate::fields::MissingDialog;
use crate::i18n::{t, t_string};
use crate::layout::Failed;
use crate::live::use_live_since;
use crate::record::{Neighbours, RecordPanel};

/// A board that was read, and what is done with it.
#[component]
pub fn BoardView(
    /// What was asked for.
    asked: BoardQuery,
    /// The board.
    board: Board,
    /// What the address asks for now.
    query: Memo<BoardQuery>,
    /// The record that the address opens over the board.
    open: Memo<Option<RecordId>>,
) -> impl IntoView {
    let seen = board.seen;
    let board = BoardState::new(asked, board);
    let i18n = board.i18n;
    use_live_since(seen, move |message| board.hear(message));
    Effect::new(move |before: Option<BoardQuery>| {
        let now = query.get();
        let shown = before.unwrap_or_else(|| board.query.get_untracked());
        if now != shown {
            board.ask_for(now.clone());
        }
        now
    });
    measure(board);
    undo_key(board);
    Effect::new(move |_| {
        if let (Some(scroller), to @ 1..) = (board.scroller.get(), place::aside(board)) {
            request_animation_frame(move || scroller.set_scroll_left(to));
        }
    });
    let params = use_query_map();
    let kind = board.kind;
    let address = Memo::new(move |_| {
        let here = params.with(|params| query::with(kind, params, &[(query::OPEN, "")]));
        let joint = if here.contains('?') { '&' } else { '?' };
        format!("{here}{joint}{}=", query::OPEN)
    });
    let focused = RwSignal::new(None);
    // Not on leaving: an element that is moved loses the focus without the user's doing.
    let came = window_event_listener(ev::focusin, move |event| {
        let _ = focused.try_set(card_at(&event));
    });
    on_cleanup(move || came.remove());
    let current = RwSignal::new(None::<StageId>);
    let ghost = NodeRef::<Div>::new();
    let in_hand = Memo::new(move |_| {
        let by_pointer = |held: &&Lift| held.hand == Hand::Pointer;
        board
            .lift
            .with(|lift| lift.as_ref().filter(by_pointer).map(|held| held.id))
    });
    let dragging = Dragging::new(board, ghost);
    let stages = reshape::stages(board);
    reshape::keep_hold(board);
    reshape::leave_what_is_gone(board);
    let navigate = use_navigate();
    let open_over = Callback::new(move |(id, replace): (Option<RecordId>, bool)| {
        let id = id.map(|id| id.to_string()).unwrap_or_default();
        let there =
            params.with_untracked(|params| query::with(kind, params, &[(query::OPEN, &id)]));
        let options = NavigateOptions {
            replace,
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&there, options);
    });
    let on_close = Callback::new(move |()| open_over.run((None, false)));
    let neighbours = neighbours(board, open, open_over);
    let retry = Callback::new(move |()| board.ask_for(query.get_untracked()));
    view! {
        {move || {
            board.failed.get().map(|error| view! { <Failed error=error on_retry=retry /> })
        }}
        <div class="board" hidden=move || board.failed.with(Option::is_some)>
            <StageChips board stages current />
            <div
                class="board__scroller"
                node_ref=board.scroller
                on:pointerdown=move |event| dragging.on_down(&event)
                on:click:capture=move |event| dragging.on_click(&event)
                on:contextmenu=move |event| dragging.on_context_menu(&event)
                on:dragstart=move |event| event.prevent_default()
                on:keydown=move |event| on_key(board, &event)
                on:scroll=move |_| {
                    current.set(column_in_sight(board));
                    let to = board.scroller.get_untracked().map_or(0, |it| it.scroll_left());
                    place::scrolled_aside(board, to);
                }
            >
                <For each=move || stages.get() key=|stage| stage.id let(stage)>
                    <BoardColumn board first=stage address=address.into() open=open.into() focused />
                </For>
            </div>
            <p class="visually-hidden" id="board-help">
                {t!(i18n, board.help)}
            </p>
        </div>
        <div class="visually-hidden" role="status" aria-live="assertive">
            {move || board.said.get()}
        </div>
        {move || in_hand.get().and_then(|id| ghost_card(board, id, ghost))}
        <MissingDialog id="gate" ask=board.asking />
        <MoveDialog board />
        <RecordPanel kind id=open on_close neighbours />
    }
}

/// The cards above and below the open one in its column, as they stand now.
fn neighbours(
    board: BoardState,
    open: Memo<Option<RecordId>>,
    open_over: Callback<(Option<RecordId>, bool)>,
) -> Neighbours {
    let beside = move |before: Option<&Option<RecordId>>, step: isize| {
        // A panel that closes keeps the neighbours that it had: its buttons go with it, and must
        // not hear of anything more.
        let Some(id) = open.get() else {
            return before.copied().flatten();
        };
        board.model.with(|model| {
            let order = model.order(model.stage_of(id)?);
            let at = order.iter().position(|other| *other == id)?;
            order.get(at.checked_add_signed(step)?).copied()
        })
    };
    Neighbours {
        previous: Memo::new(move |before| beside(before, -1)).into(),
        next: Memo::new(move |before| beside(before, 1)).into(),
        // The way back leads past all of them.
        go: Callback::new(move |id| open_over.run((Some(id), true))),
    }
}

/// The stages over the board, on a phone, where one column is seen at a time.
#[component]
fn StageChips(
    board: BoardState,
    stages: Memo<Vec<Stage>>,
    current: RwSignal<Option<StageId>>,
) -> impl IntoView {
    let i18n = board.i18n;
    let row = NodeRef::<Div>::new();
    let shown = Memo::new(move |_| {
        current
            .get()
            .or_else(|| stages.with(|stages| stages.first().map(|stage| stage.id)))
    });
    // The chip of the column in sight is in sight too.
    Effect::new(move |_| {
        let (Some(row), Some(stage)) = (row.get(), shown.get()) else {
            return;
        };
        let chip = row
            .query_selector(&format!("[data-chip=\"{stage}\"]"))
            .ok()
            .flatten();
        if let Some(chip) = chip.and_then(|chip| chip.dyn_into::<HtmlElement>().ok()) {
            row.set_scroll_left(
                chip.offset_left() - (row.client_width() - chip.offset_width()) / 2,
            );
        }
    });
    view! {
        <div
            class="board__stages"
            role="group"
            aria-label=move || t_string!(i18n, board.stages)
            node_ref=row
        >
            <For
                each=move || stages.get()
                key=|stage| (stage.id, stage.name.clone(), stage.color.clone())
                let(stage)
            >
                {chip(board, stage, shown)}
            </For>
        </div>
    }
}

fn chip(board: BoardState, stage: Stage, shown: Memo<Option<StageId>>) -> AnyView {
    let id = stage.id;
    let count = move || board.model.with(|model| Total::count(&model.totals(id)));
    let go = move |_| {
        let scroller = board.scroller.get_untracked();
        if let (Some(scroller), Some(column)) = (scroller, column_element(board, id)) {
            let by = column.get_bounding_client_rect().left()
                - scroller.get_bounding_client_rect().left();
            scroll_aside(&scroller, by - 12.0);
        }
    };
    view! {
        <button
            class="chip"
            type="button"
            data-color=stage.color
            data-chip=id.to_string()
            aria-current=move || (shown.get() == Some(id)).then_some("true")
            on:click=go
        >
            <i class="dot"></i>
            <span dir="auto">{stage.name}</span>
            <span class="chip__count">{count}</span>
        </button>
    }
    .into_any()
}

/// The copy of a card under the pointer. It follows the card's changes; the pointer moves it.
fn ghost_card(board: BoardState, id: RecordId, ghost: NodeRef<Div>) -> Option<AnyView> {
    let card = board.model.with(|model| model.card(id).cloned())?;
    let stage = board.stage(card.stage_id);
    let is_closed = stage.is_some_and(|stage| stage.meaning.is_closed());
    Some(
        view! {
            <div class="card card--lifted" aria-hidden="true" node_ref=ghost>
                {inside(board, &card, None, is_closed)}
            </div>
        }
        .into_any(),
    )
}

/// Measures the cards: all are of one height, which changes with the window's width.
fn measure(board: BoardState) {
    let measure = move || {
        let Some(Some(scroller)) = board.scroller.try_get_untracked() else {
            return;
        };
        let slot = scroller
            .query_selector(".board__slot:not(.visually-hidden)")
            .ok()
            .flatten();
        let Some(slot) = slot.and_then(|slot| slot.dyn_into::<HtmlElement>().ok()) else {
            return;
        };
        let gap = slot
            .parent_element()
            .and_then(|list| window().get_computed_style(&list).ok()?)
            .and_then(|style| {
                style
                    .get_property_value("row-gap")
                    .ok()?
                    .strip_suffix("px")?
                    .parse()
                    .ok()
            })
            .unwrap_or(0.0);
        let pitch = slot.get_bounding_client_rect().height() + gap;
        if pitch > gap && board.pitch.try_get_untracked() != Some(Some(pitch)) {
            board.gap.try_set(gap);
            board.pitch.try_set(Some(pitch));
        }
    };
    Effect::new(move |_| {
        // Until there is a card to measure.
        board.model.track();
        if board.scroller.get().is_some() && board.pitch.get_untracked().is_none() {
            request_animation_frame(measure);
        }
    });
    let resized = window_event_listener(ev::resize, move |_| {
        measure();
        // The height of the columns has changed as well.
        board.pitch.notify();
    });
    on_cleanup(move || resized.remove());
}

/// Ctrl+Z takes the last move back while its notice is there; in a text it undoes the typing.
fn undo_key(board: BoardState) {
    let handle = window_event_listener(ev::keydown, move |event| {
        let is_undo = event.key().eq_ignore_ascii_case("z")
            && (event.ctrl_key() || event.meta_key())
            && !event.shift_key();
        let types = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .is_some_and(|target| {
                target
                    .matches("input, textarea, [contenteditable]")
                    .unwrap_or(false)
            });
        if is_undo && !types && board.undo_last() {
            event.prevent_default();
        }
    });
    on_cleanup(move || handle.remove());
}

fn card_at(event: &ev::FocusEvent) -> Option<RecordId> {
    card_of(&event.target()?.dyn_into::<Element>().ok()?)
}

/// The column that is most in sight: the one at the board's start.
fn column_in_sight(board: BoardState) -> Option<StageId> {
    let start = board
        .scroller
        .get_untracked()?
        .get_bounding_client_rect()
        .left()
        + 24.0;
    let stages = board.stages();
    let spans = stages.iter().map(|stage| {
        column_element(board, *stage).map_or((f64::MAX, f64::MAX), |column| {
            let bounds = column.get_bounding_client_rect();
            (bounds.left(), bounds.right())
        })
    });
    nearest(start, spans).map(|index| stages[index])
}
