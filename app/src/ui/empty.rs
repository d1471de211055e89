//! A place where nothing is yet.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::icon::{Glyph, Icon};

/// Says in one sentence what belongs here, and offers the button that puts it here.
#[component]
pub fn Empty(
    /// What is not there.
    #[prop(into)]
    title: TextProp,
    /// A picture of it.
    #[prop(optional, into)]
    glyph: Option<Glyph>,
    /// The sentence and the button.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            {glyph.map(|glyph| view! { <Icon glyph=glyph class="empty__icon" /> })}
            <p class="empty__title">{move || title.get()}</p>
            {children.map(|children| view! { <div class="empty__body">{children()}</div> })}
        </div>
    }
}
