//! The built-in fields, folded: for information, since nobody changes them.

use domain::Kind;
use leptos::prelude::*;

use super::types::type_of;
use crate::i18n::{t, t_string, use_i18n};
use crate::labels;
use crate::ui::Badge;

/// The built-in fields of a kind.
#[component]
pub(super) fn BuiltIn(kind: Kind) -> impl IntoView {
    let i18n = use_i18n();
    let fields = kind.fields();
    let rows = fields
        .iter()
        .map(|field| {
            let about = format!("{} · {}", type_of(i18n, field), labels::group(i18n, field.group));
            view! {
                <li class="fielddef fielddef--built-in">
                    <div class="fielddef__what">
                        <b class="fielddef__label">{labels::field(i18n, field)}</b>
                        <span class="muted fielddef__about">{about}</span>
                    </div>
                    <div class="fielddef__marks">
                        {field.required.then(|| view! { <Badge>{t!(i18n, settings.mark_required)}</Badge> })}
                        {field.on_card.then(|| view! { <Badge>{t!(i18n, settings.mark_on_card)}</Badge> })}
                        {(!field.editable()).then(|| view! { <Badge>{t!(i18n, settings.mark_automatic)}</Badge> })}
                    </div>
                </li>
            }
        })
        .collect_view();
    let count = fields.len();
    view! {
        <details class="settings__part settings__fold">
            <summary>{t_string!(i18n, settings.built_in, count = count)}</summary>
            <ul class="fielddefs">{rows}</ul>
        </details>
    }
}
