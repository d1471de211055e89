//! The table: a head that sticks, the rows in sight and a few around them, a foot with sums. The
//! table itself has the focus and names the cell that the keyboard is at, so that rows can come
//! and go in the document without the focus getting lost.

use domain::list::{Piece, Sight, in_sight, pieces};
use domain::view::ViewSpec;
use domain::{FieldDef, RecordId};
use leptos::attr::custom::custom_attribute;
use leptos::ev;
use leptos::html::{Button, Div};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::footer::Footer;
use super::header_cell::HeaderCell;
use super::keyboard::on_key;
use super::pointer::{Press, cell_at, on_click, on_double_click};
use super::row::GridRow;
use super::selecting::HeadCheckbox;
use super::state::ListState;
use crate::i18n::{t, t_string};
use crate::layout::Failed;
use crate::ui::{Button as PlainButton, ButtonSize, Glyph, Icon, Skeleton, SkeletonKind};

/// The height of a row before one is measured.
const PITCH: f64 = 36.0;

/// A piece of the table's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Line {
    Gap(usize),
    Row(RecordId),
}

/// The table of a list.
#[component]
pub fn Grid(
    /// The list.
    list: ListState,
    /// How far it is scrolled first, in CSS pixels.
    start: f64,
) -> impl IntoView {
    let i18n = list.i18n;
    let count = Memo::new(move |_| list.model.with(super::model::Model::len));
    let shown = Memo::new(move |_| {
        let sight = list.pitch.get().map(|pitch| Sight {
            pitch,
            height: list.height.get(),
            scrolled: list.scrolled.get(),
        });
        in_sight(sight, count.get())
    });
    let all = Memo::new(move |_| {
        let mut kept = Vec::new();
        kept.extend(list.active.with(|active| active.map(|(id, _)| id)));
        kept.extend(list.editing.with(|edit| edit.as_ref().map(|edit| edit.id)));
        let kept: Vec<usize> = list
            .model
            .with(|model| kept.into_iter().filter_map(|id| model.place(id)).collect());
        pieces(shown.get(), count.get(), &kept)
    });
    let lines = Memo::new(move |_| {
        list.model.with(|model| {
            all.with(|all| {
                let line = |piece: &Piece| match *piece {
                    Piece::Gap { number, .. } => Some(Line::Gap(number)),
                    Piece::Row(place) => model.at(place).map(Line::Row),
                };
                all.iter().filter_map(line).collect::<Vec<_>>()
            })
        })
    });
    Effect::new(move |_| {
        let end = shown.get().end;
        if list.pitch.get().is_some() && list.wants_more(end) && list.stopped.with(Option::is_none)
        {
            // On its own, when what is on its way has come.
            if !list.filling.get() {
                list.fill();
            }
        }
    });
    measure(list, start);
    mark_active(list, lines);
    let is_empty = move || {
        count.get() == 0 && !list.loading.get() && list.model.with(|model| model.next().is_none())
    };
    let width = move || {
        let columns: u32 = list
            .widths
            .with(|all| all.iter().map(|it| u32::from(*it)).sum());
        (columns + 40).to_string()
    };
    let rows = move || {
        list.count
            .get()
            .filter(|count| !count.capped)
            .map_or_else(|| "-1".to_owned(), |count| (count.value + 1).to_string())
    };
    let pencil = NodeRef::<Button>::new();
    let pencil_at = RwSignal::new(None::<(RecordId, usize)>);
    let press = Press::new(list);
    let heads = move || {
        let columns = list.columns.get();
        let heads = columns.into_iter().enumerate();
        heads
            .map(|(at, field)| view! { <HeaderCell list at field /> })
            .collect_view()
    };
    view! {
        <div
            class="tablewrap list__scroll"
            node_ref=list.scroller
            hidden=is_empty
            on:scroll=move |_| {
                look(list);
                pencil_at.set(None);
            }
        >
            <table
                class="grid"
                class=("grid--old", move || list.loading.get())
                role="grid"
                tabindex="0"
                node_ref=list.table
                aria-label=move || crate::labels::kind_many(i18n, list.kind)
                aria-describedby="list-help"
                aria-multiselectable="true"
                aria-rowcount=rows
                aria-colcount=move || (list.columns.with(Vec::len) + 1).to_string()
                aria-busy=move || (list.loading.get() || list.filling.get()).then_some("true")
                aria-activedescendant=move || {
                    list.active.get().map(|(id, column)| format!("cell-{id}-{column}"))
                }
                on:keydown=move |event| on_key(list, &event)
                on:focus=move |_| list.wake()
                on:click=move |event| on_click(list, press, &event)
                on:dblclick=move |event| on_double_click(list, &event)
                on:pointerdown=move |event| press.down(&event)
                on:pointermove=move |event| press.moved(&event)
                on:pointerup=move |_| press.up()
                on:pointercancel=move |_| press.up()
                on:contextmenu=move |event| press.menu(&event)
                on:pointerover=move |event: ev::PointerEvent| {
                    hover(list, &event, pencil, pencil_at);
                }
                {..custom_attribute("width", width)}
            >
                <colgroup>
                    <col {..custom_attribute("width", "40")} />
                    {move || {
                        list.widths
                            .get()
                            .into_iter()
                            .map(|width| view! { <col {..custom_attribute("width", width.to_string())} /> })
                            .collect_view()
                    }}
                    <col />
                </colgroup>
                <thead role="rowgroup">
                    <tr role="row" aria-rowindex="1">
                        <th class="grid__check" role="columnheader" scope="col">
                            <HeadCheckbox list />
                        </th>
                        {heads}
                        <td class="grid__fill" role="presentation"></td>
                    </tr>
                </thead>
                <tbody role="rowgroup">
                    <For each=move || lines.get() key=|line| *line let:line>
                        {match line {
                            Line::Row(id) => view! { <GridRow list id /> }.into_any(),
                            Line::Gap(number) => gap(list, all, number),
                        }}
                    </For>
                    {move || below(list)}
                </tbody>
                <Footer list />
            </table>
            <button
                class="grid__pencil"
                type="button"
                tabindex="-1"
                aria-hidden="true"
                node_ref=pencil
                hidden=move || pencil_at.get().is_none() || list.editing.with(Option::is_some)
                on:click=move |_| {
                    if let Some((id, column)) = pencil_at.get_untracked() {
                        pencil_at.set(None);
                        list.edit(id, column, None);
                    }
                }
            >
                <Icon glyph=Glyph::Edit />
            </button>
        </div>
        <p class="visually-hidden" id="list-help">
            {t!(i18n, list.help)}
        </p>
    }
}

