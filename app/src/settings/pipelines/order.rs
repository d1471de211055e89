//! The pipelines of a kind, in order.

use domain::{Kind, PipelineId};
use leptos::prelude::*;

use super::names::records;
use super::row::handle;
use super::state::{Asked, List, State};
use crate::i18n::{t, t_string};
use crate::settings::reorder::Reorder;
use crate::ui::{Button, Glyph, IconButton};

/// The list of pipelines; the one whose stages are shown below is marked.
#[component]
pub(super) fn Pipelines(
    state: State,
    kind: Kind,
    /// The pipeline whose stages are shown.
    chosen: Memo<Option<PipelineId>>,
) -> impl IntoView {
    let i18n = state.i18n;
    let list = List::Pipelines(kind);
    let reorder = Reorder::new(
        Signal::derive(move || state.ids(list)),
        Callback::new(move |(id, to): (i64, usize)| state.put(list, id, to)),
    );
    let add = move |_| state.asked.set(Some(Asked::NewPipeline(kind)));
    view! {
        <section class="settings__part" aria-labelledby="pipelines-head">
            <header class="settings__head">
                <h2 class="section__title" id="pipelines-head">{t!(i18n, pipelines.title)}</h2>
                <Button icon=Glyph::Plus on:click=add>{t!(i18n, pipelines.add)}</Button>
            </header>
            <ul class="fielddefs" role="list" node_ref=reorder.list>
                <For each=move || state.ids(list) key=|id| *id let:id>
                    {row(state, reorder, kind, id, chosen)}
                </For>
            </ul>
        </section>
    }
}

fn row(
    state: State,
    reorder: Reorder,
    kind: Kind,
    id: PipelineId,
    chosen: Memo<Option<PipelineId>>,
) -> AnyView {
    let i18n = state.i18n;
    let pipeline = Memo::new(move |_| state.pipeline(id));
    let name = Signal::derive(move || {
        pipeline.with(|it| it.as_ref().map_or_else(String::new, |it| it.name.clone()))
    });
    let about = move || {
        pipeline.get().map(|pipeline| {
            let count = state.settings.with(|it| it.records_of(&pipeline));
            let stages = t_string!(i18n, pipelines.stage_count, count = pipeline.stages.len());
            format!("{stages} · {}", records(i18n, count))
        })
    };
    let href = format!("/settings/pipelines?kind={}&pipeline={id}", kind.as_str());
    let ask = move |asked: fn(domain::pipeline::Pipeline) -> Asked| {
        state.asked.set(pipeline.get_untracked().map(asked));
    };
    view! {
        <li
            class="fielddef"
            class=("fielddef--chosen", move || chosen.get() == Some(id))
            class=("row--held", move || reorder.holds(id))
            class=("row--before", move || reorder.goes_before(id))
            class=("row--after", move || reorder.goes_after(id))
            data-key=id
        >
            {handle(reorder, id, name)}
            <div class="fielddef__what">
                <a
                    class="link fielddef__label"
                    href=href
                    dir="auto"
                    aria-current=move || (chosen.get() == Some(id)).then_some("true")
                >
                    {move || name.get()}
                </a>
                <span class="muted fielddef__about">{about}</span>
            </div>
            <div class="fielddef__actions">
                <IconButton
                    glyph=Glyph::Edit
                    label=move || t_string!(i18n, pipelines.rename_of, name = name.get())
                    on:click=move |_| ask(Asked::RenamePipeline)
                />
                <IconButton
                    glyph=Glyph::Trash
                    label=move || t_string!(i18n, pipelines.delete_of, name = name.get())
                    on:click=move |_| ask(Asked::DeletePipeline)
                />
            </div>
        </li>
    }
    .into_any()
}
