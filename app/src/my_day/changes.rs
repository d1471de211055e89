//! What others did with own records since yesterday, and where they named the reader.

use chrono::NaiveDate;
use domain::Kind;
use domain::my_day::{Changed, News};
use domain::timeline::What;
use leptos::prelude::*;

use super::state::DayState;
use crate::dates;
use crate::i18n::{t, t_string, use_i18n};
use crate::labels;
use crate::layout::{record_path, use_workspace};
use crate::ui::{Glyph, Icon};

/// The list of what others did.
#[component]
pub(super) fn Changes(state: DayState) -> impl IntoView {
    let i18n = use_i18n();
    let changes = Memo::new(move |_| state.day.with(|day| day.changes.clone()));
    let today = Memo::new(move |_| state.day.with(|day| day.today));
    let rows = move || {
        changes
            .get()
            .into_iter()
            .map(|changed| changed_row(changed, today.get()))
            .collect_view()
    };
    view! {
        <section class="day__section" aria-labelledby="day-changes">
            <header class="day__sectionhead">
                <h2 class="section__title" id="day-changes">{t!(i18n, my_day.changes)}</h2>
                <span class="muted num">{move || changes.with(Vec::len)}</span>
            </header>
            <ul class="day__list">{rows}</ul>
        </section>
    }
}

fn changed_row(changed: Changed, today: NaiveDate) -> AnyView {
    let i18n = use_i18n();
    let glyph = match changed.kind {
        Kind::Deal => Glyph::Deal,
        Kind::Lead => Glyph::Lead,
        Kind::Contact => Glyph::Contact,
        Kind::Company => Glyph::Company,
        Kind::Product => Glyph::Product,
    };
    let news = changed
        .news
        .iter()
        .map(|news| news_line(news, today))
        .collect_view();
    view! {
        <li class="day__row" data-kind=changed.kind.as_str() data-id=changed.id>
            <div class="day__what">
                <p class="day__title">
                    <Icon glyph=glyph label=labels::kind_one(i18n, changed.kind) />
                    <a class="cut" href=record_path(changed.kind, changed.id) dir="auto">{changed.title}</a>
                </p>
                {news}
            </div>
        </li>
    }
    .into_any()
}

/// “Anna moved it to Offer · 10:24”
fn news_line(news: &News, today: NaiveDate) -> AnyView {
    let i18n = use_i18n();
    let workspace = use_workspace().get();
    let who = workspace.name_of(news.by).to_owned();
    let stage = news
        .stage
        .and_then(|id| workspace.stage(id))
        .map(|stage| stage.name.clone());
    let text = match (news.what, stage) {
        (What::Noted, _) if news.names_me => t_string!(i18n, my_day.named, who = who),
        (What::Noted, _) => t_string!(i18n, my_day.noted, who = who),
        (What::Created, _) => t_string!(i18n, my_day.created, who = who),
        (What::Deleted, _) => t_string!(i18n, my_day.deleted, who = who),
        (What::Restored, _) => t_string!(i18n, my_day.restored, who = who),
        (What::Moved, Some(stage)) => t_string!(i18n, my_day.moved, who = who, stage = stage),
        _ => {
            let names: Vec<String> = news
                .fields
                .iter()
                .map(|(key, label)| labels::field_named(i18n, key, label))
                .collect();
            t_string!(i18n, my_day.changed, who = who, fields = names.join(", "))
        }
    };
    let at = dates::local(news.at, workspace.utc_offset);
    let when = if at.date() == today {
        dates::time(at)
    } else {
        format!(
            "{}, {}",
            dates::near_day(i18n, at.date(), today),
            dates::time(at)
        )
    };
    view! {
        <p class="day__news">
            <span dir="auto">{text}</span>
            <span class="muted num">{when}</span>
        </p>
    }
    .into_any()
}
