//! Shows a link, once: it is stored nowhere.

use domain::people::InvitationLink;
use leptos::html;
use leptos::prelude::*;

use super::state::PeopleState;
use crate::dates;
use crate::i18n::{t, t_string};
use crate::layout::use_workspace;
use crate::ui::{Button, ButtonVariant, Dialog, Field, Glyph, TextInput};

/// The dialog; open while there is a link to show.
#[component]
pub(super) fn LinkDialog(
    state: PeopleState,
    link: RwSignal<Option<InvitationLink>>,
) -> impl IntoView {
    let i18n = state.i18n;
    let open = RwSignal::new(false);
    Effect::new(move || open.set(link.with(Option::is_some)));
    let title = move || {
        let name = link.with(|link| link.as_ref().map(|link| link.user));
        let name = name.map_or_else(String::new, |user| state.name(user));
        t_string!(i18n, people.link_of, name = name)
    };
    view! {
        <Dialog
            id="invitation-link"
            title=Signal::derive(title)
            close_label=move || t_string!(i18n, people.close)
            open
            on_close=move |()| {
                link.try_set(None);
            }
        >
            {move || link.get().map(|link| view! { <Shown state link open /> })}
        </Dialog>
    }
}

#[component]
fn Shown(state: PeopleState, link: InvitationLink, open: RwSignal<bool>) -> impl IntoView {
    let i18n = state.i18n;
    let offset = use_workspace().with_untracked(|workspace| workspace.utc_offset);
    let today = state
        .settings
        .with_untracked(|settings| dates::local(settings.now, offset).date());
    let until = dates::day(i18n, dates::local(link.until, offset).date(), today);
    let address = address(&link.token);
    let node = NodeRef::<html::Input>::new();
    let copied = RwSignal::new(false);
    let copy = move |_| {
        if let Some(input) = node.get_untracked() {
            // Where the page may not write to the clipboard, it is marked to be copied by hand.
            input.select();
            copy_text(&input.value(), copied);
        }
    };
    view! {
        <p>{t!(i18n, people.link_text)}</p>
        <Field id="link" label=move || t_string!(i18n, people.link)>
            <div class="people__link">
                <TextInput initial=address node_ref=node attr:readonly=true />
                <Button icon=Glyph::Link on:click=copy>
                    {move || {
                        if copied.get() {
                            t_string!(i18n, people.copied)
                        } else {
                            t_string!(i18n, people.copy)
                        }
                    }}
                </Button>
            </div>
        </Field>
        <p class="visually-hidden" role="status">
            {move || copied.get().then(|| t_string!(i18n, people.copied))}
        </p>
        <p class="form__note">{t_string!(i18n, people.link_until, day = until)}</p>
        <div class="dialog__actions">
            <Button variant=ButtonVariant::Primary on:click=move |_| open.set(false)>
                {t!(i18n, people.done)}
            </Button>
        </div>
    }
}

/// The whole link, as this browser reaches us. Dialogs open in browsers only.
fn address(token: &str) -> String {
    let origin = if cfg!(feature = "hydrate") {
        window().location().origin().unwrap_or_default()
    } else {
        String::new()
    };
    format!("{origin}/invitation/{token}")
}

/// Puts a text on the clipboard.
#[cfg(feature = "hydrate")]
fn copy_text(text: &str, copied: RwSignal<bool>) {
    use wasm_bindgen::JsCast as _;
    // By name: the clipboard is there on HTTPS and this machine only.
    let clipboard = js_sys::Reflect::get(window().navigator().as_ref(), &"clipboard".into());
    let Some(clipboard) = clipboard.ok().filter(wasm_bindgen::JsValue::is_object) else {
        return;
    };
    let write = js_sys::Reflect::get(&clipboard, &"writeText".into());
    let Some(write) = write
        .ok()
        .and_then(|write| write.dyn_into::<js_sys::Function>().ok())
    else {
        return;
    };
    let Some(written) = write
        .call1(&clipboard, &text.into())
        .ok()
        .and_then(|promise| promise.dyn_into::<js_sys::Promise>().ok())
    else {
        return;
    };
    leptos::task::spawn_local(async move {
        if wasm_bindgen_futures::JsFuture::from(written).await.is_ok() {
            let _ = copied.try_set(true);
        }
    });
}

#[cfg(not(feature = "hydrate"))]
fn copy_text(_text: &str, _copied: RwSignal<bool>) {}
