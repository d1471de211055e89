//! A line over the page: the connection is lost, or something everybody should know.

use leptos::prelude::*;

use super::class::join;
use super::icon::{Glyph, Icon};

/// What kind of news it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BannerTone {
    #[default]
    Info,
    Offline,
}

impl BannerTone {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "banner--info",
            Self::Offline => "banner--offline",
        }
    }
}

/// A line over the page, read out politely when it comes.
#[component]
pub fn Banner(
    /// What kind of news.
    #[prop(optional)]
    tone: BannerTone,
    /// The text, and a button if need be.
    children: Children,
) -> impl IntoView {
    let icon = (tone == BannerTone::Offline).then(|| view! { <Icon glyph=Glyph::Offline /> });
    view! {
        <div class=join(["banner", tone.as_str()]) role="status">
            {icon}
            {children()}
        </div>
    }
}
