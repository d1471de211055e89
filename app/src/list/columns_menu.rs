//! Which columns there are, in which order and how wide: by mouse, finger and keyboard.

use domain::FieldDef;
use domain::view::ViewColumn;
use leptos::ev::{self, KeyboardEvent, PointerEvent};
use leptos::html::{Button as ButtonElement, Div, Ul};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::grid::elements;
use super::state::ListState;
use crate::i18n::{t, t_string};
use crate::ui::{
    Button, ButtonSize, ButtonVariant, Checkbox, Glyph, Icon, InputKind, TextInput, place_popover,
};

/// A column grows or shrinks by so much with a key, in CSS pixels.
const STEP: u16 = 16;
/// With more fields than this one can search among them.
const MANY: usize = 12;

/// The button and its menu.
#[component]
pub fn ColumnsMenu(
    /// The list.
    list: ListState,
) -> impl IntoView {
    let i18n = list.i18n;
    let button = NodeRef::<ButtonElement>::new();
    let sheet = NodeRef::<Div>::new();
    let open = RwSignal::new(false);
    view! {
        <button
            class="button button--quiet list__columns"
            type="button"
            node_ref=button
            popovertarget="list-columns"
            aria-haspopup="dialog"
            title=move || t_string!(i18n, list.columns)
            aria-label=move || t_string!(i18n, list.columns)
        >
            <Icon glyph=Glyph::Rail />
            <span class="button__label">{t!(i18n, list.columns)}</span>
        </button>
        <div
            class="popover columns"
            id="list-columns"
            popover="auto"
            role="dialog"
            aria-label=move || t_string!(i18n, list.columns)
            node_ref=sheet
            on:beforetoggle=move |_: ev::Event| place_popover(button, sheet)
            on:toggle=move |_| {
                let is_open = sheet
                    .get_untracked()
                    .is_some_and(|it| it.matches(":popover-open").unwrap_or_default());
                open.set(is_open);
            }
        >
            {move || open.get().then(|| view! { <Columns list /> })}
        </div>
    }
}

#[component]
fn Columns(list: ListState) -> impl IntoView {
    let i18n = list.i18n;
    let all = Memo::new(move |_| list.workspace.with(|it| it.fields(list.kind)));
    let text = RwSignal::new(String::new());
    // The order while a column is dragged.
    let dragged = RwSignal::new(None::<Vec<String>>);
    let chosen = Memo::new(move |_| {
        dragged.get().unwrap_or_else(|| {
            list.columns
                .with(|columns| columns.iter().map(|field| field.key.to_string()).collect())
        })
    });
    let fits = move |field: &FieldDef| {
        let text = text.get();
        text.trim().is_empty()
            || crate::labels::field(i18n, field)
                .to_lowercase()
                .contains(&text.trim().to_lowercase())
    };
    let rest = Memo::new(move |_| {
        all.with(|all| {
            all.iter()
                .filter(|field| {
                    chosen.with(|chosen| !chosen.iter().any(|key| *key == field.key)) && fits(field)
                })
                .cloned()
                .collect::<Vec<_>>()
        })
    });
    let find = move |key: &str| all.with_untracked(|all| domain::field::find(all, key).cloned());
    let node = NodeRef::<Ul>::new();
    let held = StoredValue::new(None::<String>);
    let on_move = move |event: PointerEvent| {
        let (Some(key), Some(list_element)) = (held.get_value(), node.get_untracked()) else {
            return;
        };
        let y = f64::from(event.client_y());
        let to = elements(&list_element, "[data-column]")
            .iter()
            .filter(|item| {
                let bounds = item.get_bounding_client_rect();
                bounds.top() + bounds.height() / 2.0 < y
            })
            .count();
        let mut order = chosen.get_untracked();
        if let Some(from) = order.iter().position(|other| *other == key) {
            let to = if to > from { to - 1 } else { to }.max(1);
            if to != from {
                reorder(&mut order, from, to);
                dragged.set(Some(order));
            }
        }
    };
    let on_up = move |_: PointerEvent| {
        held.set_value(None);
        if let Some(order) = dragged.get_untracked() {
            list.put_columns(&order);
            dragged.set(None);
        }
    };
    let item = move |key: String| {
        let Some(field) = find(&key) else {
            return ().into_any();
        };
        let name = crate::labels::field(i18n, &field);
        if key == list.kind.title_field() {
            return view! {
                <li class="columns__item columns__item--fixed" data-column=key>
                    <span class="columns__handle"></span>
                    <Checkbox label=name checked=true disabled=true />
                </li>
            }
            .into_any();
        }
        let (of_key, of_handle, of_toggle) = (key.clone(), key.clone(), key.clone());
        let on_key = move |event: KeyboardEvent| list.on_handle(node, &of_key, &event);
        let on_down = move |event: PointerEvent| {
            event.prevent_default();
            held.set_value(Some(of_handle.clone()));
            if let Some(element) = node.get_untracked() {
                // Without the capture the drag ends where the pointer leaves the menu.
                let _ = element.set_pointer_capture(event.pointer_id());
            }
        };
        let toggle = Callback::new(move |_: bool| {
            let mut order = chosen.get_untracked();
            order.retain(|other| *other != of_toggle);
            list.put_columns(&order);
        });
        view! {
            <li class="columns__item" data-column=key>
                <button
                    class="columns__handle"
                    type="button"
                    aria-label=t_string!(i18n, list.move_column, field = name.clone())
                    aria-describedby="columns-help"
                    on:keydown=on_key
                    on:pointerdown=on_down
                >
                    <Icon glyph=Glyph::Drag />
                </button>
                <Checkbox label=name checked=true on_change=toggle />
            </li>
        }
        .into_any()
    };
    let more = move |field: FieldDef| {
        let key = field.key.to_string();
        let add = Callback::new(move |_: bool| {
            let mut order = chosen.get_untracked();
            order.push(key.clone());
            list.put_columns(&order);
        });
        view! {
            <li class="columns__item">
                <Checkbox label=crate::labels::field(i18n, &field) on_change=add />
            </li>
        }
    };
    let usual = move |_| list.change(false, |spec| spec.columns.clear());
    view! {
        <p class="columns__help muted" id="columns-help">{t!(i18n, list.columns_help)}</p>
        <ul
            class="columns__list"
            role="list"
            node_ref=node
            aria-label=move || t_string!(i18n, list.columns_shown)
            on:pointermove=on_move
            on:pointerup=on_up
            on:pointercancel=on_up
        >
            <For each=move || chosen.get() key=Clone::clone let:key>
                {item(key)}
            </For>
        </ul>
        {move || {
            all.with(|all| all.len() > MANY).then(|| {
                view! {
                    <TextInput
                        kind=InputKind::Search
                        initial=text.get_untracked()
                        on_input=move |typed: String| text.set(typed)
                        label=move || t_string!(i18n, list.find_column)
                        placeholder=move || t_string!(i18n, list.find_column)
                        class="input--small"
                        autocomplete="off"
                    />
                }
            })
        }}
        <ul class="columns__list" role="list" aria-label=move || t_string!(i18n, list.columns_more)>
            <For each=move || rest.get() key=|field| field.key.to_string() let:field>
                {more(field)}
            </For>
        </ul>
        <Button size=ButtonSize::Small variant=ButtonVariant::Quiet on:click=usual>
            {t!(i18n, list.usual_columns)}
        </Button>
    }
}

