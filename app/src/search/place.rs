//! Where the palette leads beside records: pages, and forms for something new.

use domain::Kind;
use domain::rights::{Action, Scope};
use domain::workspace::Workspace;

use crate::i18n::t_string;
use crate::labels;
use crate::labels::I18n;
use crate::ui::Glyph;

/// A page of Dealwright that the user can open now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// What it is called.
    pub(super) name: String,
    /// Its picture.
    pub(super) glyph: Glyph,
    /// Its address.
    pub(super) href: String,
}

/// Every page that the user can open, those that are opened most first.
pub(super) fn places(i18n: I18n, workspace: &Workspace) -> Vec<Place> {
    let mut places = Vec::new();
    let mut add = |name: String, glyph, href: String| places.push(Place { name, glyph, href });
    let kinds: Vec<Kind> = Kind::ALL
        .into_iter()
        .filter(|kind| workspace.actor.sees(*kind) && (*kind != Kind::Lead || workspace.leads))
        .collect();
    add(
        t_string!(i18n, frame.my_day).to_owned(),
        Glyph::Clock,
        "/".into(),
    );
    for kind in kinds.iter().filter(|kind| kind.has_stages()) {
        let name = t_string!(i18n, search.board, kinds = labels::kind_many(i18n, *kind));
        add(name, Glyph::Board, format!("/{}/board", kind.plural()));
    }
    for kind in &kinds {
        let name = t_string!(i18n, search.list, kinds = labels::kind_many(i18n, *kind));
        add(name, labels::glyph(*kind), format!("/{}", kind.plural()));
    }
    for kind in &kinds {
        if workspace.actor.scope(*kind, Action::Add) > Scope::None {
            let name = t_string!(i18n, search.new, kind = labels::kind_one(i18n, *kind));
            add(name, Glyph::Plus, format!("/{}/new", kind.plural()));
        }
    }
    add(
        t_string!(i18n, frame.funnel).to_owned(),
        Glyph::Funnel,
        "/funnel".into(),
    );
    if workspace.actor.is_administrator() {
        for (name, page) in [
            (t_string!(i18n, search.settings_fields), "fields"),
            (t_string!(i18n, search.settings_pipelines), "pipelines"),
            (t_string!(i18n, search.settings_people), "people"),
        ] {
            add(
                name.to_owned(),
                Glyph::Settings,
                format!("/settings/{page}"),
            );
        }
    }
    for kind in &kinds {
        if workspace.actor.scope(*kind, Action::Delete) > Scope::None {
            let name = t_string!(i18n, search.bin, kinds = labels::kind_many(i18n, *kind));
            add(name, Glyph::Trash, format!("/{}/bin", kind.plural()));
        }
    }
    add(
        t_string!(i18n, frame.settings).to_owned(),
        Glyph::User,
        "/account".into(),
    );
    places
}

/// Whether every word of a text begins a word of a name: "de bo" finds "Deals: board".
pub(super) fn fits(name: &str, text: &str) -> bool {
    let name = name.to_lowercase();
    let begins = |part: &str| {
        name.split(|c: char| !c.is_alphanumeric())
            .any(|word| word.starts_with(part))
    };
    text.to_lowercase().split_whitespace().all(begins)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn the_beginnings_of_words_find_a_page() {
        assert!(fits("Deals: board", "de bo"));
        assert!(fits("Deals: board", "BOARD"));
        assert!(fits("Deals: board", ""));
        assert!(!fits("Deals: board", "oard"));
        assert!(!fits("Deals: board", "deals list"));
    }
}
