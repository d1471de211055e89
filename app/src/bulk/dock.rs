//! Changes under way, at the edge of every page: how far they have got, a button that stops them,
//! and afterwards what was not changed and why.

use domain::bulk::{REFUSALS_KEPT, Refusal, Run, RunState};
use domain::{Error, OperationId};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::api::run_refusals;
use super::runs::BulkRuns;
use super::words;
use crate::i18n::{t, t_string, use_i18n};
use crate::labels;
use crate::layout::record_path;
use crate::ui::{
    Bar, Button, ButtonSize, ButtonVariant, Dialog, Glyph, IconButton, LoadError, Skeleton,
};

/// The runs of the user; rendered once, by the frame.
#[component]
pub fn RunDock() -> impl IntoView {
    let i18n = use_i18n();
    let runs = expect_context::<BulkRuns>();
    let asked = RwSignal::new(None::<Run>);
    let open = RwSignal::new(false);
    let show = Callback::new(move |run: Run| {
        asked.set(Some(run));
        open.set(true);
    });
    let title = move || {
        asked.with(|run| {
            run.as_ref().map_or_else(String::new, |run| {
                let records = words::records(i18n, run.kind, run.refused);
                t_string!(i18n, bulk.refused_title, records = records)
            })
        })
    };
    view! {
        <section
            class="runs"
            aria-label=move || t_string!(i18n, bulk.runs)
            hidden=move || runs.shown().with(Vec::is_empty)
        >
            <For each=move || runs.shown().get() key=|run| (run.id, run.state as u8) let:run>
                <RunCard id=run.id run runs show />
            </For>
        </section>
        <Dialog
            id="refusals"
            title=Signal::derive(title)
            close_label=move || t_string!(i18n, bulk.close)
            open=open
            wide=true
        >
            {move || asked.get().map(|run| view! { <Refused run /> })}
        </Dialog>
    }
}

/// One run.
#[component]
fn RunCard(id: i64, run: Run, runs: BulkRuns, show: Callback<Run>) -> impl IntoView {
    let i18n = use_i18n();
    let now = Memo::new(move |before: Option<&Run>| {
        let now = runs
            .shown()
            .with(|shown| shown.iter().find(|run| run.id == id).cloned());
        now.or_else(|| before.cloned())
            .unwrap_or_else(|| run.clone())
    });
    let share = Signal::derive(move || {
        now.with(|run| {
            #[expect(clippy::cast_precision_loss, reason = "a share is only for the eye")]
            let share = run.done as f64 / run.total.max(1) as f64;
            share
        })
    });
    let text = move || now.with(|run| words::run(i18n, run));
    let is_running = now.with_untracked(|run| run.state == RunState::Running);
    let body = if is_running {
        let far = move || {
            now.with(|run| {
                let (done, total) = (words::number(run.done), words::number(run.total));
                t_string!(i18n, bulk.far, done = done, total = total)
            })
        };
        view! {
            <div
                class="runs__bar"
                role="progressbar"
                aria-label=text
                aria-valuemin="0"
                aria-valuemax="100"
                aria-valuenow=move || format!("{:.0}", share.get() * 100.0)
            >
                <Bar share />
            </div>
            <div class="runs__foot">
                <span class="muted num">{far}</span>
                <Button size=ButtonSize::Small on:click=move |_| runs.cancel(id)>
                    {t!(i18n, bulk.stop)}
                </Button>
            </div>
        }
        .into_any()
    } else {
        let ended = now.get_untracked();
        let undo = ended.operation.filter(|_| ended.kind.is_some());
        let told = ended.kept.clone();
        let refused = (ended.refused > 0).then(|| {
            let records = words::records(i18n, ended.kind, ended.refused);
            view! {
                <p class="runs__refused">{t_string!(i18n, bulk.refused, records = records)}</p>
            }
        });
        let buttons = view! {
            {(ended.refused > 0)
                .then(|| {
                    view! {
                        <Button size=ButtonSize::Small on:click=move |_| show.run(ended.clone())>
                            {t!(i18n, bulk.show_refused)}
                        </Button>
                    }
                })}
            {undo
                .map(|operation: OperationId| {
                    view! {
                        <Button
                            size=ButtonSize::Small
                            variant=ButtonVariant::Quiet
                            on:click=move |_| {
                                runs.close(id);
                                runs.undo(operation);
                            }
                        >
                            {t!(i18n, bulk.undo)}
                        </Button>
                    }
                })}
        };
        view! {
            {refused}
            {told.into_iter().map(|why| view! { <p class="runs__refused" dir="auto">{why}</p> }).collect_view()}
            <div class="runs__foot">{buttons}</div>
        }
        .into_any()
    };
    view! {
        <article class="runs__run" class=("runs__run--over", !is_running)>
            <p class="runs__text" role="status">
                {text}
            </p>
            {(!is_running)
                .then(|| {
                    view! {
                        <IconButton
                            glyph=Glyph::Close
                            label=t_string!(i18n, bulk.close)
                            size=ButtonSize::Small
                            class="runs__close"
                            on:click=move |_| runs.close(id)
                        />
                    }
                })}
            {body}
        </article>
    }
}

/// What a run did not change, each with a link and the reason.
#[component]
fn Refused(run: Run) -> impl IntoView {
    let i18n = use_i18n();
    let found = RwSignal::new(None::<Result<Vec<Refusal>, Error>>);
    let (id, kind) = (run.id, run.kind);
    Effect::new(move |_| {
        spawn_local(async move {
            let answer = run_refusals(id).await.flatten();
            let _ = found.try_set(Some(answer));
        });
    });
    let line = move |refusal: Refusal| {
        let title = refusal
            .title
            .unwrap_or_else(|| t_string!(i18n, fields.hidden_record).to_owned());
        let name = match kind {
            Some(kind) => view! {
                <a class="link cut" href=record_path(kind, refusal.id) dir="auto">
                    {title}
                </a>
            }
            .into_any(),
            None => view! { <span dir="auto">{title}</span> }.into_any(),
        };
        view! {
            <li class="refusals__line">
                {name} <span class="refusals__why" dir="auto">{labels::error(i18n, &refusal.reason)}</span>
            </li>
        }
    };
    view! {
        {(run.refused > REFUSALS_KEPT)
            .then(|| {
                let count = words::number(REFUSALS_KEPT);
                view! { <p class="muted">{t_string!(i18n, bulk.refused_first, count = count)}</p> }
            })}
        {move || match found.get() {
            None => view! { <Skeleton count=4 /> }.into_any(),
            Some(Err(error)) => {
                view! { <LoadError text=labels::error(i18n, &error) /> }.into_any()
            }
            Some(Ok(refusals)) => {
                view! {
                    <ul class="refusals">{refusals.into_iter().map(line).collect_view()}</ul>
                }
                    .into_any()
            }
        }}
    }
}
