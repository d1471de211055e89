//! The bar over a list while records are selected: how many, and what can be done with them.

use domain::Kind;
use domain::bulk::Selection;
use domain::query::{Count, Query};
use domain::rights::{Action, Scope};
use leptos::prelude::*;

use super::dialog::{Ask, ChangeDialog};
use super::words;
use crate::i18n::{t, t_string, use_i18n};
use crate::layout::use_workspace;
use crate::ui::{Button, ButtonSize, Glyph, IconButton};

/// The bar; shown while something is selected.
#[component]
pub fn BulkBar(
    /// Of which kind.
    kind: Kind,
    /// What is selected. Cleared when a change has begun.
    selection: RwSignal<Selection>,
    /// What the list shows: "select all" means all of it.
    query: Signal<Query>,
    /// How many that is, once it is known.
    count: Signal<Option<Count>>,
    /// Called when a change has ended.
    on_done: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let workspace = use_workspace();
    let ask = RwSignal::new(None::<Ask>);
    let shown = Memo::new(move |_| selection.with(|selection| !selection.is_empty()));
    let may =
        move |action| workspace.with(|workspace| workspace.actor.scope(kind, action) > Scope::None);
    let selected = move || {
        selection.with(|selection| match selection {
            Selection::These(ids) => words::records(i18n, Some(kind), ids.len() as u64),
            Selection::All { without, .. } => count.get().map_or_else(
                || t_string!(i18n, bulk.all).to_owned(),
                |count| {
                    let rest = count.value.saturating_sub(without.len() as u64);
                    let more = if count.capped { "+" } else { "" };
                    let is_one = rest == 1 && !count.capped;
                    let rest = format!("{}{more}", words::number(rest));
                    words::records_as(i18n, Some(kind), is_one, rest)
                },
            ),
        })
    };
    // All that the list finds, offered while there is more of it than what was ticked.
    let all = Memo::new(move |_| {
        let count = count.get()?;
        selection.with(|selection| match selection {
            Selection::These(ids) if count.capped || count.value > ids.len() as u64 => Some(count),
            _ => None,
        })
    });
    let select_all = move |_| {
        let query = query.get_untracked();
        selection.set(Selection::All {
            query: Query {
                filter: query.filter,
                text: query.text,
                deleted: query.deleted,
                ..Query::default()
            },
            without: Vec::new(),
        });
    };
    let action = move |asked: Ask, glyph: Glyph, label: &'static str| {
        view! {
            <Button
                size=ButtonSize::Small
                icon=glyph
                on:click=move |_| ask.set(Some(asked))
            >
                {label}
            </Button>
        }
        .into_any()
    };
    let bar = move || {
        view! {
            <section class="bulkbar" aria-label=move || t_string!(i18n, bulk.bar)>
                <p class="bulkbar__count" role="status">
                    <strong>{selected}</strong>
                    " "
                    {t!(i18n, bulk.selected)}
                </p>
                {move || {
                    all.get()
                        .map(|count| {
                            let count = words::count_text(count);
                            view! {
                                <button class="link bulkbar__all" type="button" on:click=select_all>
                                    {t_string!(i18n, bulk.select_all, count = count)}
                                </button>
                            }
                        })
                }}
                <div class="bulkbar__actions">
                    {move || {
                        may(Action::Change)
                            .then(|| {
                                view! {
                                    {action(Ask::Assign, Glyph::User, t_string!(i18n, bulk.assign))}
                                    {kind
                                        .has_stages()
                                        .then(|| action(
                                            Ask::Stage,
                                            Glyph::Stage,
                                            t_string!(i18n, bulk.move_stage),
                                        ))}
                                    {action(Ask::Field, Glyph::Edit, t_string!(i18n, bulk.set_field))}
                                }
                            })
                    }}
                    {move || {
                        may(Action::Delete)
                            .then(|| action(Ask::Delete, Glyph::Trash, t_string!(i18n, bulk.delete)))
                    }}
                    {move || {
                        (!may(Action::Change) && !may(Action::Delete))
                            .then(|| view! { <p class="bulkbar__none">{t!(i18n, bulk.nothing_allowed)}</p> })
                    }}
                </div>
                <IconButton
                    glyph=Glyph::Close
                    label=move || t_string!(i18n, bulk.clear)
                    class="bulkbar__clear"
                    on:click=move |_| selection.set(Selection::default())
                />
            </section>
        }
    };
    view! {
        {move || shown.get().then(bar)}
        <ChangeDialog kind selection ask on_done />
    }
    .into_any()
}
