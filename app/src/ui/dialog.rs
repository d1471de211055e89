//! A question that must be answered before anything else: the browser's own modal dialog, which
//! keeps the focus inside, closes on Escape and gives the focus back.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use web_sys::EventTarget;

use super::class::join;
use super::icon::{Glyph, Icon};

/// A modal dialog; on a phone a sheet from below. Its children exist only while it is open, so a
/// form in it starts afresh each time. Put its buttons into a `div.dialog__actions`.
#[component]
pub fn Dialog(
    /// Its id; unique in the document.
    #[prop(into)]
    id: Oco<'static, str>,
    /// What it asks.
    #[prop(into)]
    title: TextProp,
    /// The name of the closing cross.
    #[prop(into)]
    close_label: TextProp,
    /// Whether it is open. Escape, the cross and a click beside it set it to false.
    open: RwSignal<bool>,
    /// Called once it has closed, whichever way.
    #[prop(optional, into)]
    on_close: Option<Callback<()>>,
    /// Whether it is wide enough for two columns.
    #[prop(optional)]
    wide: bool,
    /// Further classes.
    #[prop(optional, into)]
    class: Oco<'static, str>,
    /// What is in it.
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let (Some(dialog), is_open) = (node.get(), open.get()) else {
            return;
        };
        if !is_open {
            if dialog.open() {
                dialog.close();
            }
            return;
        }
        // Once its content is there too, and before the next key: whoever types on does not wait for
        // a frame, and what went to the page behind would be lost.
        queue_microtask(move || {
            if dialog.is_connected() && !dialog.open() && open.try_get_untracked() == Some(true) {
                // It can only refuse what was just ruled out.
                let _ = dialog.show_modal();
            }
        });
    });
    let title_id = format!("{id}-title");
    let labelled_by = title_id.clone();
    let presses_beside = StoredValue::new(false);
    let is_beside = move |event: &ev::MouseEvent| {
        node.get_untracked().is_some_and(|dialog| {
            event
                .target()
                .is_some_and(|target| &target == AsRef::<EventTarget>::as_ref(&*dialog))
        })
    };
    view! {
        <dialog
            class=join(["dialog", if wide { "dialog--wide" } else { "" }, &class])
            id=id
            node_ref=node
            aria-labelledby=labelled_by
            on:mousedown=move |event| presses_beside.set_value(is_beside(&event))
            on:click=move |event| {
                if presses_beside.get_value() && is_beside(&event) {
                    open.set(false);
                }
            }
            on:close=move |_| {
                // The page may be gone before its dialog.
                open.try_set(false);
                if let Some(on_close) = on_close {
                    on_close.try_run(());
                }
            }
        >
            {move || {
                open.get()
                    .then(|| {
                        sheet(title_id.clone(), title.clone(), close_label.clone(), open, children.clone())
                    })
            }}
        </dialog>
    }
}

/// The cross comes last, so that the first thing in the body gets the focus.
fn sheet(
    title_id: String,
    title: TextProp,
    close_label: TextProp,
    open: RwSignal<bool>,
    children: ChildrenFn,
) -> AnyView {
    view! {
        <div class="dialog__sheet">
            <h2 class="dialog__title" id=title_id>
                {move || title.get()}
            </h2>
            <div class="dialog__body">{children()}</div>
            <button
                class="button button--quiet button--icon dialog__close"
                type="button"
                aria-label=move || close_label.get()
                on:click=move |_| open.set(false)
            >
                <Icon glyph=Glyph::Close />
            </button>
        </div>
    }
    .into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn closed_it_has_no_content_open_it_is_labelled() {
        Owner::new().with(|| {
            let open = RwSignal::new(false);
            let html = view! {
                <Dialog id="lost" title="Why?" close_label="Close" open=open>"body"</Dialog>
            }
            .to_html();
            assert!(!html.contains("body"), "{html}");
            open.set(true);
            let html = view! {
                <Dialog id="lost" title="Why?" close_label="Close" open=open>"body"</Dialog>
            }
            .to_html();
            assert!(html.contains(r#"aria-labelledby="lost-title""#), "{html}");
            assert!(html.contains(r#"id="lost-title""#), "{html}");
            assert!(html.contains(r#"aria-label="Close""#), "{html}");
            assert!(html.contains("body"), "{html}");
        });
    }
}
