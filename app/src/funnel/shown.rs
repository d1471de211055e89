//! A number that shows for a moment that it has just changed.

use std::time::Duration;

use leptos::prelude::*;

/// How long a changed number is marked.
const MARKED: Duration = Duration::from_millis(1_500);

/// A number, marked for a moment whenever it changes under the reader's eyes.
#[component]
pub(super) fn Fresh(
    /// The number as it is shown.
    #[prop(into)]
    text: Signal<String>,
) -> impl IntoView {
    let text = Memo::new(move |_| text.get());
    let changed = RwSignal::new(false);
    let changes = StoredValue::new(0_u32);
    Effect::new(move |before: Option<String>| {
        let now = text.get();
        if before.is_some_and(|before| before != now) {
            changes.update_value(|changes| *changes += 1);
            let this = changes.get_value();
            changed.set(true);
            set_timeout(
                move || {
                    // Only the last of several changes ends the mark.
                    if changes.try_get_value() == Some(this) {
                        let _ = changed.try_set(false);
                    }
                },
                MARKED,
            );
        }
        now
    });
    view! {
        <span class="fresh" class=("fresh--changed", move || changed.get())>
            {move || text.get()}
        </span>
    }
}