/// Room for rows that are not in the document.
fn gap(list: ListState, all: Memo<Vec<Piece>>, number: usize) -> AnyView {
    let rows = Memo::new(move |before: Option<&usize>| {
        all.with(|all| {
            all.iter().find_map(|piece| match piece {
                Piece::Gap {
                    number: other,
                    rows,
                } if *other == number => Some(*rows),
                _ => None,
            })
        })
        .or(before.copied())
        .unwrap_or(0)
    });
    let height = move || {
        #[expect(clippy::cast_precision_loss, reason = "no list has 2^52 rows")]
        let rows = rows.get() as f64;
        format!("{:.0}", rows * list.pitch.get().unwrap_or(PITCH))
    };
    view! {
        <tr class="grid__gap" aria-hidden="true">
            <td colspan="99" {..custom_attribute("height", height)}></td>
        </tr>
    }
    .into_any()
}

/// What stands under the last row: more on its way, or why it does not come.
fn below(list: ListState) -> AnyView {
    let i18n = list.i18n;
    if let Some(error) = list.stopped.get() {
        let text = crate::labels::error(i18n, &error);
        return view! {
            <tr class="grid__stopped" role="row">
                <td colspan="99" role="gridcell">
                    <div class="row" role="alert">
                        <Icon glyph=Glyph::Warning />
                        <span>{text}</span>
                        <PlainButton size=ButtonSize::Small on:click=move |_| list.fill()>
                            {t!(i18n, list.retry)}
                        </PlainButton>
                    </div>
                </td>
            </tr>
        }
        .into_any();
    }
    if list.model.with(|model| model.next().is_none()) {
        return ().into_any();
    }
    let cells = list.columns.with(Vec::len);
    (0..3)
        .map(|_| {
            let cells = (0..cells)
                .map(|at| {
                    let place = if at == 0 { "title" } else { "rest" };
                    view! { <td data-place=place><Skeleton kind=SkeletonKind::Text /></td> }
                })
                .collect_view();
            view! {
                <tr class="grid__row grid__row--more" aria-hidden="true">
                    <td class="grid__check"></td>
                    {cells}
                    <td class="grid__fill"></td>
                </tr>
            }
        })
        .collect_view()
        .into_any()
}

/// Notices how far the list is scrolled and how much of it is seen.
fn look(list: ListState) {
    if let Some(Some(scroller)) = list.scroller.try_get_untracked() {
        list.scrolled.set(f64::from(scroller.scroll_top()));
        let height = f64::from(scroller.client_height());
        if (list.height.get_untracked() - height).abs() > 0.5 {
            list.height.set(height);
        }
    }
}

