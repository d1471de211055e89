//! A column of the board: its header, its quick add, its cards.

use domain::board::Total;
use domain::pipeline::{Meaning, Stage};
use domain::{Money, RecordId};
use leptos::html::Ul;
use leptos::prelude::*;
use web_sys::HtmlElement;

use super::card::{CardItem, inside};
use super::geometry::{Measure, Slot, in_sight, seen, shift, slots};
use super::quick_add::QuickAdd;
use super::state::{BoardState, Hand};
use crate::i18n::{t, tu_string};
use crate::ui::{Button, ButtonSize, Glyph, IconButton, Skeleton, SkeletonKind};

/// Room above the first card and below the last one, in pixels, as the style sheet has it.
const ROOM: (f64, f64) = (2.0, 16.0);

/// A column of the board.
#[component]
pub fn BoardColumn(
    /// The board.
    board: BoardState,
    /// The stage.
    stage: Stage,
    /// Where a card's link leads, up to its id.
    address: Signal<String>,
    /// The record that is open over the board.
    open: Signal<Option<RecordId>>,
    /// The card that has the focus.
    focused: RwSignal<Option<RecordId>>,
) -> impl IntoView {
    let i18n = board.i18n;
    let id = stage.id;
    let list = NodeRef::<Ul>::new();
    let adding = RwSignal::new(false);
    let totals = Memo::new(move |_| board.model.with(|model| model.totals(id)));
    let order = Memo::new(move |_| board.model.with(|model| model.order(id)));
    let held = Memo::new(move |_| board.lift.with(|lift| lift.as_ref().map(|held| held.id)));
    let hole = Memo::new(move |_| {
        board.lift.with(|lift| {
            lift.as_ref()
                .filter(|held| held.stage == id)
                .map(|held| held.index)
        })
    });
    let scrolled = RwSignal::new(0.0);
    let height = RwSignal::new(0.0);
    let list_seen = Memo::new(move |_| order.with(|order| seen(order, held.get(), hole.get())));
    let sight = Memo::new(move |_| {
        let measure = board.pitch.get().map(|pitch| Measure {
            pitch,
            height: height.get(),
        });
        in_sight(measure, scrolled.get(), list_seen.with(Vec::len))
    });
    let shown = Memo::new(move |_| {
        let kept = [held.get(), focused.get()].into_iter().flatten();
        let here = |id: &RecordId| order.with(|order| order.contains(id));
        list_seen.with(|seen| slots(seen, sight.get(), kept.filter(here)))
    });
    let look = move || {
        if let Some(list) = list.get_untracked() {
            scrolled.set(f64::from(list.scroll_top()));
            height.set(f64::from(list.client_height()));
        }
    };
    Effect::new(move |_| {
        board.pitch.track();
        look();
    });
    Effect::new(move |_| {
        let (Some(list), Some(pitch)) = (list.get(), board.pitch.get()) else {
            return;
        };
        #[expect(clippy::cast_precision_loss, reason = "no column has 2^52 cards")]
        let room = |cards: usize, room: f64| format!("{}px", cards as f64 * pitch + room);
        let (above, below) = (
            sight.get().start,
            list_seen.with(Vec::len) - sight.get().end,
        );
        let style = HtmlElement::style(&list);
        // A style that the browser refuses changes nothing.
        let _ = style.set_property("padding-block-start", &room(above, ROOM.0));
        let _ = style.set_property("padding-block-end", &room(below, ROOM.1));
    });
    keep_in_place(board, list_seen, list);
    // More cards, before one sees that there are none.
    Effect::new(move |_| {
        let below = list_seen.with(Vec::len) - sight.get().end;
        if board.pitch.get().is_some() && below < 6 && height.get() > 0.0 {
            board.fill(id);
        }
    });
    let filling = move || board.filling.with(|filling| filling.contains(&id));
    let is_empty =
        Memo::new(move |_| order.with(Vec::is_empty) && hole.get().is_none() && !filling());
    let name_id = format!("stage-{id}");
    let stage_of_cards = stage.clone();
    let stage_of_hole = stage.clone();
    let refuses = refuses(board, &stage);
    let meaning = stage.meaning;
    let add = board.may_add().then(|| {
        let name = stage.name.clone();
        view! {
            <IconButton
                glyph=Glyph::Plus
                size=ButtonSize::Small
                class="board__add"
                label=move || tu_string!(i18n, board.add_to, stage = name.clone())
                on:click=move |_| adding.update(|adding| *adding = !*adding)
            />
        }
    });
    view! {
        <section
            class="board__column"
            class=("board__column--target", move || hole.get().is_some())
            class=("board__column--refused", refuses)
            class=("board__column--won", meaning == Meaning::Won)
            class=("board__column--lost", meaning == Meaning::Lost)
            data-color=stage.color.clone()
            data-column=id.to_string()
            aria-labelledby=name_id
        >
            <header class="board__head">
                <h2 class="board__name" id=format!("stage-{id}") dir="auto" title=stage.name.clone()>
                    {stage.name.clone()}
                </h2>
                <span class="board__count num">
                    {move || totals.with(|totals| count(Total::count(totals)))}
                </span>
                {add}
                <p class="board__sums">
                    {move || totals.with(|totals| sums(&Total::sums(totals)))}
                </p>
            </header>
            {move || {
                adding.get().then(|| view! { <QuickAdd board=board stage=id adding=adding list=list /> })
            }}
            <ul
                class="board__cards"
                role="list"
                aria-label=stage.name.clone()
                node_ref=list
                on:scroll=move |_| look()
            >
                <For each=move || shown.get() key=|slot| slot.id let(slot)>
                    {item(board, slot, &stage_of_cards, &stage_of_hole, order, shown, address, open)}
                </For>
                {move || {
                    filling()
                        .then(|| {
                            view! {
                                <li class="board__more" aria-hidden="true">
                                    <Skeleton kind=SkeletonKind::Card count=2 />
                                </li>
                            }
                        })
                }}
            </ul>
            {move || is_empty.get().then(|| empty(board, meaning, adding))}
        </section>
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "all of a column, for one of its elements"
)]
fn item(
    board: BoardState,
    slot: Slot,
    stage: &Stage,
    stage_of_hole: &Stage,
    order: Memo<Vec<RecordId>>,
    slots: Memo<Vec<Slot>>,
    address: Signal<String>,
    open: Signal<Option<RecordId>>,
) -> AnyView {
    match slot.id {
        Some(id) => {
            let stage = stage.clone();
            view! { <CardItem board id stage order slots address open /> }.into_any()
        }
        None => hole_item(board, stage_of_hole),
    }
}

