//! One of several.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::class::join;
use super::field::use_control;
use super::icon::{Glyph, Icon};

/// One of the things to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    value: String,
    label: String,
}

impl Choice {
    /// `value` is what is told, `label` what is shown.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
        }
    }
}

/// The browser's own list to choose from.
#[component]
pub fn Select(
    /// What there is to choose from.
    #[prop(into)]
    options: Signal<Vec<Choice>>,
    /// The value that is chosen.
    #[prop(optional, into)]
    value: Option<Signal<String>>,
    /// Called with the new value.
    #[prop(optional, into)]
    on_change: Option<Callback<String>>,
    /// Its name in a plain form.
    #[prop(optional, into)]
    name: Option<Oco<'static, str>>,
    /// Its id; inside a [`Field`](super::Field) the field gives it.
    #[prop(optional, into)]
    id: Option<Oco<'static, str>>,
    /// Its label where no field stands around it.
    #[prop(optional, into)]
    label: Option<TextProp>,
    /// Whether a plain form asks for it.
    #[prop(optional)]
    required: bool,
    /// Whether it can be changed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Further classes, such as `select--quiet` in a toolbar.
    #[prop(optional, into)]
    class: Oco<'static, str>,
) -> impl IntoView {
    let control = use_control(id, label.is_some());
    let node = NodeRef::new();
    let choices = move || {
        let chosen = value.map(|value| value.get_untracked());
        options
            .get()
            .into_iter()
            .map(|choice| {
                let is_chosen = chosen.as_ref() == Some(&choice.value);
                view! { <option value=choice.value selected=is_chosen>{choice.label}</option> }
            })
            .collect_view()
    };
    // After the options, since only what is in the list can be chosen.
    Effect::new(move |_| {
        options.track();
        if let (Some(value), Some(select)) = (value, node.get()) {
            let select: web_sys::HtmlSelectElement = select;
            let value = value.get();
            if select.value() != value {
                select.set_value(&value);
            }
        }
    });
    view! {
        <span class=join(["select", &class])>
            <select
                class="input select__box"
                node_ref=node
                id=control.id
                name=name
                required=required || control.required
                disabled=move || disabled.get()
                aria-label=label.map(|label| move || label.get())
                aria-labelledby=control.labelled_by
                aria-describedby=move || control.described_by.get()
                aria-invalid=move || control.invalid.get()
                on:change=move |event| {
                    if let Some(on_change) = on_change {
                        on_change.run(event_target_value(&event));
                    }
                }
            >
                {choices}
            </select>
            <Icon glyph=Glyph::ChevronDown class="select__arrow" />
        </span>
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn the_chosen_option_is_selected_and_labels_are_escaped() {
        Owner::new().with(|| {
            let options = vec![Choice::new("a", "A"), Choice::new("b", "</select><script>")];
            let value = RwSignal::new("b".to_owned());
            let html = view! { <Select options=options value=value label="Kind" /> }.to_html();
            assert!(!html.contains("<script"), "{html}");
            assert!(html.contains(r#"value="b" selected"#), "{html}");
            assert!(!html.contains(r#"value="a" selected"#), "{html}");
        });
    }
}
