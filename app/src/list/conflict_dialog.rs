//! Two people have written the same cell: both values side by side, and one of them stays.

use domain::Value;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::saving::Change;
use super::state::ListState;
use crate::fields::value_text;
use crate::i18n::{t, t_string};
use crate::ui::{Button, ButtonVariant, Dialog};

/// The dialog; open while there is a conflict.
#[component]
pub fn ConflictDialog(
    /// The list.
    list: ListState,
) -> impl IntoView {
    let i18n = list.i18n;
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(list.conflict.with(Option::is_some)));
    let on_close = Callback::new(move |()| {
        list.conflict.set(None);
        list.focus();
    });
    view! {
        <Dialog
            id="list-conflict"
            title=move || t_string!(i18n, list.conflict)
            close_label=move || t_string!(i18n, list.close)
            open
            on_close
        >
            {move || list.conflict.get().map(|change| both(list, change, open))}
        </Dialog>
    }
}

fn both(list: ListState, change: Change, open: RwSignal<bool>) -> AnyView {
    let i18n = list.i18n;
    let workspace = list.workspace.get_untracked();
    let fields = workspace.fields(list.kind);
    let Some((field, theirs)) =
        domain::field::find(&fields, &change.key).zip(change.theirs.clone())
    else {
        return ().into_any();
    };
    let text = |value: &Value| {
        if value.is_empty() {
            t_string!(i18n, list.nothing).to_owned()
        } else {
            value_text(i18n, &workspace, field, value, list.today())
        }
    };
    let name = crate::labels::field(i18n, field);
    let who = theirs.by.map_or_else(
        || t_string!(i18n, list.theirs).to_owned(),
        |by| {
            t_string!(
                i18n,
                list.theirs_of,
                name = workspace.name_of(by).to_owned()
            )
        },
    );
    let lead = t_string!(
        i18n,
        list.conflict_lead,
        field = name,
        title = list.title(change.id)
    );
    let (mine, other) = (text(&change.value), text(&theirs.theirs));
    let keep_mine = move |_| {
        let change = Change {
            over: true,
            theirs: None,
            ..change.clone()
        };
        open.set(false);
        list.save(change);
    };
    let id = list
        .conflict
        .with_untracked(|it| it.as_ref().map(|it| it.id));
    let take_theirs = move |_| {
        open.set(false);
        if let Some(id) = id {
            spawn_local(async move {
                list.reread(vec![id]).await;
            });
        }
    };
    view! {
        <p>{lead}</p>
        <dl class="list__both">
            <div>
                <dt>{t!(i18n, list.mine)}</dt>
                <dd dir="auto">{mine}</dd>
            </div>
            <div>
                <dt dir="auto">{who}</dt>
                <dd dir="auto">{other}</dd>
            </div>
        </dl>
        <div class="dialog__actions">
            <Button on:click=take_theirs>{t!(i18n, list.take_theirs)}</Button>
            <Button variant=ButtonVariant::Primary on:click=keep_mine>
                {t!(i18n, list.keep_mine)}
            </Button>
        </div>
    }
    .into_any()
}
