//! A column of the board: its header, its quick add, its cards.

use domain::board::Total;
use domain::pipeline::{Meaning, Stage};
use domain::{Money, RecordId, StageId};
use leptos::html::{Li, Ul};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::card::{CardItem, inside};
use super::geometry::{Measure, Slot, below_hole, in_sight, seen, shift, slots};
use super::place;
use super::quick_add::QuickAdd;
use super::reveal::refocus;
use super::state::{BoardState, Hand};
use crate::i18n::{t, t_string};
use crate::ui::{Button, ButtonSize, Glyph, IconButton, Skeleton, SkeletonKind};

/// Room above the first card, in pixels, as the style sheet has it.
const ROOM: f64 = 2.0;

/// A column of the board.
#[component]
pub fn BoardColumn(
    /// The board.
    board: BoardState,
    /// The stage as it is when the column comes; it may be renamed and become another while it is
    /// there.
    first: Stage,
    /// Where a card's link leads, up to its id.
    address: Signal<String>,
    /// The record that is open over the board.
    open: Signal<Option<RecordId>>,
    /// The card that has the focus.
    focused: RwSignal<Option<RecordId>>,
) -> impl IntoView {
    let i18n = board.i18n;
    let id = first.id;
    let stage = Memo::new(move |before: Option<&Stage>| {
        let now = board.pipeline.get();
        let now = now.and_then(|pipeline| pipeline.stage(id).cloned());
        now.or_else(|| before.cloned())
            .unwrap_or_else(|| first.clone())
    });
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
        let kept: Vec<RecordId> = [held.get(), focused.get()].into_iter().flatten().collect();
        order.with(|order| list_seen.with(|seen| slots(order, seen, sight.get(), &kept)))
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
    come_back(board, id, list);
    let below = Memo::new(move |_| list_seen.with(|seen| below_hole(seen, sight.get())));
    // Cards above and below what is in the document; a hole at the end takes up room as well.
    let room = Memo::new(move |_| {
        let sight = sight.get();
        list_seen.with(|seen| {
            let hole_is_last = seen[sight.clone()].last() == Some(&None);
            (
                sight.start,
                seen.len() - sight.end + usize::from(hole_is_last),
            )
        })
    });
    let (above, under) = (NodeRef::<Li>::new(), NodeRef::<Li>::new());
    let hole_item = NodeRef::<Li>::new();
    Effect::new(move |_| {
        let Some(pitch) = board.pitch.get() else {
            return;
        };
        let gap = board.gap.get();
        for (room, count) in [(above, room.get().0), (under, room.get().1)] {
            if let Some(room) = room.get() {
                set_style(&room, "height", &pixels(count, pitch, -gap));
            }
        }
        if let (Some(item), Some(hole)) = (hole_item.get(), hole.get()) {
            set_style(&item, "top", &pixels(hole, pitch, ROOM));
        }
    });
    // The card below the hole makes room for it.
    Effect::new(move |before: Option<Option<RecordId>>| {
        let now = below.get();
        let before = before.flatten();
        // When the cards are where they belong, and before that is drawn.
        request_animation_frame(move || {
            let (Some(Some(list)), Some(Some(pitch))) =
                (list.try_get_untracked(), board.pitch.try_get_untracked())
            else {
                return;
            };
            for (id, room) in [(before, String::new()), (now, pixels(1, pitch, 0.0))] {
                let item =
                    id.and_then(|id| list.query_selector(&format!("[data-id=\"{id}\"]")).ok()?);
                if let Some(item) = item.and_then(|item| item.dyn_into::<HtmlElement>().ok()) {
                    set_style(&item, "margin-block-start", &room);
                }
            }
        });
        now
    });
    keep_focus(board, shown, focused, list);
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
    let refuses = refuses(board, stage);
    let meaning = Memo::new(move |_| stage.with(|stage| stage.meaning));
    let name = Memo::new(move |_| stage.with(|stage| stage.name.clone()));
    let color = Memo::new(move |_| stage.with(|stage| stage.color.clone()));
    keep_scrolled(board, scrolled, list);
    let add = board.may_add().then(|| {
        view! {
            <IconButton
                glyph=Glyph::Plus
                size=ButtonSize::Small
                class="board__add"
                label=move || t_string!(i18n, board.add_to, stage = name.get())
                on:click=move |_| adding.update(|adding| *adding = !*adding)
            />
        }
    });
    view! {
        <section
            class="board__column"
            class=("board__column--target", move || hole.get().is_some())
            class=("board__column--refused", refuses)
            class=("board__column--won", move || meaning.get() == Meaning::Won)
            class=("board__column--lost", move || meaning.get() == Meaning::Lost)
            data-color=move || color.get()
            data-column=id.to_string()
            aria-labelledby=name_id
        >
            <header class="board__head">
                <h2 class="board__name" id=format!("stage-{id}") dir="auto" title=move || name.get()>
                    {move || name.get()}
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
                aria-label=move || name.get()
                node_ref=list
                on:scroll=move |_| {
                    look();
                    place::scrolled(board, id, list.get_untracked().map_or(0, |it| it.scroll_top()));
                }
            >
                <li
                    class="board__room"
                    aria-hidden="true"
                    node_ref=above
                    hidden=move || room.get().0 == 0
                ></li>
                <For each=move || shown.get() key=|slot| slot.id let(slot)>
                    <CardItem
                        board
                        id=slot.id
                        stage
                        order
                        totals
                        slots=shown
                        address
                        open
                    />
                </For>
                <li
                    class="board__room"
                    aria-hidden="true"
                    node_ref=under
                    hidden=move || room.get().1 == 0
                ></li>
                {move || {
                    hole.with(Option::is_some)
                        .then(|| {
                            view! {
                                <li class="board__slot board__hole" aria-hidden="true" node_ref=hole_item>
                                    {in_hole(board, meaning.get_untracked().is_closed())}
                                </li>
                            }
                        })
                }}
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
            {move || is_empty.get().then(|| empty(board, meaning.get(), adding))}
        </section>
    }
}

