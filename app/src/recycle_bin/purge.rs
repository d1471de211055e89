//! Deleting for ever: says what that means, counts what it comes to, and has a word typed first.

use domain::bulk::{BulkChange, Selection};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::state::Bin;
use crate::bulk::{PreviewText, use_preview};
use crate::i18n::{t, t_string, use_i18n};
use crate::ui::{Button, ButtonKind, ButtonVariant, Dialog, Field, TextInput};

/// The dialog; open while there is something to ask.
#[component]
pub(super) fn PurgeDialog(bin: Bin) -> impl IntoView {
    let i18n = use_i18n();
    let open = RwSignal::new(false);
    Effect::new(move || open.set(bin.purging.with(Option::is_some)));
    let close = Callback::new(move |()| bin.purging.set(None));
    view! {
        <Dialog
            id="purge"
            title=move || t_string!(i18n, recycle_bin.purge_title)
            close_label=move || t_string!(i18n, bulk.cancel)
            open=open
            on_close=close
        >
            {move || {
                bin.purging.get().map(|meant| view! { <PurgeForm bin meant close /> }.into_any())
            }}
        </Dialog>
    }
    .into_any()
}

#[component]
fn PurgeForm(bin: Bin, meant: Selection, close: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let change = Signal::stored(Some(BulkChange::Purge));
    let meant = Signal::stored(meant);
    let told = use_preview(bin.kind, meant, change);
    let typed = RwSignal::new(String::new());
    let word = t_string!(i18n, recycle_bin.purge_word);
    let is_sure = Memo::new(move |_| {
        let some = told.with(|told| matches!(told, Some(Ok(preview)) if preview.change > 0));
        some && typed.with(|typed| typed.trim().to_lowercase() == word)
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if is_sure.get_untracked() {
            close.run(());
            bin.run(meant.get_untracked(), BulkChange::Purge);
        }
    };
    view! {
        <form class="form bulkform" on:submit=submit novalidate=true>
            <p>{t!(i18n, recycle_bin.purge_text)}</p>
            <PreviewText kind=bin.kind change told failed=Signal::stored(None) />
            <Field
                id="purge-word"
                label=move || t_string!(i18n, recycle_bin.purge_type, word = word)
            >
                <TextInput
                    value=typed
                    on_input=Callback::new(move |text| typed.set(text))
                    autocomplete="off"
                    autofocus=true
                />
            </Field>
            <div class="dialog__actions">
                <Button on:click=move |_| close.run(())>{t!(i18n, bulk.cancel)}</Button>
                <Button
                    variant=ButtonVariant::Danger
                    kind=ButtonKind::Submit
                    disabled=Signal::derive(move || !is_sure.get())
                >
                    {t!(i18n, recycle_bin.purge)}
                </Button>
            </div>
        </form>
    }
}
