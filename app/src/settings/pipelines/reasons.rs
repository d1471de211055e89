//! The reasons for losing, in order; below them those that are retired.

use domain::pipeline_settings::{PipelineChange, ReasonState};
use leptos::prelude::*;

use super::names::records;
use super::row::handle;
use super::state::{Asked, List, State};
use crate::i18n::{t, t_string};
use crate::settings::reorder::Reorder;
use crate::ui::{Button, ButtonSize, Glyph, IconButton};

/// The list of reasons.
#[component]
pub(super) fn Reasons(state: State) -> impl IntoView {
    let i18n = state.i18n;
    let reorder = Reorder::new(
        Signal::derive(move || state.ids(List::Reasons)),
        Callback::new(move |(id, to): (i64, usize)| state.put(List::Reasons, id, to)),
    );
    let retired = Memo::new(move |_| {
        state.settings.with(|settings| {
            let retired = settings.lost_reasons.iter().filter(|it| it.retired);
            retired.cloned().collect::<Vec<_>>()
        })
    });
    view! {
        <section class="settings__part" aria-labelledby="reasons-head">
            <header class="settings__head">
                <h2 class="section__title" id="reasons-head">{t!(i18n, pipelines.reasons)}</h2>
                <Button icon=Glyph::Plus on:click=move |_| state.asked.set(Some(Asked::NewReason))>
                    {t!(i18n, pipelines.add_reason)}
                </Button>
            </header>
            <ul class="fielddefs" role="list" node_ref=reorder.list>
                <For each=move || state.ids(List::Reasons) key=|id| *id let:id>
                    {row(state, reorder, id)}
                </For>
            </ul>
            {move || {
                let retired = retired.get();
                (!retired.is_empty())
                    .then(|| {
                        let rows = retired
                            .into_iter()
                            .map(|reason| retired_row(state, reason))
                            .collect_view();
                        view! {
                            <h3 class="stagedefs__retired">{t!(i18n, pipelines.retired)}</h3>
                            <ul class="fielddefs" role="list">{rows}</ul>
                        }
                    })
            }}
        </section>
    }
}

fn row(state: State, reorder: Reorder, id: i64) -> AnyView {
    let i18n = state.i18n;
    let reason = Memo::new(move |_| {
        state.settings.with(|settings| {
            let found = settings.lost_reasons.iter().find(|it| it.id == id);
            found.cloned()
        })
    });
    let name = Signal::derive(move || {
        reason.with(|it| it.as_ref().map_or_else(String::new, |it| it.name.clone()))
    });
    let about = move || reason.with(|it| it.as_ref().map(|it| records(i18n, it.records)));
    view! {
        <li
            class="fielddef"
            class=("row--held", move || reorder.holds(id))
            class=("row--before", move || reorder.goes_before(id))
            class=("row--after", move || reorder.goes_after(id))
            data-key=id
        >
            {handle(reorder, id, name)}
            <div class="fielddef__what">
                <b class="fielddef__label" dir="auto">{move || name.get()}</b>
                <span class="muted fielddef__about">{about}</span>
            </div>
            <div class="fielddef__actions">
                <IconButton
                    glyph=Glyph::Edit
                    label=move || t_string!(i18n, pipelines.rename_of, name = name.get())
                    on:click=move |_| {
                        state.asked.set(reason.get_untracked().map(Asked::RenameReason));
                    }
                />
                <IconButton
                    glyph=Glyph::Close
                    label=move || t_string!(i18n, pipelines.retire_of, name = name.get())
                    on:click=move |_| retire(state, reason.get_untracked(), true)
                />
            </div>
        </li>
    }
    .into_any()
}

fn retired_row(state: State, reason: ReasonState) -> AnyView {
    let i18n = state.i18n;
    let about = records(i18n, reason.records);
    let label = t_string!(i18n, pipelines.offer_of, name = reason.name.clone());
    let name = reason.name.clone();
    view! {
        <li class="fielddef fielddef--deleted">
            <div class="fielddef__what">
                <span class="fielddef__label" dir="auto">{name}</span>
                <span class="muted fielddef__about">{about}</span>
            </div>
            <div class="fielddef__actions">
                <Button
                    size=ButtonSize::Small
                    attr:aria-label=label
                    on:click=move |_| retire(state, Some(reason.clone()), false)
                >
                    {t!(i18n, pipelines.offer)}
                </Button>
            </div>
        </li>
    }
    .into_any()
}

fn retire(state: State, reason: Option<ReasonState>, retired: bool) {
    let Some(reason) = reason else { return };
    let change = PipelineChange::RetireReason {
        id: reason.id,
        retired,
    };
    state.change(change, move |answer| match answer {
        Ok(changed) => {
            let name = reason.name;
            let text = if retired {
                t_string!(state.i18n, pipelines.reason_retired, name = name)
            } else {
                t_string!(state.i18n, pipelines.reason_offered, name = name)
            };
            state.tell(text, changed.operation);
        }
        Err(error) => state.complain(&error),
    });
}
