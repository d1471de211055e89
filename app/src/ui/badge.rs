//! Small marks: a badge of one word, and a stage's dot.

use leptos::prelude::*;

use super::class::join;

/// What a badge means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BadgeTone {
    #[default]
    Neutral,
    Accent,
    Won,
    Lost,
    Late,
    Warn,
}

impl BadgeTone {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Neutral => "",
            Self::Accent => "badge--accent",
            Self::Won => "badge--won",
            Self::Lost => "badge--lost",
            Self::Late => "badge--late",
            Self::Warn => "badge--warn",
        }
    }
}

/// One word in a coloured ground.
#[component]
pub fn Badge(
    /// What it means.
    #[prop(optional)]
    tone: BadgeTone,
    /// The word.
    children: Children,
) -> impl IntoView {
    view! { <span class=join(["badge", tone.as_str()])>{children()}</span> }
}

/// A dot in a stage's colour; the stage's name stands beside it.
#[component]
pub fn StageDot(
    /// The colour's name, such as `blue`.
    #[prop(into)]
    color: Oco<'static, str>,
) -> impl IntoView {
    view! { <i class="dot" data-color=color aria-hidden="true"></i> }
}
