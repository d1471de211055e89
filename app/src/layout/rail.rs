//! The rail: where one can go. On a phone it is the bar at the bottom.

use domain::Kind;
use domain::rights::{Action, Scope};
use domain::workspace::Workspace;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::use_workspace;
use crate::i18n::{t, t_string, use_i18n};
use crate::labels;
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
    MyDay,
    Kind(Kind),
    Funnel,
    Settings,
}

impl Place {
    /// What this user can use now.
    fn of(workspace: &Workspace) -> Vec<Self> {
        let sees = |kind: &Kind| {
            workspace.actor.scope(*kind, Action::Read) > Scope::None
                && (*kind != Kind::Lead || workspace.leads)
        };
        // Five fit on a phone: the catalogue, which is used least, comes last.
        let kinds = [Kind::Deal, Kind::Lead, Kind::Contact, Kind::Company];
        let mut places = vec![Self::MyDay];
        places.extend(kinds.into_iter().filter(sees).map(Self::Kind));
        places.push(Self::Funnel);
        places.extend(Some(Kind::Product).filter(sees).map(Self::Kind));
        places
    }

    /// What stands apart at the end. Not on a phone, where the user menu has it.
    fn at_the_end(workspace: &Workspace) -> Vec<Self> {
        let administers = workspace.actor.is_administrator();
        Some(Self::Settings)
            .filter(|_| administers)
            .into_iter()
            .collect()
    }

    fn path(self) -> String {
        match self {
            Self::MyDay => "/".to_owned(),
            // Where there are stages, one works on the board.
            Self::Kind(kind) if kind.has_stages() => format!("/{}/board", kind.plural()),
            Self::Kind(kind) => format!("/{}", kind.plural()),
            Self::Funnel => "/funnel".to_owned(),
            Self::Settings => "/settings/fields".to_owned(),
        }
    }

    /// What the address of every page of this place begins with.
    fn root(self) -> String {
        match self {
            Self::MyDay => "/".to_owned(),
            Self::Kind(kind) => format!("/{}", kind.plural()),
            Self::Funnel => "/funnel".to_owned(),
            Self::Settings => "/settings".to_owned(),
        }
    }

    const fn glyph(self) -> Glyph {
        match self {
            Self::MyDay => Glyph::Clock,
            Self::Kind(kind) => match kind {
                Kind::Deal => Glyph::Board,
                Kind::Lead => Glyph::Lead,
                Kind::Contact => Glyph::Contact,
                Kind::Company => Glyph::Company,
                Kind::Product => Glyph::Product,
            },
            Self::Funnel => Glyph::Funnel,
            Self::Settings => Glyph::Settings,
        }
    }

    fn is_current(self, path: &str) -> bool {
        path.strip_prefix(self.root().as_str())
            .is_some_and(|rest| rest.is_empty() || (rest.starts_with('/') && self != Self::MyDay))
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
    let last = Memo::new(move |_| workspace.with(Place::at_the_end));
    let path = use_location().pathname;
    let item = move |place: Place| {
        let current = move || path.with(|path| place.is_current(path)).then_some("page");
        let label = move || match place {
            Place::MyDay => t_string!(i18n, frame.my_day).to_owned(),
            Place::Kind(kind) => labels::kind_many(i18n, kind),
            Place::Funnel => t_string!(i18n, frame.funnel).to_owned(),
            Place::Settings => t_string!(i18n, frame.settings).to_owned(),
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
            {move || {
                let last = last.get();
                (!last.is_empty()).then(|| view! {
                    <ul class="rail__list rail__list--end">
                        {last.into_iter().map(item).collect_view()}
                    </ul>
                })
            }}
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
        let deals = Place::Kind(Kind::Deal);
        assert!(deals.is_current("/deals/board"));
        assert!(deals.is_current("/deals/42"));
        assert!(!deals.is_current("/dealsomething"));
        assert!(!deals.is_current("/leads/board"));
        assert!(Place::MyDay.is_current("/"));
        assert!(!Place::MyDay.is_current("/deals"));
        assert!(Place::Settings.is_current("/settings/people"));
    }
}
