//! The record as a whole: header, stage bar, fields beside the timeline.

use domain::field::Group;
use domain::record::Opened;
use leptos::prelude::*;

use super::fields::Fields;
use super::header::Header;
use super::neighbours::Walk;
use super::related::RelatedRecords;
use super::stage_bar::StageBar;
use super::state::RecordState;
use super::timeline::TimelineView;
use crate::i18n::{t, t_string, use_i18n};
use crate::ui::{Empty, Glyph, PageTitle};

/// What it is and whom it is about, with the records around it; what else there is comes below.
const ABOVE: [Group; 2] = [Group::Main, Group::People];
const BELOW: [Group; 2] = [Group::Details, Group::System];

/// A record that was read.
#[component]
pub(super) fn RecordView(
    /// What was read.
    opened: Opened,
    /// Whether it names the window.
    as_page: bool,
    /// Closes the panel it is in.
    on_close: Option<Callback<()>>,
    /// Leads to those before and after it.
    walk: Option<Walk>,
) -> impl IntoView {
    let i18n = use_i18n();
    let state = RecordState::of(opened);
    let tab = RwSignal::new("fields");
    let tab_button = move |name: &'static str, label: &'static str| {
        view! {
            <button
                class="tabs__tab"
                type="button"
                role="tab"
                aria-selected=move || (tab.get() == name).to_string()
                on:click=move |_| tab.set(name)
            >
                {label}
            </button>
        }
    };
    let title = Memo::new(move |_| state.record.with(domain::Record::title));
    let shown = move || {
        view! {
            <article class="record" data-kind=state.kind.as_str() data-id=state.id data-tab=move || tab.get()>
                <Header state=state on_close=on_close walk=walk />
                {state.kind.has_stages().then(|| view! { <StageBar state=state /> })}
                <div class="tabs record__tabs" role="tablist" aria-label=t_string!(i18n, record.parts)>
                    {tab_button("fields", t_string!(i18n, record.details))}
                    {tab_button("timeline", t_string!(i18n, record.timeline))}
                </div>
                <div class="record__body">
                    <div class="record__fields">
                        <Fields state=state groups=&ABOVE />
                        <RelatedRecords state=state />
                        <Fields state=state groups=&BELOW />
                    </div>
                    <TimelineView state=state />
                </div>
            </article>
        }
    };
    view! {
        {as_page.then(|| view! { <PageTitle text=title /> })}
        {move || {
            if state.gone.get() {
                view! {
                    <Empty glyph=Glyph::Trash title=t_string!(i18n, record.gone)>
                        {t!(i18n, record.gone_text)}
                    </Empty>
                }
                    .into_any()
            } else {
                shown().into_any()
            }
        }}
    }
}
