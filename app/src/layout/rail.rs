//! The rail: where one can go. On a phone it is the bar at the bottom.

use domain::Kind;
use domain::rights::{Action, Scope};
use domain::workspace::Workspace;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::use_workspace;
use crate::i18n::{t, t_string, use_i18n};
use crate::ui::{BrandMark, Glyph, Icon};

/// The cookie that keeps the rail folded, so that the next page does not jump.
#[cfg(feature = "ssr")]
const COOKIE: &str = "dealwright_rail";

/// Whether the rail was folded last time. The browser takes the server's word when it comes alive.
pub(super) fn initially_folded() -> bool {
    SharedValue::new(|| {
        #[cfg(feature = "ssr")]
        {
            crate::request::cookie(COOKIE).is_some_and(|value| value == "folded")
        }
        #[cfg(not(feature = "ssr"))]
        {
            false
        }
    })
    .into_inner()
}

/// A place to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Deals,
    Leads,
    Funnel,
}

impl Place {
    /// What this user can use now.
    fn of(workspace: &Workspace) -> Vec<Self> {
        let sees = |kind| workspace.actor.scope(kind, Action::Read) > Scope::None;
        let mut places = Vec::new();
        if sees(Kind::Deal) {
            places.push(Self::Deals);
        }
        if workspace.leads && sees(Kind::Lead) {
            places.push(Self::Leads);
        }
        if !places.is_empty() {
            places.push(Self::Funnel);
        }
        places
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Deals => "/deals/board",
            Self::Leads => "/leads/board",
            Self::Funnel => "/funnel",
        }
    }

    /// What the address of every page of this place begins with.
    const fn root(self) -> &'static str {
        match self {
            Self::Deals => "/deals",
            Self::Leads => "/leads",
            Self::Funnel => "/funnel",
        }
    }

    const fn glyph(self) -> Glyph {
        match self {
            Self::Deals => Glyph::Board,
            Self::Leads => Glyph::Lead,
            Self::Funnel => Glyph::Funnel,
        }
    }

    fn is_current(self, path: &str) -> bool {
        path.strip_prefix(self.root())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// The rail.
#[component]
pub(super) fn Rail(
    /// Whether it shows pictures only.
    folded: RwSignal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let workspace = use_workspace();
    let places = Memo::new(move |_| workspace.with(Place::of));
    let path = use_location().pathname;
    let item = move |place: Place| {
        let current = move || path.with(|path| place.is_current(path)).then_some("page");
        let label = move || match place {
            Place::Deals => t_string!(i18n, frame.deals),
            Place::Leads => t_string!(i18n, frame.leads),
            Place::Funnel => t_string!(i18n, frame.funnel),
        };
        view! {
            <li>
                <a
                    class="rail__item"
                    href=place.path()
                    aria-current=current
                    title=move || folded.get().then(label)
                >
                    <Icon glyph=place.glyph() />
                    <span class="rail__label">{label}</span>
                </a>
            </li>
        }
    };
    let fold_label = move || {
        if folded.get() {
            t_string!(i18n, frame.unfold)
        } else {
            t_string!(i18n, frame.fold)
        }
    };
    view! {
        <nav class="rail" aria-label=move || t_string!(i18n, frame.main)>
            <a class="rail__brand" href="/">
                <BrandMark />
                <span class="rail__label">{t!(i18n, frame.product)}</span>
            </a>
            <ul class="rail__list">
                {move || places.get().into_iter().map(item).collect_view()}
            </ul>
            <button
                class="rail__fold"
                type="button"
                aria-expanded=move || if folded.get() { "false" } else { "true" }
                aria-label=fold_label
                title=fold_label
                on:click=move |_| {
                    folded.update(|folded| *folded = !*folded);
                    remember(folded.get_untracked());
                }
            >
                <Icon glyph=Glyph::Rail />
            </button>
        </nav>
    }
}

/// Keeps the choice in a cookie for a year.
#[cfg(feature = "hydrate")]
fn remember(folded: bool) {
    let value = if folded { "folded" } else { "open" };
    let cookie = format!("dealwright_rail={value}; Path=/; Max-Age=31536000; SameSite=Lax");
    // A browser without cookies could not have signed in.
    let _ = js_sys::Reflect::set(&document(), &"cookie".into(), &cookie.into());
}

#[cfg(not(feature = "hydrate"))]
fn remember(_folded: bool) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_current_on_all_its_pages() {
        assert!(Place::Deals.is_current("/deals/board"));
        assert!(Place::Deals.is_current("/deals/42"));
        assert!(!Place::Deals.is_current("/dealsomething"));
        assert!(!Place::Deals.is_current("/leads/board"));
    }
}
