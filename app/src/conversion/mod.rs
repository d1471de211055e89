//! Making contacts, companies and deals of leads.

pub mod api;
mod dialog;
mod part;
mod state;

use domain::conversion::FROM_LEADS;
use domain::rights::{Action, Standing};
use domain::timeline::{Entry, Via};
use domain::{Kind, Record, Value};
use leptos::prelude::*;

use crate::i18n::{t, use_i18n};
use crate::layout::{record_path, use_workspace};
use crate::ui::{Button, ButtonSize, Glyph};

use dialog::ConvertDialog;

/// For the head of a lead's page: the button that opens the conversion. Nothing where the lead may
/// not be changed.
#[component]
pub fn ConvertButton(
    /// The lead, as its page shows it.
    #[prop(into)]
    record: Signal<Record>,
) -> impl IntoView {
    let i18n = use_i18n();
    let workspace = use_workspace();
    let open = RwSignal::new(false);
    let may_change = Memo::new(move |_| {
        let standing = record.with(standing);
        workspace.with(|workspace| workspace.actor.may(Action::Change, Kind::Lead, &standing))
    });
    view! {
        {move || {
            may_change
                .get()
                .then(|| {
                    view! {
                        <Button
                            size=ButtonSize::Small
                            icon=Glyph::Won
                            on:click=move |_| open.set(true)
                        >
                            {t!(i18n, conversion.convert)}
                        </Button>
                    }
                })
        }}
        <ConvertDialog record open />
    }
}

/// For the line of a timeline's entry: the lead that the record was made of, or linked to, where
/// its notes and changes stand. Nothing in other entries.
pub fn from_lead(entry: &Entry) -> AnyView {
    if entry.via != Via::Conversion {
        return ().into_any();
    }
    let i18n = use_i18n();
    let links = entry
        .changes
        .iter()
        .filter(|change| change.field == FROM_LEADS)
        .flat_map(|change| match (&change.old, &change.new) {
            (Value::Links(old), Value::Links(new)) => new
                .iter()
                .filter(|link| !old.contains(link))
                .cloned()
                .collect(),
            (_, Value::Links(new)) => new.clone(),
            _ => Vec::new(),
        })
        .filter_map(|link| {
            let title = link.title?;
            Some(view! {
                " "
                {t!(i18n, conversion.from_lead)}
                " "
                <a class="link" href=record_path(Kind::Lead, link.id) dir="auto">
                    {title}
                </a>
            })
        });
    links.collect_view().into_any()
}

/// Whom the record belongs to, as far as its page knows.
fn standing(record: &Record) -> Standing {
    Standing {
        owner: record.owner(),
        observers: match record.value("observers") {
            Value::Ids(ids) => ids.clone(),
            _ => Vec::new(),
        },
        everyone: *record.value("everyone") == Value::YesNo(true),
    }
}