/// Where a held card would land: a hole under a pointer, the card itself by keyboard.
fn hole_item(board: BoardState, stage: &Stage) -> AnyView {
    let is_closed = stage.meaning.is_closed();
    let by_keyboard = board
        .lift
        .get_untracked()
        .filter(|held| held.hand == Hand::Keyboard);
    let card = by_keyboard.and_then(|held| {
        board
            .model
            .with_untracked(|model| model.card(held.id).cloned())
    });
    match card {
        Some(card) => view! {
            <li class="board__slot" aria-hidden="true">
                <article class="card card--selected">{inside(board, &card, None, is_closed)}</article>
            </li>
        }
        .into_any(),
        None => view! {
            <li class="board__slot" aria-hidden="true">
                <div class="card card--placeholder"></div>
            </li>
        }
        .into_any(),
    }
}

/// Whether the stage surely refuses the card that is held: its gate names other ways in.
fn refuses(board: BoardState, stage: &Stage) -> impl Fn() -> bool + Send + Clone + 'static {
    let stage = stage.clone();
    move || {
        let Some(held) = board.lift.with(|lift| lift.as_ref().map(|held| held.id)) else {
            return false;
        };
        let from = board.model.with_untracked(|model| model.stage_of(held));
        let from = from
            .and_then(|from| board.stage(from))
            .filter(|from| from.id != stage.id);
        let Some(from) = from else { return false };
        let workspace = board.workspace.get_untracked();
        let actor = &workspace.actor;
        let elsewhere = from
            .gate
            .next
            .as_ref()
            .is_some_and(|next| !next.contains(&stage.id));
        let others = stage.gate.movers.as_ref().is_some_and(|movers| {
            !actor.is_administrator() && !actor.roles.iter().any(|role| movers.contains(role))
        });
        elsewhere || others
    }
}

/// What belongs into an empty column, and the button for it.
fn empty(board: BoardState, meaning: Meaning, adding: RwSignal<bool>) -> AnyView {
    let i18n = board.i18n;
    let is_plain = board.query.with(domain::board::BoardQuery::is_plain);
    let text = match meaning {
        _ if !is_plain => tu_string!(i18n, board.empty_filtered),
        Meaning::Open => tu_string!(i18n, board.empty_open),
        Meaning::Won => tu_string!(i18n, board.empty_won),
        Meaning::Lost => tu_string!(i18n, board.empty_lost),
    };
    let button = (is_plain && meaning == Meaning::Open && board.may_add()).then(|| {
        view! {
            <Button size=ButtonSize::Small icon=Glyph::Plus on:click=move |_| adding.set(true)>
                {t!(i18n, board.add)}
            </Button>
        }
    });
    view! {
        <div class="board__empty">
            <p>{text}</p>
            {button}
        </div>
    }
    .into_any()
}

fn count(count: i64) -> String {
    domain::money::group_thousands(&count.to_string())
}

fn sums(sums: &[Money]) -> AnyView {
    sums.iter()
        .map(|sum| {
            view! {
                <span class="board__sum num" title=sum.full()>
                    {sum.short()}
                </span>
            }
        })
        .collect_view()
        .into_any()
}

/// Keeps what one looks at in its place when cards come or go above it.
fn keep_in_place(board: BoardState, seen: Memo<Vec<Option<RecordId>>>, list: NodeRef<Ul>) {
    Effect::new(move |before: Option<Vec<Option<RecordId>>>| {
        let now = seen.get();
        if let (Some(before), Some(list), Some(pitch)) =
            (before, list.get_untracked(), board.pitch.get_untracked())
            && list.scroll_top() > 0
        {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a scrolled list is scrolled by some cards"
            )]
            let first = (f64::from(list.scroll_top()) / pitch).ceil() as usize;
            let moved = shift(&before, &now, first);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_precision_loss,
                reason = "a list is some thousand pixels long"
            )]
            let by = (moved as f64 * pitch) as i32;
            if by != 0 {
                // When the cards stand where they belong, and before that is drawn.
                request_animation_frame(move || list.set_scroll_top(list.scroll_top() + by));
            }
        }
        now
    });
}