fn reorder(order: &mut Vec<String>, from: usize, to: usize) {
    let key = order.remove(from);
    order.insert(to.min(order.len()), key);
}

impl ListState {
    /// Shows these columns, each as wide as it was.
    fn put_columns(self, order: &[String]) {
        let known = self.chosen();
        let columns: Vec<ViewColumn> = order
            .iter()
            .map(|key| {
                known
                    .iter()
                    .find(|it| it.field == *key)
                    .cloned()
                    .unwrap_or_else(|| ViewColumn {
                        field: key.clone(),
                        width: None,
                    })
            })
            .collect();
        self.change(true, |spec| spec.columns = columns);
    }

    /// A key on a column's handle: up and down move it, left and right change its width.
    fn on_handle(self, node: NodeRef<Ul>, key: &str, event: &KeyboardEvent) {
        let mut order: Vec<String> = self.chosen().into_iter().map(|it| it.field).collect();
        let Some(at) = order.iter().position(|other| other == key) else {
            return;
        };
        let width = self.widths.with_untracked(|all| all.get(at).copied());
        match event.key().as_str() {
            "ArrowUp" if at > 1 => {
                reorder(&mut order, at, at - 1);
                self.put_columns(&order);
            }
            "ArrowDown" if at + 1 < order.len() => {
                reorder(&mut order, at, at + 1);
                self.put_columns(&order);
            }
            "ArrowLeft" => {
                let narrower = width.map(|width| {
                    width
                        .saturating_sub(STEP)
                        .max(*domain::list::WIDEST.start())
                });
                self.set_width(key, narrower);
            }
            "ArrowRight" => {
                let wider = width.map(|width| (width + STEP).min(*domain::list::WIDEST.end()));
                self.set_width(key, wider);
            }
            _ => return,
        }
        event.prevent_default();
        let key = key.to_owned();
        // The handle is another element where the list was made anew.
        request_animation_frame(move || {
            request_animation_frame(move || focus_handle(node, &key));
        });
    }
}

fn focus_handle(node: NodeRef<Ul>, key: &str) {
    let Some(Some(list)) = node.try_get_untracked() else {
        return;
    };
    let list: &Element = &list;
    let handle = elements(list, "[data-column]")
        .into_iter()
        .find(|item| item.get_attribute("data-column").as_deref() == Some(key))
        .and_then(|item| item.query_selector(".columns__handle").ok().flatten())
        .and_then(|handle| handle.dyn_into::<HtmlElement>().ok());
    if let Some(handle) = handle {
        // Nothing is lost when the browser refuses the focus.
        let _ = handle.focus();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_goes_before_or_behind_others() {
        let order = || ["a", "b", "c", "d"].map(str::to_owned).to_vec();
        let moved = |from, to| {
            let mut order = order();
            reorder(&mut order, from, to);
            order.concat()
        };
        assert_eq!(moved(3, 1), "adbc");
        assert_eq!(moved(1, 3), "acdb");
        assert_eq!(moved(1, 9), "acdb");
    }
}
