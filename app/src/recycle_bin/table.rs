//! The table of a bin: what it was, whose, who deleted it and when, and what lies there with it.

use domain::RecordId;
use domain::bulk::{Binned, Selection};
use leptos::prelude::*;

use super::state::Bin;
use crate::bulk::{count_text, number};
use crate::dates;
use crate::i18n::{t, t_string, use_i18n};
use crate::labels;
use crate::layout::use_workspace;
use crate::ui::{Button, ButtonSize, Checkbox};

/// The table.
#[component]
pub(super) fn BinTable(bin: Bin) -> impl IntoView {
    let i18n = use_i18n();
    let selection = bin.selection;
    let is_all = Signal::derive(move || {
        selection.with(
            |selection| matches!(selection, Selection::All { without, .. } if without.is_empty()),
        )
    });
    let on_all = Callback::new(move |yes: bool| {
        selection.set(if yes { bin.all() } else { Selection::default() });
    });
    let all = Signal::derive(move || {
        let count = count_text(bin.count.get());
        t_string!(i18n, recycle_bin.select_all, count = count)
    });
    view! {
        <div class="tablewrap bin__table">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">
                            <div class="bin__name">
                                <Checkbox
                                    label=all
                                    hide_label=true
                                    checked=is_all
                                    on_change=on_all
                                />
                                {t!(i18n, recycle_bin.name)}
                            </div>
                        </th>
                        <th scope="col">{t!(i18n, recycle_bin.owner)}</th>
                        <th scope="col">{t!(i18n, recycle_bin.deleted)}</th>
                        <th scope="col">{t!(i18n, recycle_bin.deleted_by)}</th>
                        <th scope="col">
                            <span class="visually-hidden">{t!(i18n, recycle_bin.restore)}</span>
                        </th>
                    </tr>
                </thead>
                <tbody>
                    <For
                        each=move || bin.rows.get()
                        key=|row| (row.record.id, row.record.version, row.with_it.len())
                        let:row
                    >
                        {line(bin, row)}
                    </For>
                </tbody>
            </table>
        </div>
    }
    .into_any()
}

fn line(bin: Bin, row: Binned) -> AnyView {
    let i18n = use_i18n();
    let workspace = use_workspace().get_untracked();
    let id: RecordId = row.record.id;
    let title = row.record.title();
    let name_of = |user: Option<i64>, none: &str| {
        user.map_or_else(
            || none.to_owned(),
            |user| workspace.name_of(user).to_owned(),
        )
    };
    let owner = name_of(row.record.owner(), t_string!(i18n, recycle_bin.nobody));
    let by = name_of(
        row.record.value("updated_by").as_id(),
        t_string!(i18n, recycle_bin.dealwright),
    );
    let when = row.record.value("updated_at").as_date_time().map(|at| {
        let at = dates::local(at, workspace.utc_offset);
        let today = dates::local(bin.now.get_untracked(), workspace.utc_offset).date();
        format!(
            "{}, {}",
            dates::near_day(i18n, at.date(), today),
            dates::time(at)
        )
    });
    let with_it = row
        .with_it
        .iter()
        .map(|(kind, _, title)| {
            let what = format!("{} “{title}”", labels::kind_one(i18n, *kind));
            view! {
                <span class="bin__with" dir="auto">
                    {t_string!(i18n, recycle_bin.with_it, title = what)}
                </span>
            }
        })
        .collect_view();
    let selection = bin.selection;
    let is_in = Signal::derive(move || selection.with(|selection| selection.has(id)));
    let on_change = Callback::new(move |yes: bool| {
        selection.update(|selection| selection.set(id, yes));
    });
    let label = t_string!(i18n, recycle_bin.select, title = title.clone());
    let restore_label = t_string!(i18n, recycle_bin.restore_this, title = title.clone());
    view! {
        <tr class=("table__row--selected", move || is_in.get())>
            <th scope="row" class="table__main">
                <div class="bin__name">
                    <Checkbox label=label hide_label=true checked=is_in on_change=on_change />
                    <span class="bin__title">
                        <span class="cut" dir="auto">
                            {title}
                        </span>
                        {with_it}
                    </span>
                </div>
            </th>
            <td class="bin__owner" dir="auto">
                {owner}
            </td>
            <td class="bin__when num">{when}</td>
            <td class="bin__by" dir="auto">
                {by}
            </td>
            <td class="bin__action">
                {row
                    .may_restore
                    .then(|| {
                        view! {
                            <Button
                                size=ButtonSize::Small
                                attr:aria-label=restore_label
                                on:click=move |_| bin.restore_one(id)
                            >
                                {t!(i18n, recycle_bin.restore)}
                            </Button>
                        }
                    })}
            </td>
        </tr>
    }
    .into_any()
}

/// How many records are selected.
pub(super) fn selected(bin: Bin) -> u64 {
    bin.selection.with(|selection| match selection {
        Selection::These(ids) => ids.len() as u64,
        Selection::All { without, .. } => {
            bin.count.get().value.saturating_sub(without.len() as u64)
        }
    })
}

/// The same in words.
pub(super) fn selected_text(bin: Bin) -> String {
    let capped = bin.count.get().capped
        && bin
            .selection
            .with(|selection| matches!(selection, Selection::All { .. }));
    format!("{}{}", number(selected(bin)), if capped { "+" } else { "" })
}
