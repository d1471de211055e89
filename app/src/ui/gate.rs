//! The page before the frame: sign-in, set-up.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::button::{Button, ButtonKind, ButtonSize, ButtonVariant};
use super::class::join;
use super::icon::BrandMark;

/// The lanes of the picture behind: a colour and how many cards.
const LANES: [(&str, usize); 7] = [
    ("gray", 6),
    ("blue", 5),
    ("cyan", 8),
    ("violet", 7),
    ("amber", 8),
    ("teal", 5),
    ("green", 7),
];

/// A card with the product's name over a board seen from afar.
#[component]
pub fn Gate(
    /// What is asked here.
    #[prop(into)]
    title: TextProp,
    /// One sentence more.
    #[prop(optional, into)]
    lead: Option<TextProp>,
    /// Whether the form is wide enough for two columns.
    #[prop(optional)]
    wide: bool,
    /// The form.
    children: Children,
) -> impl IntoView {
    let lanes = LANES.map(|(color, cards)| {
        let cards = (0..cards).map(|_| view! { <b></b> }).collect_view();
        view! {
            <i class="gate__lane" data-color=color>
                {cards}
            </i>
        }
    });
    view! {
        <main class="gate">
            <div class="gate__scene" aria-hidden="true">
                {lanes.into_iter().collect_view()}
            </div>
            <div class=join(["gate__card", if wide { "gate__card--wide" } else { "" }])>
                <p class="gate__brand">
                    <BrandMark />
                    "Dealwright"
                </p>
                <h1 class="gate__title">{move || title.get()}</h1>
                {lead.map(|lead| view! { <p class="gate__lead">{move || lead.get()}</p> })}
                {children()}
            </div>
        </main>
    }
}

/// The button that sends the form of a [`Gate`].
#[component]
pub fn GateSubmit(
    /// Whether the form is on its way.
    #[prop(into)]
    busy: Signal<bool>,
    /// The words.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="form__actions">
            <Button
                kind=ButtonKind::Submit
                variant=ButtonVariant::Primary
                size=ButtonSize::Large
                wide=true
                busy
            >
                {children()}
            </Button>
        </div>
    }
}
