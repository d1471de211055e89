//! Asks before somebody is kept out: what they have under way goes to somebody else.

use domain::people::OpenRecords;
use domain::{Error, Kind, UserId};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::api::{count_open_records, deactivate};
use super::attempt::Attempt;
use super::state::PeopleState;
use crate::i18n::{t, t_string};
use crate::labels;
use crate::layout::Failed;
use crate::ui::{
    Button, ButtonKind, ButtonVariant, Dialog, Field, FormError, Select, Skeleton, SkeletonKind,
};
use domain::money::group_thousands;

/// The dialog; open while somebody is about to be deactivated.
#[component]
pub(super) fn LeaveDialog(state: PeopleState, leaving: RwSignal<Option<UserId>>) -> impl IntoView {
    let i18n = state.i18n;
    let open = RwSignal::new(false);
    Effect::new(move || open.set(leaving.with(Option::is_some)));
    let title = move || {
        let name = leaving
            .get()
            .map_or_else(String::new, |user| state.name(user));
        t_string!(i18n, people.deactivate_of, name = name)
    };
    view! {
        <Dialog
            id="leave"
            title=Signal::derive(title)
            close_label=move || t_string!(i18n, people.cancel)
            open
            on_close=move |()| {
                leaving.try_set(None);
            }
        >
            {move || leaving.get().map(|user| view! { <Counted state user open /> })}
        </Dialog>
    }
}

#[component]
fn Counted(state: PeopleState, user: UserId, open: RwSignal<bool>) -> impl IntoView {
    let found = RwSignal::new(None::<Result<OpenRecords, Error>>);
    // Asked when the dialog opens, in the browser: the page itself does not wait for it.
    spawn_local(async move {
        let counted = count_open_records(user).await.flatten();
        let _ = found.try_set(Some(counted));
    });
    move || match found.get() {
        None => view! { <Skeleton kind=SkeletonKind::Row count=2 /> }.into_any(),
        Some(Ok(records)) => view! { <LeaveForm state user records open /> }.into_any(),
        Some(Err(error)) => view! { <Failed error /> }.into_any(),
    }
}

#[component]
fn LeaveForm(
    state: PeopleState,
    user: UserId,
    records: OpenRecords,
    open: RwSignal<bool>,
) -> impl IntoView {
    let i18n = state.i18n;
    let has_work = !records.is_empty();
    let to = RwSignal::new(String::new());
    let attempt = Attempt::new(i18n, open);
    let submit = move |event: SubmitEvent| {
        let heir = to.get_untracked().parse().ok();
        let name = untrack(|| state.name(user));
        let leave = async move { deactivate(user, heir).await.flatten() };
        attempt.send(&event, leave, move |operation| {
            let text = t_string!(i18n, people.deactivated_toast, name = name);
            state.done(text, operation);
        });
    };
    let lines = records
        .iter()
        .map(|(kind, count)| line(state, *kind, *count));
    let work = has_work.then(|| {
        let choices = state.people_choices(Some(user));
        view! {
            <p>{t!(i18n, people.under_way)}</p>
            <ul class="people__work">{lines.collect_view()}</ul>
            <Field
                id="leave-to"
                label=move || t_string!(i18n, people.goes_to)
                error=attempt.problem("to")
                required=true
            >
                <Select options=choices value=to on_change=move |id| to.set(id) />
            </Field>
        }
    });
    view! {
        <form class="form" on:submit=submit novalidate=true>
            <FormError text=attempt.beside(&["to"]) />
            <p>{t!(i18n, people.deactivate_text)}</p>
            {work}
            <div class="dialog__actions">
                <Button on:click=move |_| open.set(false)>{t!(i18n, people.cancel)}</Button>
                <Button variant=ButtonVariant::Danger kind=ButtonKind::Submit busy=attempt.busy>
                    {t!(i18n, people.deactivate)}
                </Button>
            </div>
        </form>
    }
}

fn line(state: PeopleState, kind: Kind, count: u64) -> impl IntoView {
    let i18n = state.i18n;
    let name = if count == 1 {
        labels::kind_one(i18n, kind)
    } else {
        labels::kind_many(i18n, kind)
    };
    let count = group_thousands(&count.to_string());
    view! {
        <li>
            <b class="num">{count}</b>
            " "
            {name}
        </li>
    }
}
