//! Icons: our own strokes on a 16 px grid, inline so that they take the colour of their text.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::class::join;

/// The pictures that exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    ArrowDown,
    ArrowRight,
    ArrowUp,
    Auto,
    Bell,
    Board,
    Calendar,
    Check,
    ChevronDown,
    ChevronLeft,
    ChevronRight,
    ChevronUp,
    Clock,
    Close,
    Company,
    Contact,
    Deal,
    Drag,
    Edit,
    ExitFullScreen,
    Export,
    Filter,
    FullScreen,
    Funnel,
    Globe,
    Import,
    Lead,
    Link,
    List,
    Lock,
    Lost,
    Mail,
    Menu,
    Moon,
    More,
    Note,
    Offline,
    Phone,
    Pin,
    Plus,
    Product,
    Rail,
    Search,
    Settings,
    SignOut,
    Stage,
    Sun,
    Trash,
    Undo,
    User,
    Users,
    Warning,
    Won,
}

impl Glyph {
    /// The stroke, as SVG path data.
    const fn path(self) -> &'static str {
        match self {
            Self::ArrowDown => "M8 3v10M4 9l4 4 4-4",
            Self::ArrowRight => "M3 8h10M9 4l4 4-4 4",
            Self::ArrowUp => "M8 13V3M4 7l4-4 4 4",
            Self::Auto => "M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0M8 2v12M11 3v10",
            Self::Bell => "M4 11V7a4 4 0 0 1 8 0v4l1.25 1.25H2.75zM6.75 14.25h2.5",
            Self::Board => {
                "M2.75 2.75h2.5v10.5h-2.5zM6.75 2.75h2.5v6.5h-2.5zM10.75 2.75h2.5v8.5h-2.5z"
            }
            Self::Calendar => {
                "M3.75 3.25h8.5a1.5 1.5 0 0 1 1.5 1.5v7.5a1.5 1.5 0 0 1-1.5 1.5h-8.5a1.5 1.5 0 0 1-1.5-1.5v-7.5a1.5 1.5 0 0 1 1.5-1.5zM2.25 6.75h11.5M5.25 1.75v3M10.75 1.75v3"
            }
            Self::Check => "M3 8.5l3.5 3.5L13 4.5",
            Self::ChevronDown => "M4 6l4 4 4-4",
            Self::ChevronLeft => "M10 4L6 8l4 4",
            Self::ChevronRight => "M6 4l4 4-4 4",
            Self::ChevronUp => "M4 10l4-4 4 4",
            Self::Clock => "M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0M8 4.75V8l2.25 1.5",
            Self::Close => "M4 4l8 8M12 4l-8 8",
            Self::Company => {
                "M3 13.5V3.75l6-1.5V13.5M9 6.25h4v7.25M1.75 13.5h12.5M5.25 6.25h1.5M5.25 9.25h1.5"
            }
            Self::Contact => {
                "M5.25 5.25a2.75 2.75 0 1 0 5.5 0a2.75 2.75 0 1 0-5.5 0M2.75 13.5c.6-2.6 2.6-3.9 5.25-3.9s4.65 1.3 5.25 3.9"
            }
            Self::Deal => {
                "M3 5h10a1 1 0 0 1 1 1v6.5a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1zM5.5 5V3.5a1 1 0 0 1 1-1h3a1 1 0 0 1 1 1V5M2 8.75h12"
            }
            Self::Drag => "M6 4h.01M10 4h.01M6 8h.01M10 8h.01M6 12h.01M10 12h.01",
            Self::Edit => "M3 13l.7-3L11 2.7a1.2 1.2 0 0 1 1.7 0l.6.6a1.2 1.2 0 0 1 0 1.7L6 12.3z",
            Self::ExitFullScreen => "M6 2.5V6H2.5M13.5 6H10V2.5M10 13.5V10h3.5M2.5 10H6v3.5",
            Self::Export => "M8 10V2.5M5 5.5l3-3 3 3M2.5 10.5v3h11v-3",
            Self::Filter => "M2.5 4h11M4.75 8h6.5M6.75 12h2.5",
            Self::FullScreen => "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
            Self::Funnel => "M2 3h12L9.5 8.5V12l-3 1.5v-5z",
            Self::Globe => {
                "M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0M2 8h12M8 2c3.3 3.5 3.3 8.5 0 12c-3.3-3.5-3.3-8.5 0-12"
            }
            Self::Import => "M8 2.5V10M5 7l3 3 3-3M2.5 10.5v3h11v-3",
            Self::Lead => "M2 9l2-6h8l2 6v4H2zM2 9h3.5l1 2h3l1-2H14",
            Self::Link => {
                "M6.75 9.25a2.75 2.75 0 0 0 3.9 0l2.3-2.3a2.75 2.75 0 0 0-3.9-3.9l-.8.8M9.25 6.75a2.75 2.75 0 0 0-3.9 0l-2.3 2.3a2.75 2.75 0 0 0 3.9 3.9l.8-.8"
            }
            Self::List => "M5.75 4h8M5.75 8h8M5.75 12h8M2.5 4h.01M2.5 8h.01M2.5 12h.01",
            Self::Lock => {
                "M4 7h8a1 1 0 0 1 1 1v4.5a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1zM5.25 7V5a2.75 2.75 0 0 1 5.5 0v2"
            }
            Self::Lost => {
                "M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0M5.75 5.75l4.5 4.5M10.25 5.75l-4.5 4.5"
            }
            Self::Mail => {
                "M3.25 3.25h9.5a1.25 1.25 0 0 1 1.25 1.25v7a1.25 1.25 0 0 1-1.25 1.25h-9.5A1.25 1.25 0 0 1 2 11.5v-7a1.25 1.25 0 0 1 1.25-1.25zM2.5 4.75L8 8.75l5.5-4"
            }
            Self::Menu => "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
            Self::Moon => "M13.5 9.6A5.75 5.75 0 1 1 6.4 2.5a4.6 4.6 0 0 0 7.1 7.1z",
            Self::More => "M3.5 8h.01M8 8h.01M12.5 8h.01",
            Self::Note => "M3.5 2.25h9v8L9 13.75H3.5zM12.5 10.25H9v3.5M5.75 5.5h4.5M5.75 8h2.5",
            Self::Offline => {
                "M2 2l12 12M1.75 6.5a9 9 0 0 1 2.5-1.7M7 3.9a9 9 0 0 1 7.25 2.6M4.25 9.1a5.5 5.5 0 0 1 2.4-1.4M10.6 8.2c.4.25.8.55 1.15.9M8 12.25h.01"
            }
            Self::Phone => {
                "M3.2 2.5h2.3l1.2 3-1.6 1.1a8 8 0 0 0 4.3 4.3l1.1-1.6 3 1.2v2.3a1 1 0 0 1-1.1 1A11 11 0 0 1 2.2 3.6a1 1 0 0 1 1-1.1z"
            }
            Self::Pin => "M5.75 2.25h4.5l-.5 4.25L12.25 9h-8.5l2.5-2.5zM8 9v5",
            Self::Plus => "M8 3v10M3 8h10",
            Self::Product => "M8 1.75l5.5 3v6.5l-5.5 3-5.5-3v-6.5zM2.5 4.75l5.5 3 5.5-3M8 7.75v6.5",
            Self::Rail => {
                "M3.5 2.75h9A1.5 1.5 0 0 1 14 4.25v7.5a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 2 11.75v-7.5a1.5 1.5 0 0 1 1.5-1.5zM6.25 2.75v10.5"
            }
            Self::Search => "M2.5 7a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0M10.25 10.25L14 14",
            Self::Settings => {
                "M2 5h6M12 5h2M2 11h2M8 11h6M8 5a2 2 0 1 0 4 0a2 2 0 1 0-4 0M4 11a2 2 0 1 0 4 0a2 2 0 1 0-4 0"
            }
            Self::SignOut => "M6.5 2.5h-3a1 1 0 0 0-1 1v9a1 1 0 0 0 1 1h3M10.5 5l3 3-3 3M13.5 8h-7",
            Self::Stage => "M3.5 14V2.5h8.75L10.5 5.25 12.25 8H3.5",
            Self::Sun => {
                "M5 8a3 3 0 1 0 6 0a3 3 0 1 0-6 0M8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M12.6 3.4l-.7.7M4.1 11.9l-.7.7"
            }
            Self::Trash => "M2.5 4.25h11M6 4V2.5h4V4M4 4.25l.6 9h6.8l.6-9M6.75 7v3.5M9.25 7v3.5",
            Self::Undo => "M5.5 3L2.5 6l3 3M2.5 6H9.5a3.75 3.75 0 0 1 0 7.5H6.5",
            Self::User => {
                "M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0M6 6.75a2 2 0 1 0 4 0a2 2 0 1 0-4 0M4.25 12.4c.8-1.4 2.1-2 3.75-2s2.95.6 3.75 2"
            }
            Self::Users => {
                "M3.5 5.5a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0M1.5 13c.4-2.4 2.1-3.6 4.5-3.6s4.1 1.2 4.5 3.6M10.5 3.2a2.5 2.5 0 0 1 0 4.6M12 9.8c1.4.5 2.2 1.6 2.5 3.2"
            }
            Self::Warning => "M8 2.25l6.25 11H1.75zM8 6.5v3M8 11.5h.01",
            Self::Won => {
                "M4.5 2.5h7v4a3.5 3.5 0 0 1-7 0zM4.5 3.75h-2c0 2.1.8 3.2 2.3 3.4M11.5 3.75h2c0 2.1-.8 3.2-2.3 3.4M8 10v3.5M5.5 13.5h5"
            }
        }
    }

    /// Pictures made of dots need a heavier stroke to be seen.
    const fn weight(self) -> &'static str {
        match self {
            Self::Drag | Self::More => "2.2",
            _ => "1.5",
        }
    }
}

