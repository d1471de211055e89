//! A card.

use std::sync::Arc;

use chrono::NaiveDate;
use domain::board::{Card, Total};
use domain::field::{Storage as FieldStorage, find};
use domain::pipeline::Stage;
use domain::{FieldDef, RecordId};
use leptos::prelude::*;

use super::geometry::Slot;
use super::state::BoardState;
use crate::dates;
use crate::i18n::t_string;
use crate::layout::record_path;
use crate::ui::{Avatar, AvatarSize, Glyph, Icon, IconButton};

/// A card in its column. It stays the same element while it is changed, moved within the column
/// and held.
#[component]
pub fn CardItem(
    /// The board.
    board: BoardState,
    /// The record.
    id: RecordId,
    /// The stage of the column.
    stage: Memo<Stage>,
    /// The cards of the column.
    order: Memo<Vec<RecordId>>,
    /// How many there are, those too that are not loaded.
    totals: Memo<Vec<Total>>,
    /// What of them is in the document.
    slots: Memo<Vec<Slot>>,
    /// Where a card's link leads, up to its id.
    address: Signal<String>,
    /// The record that is open over the board.
    open: Signal<Option<RecordId>>,
) -> impl IntoView {
    let i18n = board.i18n;
    let card = Memo::new(move |before: Option<&Option<Arc<Card>>>| {
        let now = board.model.with(|model| model.card(id).cloned());
        // While a card leaves, its element has a moment more to live.
        now.or_else(|| before.cloned().flatten())
    });
    let title = move || card.with(|card| card.as_ref().map(|card| card.title.clone()));
    let hidden = Memo::new(move |_| {
        slots.with(|slots| slots.iter().any(|slot| slot.id == id && slot.hidden))
    });
    let place = move || order.with(|order| order.iter().position(|other| *other == id));
    let tinted = move || board.tinted.with(|tinted| tinted.contains(&id));
    let busy = move || board.model.with(|model| model.is_moving(id));
    let is_old = move || {
        let now = board.model.with(|model| model.now);
        let after = stage.with(|stage| stage.stale_days);
        card.with(|card| card.as_ref().is_some_and(|card| is_stale(card, after, now)))
    };
    let stage_id = stage.with_untracked(|stage| stage.id);
    let is_closed = Memo::new(move |_| stage.with(|stage| stage.meaning.is_closed()));
    let menu = board.may_change().then(|| {
        let label = move || t_string!(i18n, board.move_card, title = title().unwrap_or_default());
        view! {
            <IconButton
                glyph=Glyph::More
                label=label
                class="card__menu"
                attr:aria-haspopup="dialog"
                on:click=move |_| board.choosing.set(Some(id))
            />
        }
    });
    view! {
        <li
            class="board__slot"
            class=("visually-hidden", move || hidden.get())
            aria-label=title
            aria-setsize=move || totals.with(|totals| Total::count(totals)).to_string()
            aria-posinset=move || place().map(|place| (place + 1).to_string())
            data-kind=board.kind.as_str()
            data-id=id.to_string()
            data-stage=stage_id.to_string()
        >
            <article
                class="card"
                class=("card--stale", is_old)
                class=("card--busy", busy)
                class=("card--new", tinted)
                class=("card--selected", move || open.get() == Some(id))
            >
                {move || card.get().map(|card| {
                    let href = format!("{}{id}", address.get());
                    inside(board, &card, Some(href), is_closed.get())
                })}
                {menu}
            </article>
        </li>
    }
}

