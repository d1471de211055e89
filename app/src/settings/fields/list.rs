//! The fields that users made, in order: what each is, and what one can do with it.

use std::collections::BTreeMap;

use domain::field_settings::FieldSettings;
use domain::query::{Filter, Operator, Query};
use domain::{FieldDef, Kind};
use leptos::prelude::*;

use super::api::count_holding;
use super::bin::Bin;
use super::built_in::BuiltIn;
use super::draft::{Editor, custom_id};
use super::form::FieldForm;
use super::state::FieldsState;
use super::types::type_of;
use crate::i18n::{t, t_string, use_i18n};
use crate::labels;
use crate::layout::use_workspace;
use crate::settings::reorder::Reorder;
use crate::ui::{Badge, BadgeTone, Button, ButtonVariant, Dialog, Empty, Glyph, Icon, IconButton};

/// The fields of a kind, with the sheet that edits one and the question before one is deleted.
#[component]
pub(super) fn FieldList(kind: Kind, settings: FieldSettings) -> impl IntoView {
    let i18n = use_i18n();
    let workspace = use_workspace();
    let state = FieldsState::of(kind, settings);
    let reorder = Reorder::new(
        Signal::derive(move || state.ids()),
        Callback::new(move |(id, to): (i64, usize)| state.put(id, to)),
    );
    // Editors that were opened and not finished, by field; none is the new one's.
    let owner = Owner::current();
    let editors = StoredValue::new(BTreeMap::<Option<i64>, Editor>::new());
    let editing = RwSignal::new(None::<Editor>);
    let open = RwSignal::new(false);
    let edit = move |field: Option<FieldDef>| {
        let id = field.as_ref().and_then(custom_id);
        let editor = editors
            .with_value(|editors| editors.get(&id).copied())
            .unwrap_or_else(|| {
                let make = || match &field {
                    Some(field) => Editor::of(kind, field, &workspace.get_untracked()),
                    None => Editor::fresh(kind),
                };
                // As long as the page is there, not only as long as this handler runs.
                let editor = owner.as_ref().map_or_else(make, |owner| owner.with(make));
                editors.update_value(|editors| {
                    editors.insert(id, editor);
                });
                editor
            });
        editing.set(Some(editor));
        open.set(true);
    };
    let edit = StoredValue::new(edit);
    let edit = Callback::new(move |field: Option<FieldDef>| edit.with_value(|edit| edit(field)));
    let forget = move |id: Option<i64>| {
        editors.update_value(|editors| {
            editors.remove(&id);
        });
        open.set(false);
    };
    let asked = RwSignal::new(None::<FieldDef>);
    let title = move || match editing.get() {
        Some(editor) if editor.id.is_some() => t_string!(i18n, settings.change_field).to_owned(),
        Some(editor) if editor.field_type.get().is_none() => {
            t_string!(i18n, settings.choose_type).to_owned()
        }
        _ => t_string!(i18n, settings.new_field).to_owned(),
    };
    let heading = t_string!(i18n, settings.own_fields);
    // Made anew only when the first one comes or the last one goes.
    let is_empty = Memo::new(move |_| state.fields.with(Vec::is_empty));
    let rows = move || {
        if is_empty.get() {
            return view! {
                <Empty title=t_string!(i18n, settings.none) glyph=Glyph::List>
                    <p>{t!(i18n, settings.none_text)}</p>
                </Empty>
            }
            .into_any();
        }
        view! {
            <ul class="fielddefs" node_ref=reorder.list>
                <For each=move || state.ids() key=|id| *id let:id>
                    {row(state, reorder, id, edit, asked)}
                </For>
            </ul>
        }
        .into_any()
    };
    view! {
        <section class="settings__part" aria-labelledby="own-fields">
            <header class="settings__head">
                <h2 class="section__title" id="own-fields">{heading}</h2>
                <Button variant=ButtonVariant::Primary icon=Glyph::Plus on:click=move |_| edit.run(None)>
                    {t!(i18n, settings.add_field)}
                </Button>
            </header>
            {rows}
            <p class="visually-hidden" role="status">{move || state.said.get()}</p>
        </section>
        <BuiltIn kind=kind />
        <Bin state=state />
        <Dialog
            id="field-editor"
            title=Signal::derive(title)
            close_label=move || t_string!(i18n, settings.close)
            open=open
            on_close=move |()| {
                // What was begun opens again as it was left.
                if let Some(editor) = editing.get_untracked().filter(|editor| !editor.is_touched()) {
                    forget(editor.id);
                }
            }
            wide=true
        >
            {move || editing.get().map(|editor| {
                let sections = sections(&state.fields.get_untracked());
                view! {
                    <FieldForm
                        editor=editor
                        sections=sections
                        on_saved=Callback::new(move |label: String| {
                            forget(editor.id);
                            state.saved(&label);
                        })
                        on_cancel=Callback::new(move |()| forget(editor.id))
                    />
                }
            })}
        </Dialog>
        <DeleteDialog state=state asked=asked />
    }
}

/// The sections that fields stand in, each once, in order.
fn sections(fields: &[FieldDef]) -> Vec<String> {
    let mut sections: Vec<String> = Vec::new();
    for field in fields {
        if !field.section.is_empty() && !sections.iter().any(|other| *other == field.section) {
            sections.push(field.section.to_string());
        }
    }
    sections
}

