//! Yes or no.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::class::join;
use super::field::use_field_label;

/// A box to tick, with its label.
#[component]
pub fn Checkbox(
    /// What ticking it means.
    #[prop(into)]
    label: TextProp,
    /// Whether it is ticked.
    #[prop(optional, into)]
    checked: Signal<bool>,
    /// Called with the new state.
    #[prop(optional, into)]
    on_change: Option<Callback<bool>>,
    /// Its name in a plain form.
    #[prop(optional, into)]
    name: Option<Oco<'static, str>>,
    /// Its value in a plain form.
    #[prop(optional, into)]
    value: Option<Oco<'static, str>>,
    /// Its id.
    #[prop(optional, into)]
    id: Option<Oco<'static, str>>,
    /// Whether it can be changed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Whether the label is for those who do not see it only, as in a table's row.
    #[prop(optional)]
    hide_label: bool,
) -> impl IntoView {
    let label_class = join([
        "check__label",
        if hide_label { "visually-hidden" } else { "" },
    ]);
    view! {
        <label class="check">
            <input
                class="check__box"
                type="checkbox"
                id=id
                name=name
                value=value
                checked=checked.get_untracked()
                prop:checked=move || checked.get()
                disabled=move || disabled.get()
                aria-describedby=use_field_label()
                on:change=move |event| {
                    if let Some(on_change) = on_change {
                        on_change.run(event_target_checked(&event));
                    }
                }
            />
            <span class=label_class>{move || label.get()}</span>
        </label>
    }
}
