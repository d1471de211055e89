//! What went wrong, where it went wrong.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::button::Button;
use super::icon::{Glyph, Icon};

/// A part of the page that could not be loaded.
#[component]
pub fn LoadError(
    /// What happened, in the user's words.
    #[prop(into)]
    text: TextProp,
    /// The words on the button that tries again.
    #[prop(optional, into)]
    retry_label: Option<TextProp>,
    /// Tries again.
    #[prop(optional, into)]
    on_retry: Option<Callback<()>>,
) -> impl IntoView {
    let retry = on_retry.zip(retry_label).map(|(on_retry, label)| {
        view! { <Button on:click=move |_| on_retry.run(())>{move || label.get()}</Button> }
    });
    view! {
        <div class="error" role="alert">
            <Icon glyph=Glyph::Warning />
            <p class="error__text">{move || text.get()}</p>
            {retry}
        </div>
    }
}

/// What is wrong with a form as a whole; nothing while all is well.
#[component]
pub fn FormError(
    /// What is wrong.
    #[prop(into)]
    text: Signal<Option<String>>,
) -> impl IntoView {
    move || {
        text.get().map(|text| {
            view! {
                <p class="form__error" role="alert">
                    <Icon glyph=Glyph::Warning />
                    <span>{text}</span>
                </p>
            }
        })
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn errors_are_announced_and_escaped() {
        Owner::new().with(|| {
            let html = view! {
                <LoadError text="<i>No</i>" retry_label="Try again" on_retry=|()| {} />
            }
            .to_html();
            assert!(html.contains(r#"role="alert""#), "{html}");
            assert!(html.contains("&lt;i&gt;No"), "{html}");
            assert!(html.contains("Try again"), "{html}");
            let no_text = Signal::stored(None::<String>);
            let html = view! { <FormError text=no_text /> }.to_html();
            assert!(!html.contains("alert"), "{html}");
        });
    }
}
