//! What is to be done with the selected records, told before it is done: how many would change, how
//! many are so already, how many one may not change.

use std::time::Duration;

use domain::bulk::{BulkChange, Preview, Selection};
use domain::{Error, Kind};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::api::{preview_change, start_change};
use super::editor::{FieldEditor, OwnerEditor, StageEditor};
use super::runs::BulkRuns;
use super::words;
use crate::i18n::{t, t_string, use_i18n};
use crate::labels;
use crate::ui::{Button, ButtonKind, ButtonVariant, Dialog};

/// How long typing rests before it is counted what it would come to.
const REST: Duration = Duration::from_millis(250);

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    /// Another owner.
    Assign,
    /// Another stage.
    Stage,
    /// Another value of a field.
    Field,
    /// Into the recycle bin.
    Delete,
}

/// The dialog; open while there is something to ask.
#[component]
pub(super) fn ChangeDialog(
    kind: Kind,
    selection: RwSignal<Selection>,
    ask: RwSignal<Option<Ask>>,
    on_done: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let open = RwSignal::new(false);
    Effect::new(move || open.set(ask.with(Option::is_some)));
    let title = Signal::derive(move || {
        match ask.get() {
            Some(Ask::Assign) | None => t_string!(i18n, bulk.assign_title),
            Some(Ask::Stage) => t_string!(i18n, bulk.move_title),
            Some(Ask::Field) => t_string!(i18n, bulk.field_title),
            Some(Ask::Delete) => t_string!(i18n, bulk.delete_title),
        }
        .to_owned()
    });
    let close = Callback::new(move |()| ask.set(None));
    view! {
        <Dialog
            id="bulk"
            title=title
            close_label=move || t_string!(i18n, bulk.cancel)
            open=open
            on_close=close
        >
            {move || {
                ask.get()
                    .map(|asked| {
                        view! { <ChangeForm kind selection asked close on_done /> }.into_any()
                    })
            }}
        </Dialog>
    }
    .into_any()
}

#[component]
fn ChangeForm(
    kind: Kind,
    selection: RwSignal<Selection>,
    asked: Ask,
    close: Callback<()>,
    on_done: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let runs = expect_context::<BulkRuns>();
    let change = RwSignal::new((asked == Ask::Delete).then_some(BulkChange::Delete));
    let told = use_preview(kind, selection.into(), change.into());
    let busy = RwSignal::new(false);
    let failed = RwSignal::new(None::<Error>);
    Effect::new(move |_| {
        change.track();
        failed.set(None);
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(wanted) = change.get_untracked().filter(|_| !busy.get_untracked()) else {
            return;
        };
        busy.set(true);
        let meant = selection.get_untracked();
        spawn_local(async move {
            let answer = start_change(kind, meant, wanted).await.flatten();
            let _ = busy.try_set(false);
            match answer {
                Ok(run) => {
                    close.try_run(());
                    let _ = selection.try_set(Selection::default());
                    runs.take_until(run, on_done);
                }
                Err(error) => {
                    let _ = failed.try_set(Some(error));
                }
            }
        });
    };
    let editor = match asked {
        Ask::Assign => view! { <OwnerEditor kind change /> }.into_any(),
        Ask::Stage => view! { <StageEditor kind change /> }.into_any(),
        Ask::Field => view! { <FieldEditor kind change /> }.into_any(),
        Ask::Delete => view! { <p>{t!(i18n, bulk.delete_text)}</p> }.into_any(),
    };
    let count = Signal::derive(move || {
        told.with(|told| match told {
            Some(Ok(preview)) => preview.change,
            _ => 0,
        })
    });
    let label = move || {
        let records = words::records(i18n, Some(kind), count.get());
        match (count.get(), asked) {
            (0, Ask::Delete) => t_string!(i18n, bulk.delete).to_owned(),
            (0, _) => t_string!(i18n, bulk.change).to_owned(),
            (_, Ask::Assign) => t_string!(i18n, bulk.do_assign, records = records),
            (_, Ask::Stage) => t_string!(i18n, bulk.do_move, records = records),
            (_, Ask::Field) => t_string!(i18n, bulk.do_change, records = records),
            (_, Ask::Delete) => t_string!(i18n, bulk.do_delete, records = records),
        }
    };
    view! {
        <form class="form bulkform" on:submit=submit novalidate=true>
            {editor}
            <PreviewText kind change=change.into() told failed=failed.into() />
            <div class="dialog__actions">
                <Button on:click=move |_| close.run(())>{t!(i18n, bulk.cancel)}</Button>
                <Button
                    variant=if asked == Ask::Delete {
                        ButtonVariant::Danger
                    } else {
                        ButtonVariant::Primary
                    }
                    kind=ButtonKind::Submit
                    busy=busy
                    disabled=Signal::derive(move || count.get() == 0)
                >
                    {label}
                </Button>
            </div>
        </form>
    }
}

/// What a change would come to, counted anew a moment after it has changed; none while that is not
/// known.
pub(crate) fn use_preview(
    kind: Kind,
    selection: Signal<Selection>,
    change: Signal<Option<BulkChange>>,
) -> RwSignal<Option<Result<Preview, Error>>> {
    let told = RwSignal::new(None);
    let asked = StoredValue::new(0_u32);
    Effect::new(move |_| {
        let (change, selection) = (change.get(), selection.get_untracked());
        asked.update_value(|asked| *asked = asked.wrapping_add(1));
        let mine = asked.get_value();
        told.set(None);
        let Some(change) = change else { return };
        let count = move || {
            // What was typed since is counted instead.
            if asked.try_get_value() != Some(mine) {
                return;
            }
            spawn_local(async move {
                let answer = preview_change(kind, selection, change).await.flatten();
                if asked.try_get_value() == Some(mine) {
                    let _ = told.try_set(Some(answer));
                }
            });
        };
        set_timeout(count, REST);
    });
    told
}

/// The preview in words, or why there is none.
#[component]
pub(crate) fn PreviewText(
    kind: Kind,
    change: Signal<Option<BulkChange>>,
    told: RwSignal<Option<Result<Preview, Error>>>,
    failed: Signal<Option<Error>>,
) -> impl IntoView {
    let i18n = use_i18n();
    move || {
        if let Some(error) = failed.get() {
            let text = labels::error(i18n, &error);
            return view! { <p class="form__error" role="alert">{text}</p> }.into_any();
        }
        let Some(change) = change.get() else {
            return view! { <p class="bulkform__preview muted">{t!(i18n, bulk.choose_first)}</p> }
                .into_any();
        };
        match told.get() {
            None => view! {
                <p class="bulkform__preview muted" role="status">
                    {t!(i18n, bulk.counting)}
                </p>
            }
            .into_any(),
            Some(Err(error)) => {
                let text = labels::error(i18n, &error);
                view! { <p class="form__error" role="alert">{text}</p> }.into_any()
            }
            Some(Ok(preview)) => {
                let text = words::preview(i18n, kind, &change, &preview);
                let missing = preview.missing.into_iter().map(move |missing| {
                    let field =
                        labels::field_named(i18n, &missing.error.field, &missing.error.label);
                    let count = words::records(i18n, Some(kind), missing.records);
                    view! {
                        <li>{t_string!(i18n, bulk.missing, records = count, field = field)}</li>
                    }
                });
                view! {
                    <div class="bulkform__preview" role="status">
                        <p>{text}</p>
                        <ul class="bulkform__missing">{missing.collect_view()}</ul>
                    </div>
                }
                .into_any()
            }
        }
    }
}