/// A picture beside words is decoration; alone, it needs a label.
#[component]
pub fn Icon(
    /// Which picture.
    glyph: Glyph,
    /// What it says to those who do not see it; without it the icon is hidden from them.
    #[prop(optional, into)]
    label: Option<TextProp>,
    /// A class beside `icon`.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    let role = label.is_some().then_some("img");
    let hidden = label.is_none().then_some("true");
    view! {
        <svg
            class=join(["icon", class])
            viewBox="0 0 16 16"
            fill="none"
            stroke="currentColor"
            stroke-width=glyph.weight()
            stroke-linecap="round"
            stroke-linejoin="round"
            role=role
            aria-hidden=hidden
            aria-label=label.map(|label| move || label.get())
        >
            <path d=glyph.path()></path>
        </svg>
    }
}

/// The product's mark: a D of two lanes, and a deal on its way from one to the other.
#[component]
pub fn BrandMark() -> impl IntoView {
    view! {
        <svg class="brandmark" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
            <rect class="brandmark__ground" width="20" height="20" rx="5"></rect>
            <path
                class="brandmark__line"
                d="M6 5v10M9.5 5a5 5 0 0 1 0 10"
                fill="none"
                stroke-width="2.25"
                stroke-linecap="round"
            ></path>
            <circle class="brandmark__deal" cx="9.5" cy="10" r="1.35"></circle>
        </svg>
    }
}
