//! A button with a list of things to do, in the browser's own popover: it lies above everything,
//! closes on Escape or a click elsewhere, and gives the focus back.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use leptos::wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::class::join;
use super::icon::{Glyph, Icon};

/// A button and its menu of [`MenuItem`]s.
#[component]
pub fn Menu(
    /// The menu's id; unique in the document.
    #[prop(into)]
    id: Oco<'static, str>,
    /// What the button opens, in words.
    #[prop(into)]
    label: TextProp,
    /// The button's picture, when there is no `trigger`.
    #[prop(default = Glyph::More)]
    glyph: Glyph,
    /// What the button shows instead.
    #[prop(optional, into)]
    trigger: Option<ViewFn>,
    /// Further classes of the button, such as `button--small`.
    #[prop(optional, into)]
    class: Oco<'static, str>,
    /// The items.
    children: Children,
) -> impl IntoView {
    let button = NodeRef::<html::Button>::new();
    let menu = NodeRef::<html::Div>::new();
    let (shown, shape) = match trigger {
        Some(trigger) => (trigger.run(), ""),
        None => (view! { <Icon glyph=glyph /> }.into_any(), "button--icon"),
    };
    let (title, name) = (label.clone(), label.clone());
    view! {
        <button
            class=join(["button button--quiet", shape, &class])
            type="button"
            node_ref=button
            popovertarget=id.clone()
            aria-haspopup="menu"
            aria-label=move || label.get()
            title=move || title.get()
        >
            {shown}
        </button>
        <div
            class="menu"
            id=id
            popover="auto"
            role="menu"
            node_ref=menu
            aria-label=move || name.get()
            on:beforetoggle=move |_: ev::Event| place(button, menu)
            on:toggle=move |_| focus_first(menu)
            on:keydown=move |event| walk(menu, &event)
        >
            {children()}
        </div>
    }
}

/// One thing to do, or somewhere to go.
#[component]
pub fn MenuItem(
    /// A picture before the words.
    #[prop(optional, into)]
    glyph: Option<Glyph>,
    /// Where it goes; a path of ours.
    #[prop(optional, into)]
    href: Option<TextProp>,
    /// What it does.
    #[prop(optional, into)]
    on_select: Option<Callback<()>>,
    /// For one of several settings: whether it is the one.
    #[prop(optional, into)]
    checked: Option<Signal<bool>>,
    /// Whether it destroys something.
    #[prop(optional)]
    danger: bool,
    /// Whether it can be chosen now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// The words.
    children: Children,
) -> impl IntoView {
    let class = join(["menu__item", if danger { "menu__item--danger" } else { "" }]);
    let role = if checked.is_some() {
        "menuitemradio"
    } else {
        "menuitem"
    };
    let is_checked = checked.map(|it| move || if it.get() { "true" } else { "false" });
    let mark = move || {
        checked
            .is_some_and(|it| it.get())
            .then(|| view! { <Icon glyph=Glyph::Check /> })
    };
    let on_click = move |event: ev::MouseEvent| {
        close_around(&event);
        if let Some(on_select) = on_select {
            on_select.run(());
        }
    };
    let content = view! {
        {glyph.map(|glyph| view! { <Icon glyph=glyph /> })}
        <span class="menu__label">{children()}</span>
        {mark}
    };
    match href {
        Some(href) => view! {
            <a class=class role=role tabindex="-1" href=move || href.get() on:click=on_click>
                {content}
            </a>
        }
        .into_any(),
        None => view! {
            <button
                class=class
                type="button"
                role=role
                tabindex="-1"
                aria-checked=is_checked
                disabled=move || disabled.get()
                on:click=on_click
            >
                {content}
            </button>
        }
        .into_any(),
    }
}

/// A line between groups of items.
#[component]
pub fn MenuSeparator() -> impl IntoView {
    view! { <hr class="menu__sep" role="separator" /> }
}

