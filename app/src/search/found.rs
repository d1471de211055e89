//! What the palette shows: pages first while nothing is sought, then records by kind.

use domain::search::{Hit, Why};
use domain::workspace::Workspace;
use leptos::prelude::*;

use super::place::{Place, fits, places};
use crate::i18n::{t_string, use_i18n};
use crate::labels;
use crate::labels::I18n;
use crate::layout::record_path;
use crate::ui::{Glyph, Icon};

/// Pages shown beside records: more would push them out of sight.
const PLACES_BESIDE_RECORDS: usize = 4;

/// One thing that can be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Entry {
    /// A page.
    Place(Place),
    /// A record.
    Record(Hit),
}

impl Entry {
    /// Its address.
    pub(super) fn href(&self) -> String {
        match self {
            Self::Place(place) => place.href.clone(),
            Self::Record(hit) => record_path(hit.kind, hit.id),
        }
    }

    fn glyph(&self) -> Glyph {
        match self {
            Self::Place(place) => place.glyph,
            Self::Record(hit) => labels::glyph(hit.kind),
        }
    }

    fn title(&self) -> &str {
        match self {
            Self::Place(place) => &place.name,
            Self::Record(hit) => &hit.title,
        }
    }
}

/// What to show for a text: the records, and the pages that fit it. Records stand first when there
/// are any: whoever types a name wants the person.
pub(super) fn entries(i18n: I18n, workspace: &Workspace, text: &str, hits: &[Hit]) -> Vec<Entry> {
    let pages = places(i18n, workspace)
        .into_iter()
        .filter(|place| fits(&place.name, text));
    if text.trim().is_empty() {
        return pages.map(Entry::Place).collect();
    }
    let records = hits.iter().cloned().map(Entry::Record);
    let pages = pages.take(PLACES_BESIDE_RECORDS).map(Entry::Place);
    // A page that is meant by its name comes before what merely mentions it.
    let by_title = |entry: &Entry| matches!(entry, Entry::Record(hit) if hit.why != Why::Title);
    let (mentions, titles): (Vec<Entry>, Vec<Entry>) = records.partition(by_title);
    titles.into_iter().chain(pages).chain(mentions).collect()
}

/// The id of an option, for `aria-activedescendant`.
pub(super) fn option_id(at: usize) -> String {
    format!("palette-option-{at}")
}

/// Brings an option into sight.
pub(super) fn reveal(at: usize) {
    if let Some(option) = document().get_element_by_id(&option_id(at)) {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        option.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// The list of what was found.
#[component]
pub(super) fn Found(
    /// What is shown.
    shown: Memo<Vec<Entry>>,
    /// Which one Enter opens.
    highlighted: RwSignal<usize>,
    /// Opens one; true beside this page, in a tab of its own.
    go: Callback<(Entry, bool)>,
) -> impl IntoView {
    let i18n = use_i18n();
    let option = move |(at, entry): (usize, Entry)| {
        let picture = entry.glyph();
        let title = entry.title().to_owned();
        let (kind, about) = match &entry {
            Entry::Place(_) => (None, None),
            Entry::Record(hit) => (Some(labels::kind_one(i18n, hit.kind)), about(i18n, hit)),
        };
        view! {
            <li
                class="palette__option"
                role="option"
                id=option_id(at)
                aria-selected=move || if highlighted.get() == at { "true" } else { "false" }
                on:mousemove=move |_| {
                    if highlighted.get_untracked() != at {
                        highlighted.set(at);
                    }
                }
                on:click=move |event| {
                    go.run((entry.clone(), event.ctrl_key() || event.meta_key()));
                }
            >
                <Icon glyph=picture />
                <span class="palette__title cut" dir="auto">
                    {title}
                </span>
                {about
                    .map(|about| {
                        view! {
                            <span class="palette__about cut" dir="auto">
                                {about}
                            </span>
                        }
                    })}
                {kind.map(|kind| view! { <span class="palette__kind">{kind}</span> })}
            </li>
        }
    };
    view! {
        <ul
            class="palette__found"
            id="palette-found"
            role="listbox"
            aria-label=move || t_string!(i18n, search.found)
        >
            {move || shown.get().into_iter().enumerate().map(option).collect_view()}
        </ul>
    }
}

/// What tells why a record is there, when its title does not.
fn about(i18n: I18n, hit: &Hit) -> Option<String> {
    match &hit.why {
        Why::Title => None,
        Why::Number => Some(format!("#{}", hit.id)),
        Why::Text(text) => Some(text.clone()),
        Why::Note(words) => Some(t_string!(i18n, search.note, words = words.clone())),
    }
}
