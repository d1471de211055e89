//! Several lines of text: the only place that may write `<textarea>`.
//!
//! leptos 0.8 writes an element's text unescaped inside `<textarea>`, so a note could end it and
//! go on as markup. The initial text goes through [`escape_text`] here.

use leptos::html::Textarea;
use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::class::join;
use super::escape::escape_text;
use super::field::use_control;

/// An input of several lines that grows with its text. The props are those of
/// [`TextInput`](super::TextInput).
#[component]
pub fn TextArea(
    /// Its name in a plain form.
    #[prop(optional, into)]
    name: Option<Oco<'static, str>>,
    /// Its id; inside a [`Field`](super::Field) the field gives it.
    #[prop(optional, into)]
    id: Option<Oco<'static, str>>,
    /// Its label where no field stands around it.
    #[prop(optional, into)]
    label: Option<TextProp>,
    /// What it shows.
    #[prop(optional, into)]
    value: Option<Signal<String>>,
    /// What stands in it first, when there is no `value`.
    #[prop(optional, into)]
    initial: String,
    /// Called at every change of the text.
    #[prop(optional, into)]
    on_input: Option<Callback<String>>,
    /// Called when the text is finished.
    #[prop(optional, into)]
    on_change: Option<Callback<String>>,
    /// An example, never a label.
    #[prop(optional, into)]
    placeholder: Option<TextProp>,
    /// How many lines it shows at least.
    #[prop(default = 3)]
    rows: u32,
    /// Whether a plain form asks for it.
    #[prop(optional)]
    required: bool,
    /// Whether it can be changed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Whether it takes the focus when it comes.
    #[prop(optional)]
    autofocus: bool,
    /// The element, for those who must move the focus.
    #[prop(optional)]
    node_ref: NodeRef<Textarea>,
    /// Further classes.
    #[prop(optional, into)]
    class: Oco<'static, str>,
) -> impl IntoView {
    let control = use_control(id, label.is_some());
    let initial = value.map_or(initial, |value| value.get_untracked());
    Effect::new(move |_| {
        if let (Some(value), Some(area)) = (value, node_ref.get()) {
            let value = value.get();
            if area.value() != value {
                area.set_value(&value);
            }
        }
    });
    Effect::new(move |_| {
        if let (true, Some(area)) = (autofocus, node_ref.get()) {
            // Here alone, not in the markup too: a browser that is asked twice complains. Nothing is
            // lost when it refuses the focus.
            let _ = area.focus();
        }
    });
    view! {
        <textarea
            class=join(["input textarea", &class])
            node_ref=node_ref
            dir="auto"
            rows=rows.to_string()
            id=control.id
            name=name
            placeholder=placeholder.map(|text| move || text.get())
            required=required || control.required
            disabled=move || disabled.get()
            aria-label=label.map(|label| move || label.get())
            aria-labelledby=control.labelled_by
            aria-describedby=move || control.described_by.get()
            aria-invalid=move || control.invalid.get()
            on:input=move |event| {
                if let Some(on_input) = on_input {
                    on_input.run(event_target_value(&event));
                }
            }
            on:change=move |event| {
                if let Some(on_change) = on_change {
                    on_change.run(event_target_value(&event));
                }
            }
            inner_html=markup(&initial)
        ></textarea>
    }
}

/// The text as the element's inner HTML. A page's parser drops a line break right after the tag,
/// so the server writes one for it to drop; the browser's own writing keeps what it is given.
fn markup(text: &str) -> String {
    let escaped = escape_text(text);
    if cfg!(feature = "ssr") && escaped.starts_with('\n') {
        format!("\n{escaped}")
    } else {
        escaped
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn a_note_cannot_end_the_element() {
        Owner::new().with(|| {
            let html =
                view! { <TextArea label="Note" initial="</textarea><script>alert(1)</script>" /> }
                    .to_html();
            assert!(!html.contains("<script"), "{html}");
            assert_eq!(html.matches("</textarea>").count(), 1, "{html}");
            assert!(html.contains("&lt;/textarea&gt;&lt;script&gt;"), "{html}");
        });
    }

    #[test]
    fn a_signal_is_escaped_as_well() {
        Owner::new().with(|| {
            let value = RwSignal::new("</textarea ><img src=x onerror=alert(1)>".to_owned());
            let html = view! { <TextArea label="Note" value=value /> }.to_html();
            assert!(!html.contains("<img"), "{html}");
        });
    }

    #[test]
    fn entities_and_leading_line_breaks_come_back_as_they_were() {
        Owner::new().with(|| {
            let html = view! { <TextArea label="Note" initial="\n&lt; & more" /> }.to_html();
            assert!(
                html.contains(">\n\n&amp;lt; &amp; more</textarea>"),
                "{html}"
            );
        });
    }
}
