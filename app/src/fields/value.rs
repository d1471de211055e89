//! A field's value as people read it.

use chrono::NaiveDate;
use domain::contact_point::PointType;
use domain::field::FieldType;
use domain::money::group_thousands;
use domain::workspace::Workspace;
use domain::{FieldDef, Kind, Value};
use leptos::prelude::*;

use crate::dates::{self, I18n};
use crate::i18n::{t_string, use_i18n};
use crate::layout::{record_path, use_workspace};
use crate::ui::{Avatar, AvatarSize, StageDot};

/// A value as text, for tooltips, announcements and the timeline. Empty for no value.
#[must_use]
pub fn value_text(
    i18n: I18n,
    workspace: &Workspace,
    field: &FieldDef,
    value: &Value,
    today: NaiveDate,
) -> String {
    let join = |parts: Vec<String>| parts.join(", ");
    match value {
        Value::Empty => String::new(),
        Value::Text(text) if field.field_type == FieldType::Choice => {
            crate::labels::option(i18n, field, text)
        }
        Value::Text(text) => text.clone(),
        Value::Texts(keys) => join(
            keys.iter()
                .map(|key| crate::labels::option(i18n, field, key))
                .collect(),
        ),
        // A year is no amount: 2026, not 2,026.
        Value::Integer(number) if (1000..=9999).contains(number) => number.to_string(),
        Value::Integer(number) => group_thousands(&number.to_string()),
        Value::Decimal(number) if field.field_type == FieldType::Percent => {
            format!("{} %", number.normalize())
        }
        Value::Decimal(number) => group_thousands(&number.normalize().to_string()),
        Value::Money(money) => money.full(),
        Value::YesNo(true) => t_string!(i18n, fields.yes).to_owned(),
        Value::YesNo(false) => t_string!(i18n, fields.no).to_owned(),
        Value::Date(day) => dates::day(i18n, *day, today),
        Value::DateTime(at) => {
            let at = dates::local(*at, workspace.utc_offset);
            format!(
                "{}, {}",
                dates::day(i18n, at.date(), today),
                dates::time(at)
            )
        }
        Value::Id(id) => name_of(workspace, field.field_type, *id),
        Value::Ids(ids) => join(
            ids.iter()
                .map(|id| name_of(workspace, field.field_type, *id))
                .collect(),
        ),
        Value::Links(links) => join(
            links
                .iter()
                .map(|link| {
                    link.title
                        .clone()
                        .unwrap_or_else(|| t_string!(i18n, fields.hidden_record).to_owned())
                })
                .collect(),
        ),
        Value::Points(points) => join(points.iter().map(|point| point.text.clone()).collect()),
    }
}

fn name_of(workspace: &Workspace, field_type: FieldType, id: i64) -> String {
    let known = match field_type {
        FieldType::User | FieldType::Users => return workspace.name_of(id).to_owned(),
        FieldType::Stage => workspace.stage_name(id),
        FieldType::Pipeline => workspace.pipeline_name(id),
        FieldType::LostReason => workspace.lost_reason_name(id),
        _ => None,
    };
    known.map_or_else(|| format!("#{id}"), str::to_owned)
}

/// A value on a page: links lead to their records, people have their faces, addresses are called
/// or written to.
#[component]
pub fn FieldValue(
    /// The field.
    field: FieldDef,
    /// Its value.
    value: Value,
    /// The user's today.
    today: NaiveDate,
) -> impl IntoView {
    let i18n = use_i18n();
    let workspace = use_workspace().get_untracked();
    match (&value, field.field_type) {
        (Value::Links(links), FieldType::Link(kind) | FieldType::Links(kind)) => links
            .iter()
            .map(|link| linked(i18n, kind, link.id, link.title.clone()))
            .collect_view()
            .into_any(),
        (Value::Points(points), FieldType::Points(point_type)) => points
            .iter()
            .map(|point| {
                let text = point.text.clone();
                let href = match point_type {
                    PointType::Phone => format!("tel:{}", point.normalised()),
                    PointType::Email => format!("mailto:{}", point.text),
                };
                view! { <a class="link cut" href=href dir="auto">{text}</a> }
            })
            .collect_view()
            .into_any(),
        // The write path lets only such addresses in; what came another way is shown as text.
        (Value::Text(url), FieldType::Url) if is_safe(url) => view! {
            <a class="link cut" href=url.clone() target="_blank" rel="noopener noreferrer nofollow" dir="auto">
                {url.trim_start_matches("https://").trim_start_matches("mailto:").to_owned()}
            </a>
        }
        .into_any(),
        (Value::Text(key), FieldType::Choice) => chosen(i18n, &field, std::slice::from_ref(key)),
        (Value::Texts(keys), FieldType::Choices) => chosen(i18n, &field, keys),
        (Value::Id(id), FieldType::User) => person(*id, workspace.name_of(*id)),
        (Value::Ids(ids), FieldType::Users) => ids
            .iter()
            .map(|id| person(*id, workspace.name_of(*id)))
            .collect_view()
            .into_any(),
        (Value::Id(id), FieldType::Stage) => {
            let color = workspace.stage(*id).map_or_else(String::new, |stage| stage.color.clone());
            dotted(name_of(&workspace, field.field_type, *id), Some(color))
        }
        _ => {
            let text = value_text(i18n, &workspace, &field, &value, today);
            let class = if field.field_type == FieldType::LongText {
                "fieldrow__long"
            } else {
                "cut"
            };
            view! { <span class=class dir="auto">{text}</span> }.into_any()
        }
    }
}

/// Whether following the address does no harm: no script, no data.
fn is_safe(url: &str) -> bool {
    let lower = url.trim_start().to_ascii_lowercase();
    ["http://", "https://", "mailto:", "tel:"]
        .iter()
        .any(|scheme| lower.starts_with(scheme))
}

/// Choices with their colours. One that is retired is shown like the others: the record has it.
fn chosen(i18n: I18n, field: &FieldDef, keys: &[String]) -> AnyView {
    keys.iter()
        .map(|key| {
            let option = field.options.iter().find(|option| option.key == *key);
            let color = option.and_then(|option| option.color.as_ref().map(ToString::to_string));
            dotted(crate::labels::option(i18n, field, key), color)
        })
        .collect_view()
        .into_any()
}

fn dotted(text: String, color: Option<String>) -> AnyView {
    let dot = color.map(|color| view! { <StageDot color=color /> });
    view! {
        <span class="dotted">
            {dot} <span class="cut" dir="auto">{text}</span>
        </span>
    }
    .into_any()
}

fn person(id: i64, name: &str) -> AnyView {
    view! {
        <span class="dotted">
            <Avatar name=name.to_owned() id=id size=AvatarSize::Small decorative=true />
            <span class="cut" dir="auto">{name.to_owned()}</span>
        </span>
    }
    .into_any()
}

fn linked(i18n: I18n, kind: Kind, id: i64, title: Option<String>) -> AnyView {
    match title {
        Some(title) => {
            view! { <a class="link cut" href=record_path(kind, id) dir="auto">{title}</a> }
                .into_any()
        }
        None => {
            view! { <span class="muted">{t_string!(i18n, fields.hidden_record)}</span> }.into_any()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_runs_something_is_no_link() {
        assert!(is_safe("HTTPS://example.com"));
        assert!(is_safe("mailto:anna@example.com"));
        for url in [
            "javascript:alert(1)",
            "data:text/html,x",
            " javascript:x",
            "//evil.example",
        ] {
            assert!(!is_safe(url), "{url}");
        }
    }
}
