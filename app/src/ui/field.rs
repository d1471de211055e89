//! A labelled place in a form. The input inside finds its id, description and error by context.

use leptos::context::Provider;
use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::class::join;
use super::icon::{Glyph, Icon};

/// Label, help and error around one input.
#[component]
pub fn Field(
    /// The id of the input; unique in the document.
    #[prop(into)]
    id: Oco<'static, str>,
    /// What the field is called.
    #[prop(into)]
    label: TextProp,
    /// One sentence of help.
    #[prop(optional, into)]
    help: Option<TextProp>,
    /// What is wrong with it now.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Whether it must be filled.
    #[prop(optional)]
    required: bool,
    /// Whether the label is for those who do not see it only.
    #[prop(optional)]
    hide_label: bool,
    /// Label and input side by side.
    #[prop(optional)]
    row: bool,
    /// The input.
    children: Children,
) -> impl IntoView {
    let label_class = join([
        "field__label",
        if hide_label { "visually-hidden" } else { "" },
    ]);
    let context = FieldContext {
        id: id.clone(),
        has_help: help.is_some(),
        error,
        required,
        is_taken: StoredValue::new(false),
    };
    let help = help.map(|help| {
        view! { <p class="field__help" id=format!("{id}-help")>{move || help.get()}</p> }
    });
    let error_id = format!("{id}-error");
    let error = move || {
        error.get().map(|text| {
            view! {
                <p class="field__error" id=error_id.clone()>
                    <Icon glyph=Glyph::Warning />
                    <span>{text}</span>
                </p>
            }
        })
    };
    let star =
        required.then(|| view! { <span class="field__required" aria-hidden="true">"*"</span> });
    view! {
        <div class=join(["field", if row { "field--row" } else { "" }])>
            <label class=label_class for=id.clone() id=format!("{id}-label")>
                {move || label.get()}
                " "
                {star}
            </label>
            <Provider value=context>{children()}</Provider>
            {help}
            {error}
        </div>
    }
}

/// What an input learns from the [`Field`] around it.
#[derive(Clone)]
struct FieldContext {
    id: Oco<'static, str>,
    has_help: bool,
    error: Signal<Option<String>>,
    required: bool,
    /// One input has the field's id; others in the same field (an amount's currency, a second
    /// phone) refer to its label.
    is_taken: StoredValue<bool>,
}

/// The attributes by which an input is tied to its label, help and error.
pub(super) struct Control {
    pub(super) id: Option<Oco<'static, str>>,
    pub(super) labelled_by: Option<String>,
    pub(super) described_by: Signal<Option<String>>,
    pub(super) invalid: Signal<Option<&'static str>>,
    pub(super) required: bool,
}

/// Ties an input to the field around it, if there is one. An input with a label of its own keeps
/// to that.
pub(super) fn use_control(id: Option<Oco<'static, str>>, has_own_label: bool) -> Control {
    let Some(field) = use_context::<FieldContext>() else {
        return Control {
            id,
            labelled_by: None,
            described_by: Signal::stored(None),
            invalid: Signal::stored(None),
            required: false,
        };
    };
    let takes_id = id.is_none() && !has_own_label && !field.is_taken.get_value();
    if takes_id {
        field.is_taken.set_value(true);
        on_cleanup(move || {
            field.is_taken.try_update_value(|taken| *taken = false);
        });
    }
    let labelled_by = (!takes_id && !has_own_label).then(|| format!("{}-label", field.id));
    let described_by = {
        let id = field.id.clone();
        Signal::derive(move || {
            let mut ids = Vec::new();
            if field.has_help {
                ids.push(format!("{id}-help"));
            }
            if field.error.with(Option::is_some) {
                ids.push(format!("{id}-error"));
            }
            (!ids.is_empty()).then(|| ids.join(" "))
        })
    };
    Control {
        id: if takes_id { Some(field.id) } else { id },
        labelled_by,
        described_by,
        invalid: Signal::derive(move || field.error.with(Option::is_some).then_some("true")),
        required: field.required,
    }
}

/// The id of the label of the field around, for an input that has a label of its own as well.
pub(super) fn use_field_label() -> Option<String> {
    use_context::<FieldContext>().map(|field| format!("{}-label", field.id))
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::super::{Select, TextInput};
    use super::*;

    fn owned<T>(work: impl FnOnce() -> T) -> T {
        Owner::new().with(work)
    }

    #[test]
    fn the_input_is_tied_to_label_help_and_error() {
        owned(|| {
            let html = view! {
                <Field id="amount" label="Amount" help="Net" error=Some("Too <much>".to_owned()) required=true>
                    <TextInput name="amount" />
                </Field>
            }
            .to_html();
            assert!(html.contains(r#"for="amount""#), "{html}");
            assert!(
                html.contains(r#"<input id="amount""#) || html.contains(r#" id="amount""#),
                "{html}"
            );
            assert!(
                html.contains(r#"aria-describedby="amount-help amount-error""#),
                "{html}"
            );
            assert!(html.contains(r#"aria-invalid="true""#), "{html}");
            assert!(html.contains("Too &lt;much&gt;"), "{html}");
            assert!(html.contains("required"), "{html}");
        });
    }

    #[test]
    fn a_second_input_does_not_take_the_same_id() {
        owned(|| {
            let html = view! {
                <Field id="phone" label="Phone">
                    <TextInput />
                    <TextInput />
                    <Select options=Vec::new() label="Kind" />
                </Field>
            }
            .to_html();
            assert_eq!(html.matches(r#" id="phone""#).count(), 1, "{html}");
            assert_eq!(
                html.matches(r#"aria-labelledby="phone-label""#).count(),
                1,
                "{html}"
            );
        });
    }

    #[test]
    fn without_an_error_nothing_is_invalid() {
        owned(|| {
            let html = view! { <Field id="a" label="A"><TextInput /></Field> }.to_html();
            assert!(!html.contains("aria-invalid"), "{html}");
            assert!(!html.contains("aria-describedby"), "{html}");
        });
    }
}
