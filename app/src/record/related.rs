//! Records that point to this one, kind by kind and field by field.

use domain::query::{Filter, Operator};
use domain::record::Related;
use domain::rights::{Action, Scope};
use domain::{Kind, Record};
use leptos::prelude::*;

use super::more_menu::begin_path;
use super::state::RecordState;
use crate::i18n::{t, t_string, use_i18n};
use crate::layout::{record_path, use_workspace};
use crate::new_record::query_of;
use crate::ui::{Glyph, Icon, StageDot};

/// Groups of records that point to this one, each with how many, the newest, and a way to one more.
#[component]
pub(super) fn RelatedRecords(state: RecordState) -> impl IntoView {
    let workspace = use_workspace();
    move || {
        let groups = state.related.get();
        let may_add = |kind| workspace.with(|w| w.actor.scope(kind, Action::Add) > Scope::None);
        groups
            .iter()
            .filter(|group| group.count.value > 0 || may_add(group.kind))
            .map(|group| {
                let shares_kind = groups.iter().filter(|other| other.kind == group.kind).count() > 1;
                view! {
                    <Group state=state group=group.clone() with_field=shares_kind may_add=may_add(group.kind) />
                }
            })
            .collect_view()
    }
}

/// The records of one kind that point here through one field.
#[component]
fn Group(
    state: RecordState,
    group: Related,
    /// Whether the heading names the field too, since others of the kind point here as well.
    with_field: bool,
    may_add: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let workspace = use_workspace();
    let (kind, count) = (group.kind, group.count);
    let id = format!("related-{kind}-{}-{}", group.field, state.id);
    let heading = id.clone();
    let name = crate::labels::kind_many(i18n, kind);
    let name = if with_field {
        let fields = workspace.get_untracked().fields(kind);
        let field = fields.iter().find(|field| field.key == group.field);
        let label = field.map_or_else(String::new, |field| crate::labels::field(i18n, field));
        format!("{name} · {label}")
    } else {
        name
    };
    let counted = (count.value > 0).then(|| {
        let more = if count.capped { "+" } else { "" };
        let text = domain::money::group_thousands(&count.value.to_string());
        view! { <span class="fields__count num">{text}{more}</span> }
    });
    let add = may_add.then(|| {
        let field = group.field.clone();
        let label = t_string!(
            i18n,
            record.new_of,
            kind = crate::labels::kind_one(i18n, kind)
        );
        view! {
            <a
                class="button button--quiet button--icon button--small"
                href=move || begin_path(state, kind, &field)
                aria-label=label.clone()
                title=label.clone()
            >
                <Icon glyph=Glyph::Plus />
            </a>
        }
    });
    let all = (count.value > group.records.len() as u64).then(|| {
        let filter = Filter::is(&group.field, Operator::Is, &[&state.id.to_string()]);
        let query = query_of(&[("filter".to_owned(), filter.to_string())]);
        view! {
            <li>
                <a class="link" href=format!("/{}?{query}", kind.plural())>{t!(i18n, record.show_all)}</a>
            </li>
        }
    });
    let rows = group
        .records
        .into_iter()
        .map(|record| row(kind, &record))
        .collect_view();
    view! {
        <section class="fields" aria-labelledby=id>
            <header class="fields__head">
                <h2 class="fields__title" id=heading>{name}</h2>
                {counted}
                <span class="fields__add">{add}</span>
            </header>
            {(count.value > 0).then(|| view! { <ul class="fields__links">{rows}{all}</ul> })}
        </section>
    }
    .into_any()
}

/// A related record: its title, and for those with stages where it stands and what it is worth.
fn row(kind: Kind, record: &Record) -> AnyView {
    let workspace = use_workspace().get_untracked();
    let stage = record.value("stage_id").as_id().and_then(|id| {
        let stage = workspace.stage(id)?;
        Some(view! {
            <span class="fields__stage cut" dir="auto">
                <StageDot color=stage.color.clone() />
                {stage.name.clone()}
            </span>
        })
    });
    let amount = record
        .value("amount")
        .as_money()
        .map(|money| view! { <span class="fields__amount num">{money.full()}</span> });
    view! {
        <li>
            <a class="link cut" href=record_path(kind, record.id) dir="auto">{record.title()}</a>
            {stage}
            {amount}
        </li>
    }
    .into_any()
}
