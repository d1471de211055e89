//! A record beside the board it came from.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use leptos::wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// A sheet at the side; on a phone it covers the page. What is behind it stays in use, so it is
/// no modal dialog: it takes the focus when it opens, Escape closes it, and the focus goes back.
///
/// The server leaves it to the browser: what it shows is loaded beside a page that is itself still
/// loading, and resources made in there would be counted differently on the two sides.
#[component]
pub fn Panel(
    /// Its id; unique in the document.
    #[prop(into)]
    id: Oco<'static, str>,
    /// What it shows, in words.
    #[prop(into)]
    label: TextProp,
    /// Whether it is there.
    #[prop(into)]
    open: Signal<bool>,
    /// Called when the user wants it gone.
    #[prop(into)]
    on_close: Callback<()>,
    /// What is in it; exists only while it is open.
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    let is_awake = RwSignal::new(false);
    Effect::new(move |_| is_awake.set(true));
    let open = Memo::new(move |_| is_awake.get() && open.get());
    // What had the focus before is kept in the effect itself: elements stay on their thread, and on
    // the server there are no effects.
    Effect::new(move |before: Option<Option<HtmlElement>>| {
        let before = before.flatten();
        match (before, node.get().filter(|_| open.get())) {
            (None, Some(panel)) => {
                let came_from = focused();
                // Nothing is lost when the browser refuses the focus.
                let _ = panel.focus();
                came_from
            }
            (Some(came_from), None) => {
                if came_from.is_connected() {
                    let _ = came_from.focus();
                }
                None
            }
            (before, _) => before,
        }
    });
    Effect::new(move |_| {
        if open.get() {
            let listener = window_event_listener(ev::keydown, move |event| {
                if event.key() == "Escape" && !event.default_prevented() && !is_something_above() {
                    on_close.run(());
                }
            });
            on_cleanup(move || listener.remove());
        }
    });
    move || {
        open.get()
            .then(|| sheet(id.clone(), label.clone(), node, children.clone()))
    }
}

fn sheet(
    id: Oco<'static, str>,
    label: TextProp,
    node: NodeRef<html::Div>,
    children: ChildrenFn,
) -> AnyView {
    view! {
        <div
            class="panel"
            id=id
            role="dialog"
            aria-modal="false"
            aria-label=move || label.get()
            tabindex="-1"
            node_ref=node
        >
            {children()}
        </div>
    }
    .into_any()
}

fn focused() -> Option<HtmlElement> {
    document().active_element()?.dyn_into().ok()
}

/// Escape belongs to an open dialog or menu first.
fn is_something_above() -> bool {
    document()
        .query_selector("dialog[open], :popover-open")
        .is_ok_and(|found| found.is_some())
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn the_server_leaves_it_to_the_browser() {
        Owner::new().with(|| {
            let html = view! {
                <Panel id="record" label="Deal" open=true on_close=|()| {}>"body"</Panel>
            }
            .to_html();
            assert!(!html.contains("body"), "{html}");
        });
    }

    #[test]
    fn it_is_a_dialog_with_a_name() {
        Owner::new().with(|| {
            let children = ToChildren::to_children(|| "body");
            let html = sheet("record".into(), "Deal".into(), NodeRef::new(), children).to_html();
            assert!(html.contains(r#"role="dialog""#), "{html}");
            assert!(html.contains(r#"aria-label="Deal""#), "{html}");
            assert!(html.contains("body"), "{html}");
        });
    }
}
