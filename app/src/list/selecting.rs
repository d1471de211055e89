//! What is selected: single rows, ranges, everything that is loaded, or everything there is.

use domain::RecordId;
use domain::bulk::Selection;
use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::state::ListState;
use crate::i18n::t_string;

impl ListState {
    /// Selects a row, or lets it go.
    pub fn toggle(self, id: RecordId) {
        let is_in = self.selection.with_untracked(|it| it.has(id));
        self.selection.update(|selection| selection.set(id, !is_in));
        self.anchor.set(Some(id));
        self.say_selected();
    }

    /// Selects all rows from the last one that was touched to this one.
    pub fn select_to(self, id: RecordId) {
        let ids = self.model.with_untracked(|model| {
            let anchor = self.anchor.get_untracked().and_then(|id| model.place(id));
            let here = model.place(id);
            match (anchor, here) {
                (Some(anchor), Some(here)) => model.between(anchor, here).to_vec(),
                _ => vec![id],
            }
        });
        self.selection.update(|selection| {
            for id in ids {
                selection.set(id, true);
            }
        });
        if self.anchor.get_untracked().is_none() {
            self.anchor.set(Some(id));
        }
        self.say_selected();
    }

    /// Selects all rows that are loaded and would still be on the list.
    pub fn select_loaded(self) {
        let ids = self.model.with_untracked(|model| {
            let ids = model.order().iter().copied();
            ids.filter(|id| !model.is_outside(*id)).collect()
        });
        self.selection.set(Selection::These(ids));
        self.say_selected();
    }

    /// Lets everything go.
    pub fn select_none(self) {
        self.selection.set(Selection::default());
        self.anchor.set(None);
        self.say_selected();
    }

    fn say_selected(self) {
        let number = self.selected();
        self.say(t_string!(self.i18n, list.selected, number = number));
    }

    /// How many are selected, in words.
    fn selected(self) -> String {
        self.selection.with_untracked(|selection| match selection {
            Selection::These(ids) => ids.len().to_string(),
            Selection::All { without, .. } => match self.count.get_untracked() {
                Some(count) => super::head::in_words(domain::query::Count {
                    value: count.value.saturating_sub(without.len() as u64),
                    ..count
                }),
                None => t_string!(self.i18n, list.all).to_owned(),
            },
        })
    }

    /// Whether every row that is loaded is selected.
    fn has_all_loaded(self) -> bool {
        self.selection.with(|selection| {
            self.model.with(|model| match selection {
                Selection::All { without, .. } => without.is_empty(),
                Selection::These(ids) => {
                    !model.is_empty()
                        && ids.len() >= model.len()
                        && model.order().iter().all(|id| ids.contains(id))
                }
            })
        })
    }
}

/// The box of a row. The space bar does the same, so it is no stop of the tab key.
#[component]
pub fn RowCheckbox(
    /// The list.
    list: ListState,
    /// The row.
    id: RecordId,
    /// Whether it is selected.
    selected: Memo<bool>,
) -> impl IntoView {
    let label = move || t_string!(list.i18n, list.select, title = list.title(id));
    let on_click = move |event: MouseEvent| {
        event.stop_propagation();
        if event.shift_key() {
            list.select_to(id);
        } else {
            list.toggle(id);
        }
    };
    view! {
        <label class="grid__tick">
            <input
                class="check__box"
                type="checkbox"
                tabindex="-1"
                aria-label=label
                prop:checked=move || selected.get()
                on:click=on_click
            />
        </label>
    }
}

/// The box over all rows.
#[component]
pub fn HeadCheckbox(
    /// The list.
    list: ListState,
) -> impl IntoView {
    let all = Memo::new(move |_| list.has_all_loaded());
    let some = move || !all.get() && !list.selection.with(Selection::is_empty);
    view! {
        <label class="grid__tick">
            <input
                class="check__box"
                type="checkbox"
                aria-label=move || t_string!(list.i18n, list.select_loaded)
                prop:checked=move || all.get()
                prop:indeterminate=some
                on:click=move |_| {
                    if all.get_untracked() {
                        list.select_none();
                    } else {
                        list.select_loaded();
                    }
                }
            />
        </label>
    }
}