/// Puts the menu beside its button, on the side where there is more room. Called before it shows,
/// so that it does not jump.
pub(crate) fn place(button: NodeRef<html::Button>, menu: NodeRef<html::Div>) {
    let (Some(button), Some(menu)) = (button.get_untracked(), menu.get_untracked()) else {
        return;
    };
    let edge = button.get_bounding_client_rect();
    let page = document().document_element();
    let (width, height) = page.map_or((0.0, 0.0), |page| {
        (
            f64::from(page.client_width()),
            f64::from(page.client_height()),
        )
    });
    let (above, below) = (edge.top(), height - edge.bottom());
    let (left, right) = if edge.left() + edge.right() > width {
        (
            "auto".to_owned(),
            format!("{:.0}px", (width - edge.right()).max(8.0)),
        )
    } else {
        (format!("{:.0}px", edge.left().max(8.0)), "auto".to_owned())
    };
    let (top, bottom, room) = if below < 240.0 && above > below {
        (
            "auto".to_owned(),
            format!("{:.0}px", height - above + 4.0),
            above,
        )
    } else {
        (
            format!("{:.0}px", edge.bottom() + 4.0),
            "auto".to_owned(),
            below,
        )
    };
    let style = (*menu).style();
    for (name, value) in [
        ("left", left),
        ("right", right),
        ("top", top),
        ("bottom", bottom),
        ("--room", format!("{:.0}px", (room - 12.0).max(120.0))),
    ] {
        // Every one of these names and values is valid.
        let _ = style.set_property(name, &value);
    }
}

/// The items that can be chosen.
fn items(menu: &Element) -> Vec<HtmlElement> {
    let Ok(found) = menu.query_selector_all(".menu__item:not(:disabled)") else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|index| found.item(index)?.dyn_into().ok())
        .collect()
}

fn focus_first(menu: NodeRef<html::Div>) {
    // The browser tells of a menu that closes because its page has just let go of it.
    let Some(menu) = menu.try_get_untracked().flatten() else {
        return;
    };
    if !menu.matches(":popover-open").unwrap_or_default() {
        return;
    }
    if let Some(first) = items(&menu).first() {
        let _ = first.focus();
    }
}

/// Arrows, Home and End move among the items; Tab leaves and closes.
fn walk(menu: NodeRef<html::Div>, event: &ev::KeyboardEvent) {
    let Some(menu) = menu.get_untracked() else {
        return;
    };
    let items = items(&menu);
    let active = document().active_element();
    let here = items
        .iter()
        .position(|item| active.as_ref() == Some(item.as_ref()));
    let last = items.len().saturating_sub(1);
    let next = match event.key().as_str() {
        "ArrowDown" => here.map_or(0, |at| if at == last { 0 } else { at + 1 }),
        "ArrowUp" => here.map_or(last, |at| if at == 0 { last } else { at - 1 }),
        "Home" => 0,
        "End" => last,
        "Tab" => {
            let _ = menu.hide_popover();
            return;
        }
        _ => return,
    };
    event.prevent_default();
    if let Some(item) = items.get(next) {
        let _ = item.focus();
    }
}

fn close_around(event: &ev::MouseEvent) {
    let item = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let menu = item.and_then(|item| item.closest("[popover]").ok().flatten());
    if let Some(menu) = menu.and_then(|menu| menu.dyn_into::<HtmlElement>().ok()) {
        let _ = menu.hide_popover();
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn the_button_names_and_opens_its_menu() {
        Owner::new().with(|| {
            let html = view! {
                <Menu id="deal-menu" label="More">
                    <MenuItem glyph=Glyph::Edit on_select=|()| {}>"Rename"</MenuItem>
                    <MenuSeparator />
                    <MenuItem href="/deals">"Deals"</MenuItem>
                    <MenuItem checked=true>"Dark"</MenuItem>
                </Menu>
            }
            .to_html();
            assert!(html.contains(r#"popovertarget="deal-menu""#), "{html}");
            assert!(html.contains(r#"id="deal-menu""#), "{html}");
            assert!(html.contains(r#"aria-haspopup="menu""#), "{html}");
            assert_eq!(html.matches(r#"role="menuitem""#).count(), 2, "{html}");
            assert!(html.contains(r#"aria-checked="true""#), "{html}");
            assert!(html.contains(r#"href="/deals""#), "{html}");
        });
    }
}
