//! Grey shapes where something will be. Put them into a region with `aria-busy`.

use leptos::prelude::*;

use super::class::join;

/// What will be there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SkeletonKind {
    #[default]
    Text,
    Card,
    Row,
}

impl SkeletonKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "skeleton--text",
            Self::Card => "skeleton--card",
            Self::Row => "skeleton--row",
        }
    }
}

/// So many grey shapes.
#[component]
pub fn Skeleton(
    /// What will be there.
    #[prop(optional)]
    kind: SkeletonKind,
    /// How many.
    #[prop(default = 1)]
    count: usize,
) -> impl IntoView {
    (0..count)
        .map(|_| {
            view! { <span class=join(["skeleton", kind.as_str()]) aria-hidden="true"></span> }
        })
        .collect_view()
}
