//! What the record is: kind, title, amount, whose; and what can be done with it as a whole.

use domain::{FieldDef, Value};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::api::delete_record;
use super::more_menu::MoreMenu;
use super::neighbours::{Walk, WalkButtons};
use super::state::{RecordState, undo_with_toast};
use crate::conversion::ConvertButton;
use crate::fields::FieldValue;
use crate::i18n::{t_string, use_i18n};
use crate::layout::record_path;
use crate::ui::{Glyph, Icon, IconButton, Toast, ToastStore};

/// The fields that the line under the title shows, where the kind has them.
const BELOW: [&str; 4] = ["amount", "company_id", "company_name", "owner_id"];

/// The head of a record.
#[component]
pub(super) fn Header(
    state: RecordState,
    on_close: Option<Callback<()>>,
    walk: Option<Walk>,
) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = expect_context::<ToastStore>();
    let undo = undo_with_toast();
    let fields = RecordState::fields()(state.kind);
    let today = state.today();
    let shown: Vec<FieldDef> = BELOW
        .iter()
        .filter_map(|key| fields.iter().find(|field| field.key == *key).cloned())
        .collect();
    let below = move || {
        shown
            .iter()
            .filter_map(|field| {
                let value = state.record.with(|record| record.value(&field.key).clone());
                if value.is_empty() {
                    return None;
                }
                let class = match value {
                    Value::Money(_) => "record__amount num",
                    _ => "record__fact",
                };
                Some(view! {
                    <span class=class><FieldValue field=field.clone() value=value today=today /></span>
                })
            })
            .collect_view()
    };
    let delete = Callback::new(move |()| {
        spawn_local(async move {
            match delete_record(state.kind, state.id).await.flatten() {
                Ok(written) => {
                    let mut toast = Toast::new(t_string!(i18n, record.deleted).to_owned());
                    if let Some(operation) = written.operation {
                        let take_back = Callback::new(move |()| undo(operation, state));
                        toast = toast.undo(t_string!(i18n, record.undo).to_owned(), take_back);
                    }
                    toasts.push(toast);
                    let _ = state.gone.try_set(true);
                }
                Err(error) => {
                    toasts.error(crate::labels::error(i18n, &error));
                }
            }
        });
    });
    let title = move || state.record.with(domain::Record::title);
    view! {
        <header class="record__head">
            <span class="record__kind">
                <Icon glyph=crate::labels::glyph(state.kind) />
                {crate::labels::kind_one(i18n, state.kind)}
            </span>
            <h1 class="record__title" dir="auto">
                {title}
            </h1>
            <p class="record__sub">{below}</p>
            <div class="record__actions">
                {(state.kind == domain::Kind::Lead)
                    .then(|| view! { <ConvertButton record=state.record /> })}
                {walk.map(|walk| view! { <WalkButtons walk=walk /> })}
                <MoreMenu state=state delete=delete />
                {on_close.map(|on_close| view! {
                    <a
                        class="button button--quiet button--icon"
                        href=record_path(state.kind, state.id)
                        aria-label=t_string!(i18n, record.open_page)
                        title=t_string!(i18n, record.open_page)
                    >
                        <Icon glyph=Glyph::FullScreen />
                    </a>
                    <IconButton
                        glyph=Glyph::Close
                        label=t_string!(i18n, record.close)
                        on:click=move |_| on_close.run(())
                    />
                })}
            </div>
        </header>
    }
}
