//! One line of text, a number, a date.

use leptos::html::Input;
use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::class::join;
use super::field::use_control;

/// What is typed, which decides keyboard and autofill. Numbers are plain text for the browser,
/// since its own number input knows neither the user's comma nor when to leave the wheel alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InputKind {
    #[default]
    Text,
    Date,
    DateTime,
    Decimal,
    Email,
    Number,
    Password,
    Phone,
    Search,
    Url,
}

impl InputKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Text | Self::Decimal | Self::Number => "text",
            Self::Date => "date",
            Self::DateTime => "datetime-local",
            Self::Email => "email",
            Self::Password => "password",
            Self::Phone => "tel",
            Self::Search => "search",
            Self::Url => "url",
        }
    }

    const fn input_mode(self) -> Option<&'static str> {
        match self {
            Self::Decimal => Some("decimal"),
            Self::Number => Some("numeric"),
            _ => None,
        }
    }

    /// Words may run from right to left; addresses and numbers do not.
    const fn direction(self) -> Option<&'static str> {
        match self {
            Self::Text | Self::Search => Some("auto"),
            _ => None,
        }
    }
}

/// A one-line input. With `value` it shows what the signal says; without, the browser keeps what
/// is typed, as plain forms want it.
#[component]
pub fn TextInput(
    /// What is typed.
    #[prop(optional)]
    kind: InputKind,
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
    /// What the browser may fill in, such as `current-password`.
    #[prop(optional, into)]
    autocomplete: Option<Oco<'static, str>>,
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
    node_ref: NodeRef<Input>,
    /// Further classes.
    #[prop(optional, into)]
    class: Oco<'static, str>,
) -> impl IntoView {
    let control = use_control(id, label.is_some());
    let initial = value.map_or(initial, |value| value.get_untracked());
    Effect::new(move |_| {
        if let (Some(value), Some(input)) = (value, node_ref.get()) {
            let value = value.get();
            if input.value() != value {
                input.set_value(&value);
            }
        }
    });
    Effect::new(move |_| {
        if let (true, Some(input)) = (autofocus, node_ref.get()) {
            // Here alone, not in the markup too: a browser that is asked twice complains. Nothing is
            // lost when it refuses the focus.
            let _ = input.focus();
        }
    });
    view! {
        <input
            class=join(["input", &class])
            node_ref=node_ref
            type=kind.as_str()
            inputmode=kind.input_mode()
            dir=kind.direction()
            id=control.id
            name=name
            value=initial
            placeholder=placeholder.map(|text| move || text.get())
            autocomplete=autocomplete
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
        />
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_cannot_leave_the_attribute() {
        Owner::new().with(|| {
            let html = view! { <TextInput label="Title" initial="\"><script>alert(1)</script>" /> }
                .to_html();
            assert!(!html.contains("\"><script>"), "{html}");
            assert!(html.contains(r#"aria-label="Title""#), "{html}");
        });
    }

    #[test]
    fn numbers_bring_the_right_keyboard() {
        Owner::new().with(|| {
            let html = view! { <TextInput kind=InputKind::Decimal value=RwSignal::new("1,5".to_owned()) /> }
                .to_html();
            assert!(html.contains(r#"inputmode="decimal""#), "{html}");
            assert!(html.contains(r#"value="1,5""#), "{html}");
        });
    }
}
