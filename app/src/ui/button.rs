//! Buttons, and links that look like one.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::class::join;
use super::icon::{Glyph, Icon};

/// How much a button asks for attention. A page has one primary button at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonVariant {
    #[default]
    Plain,
    Primary,
    Quiet,
    Danger,
}

impl ButtonVariant {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "button--plain",
            Self::Primary => "button--primary",
            Self::Quiet => "button--quiet",
            Self::Danger => "button--danger",
        }
    }
}

/// How tall: 32, 26 or 40 px; 44 everywhere under a finger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonSize {
    #[default]
    Medium,
    Small,
    Large,
}

impl ButtonSize {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Medium => "",
            Self::Small => "button--small",
            Self::Large => "button--large",
        }
    }
}

/// What the browser does with it in a form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    #[default]
    Button,
    Submit,
    Reset,
}

impl ButtonKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Button => "button",
            Self::Submit => "submit",
            Self::Reset => "reset",
        }
    }
}

/// A button with words on it.
#[component]
pub fn Button(
    /// How much it asks for attention.
    #[prop(optional)]
    variant: ButtonVariant,
    /// How tall.
    #[prop(optional)]
    size: ButtonSize,
    /// What it does in a form.
    #[prop(optional)]
    kind: ButtonKind,
    /// A picture before the words.
    #[prop(optional, into)]
    icon: Option<Glyph>,
    /// Whether it takes the whole width.
    #[prop(optional)]
    wide: bool,
    /// Whether it can be pressed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Whether its work is under way; it cannot be pressed meanwhile.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Further classes.
    #[prop(optional, into)]
    class: Oco<'static, str>,
    /// The words.
    children: Children,
) -> impl IntoView {
    let wide = if wide { "button--wide" } else { "" };
    let class = join(["button", variant.as_str(), size.as_str(), wide, &class]);
    view! {
        <button
            class=class
            class=("button--busy", move || busy.get())
            type=kind.as_str()
            disabled=move || disabled.get() || busy.get()
            aria-busy=move || busy.get().then_some("true")
        >
            {icon.map(|glyph| view! { <Icon glyph=glyph /> })}
            <span class="button__label">{children()}</span>
            {move || busy.get().then(|| view! { <span class="spinner" aria-hidden="true"></span> })}
        </button>
    }
}

/// A link that looks like a button: it goes somewhere, it does nothing.
#[component]
pub fn LinkButton(
    /// Where it goes; a path of ours.
    #[prop(into)]
    href: TextProp,
    /// How much it asks for attention.
    #[prop(optional)]
    variant: ButtonVariant,
    /// How tall.
    #[prop(optional)]
    size: ButtonSize,
    /// A picture before the words.
    #[prop(optional, into)]
    icon: Option<Glyph>,
    /// Whether it takes the whole width.
    #[prop(optional)]
    wide: bool,
    /// Further classes.
    #[prop(optional, into)]
    class: Oco<'static, str>,
    /// The words.
    children: Children,
) -> impl IntoView {
    let wide = if wide { "button--wide" } else { "" };
    let class = join(["button", variant.as_str(), size.as_str(), wide, &class]);
    view! {
        <a class=class href=move || href.get()>
            {icon.map(|glyph| view! { <Icon glyph=glyph /> })}
            <span class="button__label">{children()}</span>
        </a>
    }
}

/// A button with a picture only; its label is read out and shown as a hint.
#[component]
pub fn IconButton(
    /// The picture.
    glyph: Glyph,
    /// What it does, in words.
    #[prop(into)]
    label: TextProp,
    /// How much it asks for attention.
    #[prop(default = ButtonVariant::Quiet)]
    variant: ButtonVariant,
    /// How tall.
    #[prop(optional)]
    size: ButtonSize,
    /// Whether it can be pressed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// For a switch: whether it is on.
    #[prop(optional, into)]
    pressed: Option<Signal<bool>>,
    /// Further classes.
    #[prop(optional, into)]
    class: Oco<'static, str>,
) -> impl IntoView {
    let class = join([
        "button button--icon",
        variant.as_str(),
        size.as_str(),
        &class,
    ]);
    let title = label.clone();
    view! {
        <button
            class=class
            type="button"
            // Who says so may be gone a moment before the button is.
            disabled=move || disabled.try_get().unwrap_or_default()
            aria-label=move || label.get()
            title=move || title.get()
            aria-pressed=pressed.map(|pressed| move || if pressed.get() { "true" } else { "false" })
        >
            <Icon glyph=glyph />
        </button>
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn a_button_does_not_submit_unless_told() {
        Owner::new().with(|| {
            let html = view! { <Button>"Save"</Button> }.to_html();
            assert!(html.contains(r#"type="button""#), "{html}");
            let html =
                view! { <Button kind=ButtonKind::Submit busy=true>"Save"</Button> }.to_html();
            assert!(html.contains(r#"type="submit""#), "{html}");
            assert!(html.contains("disabled"), "{html}");
            assert!(html.contains(r#"aria-busy="true""#), "{html}");
            assert!(html.contains("spinner"), "{html}");
        });
    }

    #[test]
    fn an_icon_button_has_a_name() {
        Owner::new().with(|| {
            let html = view! { <IconButton glyph=Glyph::Close label="Close \"it\"" /> }.to_html();
            assert!(
                html.contains(r#"aria-label="Close &quot;it&quot;""#),
                "{html}"
            );
            assert!(!html.contains("aria-pressed"), "{html}");
            let html = view! { <IconButton glyph=Glyph::Pin label="Pin" pressed=true /> }.to_html();
            assert!(html.contains(r#"aria-pressed="true""#), "{html}");
        });
    }

    #[test]
    fn further_attributes_land_on_the_button() {
        Owner::new().with(|| {
            let html = view! { <Button attr:id="save" on:click=|_| {}>"Save"</Button> }.to_html();
            assert!(html.contains(r#"id="save""#), "{html}");
        });
    }
}