/// What stands on a card: its title, amount and client, owner, days and next step.
pub fn inside(board: BoardState, card: &Card, href: Option<String>, is_closed: bool) -> AnyView {
    let i18n = board.i18n;
    let (now, workspace) = (board.model.with(|model| model.now), board.workspace.get());
    let today = dates::local(now, workspace.utc_offset).date();
    let days = card.days_in_stage(now);
    let owner = card.owner_id.map(|owner| {
        let name = workspace.name_of(owner).to_owned();
        view! { <Avatar name=name id=owner size=AvatarSize::Small /> }
    });
    let title = card.title.clone();
    let is_link = href.is_some();
    let title = match href {
        Some(href) => view! {
            <a class="card__link cut" href=href dir="auto" draggable="false" aria-describedby="board-help">
                {title}
            </a>
        }
        .into_any(),
        None => view! { <span class="card__link cut" dir="auto">{title}</span> }.into_any(),
    };
    let amount = card.amount.map(|amount| {
        view! { <span class="card__amount num">{amount.full()}</span> }
    });
    let client = card.client.as_ref().and_then(|client| {
        let title = client.title.clone()?;
        Some(match card.client_kind.filter(|_| is_link) {
            // Beside the card's own link, which covers the rest of it; out of the way of Tab and
            // the arrows, which go from card to card.
            Some(kind) => view! {
                <a
                    class="card__company cut"
                    href=record_path(kind, client.id)
                    dir="auto"
                    draggable="false"
                    tabindex="-1"
                >
                    {title}
                </a>
            }
            .into_any(),
            None => view! { <span class="cut" dir="auto">{title}</span> }.into_any(),
        })
    });
    let days_title = if days == 1 {
        t_string!(i18n, board.day_in_stage).to_owned()
    } else {
        t_string!(i18n, board.days_in_stage, days = days)
    };
    view! {
        <h3 class="card__title">{title}</h3>
        <p class="card__line">{amount} {client}</p>
        {further(board, card, today)}
        <p class="card__foot">
            {owner} <span class="card__days num" title=days_title>
                {t_string!(i18n, board.days, days = days)}
            </span> {next_step(board, card, today, is_closed)}
        </p>
    }
    .into_any()
}

/// Further fields that cards show, on one line. All cards of a board have it or none: they are
/// equally tall.
fn further(board: BoardState, card: &Card, today: NaiveDate) -> Option<AnyView> {
    let i18n = board.i18n;
    let workspace = board.workspace.get();
    let fields = workspace.fields(card.kind);
    let of_users =
        |field: &&FieldDef| field.on_card && matches!(field.storage, FieldStorage::Custom(_));
    fields.iter().find(of_users)?;
    let parts: Vec<String> = card
        .more
        .iter()
        .filter_map(|(key, value)| {
            let field = find(&fields, key)?;
            let text = crate::fields::value_text(i18n, &workspace, field, value, today);
            Some(format!("{}: {text}", crate::labels::field(i18n, field)))
        })
        .collect();
    let text = parts.join(" · ");
    let title = text.clone();
    Some(
        view! {
            <p class="card__line card__more" title=title>
                <span class="cut" dir="auto">{text}</span>
            </p>
        }
        .into_any(),
    )
}

fn next_step(board: BoardState, card: &Card, today: NaiveDate, is_closed: bool) -> AnyView {
    let i18n = board.i18n;
    let on = card
        .next_step_on
        .map(|day| dates::near_day(i18n, day, today));
    let text = match (card.next_step.clone(), on) {
        _ if is_closed => return ().into_any(),
        // The day first: of a long step the end is cut off.
        (Some(step), Some(on)) => format!("{on} · {step}"),
        (Some(step), None) => step,
        (None, Some(on)) => on,
        (None, None) => {
            return view! {
                <span class="card__next card__next--none cut">{t_string!(i18n, board.no_next_step)}</span>
            }
            .into_any();
        }
    };
    let is_late = card.next_step_on.is_some_and(|day| day < today);
    let title = if is_late {
        t_string!(i18n, board.late, step = text.clone())
    } else {
        text.clone()
    };
    view! {
        <span class="card__next cut" class=("card__next--late", is_late) dir="auto" title=title>
            <Icon glyph=if is_late { Glyph::Warning } else { Glyph::Clock } />
            {text}
        </span>
    }
    .into_any()
}

fn is_stale(card: &Card, days: Option<u16>, now: chrono::DateTime<chrono::Utc>) -> bool {
    days.is_some_and(|days| card.days_in_stage(now) > i64::from(days))
}
