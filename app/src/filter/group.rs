//! The rows of a group, and groups within it.

use domain::query::builder::{Join, Key, Node};
use leptos::prelude::*;

use super::bar::adders;
use super::row::row;
use super::state::FilterState;
use crate::i18n::t_string;
use crate::ui::{Choice, Glyph, IconButton, Select};

/// The parts of a group, one below the other.
pub(super) fn group_rows(state: FilterState, group: Key) -> AnyView {
    let parts = Memo::new(move |_| {
        state.builder.with(|builder| {
            builder.group(group).map_or_else(Vec::new, |group| {
                group
                    .nodes
                    .iter()
                    .map(|node| (node.key(), matches!(node, Node::Group(_))))
                    .collect::<Vec<_>>()
            })
        })
    });
    view! {
        <ul class="filter__rows">
            <For each=move || parts.get() key=|part| *part let((key, is_group))>
                {if is_group { inner(state, key) } else { row(state, key) }}
            </For>
        </ul>
    }
    .into_any()
}

/// A group within a group.
fn inner(state: FilterState, key: Key) -> AnyView {
    let i18n = state.i18n;
    let join = Signal::derive(move || {
        state.builder.with(|builder| {
            builder
                .group(key)
                .map_or("", |group| group.join.as_str())
                .to_owned()
        })
    });
    let choose = move |word: String| {
        if let Some(join) = Join::parse(&word) {
            state.change(|builder| builder.join(key, join));
        }
    };
    let is_empty = move || {
        state
            .builder
            .with(|builder| builder.group(key).is_some_and(|it| it.nodes.is_empty()))
    };
    let label = |join| match join {
        Join::All => t_string!(i18n, filter.join.all),
        Join::Any => t_string!(i18n, filter.join.any),
        Join::None => t_string!(i18n, filter.join.none),
        Join::NotAll => t_string!(i18n, filter.join.not_all),
    };
    let options: Vec<Choice> = Join::ALL
        .into_iter()
        .map(|join| Choice::new(join.as_str(), label(join)))
        .collect();
    view! {
        <li>
            <div class="filter__group" role="group" aria-label=t_string!(i18n, filter.group)>
            <div class="filter__head">
                <Select
                    options=options
                    value=join
                    on_change=choose
                    label=t_string!(i18n, filter.join.label)
                    class="select--quiet"
                />
                <IconButton
                    glyph=Glyph::Close
                    label=t_string!(i18n, filter.remove_group)
                    class="filter__remove"
                    on:click=move |_| state.change_now(|builder| builder.remove(key))
                />
            </div>
            <Show when=is_empty>
                <p class="filter__lack">{t_string!(i18n, filter.empty_group)}</p>
            </Show>
            {group_rows(state, key)}
            {adders(state, key)}
            </div>
        </li>
    }
    .into_any()
}
