//! The stages of a pipeline, in order: what each is, and what it asks for.

use domain::pipeline::{Meaning, Stage};
use domain::{PipelineId, StageId};
use leptos::prelude::*;

use super::names::{meaning, records};
use super::row::handle;
use super::state::{Asked, List, State};
use crate::i18n::{t, t_string};
use crate::labels;
use crate::settings::reorder::Reorder;
use crate::ui::{Badge, BadgeTone, Button, ButtonVariant, Glyph, IconButton};

/// The list of stages.
#[component]
pub(super) fn Stages(state: State, id: PipelineId) -> impl IntoView {
    let i18n = state.i18n;
    let list = List::Stages(id);
    let reorder = Reorder::new(
        Signal::derive(move || state.ids(list)),
        Callback::new(move |(id, to): (i64, usize)| state.put(list, id, to)),
    );
    let name = move || state.pipeline(id).map(|it| it.name).unwrap_or_default();
    let add = move |_| {
        let pipeline = untrack(|| state.pipeline(id));
        state
            .asked
            .set(pipeline.map(|pipeline| Asked::Stage(pipeline, None)));
    };
    view! {
        <section class="settings__part" aria-labelledby="stages-head">
            <header class="settings__head">
                <h2 class="section__title" id="stages-head" dir="auto">
                    {move || t_string!(i18n, pipelines.stages_of, name = name())}
                </h2>
                <Button variant=ButtonVariant::Primary icon=Glyph::Plus on:click=add>
                    {t!(i18n, pipelines.add_stage)}
                </Button>
            </header>
            <ul class="fielddefs" role="list" node_ref=reorder.list>
                <For each=move || state.ids(list) key=|id| *id let:stage>
                    {row(state, reorder, id, stage)}
                </For>
            </ul>
            <p class="muted stagedefs__note">{t!(i18n, pipelines.order_note)}</p>
        </section>
    }
}

fn row(state: State, reorder: Reorder, pipeline: PipelineId, id: StageId) -> AnyView {
    let i18n = state.i18n;
    let stage = Memo::new(move |_| state.stage(id));
    let name = Signal::derive(move || {
        stage.with(|it| it.as_ref().map_or_else(String::new, |it| it.name.clone()))
    });
    let color = move || stage.with(|it| it.as_ref().map(|it| it.color.clone()));
    let about = move || {
        stage.get().map(|stage| {
            let mut parts = Vec::new();
            if stage.meaning == Meaning::Open {
                let percent = stage.probability;
                parts.push(t_string!(i18n, pipelines.percent, percent = percent));
            }
            if let Some(days) = stage.stale_days {
                parts.push(t_string!(i18n, pipelines.stale, days = days));
            }
            let count = state.settings.with(|it| it.records_in(id));
            parts.push(records(i18n, count));
            parts.join(" · ")
        })
    };
    let open = move || {
        let found = untrack(|| Some((state.pipeline(pipeline)?, state.stage(id)?)));
        state
            .asked
            .set(found.map(|(pipeline, stage)| Asked::Stage(pipeline, Some(stage))));
    };
    let delete = move || {
        let found = untrack(|| Some((state.pipeline(pipeline)?, state.stage(id)?)));
        state
            .asked
            .set(found.map(|(pipeline, stage)| Asked::DeleteStage(pipeline, stage)));
    };
    view! {
        <li
            class="fielddef stagedef"
            class=("row--held", move || reorder.holds(id))
            class=("row--before", move || reorder.goes_before(id))
            class=("row--after", move || reorder.goes_after(id))
            data-key=id
            data-color=color
        >
            {handle(reorder, id, name)}
            <i class="dot"></i>
            <div class="fielddef__what">
                <b class="fielddef__label" dir="auto">{move || name.get()}</b>
                <span class="muted fielddef__about">{about}</span>
            </div>
            <div class="fielddef__marks">{move || stage.get().map(|stage| marks(state, &stage))}</div>
            <div class="fielddef__actions">
                <IconButton
                    glyph=Glyph::Edit
                    label=move || t_string!(i18n, pipelines.change_of, name = name.get())
                    on:click=move |_| open()
                />
                <IconButton
                    glyph=Glyph::Trash
                    label=move || t_string!(i18n, pipelines.delete_of, name = name.get())
                    on:click=move |_| delete()
                />
            </div>
        </li>
    }
    .into_any()
}

/// What stands out of a stage: that it closes, and what its gate asks for.
fn marks(state: State, stage: &Stage) -> AnyView {
    let i18n = state.i18n;
    let kind = untrack(|| state.pipeline(stage.pipeline_id)).map(|it| it.kind);
    let fields = kind.map_or_else(Vec::new, |kind| {
        state.workspace.with(|workspace| workspace.fields(kind))
    });
    let closed = stage.meaning.is_closed().then(|| {
        let tone = if stage.meaning == Meaning::Won {
            BadgeTone::Won
        } else {
            BadgeTone::Lost
        };
        let text = meaning(i18n, stage.meaning);
        view! { <Badge tone=tone>{text}</Badge> }
    });
    let asked: Vec<String> = stage
        .gate
        .required
        .iter()
        .filter_map(|key| domain::field::find(&fields, key))
        .map(|field| labels::field(i18n, field))
        .collect();
    let asks = (!asked.is_empty()).then(|| {
        let text = if let [one] = asked.as_slice() {
            t_string!(i18n, pipelines.asks_one, field = one.clone())
        } else {
            t_string!(i18n, pipelines.asks_many, count = asked.len())
        };
        let all = asked.join(", ");
        view! { <span title=all><Badge tone=BadgeTone::Accent>{text}</Badge></span> }
    });
    let goes = stage.gate.next.as_ref().map(|next| {
        let text = t_string!(i18n, pipelines.goes_to, count = next.len());
        view! { <Badge>{text}</Badge> }
    });
    let movers = stage.gate.movers.as_ref().map(|movers| {
        let text = if movers.is_empty() {
            t_string!(i18n, pipelines.movers_none).to_owned()
        } else {
            let roles = movers.iter().map(|role| labels::role(i18n, *role));
            roles.collect::<Vec<_>>().join(", ")
        };
        view! { <Badge>{text}</Badge> }
    });
    view! { {closed} {asks} {goes} {movers} }.into_any()
}
