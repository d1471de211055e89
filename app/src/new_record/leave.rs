//! Asks before what was typed is lost: when one leaves the site, and when one follows a link
//! within it.

use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::closure::Closure;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use web_sys::{Element, MouseEvent};

use crate::i18n::{t, t_string, use_i18n};
use crate::ui::{Button, ButtonVariant, Dialog};

/// Stands guard while there is something to lose.
#[component]
pub(super) fn LeaveGuard(
    /// Whether there is.
    dirty: Memo<bool>,
    /// Called when one leaves all the same.
    on_leave: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let navigate = use_navigate();
    let open = RwSignal::new(false);
    let target = RwSignal::new(None::<String>);
    Effect::new(move |_| {
        let unload = window_event_listener(ev::beforeunload, move |event| {
            if dirty.try_get_untracked() == Some(true) {
                event.prevent_default();
            }
        });
        // Before the router sees the click.
        let listener = Closure::<dyn FnMut(MouseEvent)>::new(move |event: MouseEvent| {
            if dirty.try_get_untracked() != Some(true) {
                return;
            }
            if let Some(href) = followed(&event) {
                event.prevent_default();
                event.stop_propagation();
                target.set(Some(href));
                open.set(true);
            }
        });
        let added = document().add_event_listener_with_callback_and_bool(
            "click",
            listener.as_ref().unchecked_ref(),
            true,
        );
        let kept = StoredValue::new_local(listener);
        on_cleanup(move || {
            unload.remove();
            if added.is_ok() {
                kept.try_with_value(|listener| {
                    document().remove_event_listener_with_callback_and_bool(
                        "click",
                        listener.as_ref().unchecked_ref(),
                        true,
                    )
                });
            }
        });
    });
    let leave = StoredValue::new(move || {
        open.set(false);
        on_leave.run(());
        if let Some(href) = target.get_untracked() {
            navigate(&href, NavigateOptions::default());
        }
    });
    view! {
        <Dialog
            id="leave"
            title=move || t_string!(i18n, new_record.leave_title)
            close_label=move || t_string!(i18n, new_record.stay)
            open=open
        >
            <p>{t!(i18n, new_record.leave_text)}</p>
            <div class="dialog__actions">
                <Button on:click=move |_| leave.with_value(|leave| leave())>
                    {t!(i18n, new_record.leave)}
                </Button>
                <Button variant=ButtonVariant::Primary on:click=move |_| open.set(false)>
                    {t!(i18n, new_record.stay)}
                </Button>
            </div>
        </Dialog>
    }
}

/// The page of ours that a click leads to in this window.
fn followed(event: &MouseEvent) -> Option<String> {
    let elsewhere = event.ctrl_key()
        || event.meta_key()
        || event.shift_key()
        || event.alt_key()
        || event.button() != 0;
    if elsewhere || event.default_prevented() {
        return None;
    }
    let element = event.target()?.dyn_into::<Element>().ok()?;
    let link = element.closest("a[href]").ok()??;
    if link.has_attribute("target") || link.has_attribute("download") {
        return None;
    }
    link.get_attribute("href")
        .filter(|href| href.starts_with('/'))
}
