//! Notices at the foot of the page: what was done, with ten seconds to take it back.
//!
//! The bar's CSS animation is the clock: it stands still while the pointer or the focus is on the
//! notice, and its end removes it. So there is no timer here, and no clock.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::icon::{Glyph, Icon};

/// At most so many are shown; the oldest goes first.
const MOST: usize = 3;

/// One notice.
#[derive(Clone, Debug)]
pub struct Toast {
    text: String,
    is_error: bool,
    undo: Option<(String, Callback<()>)>,
}

impl Toast {
    /// What was done.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            is_error: false,
            undo: None,
        }
    }

    /// What went wrong; it stays until it is closed.
    pub fn error(text: impl Into<String>) -> Self {
        Self {
            is_error: true,
            ..Self::new(text)
        }
    }

    /// With a button that takes it back.
    #[must_use]
    pub fn undo(mut self, label: impl Into<String>, run: Callback<()>) -> Self {
        self.undo = Some((label.into(), run));
        self
    }
}

/// The notices of the frame; get it with `expect_context`.
#[derive(Clone, Copy, Debug)]
pub struct ToastStore {
    shown: RwSignal<Vec<(u32, Toast)>>,
    count: StoredValue<u32>,
}

impl ToastStore {
    /// Makes the store and gives it to everything below.
    pub fn provide() -> Self {
        let store = Self {
            shown: RwSignal::new(Vec::new()),
            count: StoredValue::new(0),
        };
        provide_context(store);
        store
    }

    /// Shows a notice and gives its number.
    pub fn push(self, toast: Toast) -> u32 {
        let id = self.count.get_value();
        self.count.set_value(id.wrapping_add(1));
        self.shown.update(|shown| {
            shown.push((id, toast));
            if shown.len() > MOST {
                shown.remove(0);
            }
        });
        id
    }

    /// Shows what went wrong.
    pub fn error(self, text: impl Into<String>) -> u32 {
        self.push(Toast::error(text))
    }

    /// Takes a notice away.
    pub fn dismiss(self, id: u32) {
        self.shown
            .update(|shown| shown.retain(|(other, _)| *other != id));
    }
}

/// Where the notices appear; once in the frame, under the [`ToastStore`].
#[component]
pub fn Toasts(
    /// What the region is called.
    #[prop(into)]
    label: TextProp,
    /// The name of a notice's closing cross.
    #[prop(into)]
    close_label: TextProp,
) -> impl IntoView {
    let store = expect_context::<ToastStore>();
    view! {
        <section class="toasts" aria-label=move || label.get()>
            <ol class="toasts__list" aria-live="polite" aria-relevant="additions">
                <For each=move || store.shown.get() key=|(id, _)| *id let((id, toast))>
                    {notice(store, id, toast, close_label.clone())}
                </For>
            </ol>
        </section>
    }
}

fn notice(store: ToastStore, id: u32, toast: Toast, close_label: TextProp) -> AnyView {
    let undo = toast.undo.map(|(label, run)| {
        let on_click = move |_| {
            store.dismiss(id);
            run.run(());
        };
        view! {
            <button class="toast__undo" type="button" on:click=on_click>
                {label}
            </button>
        }
    });
    let icon = toast
        .is_error
        .then(|| view! { <Icon glyph=Glyph::Warning /> });
    let time = (!toast.is_error)
        .then(|| view! { <i class="toast__time" on:animationend=move |_| store.dismiss(id)></i> });
    view! {
        <li class="toast" class=("toast--error", toast.is_error)>
            {icon}
            <span class="toast__text" dir="auto">
                {toast.text}
            </span>
            {undo}
            <button
                class="toast__close"
                type="button"
                aria-label=move || close_label.get()
                on:click=move |_| store.dismiss(id)
            >
                <Icon glyph=Glyph::Close />
            </button>
            {time}
        </li>
    }
    .into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_when_there_are_too_many() {
        Owner::new().with(|| {
            let store = ToastStore::provide();
            for number in 0..5 {
                store.push(Toast::new(format!("notice {number}")));
            }
            let texts: Vec<_> = store
                .shown
                .get_untracked()
                .into_iter()
                .map(|(_, toast)| toast.text)
                .collect();
            assert_eq!(texts, ["notice 2", "notice 3", "notice 4"]);
        });
    }

    #[test]
    fn it_is_announced_and_can_be_taken_back() {
        Owner::new().with(|| {
            let store = ToastStore::provide();
            store.push(Toast::new("<b>Moved</b>").undo("Undo", Callback::new(|()| {})));
            store.error("No");
            let html = view! { <Toasts label="Notices" close_label="Close" /> }.to_html();
            assert!(html.contains(r#"aria-live="polite""#), "{html}");
            assert!(html.contains("&lt;b&gt;Moved"), "{html}");
            assert!(html.contains("Undo"), "{html}");
            assert_eq!(
                html.matches("toast__time").count(),
                1,
                "an error has no clock: {html}"
            );
        });
    }
}
