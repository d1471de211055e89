//! The choices of a list: their names, colours and order; those that are retired, and taken back.

use domain::field_settings::OPTION_COLORS;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::draft::{Editor, OptionRow};
use crate::i18n::{t, t_string, use_i18n};
use crate::labels;
use crate::settings::color::color_name;
use crate::settings::reorder::{Reorder, moved};
use crate::ui::{
    Button, ButtonSize, ButtonVariant, Field, Glyph, Icon, IconButton, Menu, MenuItem, StageDot,
    TextInput,
};

/// The choices of a list.
#[component]
pub(super) fn Options(
    /// The editor that they belong to.
    editor: Editor,
) -> impl IntoView {
    let i18n = use_i18n();
    let keys = Signal::derive(move || {
        editor
            .options
            .with(|rows| rows.iter().map(|row| row.row).collect::<Vec<_>>())
    });
    let said = RwSignal::new(String::new());
    let on_move = Callback::new(move |(key, to): (i64, usize)| {
        editor
            .errors
            .update(|errors| errors.retain(|e| !e.field.starts_with("options")));
        editor.options.update(|rows| {
            let order = moved(rows.iter().map(|row| row.row).collect(), key, to);
            rows.sort_by_key(|row| order.iter().position(|other| *other == row.row));
        });
        let rows = editor.options.get_untracked();
        if let Some(row) = rows.iter().find(|row| row.row == key) {
            let label = row.label.get_untracked();
            said.set(t_string!(
                i18n,
                settings.moved,
                label = label,
                at = to + 1,
                of = rows.len()
            ));
        }
    });
    let reorder = Reorder::new(keys, on_move);
    let problem = move || {
        let problem = editor.problem("options")?;
        let text = labels::problem(i18n, &problem);
        Some(view! {
            <p class="field__error">
                <Icon glyph=Glyph::Warning />
                <span>{text}</span>
            </p>
        })
    };
    // The next line is where one goes on typing.
    let wants_focus = StoredValue::new(false);
    let add = move || {
        wants_focus.set_value(true);
        editor.add_empty_option();
    };
    view! {
        <fieldset class="options">
            <legend class="field__label">{t!(i18n, settings.choices)}</legend>
            <ul class="options__list" node_ref=reorder.list>
                <For each=move || editor.options.get() key=|row| row.row let:row>
                    {option_row(editor, row, reorder, wants_focus, add)}
                </For>
            </ul>
            {problem}
            <Button variant=ButtonVariant::Quiet size=ButtonSize::Small icon=Glyph::Plus on:click=move |_| add()>
                {t!(i18n, settings.add_choice)}
            </Button>
            <p class="visually-hidden" role="status">{said}</p>
        </fieldset>
    }
}

fn option_row(
    editor: Editor,
    row: OptionRow,
    reorder: Reorder,
    wants_focus: StoredValue<bool>,
    add: impl Fn() + Copy + Send + Sync + 'static,
) -> AnyView {
    let i18n = use_i18n();
    let key = row.row;
    let at = move || {
        editor
            .options
            .with(|rows| rows.iter().position(|other| other.row == key))
            .unwrap_or_default()
    };
    let name = move || {
        let label = row.label.get();
        if label.trim().is_empty() {
            t_string!(i18n, settings.choice_nr, number = at() + 1)
        } else {
            label
        }
    };
    let problem = move || {
        let problem = editor.problem(&format!("options.{}", at()))?;
        Some(labels::problem(i18n, &problem))
    };
    let on_input = Callback::new(move |text: String| {
        editor.mended(&format!("options.{}", untrack(at)));
        editor.mended("options");
        row.label.set(text);
    });
    // Enter goes on to the next line, as in a text, and does not send the form.
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Enter" {
            event.prevent_default();
            if !row.label.with_untracked(|label| label.trim().is_empty()) {
                add();
            }
        }
    };
    let takes_focus = wants_focus
        .try_update_value(std::mem::take)
        .unwrap_or_default();
    let colors = OPTION_COLORS
        .iter()
        .map(|&color| {
            let is_it = Signal::derive(move || row.color.with(|it| it == color));
            view! {
                <MenuItem checked=is_it on_select=move |()| row.color.set(color.to_owned())>
                    <span class="dotted">
                        <StageDot color=color /> {color_name(i18n, color)}
                    </span>
                </MenuItem>
            }
        })
        .collect_view();
    let last = move || {
        if row.is_stored() {
            let (text, glyph) = if row.retired.get() {
                (t_string!(i18n, settings.take_back), Glyph::Undo)
            } else {
                (t_string!(i18n, settings.retire), Glyph::Lock)
            };
            let label = move || format!("{text}: {}", name());
            view! {
                <IconButton glyph=glyph label=label on:click=move |_| row.retired.update(|r| *r = !*r) />
            }
            .into_any()
        } else {
            let remove = move |_| {
                editor
                    .errors
                    .update(|errors| errors.retain(|e| !e.field.starts_with("options")));
                editor
                    .options
                    .update(|rows| rows.retain(|other| other.row != key));
            };
            let label = move || t_string!(i18n, settings.remove_choice, label = name());
            view! { <IconButton glyph=Glyph::Close label=label on:click=remove /> }.into_any()
        }
    };
    view! {
        <li
            class="options__row"
            class=("options__row--retired", move || row.retired.get())
            class=("row--held", move || reorder.holds(key))
            class=("row--before", move || reorder.goes_before(key))
            class=("row--after", move || reorder.goes_after(key))
            data-key=key
        >
            <button
                class="handle"
                type="button"
                aria-label=move || t_string!(i18n, settings.move_row, label = name())
                title=move || t_string!(i18n, settings.move_help)
                on:pointerdown=move |event| reorder.on_down(key, &event)
                on:keydown=move |event| reorder.on_key(key, &event)
            >
                <Icon glyph=Glyph::Drag />
            </button>
            <Menu
                id=format!("option-{key}-color")
                label=move || {
                    let color = color_name(i18n, &row.color.get());
                    t_string!(i18n, settings.color_of, label = name(), color = color)
                }
                trigger=move || {
                    view! { <span class="swatch" data-color=move || row.color.get()></span> }
                }
                class="options__color"
            >
                {colors}
            </Menu>
            <div class="options__label" on:keydown=on_key>
                <Field
                    id=format!("option-{key}")
                    label=move || t_string!(i18n, settings.choice_nr, number = at() + 1)
                    hide_label=true
                    error=Signal::derive(problem)
                >
                    <TextInput value=row.label on_input=on_input autofocus=takes_focus />
                </Field>
            </div>
            {last}
            {move || row.retired.get().then(|| view! {
                <span class="options__note muted">{t!(i18n, settings.retired)}</span>
            })}
        </li>
    }
    .into_any()
}