/// Measures the rows: all are of one height, which changes with the window's width.
fn measure(list: ListState, start: f64) {
    let measure = move || {
        let Some(Some(scroller)) = list.scroller.try_get_untracked() else {
            return;
        };
        let row = scroller
            .query_selector(".grid__row[data-id]")
            .ok()
            .flatten()
            .map(|row| row.get_bounding_client_rect().height())
            .filter(|height| *height > 1.0);
        if let Some(pitch) = row
            && list.pitch.try_get_untracked() != Some(Some(pitch))
        {
            list.pitch.try_set(Some(pitch));
        }
        look(list);
    };
    let came_back = StoredValue::new(start < 1.0);
    Effect::new(move |_| {
        // Until there is a row to measure.
        let is_empty = list.model.with(super::model::Model::is_empty);
        if list.scroller.get().is_some() && !is_empty && list.pitch.get_untracked().is_none() {
            request_animation_frame(move || {
                measure();
                if came_back.try_update_value(|done| std::mem::replace(done, true)) == Some(false) {
                    // When the gaps have their heights.
                    request_animation_frame(move || scroll_to(list, start));
                }
            });
        }
    });
    let resized = window_event_listener(ev::resize, move |_| measure());
    on_cleanup(move || resized.remove());
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "browsers scroll by whole pixels, and not as far as 2^31"
)]
pub(super) fn scroll_to(list: ListState, to: f64) {
    if let Some(Some(scroller)) = list.scroller.try_get_untracked() {
        scroller.set_scroll_top(to as i32);
        look(list);
    }
}

/// Marks the cell that the keyboard is at, and keeps links in cells out of the way of the tab key:
/// the table is one stop.
fn mark_active(list: ListState, lines: Memo<Vec<Line>>) {
    Effect::new(move |_| {
        let active = list.active.get();
        lines.track();
        list.model.track();
        list.columns.track();
        list.editing.track();
        request_animation_frame(move || {
            let Some(Some(table)) = list.table.try_get_untracked() else {
                return;
            };
            for link in elements(&table, "tbody a:not([tabindex])") {
                // Fails only for names that no attribute may have.
                let _ = link.set_attribute("tabindex", "-1");
            }
            for cell in elements(&table, ".grid__cell--active") {
                let _ = cell.class_list().remove_1("grid__cell--active");
            }
            if let Some((id, column)) = active
                && let Some(cell) = document().get_element_by_id(&format!("cell-{id}-{column}"))
            {
                let _ = cell.class_list().add_1("grid__cell--active");
            }
        });
    });
}

/// All elements within another one that a selector finds.
pub(super) fn elements(within: &Element, selector: &str) -> Vec<Element> {
    let Ok(found) = within.query_selector_all(selector) else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|index| found.item(index)?.dyn_into().ok())
        .collect()
}

/// Puts the pencil into the corner of the cell under the pointer, where it can be edited.
fn hover(
    list: ListState,
    event: &ev::PointerEvent,
    pencil: NodeRef<Button>,
    pencil_at: RwSignal<Option<(RecordId, usize)>>,
) {
    if event.pointer_type() != "mouse" {
        return;
    }
    let found = cell_at(event.target());
    let at = found
        .as_ref()
        .map(|(_, id, column)| (*id, *column))
        .filter(|(id, column)| list.why_not(*id, *column).is_none());
    if at == pencil_at.get_untracked() {
        return;
    }
    pencil_at.set(at);
    let (Some((cell, ..)), Some(pencil), Some(scroller)) =
        (found, pencil.get_untracked(), list.scroller.get_untracked())
    else {
        return;
    };
    let (cell, around) = (
        cell.get_bounding_client_rect(),
        scroller.get_bounding_client_rect(),
    );
    let top = cell.top() - around.top() + f64::from(scroller.scroll_top());
    let left = cell.right() - around.left() + f64::from(scroller.scroll_left());
    for (name, value) in [("top", top), ("left", left)] {
        // Both names and values are valid.
        let _ = HtmlElement::style(&pencil).set_property(name, &format!("{value:.0}px"));
    }
}

/// The head of the list while its rows are not there yet.
#[component]
pub fn Unread(
    /// The list.
    list: ListState,
) -> impl IntoView {
    let i18n = list.i18n;
    let node = NodeRef::<Div>::new();
    move || {
        list.failed.get().map(|error| {
            let retry = Callback::new(move |()| list.read_anew());
            view! {
                <div class="list__failed" node_ref=node>
                    <Failed error on_retry=retry />
                    <PlainButton
                        size=ButtonSize::Small
                        on:click=move |_| list.change(false, |spec| *spec = ViewSpec::default())
                    >
                        {t_string!(i18n, list.show_all)}
                    </PlainButton>
                </div>
            }
        })
    }
}

/// Whether a column holds numbers, which stand at its end.
#[must_use]
pub fn is_number(field: &FieldDef) -> bool {
    domain::list::can_sum(field)
}
