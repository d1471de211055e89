//! Says while one types that there is such a record already.

use std::time::Duration;

use domain::field::FieldType;
use domain::record::{Alike, Values};
use domain::{Kind, Value};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::api::find_alike;
use super::row::Filled;
use crate::i18n::{t, t_string, use_i18n};
use crate::layout::{record_path, use_workspace};
use crate::ui::{Glyph, Icon};

/// How long the typing rests before it is asked.
const REST: Duration = Duration::from_millis(350);
/// The fields that make a name.
const NAMES: [&str; 3] = ["name", "first_name", "last_name"];

/// What there is already that is like what stands in the form.
#[component]
pub(super) fn AlikeHint(kind: Kind, filled: Filled) -> impl IntoView {
    let i18n = use_i18n();
    let workspace = use_workspace();
    let telling: Vec<String> = workspace
        .get_untracked()
        .fields(kind)
        .into_iter()
        .filter(|field| {
            NAMES.contains(&field.key.as_ref()) || matches!(field.field_type, FieldType::Points(_))
        })
        .map(|field| field.key.to_string())
        .collect();
    let alike = RwSignal::new(Vec::<Alike>::new());
    let telling = StoredValue::new(telling);
    let values = Memo::new(move |_| {
        let keys = telling.get_value();
        let values = keys.into_iter().map(|key| {
            let value = filled.value(&key);
            (key, value)
        });
        values
            .filter(|(_, value)| !value.is_empty())
            .collect::<Values>()
    });
    let ask = move |values: Values| {
        spawn_local(async move {
            let found = find_alike(kind, values.clone()).await.flatten();
            // Nothing is said while the server cannot be asked; and only of what stands there now.
            if let Ok(found) = found
                && values_now(telling, filled).as_ref() == Some(&values)
            {
                let _ = alike.try_set(found);
            }
        });
    };
    let mut ask_rested = debounce(REST, ask);
    Effect::new(move |_| {
        let values = values.get();
        if values.is_empty() {
            alike.set(Vec::new());
        } else {
            ask_rested(values);
        }
    });
    let line = move |found: Alike| {
        let fields = workspace.get_untracked().fields(found.kind);
        let same: Vec<String> = found
            .fields
            .iter()
            .filter_map(|key| fields.iter().find(|field| field.key == *key))
            .map(|field| crate::labels::field(i18n, field))
            .collect();
        let what = format!(
            "{} · {}",
            crate::labels::kind_one(i18n, found.kind),
            same.join(", ")
        );
        view! {
            <li class="alike__item">
                <Icon glyph=crate::labels::glyph(found.kind) />
                <a class="link cut" href=record_path(found.kind, found.id) dir="auto">{found.title}</a>
                <span class="muted">{what}</span>
            </li>
        }
    };
    view! {
        <div class="alike" class=("alike--some", move || !alike.with(Vec::is_empty)) role="status">
            {move || {
                let found = alike.get();
                (!found.is_empty()).then(|| view! {
                    <p class="alike__head">
                        <Icon glyph=Glyph::Warning />
                        {t!(i18n, new_record.alike)}
                    </p>
                    <ul class="alike__list" aria-label=t_string!(i18n, new_record.alike)>
                        {found.into_iter().map(line).collect_view()}
                    </ul>
                })
            }}
        </div>
    }
    .into_any()
}

/// What stands in the telling fields; none when the page has been left.
fn values_now(telling: StoredValue<Vec<String>>, filled: Filled) -> Option<Values> {
    let keys = telling.try_get_value()?;
    filled.typed.try_get_untracked()?;
    let values = keys.into_iter().map(|key| {
        let value: Value = untrack(|| filled.value(&key));
        (key, value)
    });
    Some(values.filter(|(_, value)| !value.is_empty()).collect())
}