/// What is seen where a held card would land: a hole under a pointer, the card itself by keyboard.
fn in_hole(board: BoardState, is_closed: bool) -> AnyView {
    let held = board
        .lift
        .get_untracked()
        .filter(|held| held.hand == Hand::Keyboard);
    let card = held.and_then(|held| {
        board
            .model
            .with_untracked(|model| model.card(held.id).cloned())
    });
    match card {
        Some(card) => view! {
            <article class="card card--selected">{inside(board, &card, None, is_closed)}</article>
        }
        .into_any(),
        None => view! { <div class="card card--placeholder"></div> }.into_any(),
    }
}

/// The card that has the focus keeps it when the list moves its element, which drops it.
fn keep_focus(
    board: BoardState,
    shown: Memo<Vec<Slot>>,
    focused: RwSignal<Option<RecordId>>,
    list: NodeRef<Ul>,
) {
    Effect::new(move |_| {
        let id = focused.get_untracked();
        let is_here = shown.with(|slots| slots.iter().any(|slot| Some(slot.id) == id));
        if let (true, Some(id), Some(list)) = (is_here, id, list.get_untracked()) {
            request_animation_frame(move || refocus(board, &list, id));
        }
    });
}

fn pixels(cards: usize, pitch: f64, more: f64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "no column has 2^52 cards")]
    let length = cards as f64 * pitch + more;
    format!("{length}px")
}

fn set_style(element: &HtmlElement, name: &str, value: &str) {
    // A style that the browser refuses changes nothing.
    let _ = HtmlElement::style(element).set_property(name, value);
}

/// Whether the stage surely refuses the card that is held: its gate names other ways in.
fn refuses(board: BoardState, stage: Memo<Stage>) -> impl Fn() -> bool + Send + Clone + 'static {
    move || {
        let Some(held) = board.lift.with(|lift| lift.as_ref().map(|held| held.id)) else {
            return false;
        };
        let stage = stage.get();
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
        _ if !is_plain => t_string!(i18n, board.empty_filtered),
        Meaning::Open => t_string!(i18n, board.empty_open),
        Meaning::Won => t_string!(i18n, board.empty_won),
        Meaning::Lost => t_string!(i18n, board.empty_lost),
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

/// Scrolls to where one was on this board; another board begins at its top.
fn come_back(board: BoardState, id: StageId, list: NodeRef<Ul>) {
    Effect::new(move |came: Option<bool>| {
        let measured = board.pitch.get().is_some();
        if measured && came != Some(true) {
            // When the rooms above and below have their heights.
            request_animation_frame(move || {
                if let (Some(Some(list)), to @ 1..) =
                    (list.try_get_untracked(), place::column(board, id))
                {
                    list.set_scroll_top(to);
                }
            });
        }
        measured
    });
    Effect::new(move |before: Option<()>| {
        board.query.track();
        if let (Some(()), Some(list)) = (before, list.get_untracked()) {
            list.set_scroll_top(0);
        }
    });
}

/// A column that moves among the others is taken out of the document for a moment, which scrolls
/// it to its top; it goes back to where it was.
fn keep_scrolled(board: BoardState, scrolled: RwSignal<f64>, list: NodeRef<Ul>) {
    let order = Memo::new(move |_| {
        let pipeline = board.pipeline.get();
        pipeline.map(|it| it.stages.iter().map(|stage| stage.id).collect::<Vec<_>>())
    });
    Effect::new(move |before: Option<()>| {
        order.track();
        if before.is_none() {
            return;
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a list is some thousand pixels long"
        )]
        let to = scrolled.get_untracked() as i32;
        request_animation_frame(move || {
            if let Some(Some(list)) = list.try_get_untracked()
                && list.scroll_top() != to
            {
                list.set_scroll_top(to);
            }
        });
    });
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