fn row(
    state: FieldsState,
    reorder: Reorder,
    id: i64,
    edit: Callback<Option<FieldDef>>,
    asked: RwSignal<Option<FieldDef>>,
) -> AnyView {
    let i18n = use_i18n();
    let workspace = use_workspace();
    let field = Memo::new(move |_| state.field(id));
    let label =
        move || field.with(|f| f.as_ref().map_or_else(String::new, |f| f.label.to_string()));
    let about = move || {
        field.get().map(|field| {
            let mut parts = vec![type_of(i18n, &field)];
            if !field.section.is_empty() {
                parts.push(field.section.to_string());
            }
            let offered = field
                .options
                .iter()
                .filter(|option| !option.retired)
                .count();
            if offered > 0 {
                parts.push(t_string!(i18n, settings.count_choices, count = offered));
            }
            parts.join(" · ")
        })
    };
    let marks = move || {
        let field = field.get()?;
        let from: Vec<String> = workspace.with(|workspace| {
            let names = field
                .required_from
                .iter()
                .filter_map(|id| workspace.stage(*id));
            names.map(|stage| stage.name.clone()).collect()
        });
        let from = (!field.required && !from.is_empty()).then(|| {
            let text = t_string!(i18n, settings.mark_from, stage = from.join(", "));
            view! { <Badge tone=BadgeTone::Accent>{text}</Badge> }
        });
        Some(view! {
            {field.required.then(|| view! {
                <Badge tone=BadgeTone::Accent>{t!(i18n, settings.mark_required)}</Badge>
            })}
            {from}
            {field.unique.then(|| view! { <Badge>{t!(i18n, settings.mark_unique)}</Badge> })}
            {field.on_card.then(|| view! { <Badge>{t!(i18n, settings.mark_on_card)}</Badge> })}
        })
    };
    view! {
        <li
            class="fielddef"
            class=("row--held", move || reorder.holds(id))
            class=("row--before", move || reorder.goes_before(id))
            class=("row--after", move || reorder.goes_after(id))
            data-key=id
        >
            <button
                class="handle"
                type="button"
                aria-label=move || t_string!(i18n, settings.move_row, label = label())
                title=move || t_string!(i18n, settings.move_help)
                on:pointerdown=move |event| reorder.on_down(id, &event)
                on:keydown=move |event| reorder.on_key(id, &event)
            >
                <Icon glyph=Glyph::Drag />
            </button>
            <div class="fielddef__what">
                <b class="fielddef__label" dir="auto">{label}</b>
                <span class="muted fielddef__about" dir="auto">{about}</span>
            </div>
            <div class="fielddef__marks">{marks}</div>
            <div class="fielddef__actions">
                <IconButton
                    glyph=Glyph::Edit
                    label=move || t_string!(i18n, settings.change_of, label = label())
                    on:click=move |_| edit.run(field.get_untracked())
                />
                <IconButton
                    glyph=Glyph::Trash
                    label=move || t_string!(i18n, settings.delete_of, label = label())
                    on:click=move |_| asked.set(field.get_untracked())
                />
            </div>
        </li>
    }
    .into_any()
}

/// Asks before a field is deleted, and says how much goes with it.
#[component]
fn DeleteDialog(state: FieldsState, asked: RwSignal<Option<FieldDef>>) -> impl IntoView {
    let i18n = use_i18n();
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(asked.with(Option::is_some)));
    let title = move || {
        let label = asked.with(|field| field.as_ref().map(|field| field.label.to_string()));
        t_string!(
            i18n,
            settings.delete_title,
            label = label.unwrap_or_default()
        )
    };
    view! {
        <Dialog
            id="delete-field"
            title=Signal::derive(title)
            close_label=move || t_string!(i18n, settings.close)
            open=open
            on_close=move |()| asked.set(None)
        >
            {move || asked.get().map(|field| view! { <DeleteQuestion state=state field=field asked=asked /> })}
        </Dialog>
    }
}

#[component]
fn DeleteQuestion(
    state: FieldsState,
    field: FieldDef,
    asked: RwSignal<Option<FieldDef>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let kind = state.kind;
    let query = Query {
        filter: Filter::is(&field.key, Operator::Filled, &[]),
        ..Query::default()
    };
    let count = LocalResource::new(move || count_holding(kind, query.clone()));
    let text = move || match count.get() {
        None => t_string!(i18n, settings.counting).to_owned(),
        Some(Ok(Ok(count))) => match count.value {
            0 => t_string!(i18n, settings.held_by_none).to_owned(),
            1 => t_string!(i18n, settings.held_by_one).to_owned(),
            many => t_string!(
                i18n,
                settings.held_by_many,
                count = domain::money::group_thousands(&many.to_string())
            ),
        },
        Some(Ok(Err(error)) | Err(error)) => labels::error(i18n, &error),
    };
    let delete = move |_| {
        asked.set(None);
        state.delete(field.clone());
    };
    view! {
        <p role="status">{text}</p>
        <p class="muted">{t!(i18n, settings.delete_text)}</p>
        <div class="dialog__actions">
            <Button on:click=move |_| asked.set(None)>{t!(i18n, settings.cancel)}</Button>
            <Button variant=ButtonVariant::Danger on:click=delete>{t!(i18n, settings.delete)}</Button>
        </div>
    }
}
