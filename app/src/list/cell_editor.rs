//! The editor of a cell: the field's own input. Enter saves, Escape leaves, tab saves and goes on,
//! a press elsewhere saves.

use domain::field::FieldType;
use domain::{FieldDef, Problem, RecordId, Value};
use leptos::ev::{self, KeyboardEvent};
use leptos::html::Div;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlInputElement, HtmlTextAreaElement, Node};

use super::grid::elements;
use super::saving::Change;
use super::state::ListState;
use crate::fields::{FieldInput, OnValue};
use crate::ui::{Choice, Field, Select};

/// The editor of the cell that is edited.
#[component]
pub fn CellEditor(
    /// The list.
    list: ListState,
    /// The row.
    id: RecordId,
    /// The field.
    field: FieldDef,
) -> impl IntoView {
    let i18n = list.i18n;
    let edit = list.editing.get_untracked();
    let version = edit.as_ref().and_then(|edit| edit.version);
    let (initial, typed, wrong) = edit.map_or_else(
        || (Value::Empty, false, None),
        |edit| (edit.initial, edit.typed, edit.problem),
    );
    let given: RwSignal<Result<Value, Problem>> = RwSignal::new(Ok(initial.clone()));
    let first = StoredValue::new(initial.clone());
    let problem = RwSignal::new(wrong);
    let node = NodeRef::<Div>::new();
    let key = StoredValue::new(field.key.to_string());
    // Saves, unless what was typed is no value of the field; says whether the editor is gone.
    let commit = move || -> bool {
        match given.get_untracked() {
            Ok(value) => {
                list.editing.set(None);
                if !typed && value == first.get_value() {
                    return true;
                }
                list.save(Change::of(id, &key.get_value(), value, version));
                true
            }
            Err(wrong) => {
                problem.set(Some(wrong));
                false
            }
        }
    };
    let on_key = move |event: KeyboardEvent| {
        // What lies behind (the table, a panel, shortcuts) has no part in what is typed here.
        event.stop_propagation();
        if event.default_prevented() || event.is_composing() {
            return;
        }
        match event.key().as_str() {
            "Escape" => {
                event.prevent_default();
                list.editing.set(None);
                list.focus();
            }
            "Enter" if !breaks_line(&event) => {
                event.prevent_default();
                if commit() {
                    list.focus();
                }
            }
            "Tab" if !stays_inside(node, &event) => {
                event.prevent_default();
                if commit() {
                    list.focus();
                    list.go_aside(!event.shift_key());
                }
            }
            _ => {}
        }
    };
    let pressed = window_event_listener(ev::pointerdown, move |event| {
        let inside = node.get_untracked().is_none_or(|editor| {
            event
                .target()
                .and_then(|target| target.dyn_into::<Node>().ok())
                .is_none_or(|target| editor.contains(Some(&target)) || is_above(&target))
        });
        if !inside {
            commit();
        }
    });
    on_cleanup(move || pressed.remove());
    Effect::new(move |_| {
        if let Some(editor) = node.get() {
            turn_upwards(list, &editor);
            // Before the next key: in the next frame it would select what has been typed since, and
            // the key after that would take its place.
            queue_microtask(move || take_focus(&editor, typed));
        }
    });
    let on_value: OnValue = Callback::new(move |value| {
        problem.set(None);
        given.set(value);
    });
    let label = crate::labels::field(i18n, &field);
    let error = Signal::derive(move || {
        problem
            .get()
            .map(|problem| crate::labels::problem(i18n, &problem))
    });
    let kind = field.field_type;
    // Made within the field, so that it finds its label.
    let input = move || {
        if field.field_type == FieldType::Stage {
            stage_input(list, &initial, on_value)
        } else {
            view! { <FieldInput field=field.clone() initial on_value autofocus=true /> }.into_any()
        }
    };
    view! {
        <div class="grid__editor" node_ref=node data-type=type_word(kind) on:keydown=on_key>
            <Field id=format!("cell-input-{id}") label hide_label=true error>
                {input()}
            </Field>
        </div>
    }
}

/// Whether the key is a line break in a text of several lines; with control it saves there too.
fn breaks_line(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|it| it.dyn_into::<Element>().ok());
    let is = |selector: &str| {
        target
            .as_ref()
            .is_some_and(|it| it.matches(selector).unwrap_or(false))
    };
    (is("textarea") && !event.ctrl_key() && !event.meta_key()) || is("button")
}

/// Whether the tab key goes to another input of the same editor, as from an amount to its currency.
fn stays_inside(node: NodeRef<Div>, event: &KeyboardEvent) -> bool {
    let Some(editor) = node.get_untracked() else {
        return false;
    };
    let stops = elements(
        &editor,
        "input:not([tabindex='-1']), select, textarea, button:not([tabindex='-1'])",
    );
    let end = if event.shift_key() {
        stops.first()
    } else {
        stops.last()
    };
    let here = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    end.is_some_and(|end| here.as_ref() != Some(end))
}

/// Whether something lies in a list or a dialog above the page, which belongs to an input too.
fn is_above(target: &Node) -> bool {
    target.dyn_ref::<Element>().is_some_and(|it| {
        it.closest("[popover], dialog")
            .is_ok_and(|found| found.is_some())
    })
}

/// Lets an editor in the lower half grow upwards: what it opens stays in sight.
fn turn_upwards(list: ListState, editor: &HtmlElement) {
    let Some(scroller) = list.scroller.get_untracked() else {
        return;
    };
    let (editor_box, around) = (
        editor.get_bounding_client_rect(),
        scroller.get_bounding_client_rect(),
    );
    if editor_box.top() > around.top() + around.height() * 0.6 {
        // Fails only for names that no attribute may have.
        let _ = editor.set_attribute("data-upwards", "");
    }
}

/// The focus goes to the first input; what stands there is replaced by typing, unless that has
/// begun.
fn take_focus(editor: &HtmlElement, typed: bool) {
    let stops = elements(editor, "input, select, textarea, button");
    let Some(first) = stops
        .first()
        .and_then(|it| it.dyn_ref::<HtmlElement>().cloned())
    else {
        return;
    };
    let has_focus = document()
        .active_element()
        .is_some_and(|active| editor.contains(Some(&active)));
    if !has_focus {
        // Nothing is lost when the browser refuses the focus.
        let _ = first.focus();
    }
    if let Some(input) = first.dyn_ref::<HtmlInputElement>() {
        let end = u32::try_from(input.value().encode_utf16().count()).unwrap_or(u32::MAX);
        if typed {
            // Inputs of days have no caret to set.
            let _ = input.set_selection_range(end, end);
        } else {
            input.select();
        }
    } else if let Some(area) = first.dyn_ref::<HtmlTextAreaElement>() {
        let end = u32::try_from(area.value().encode_utf16().count()).unwrap_or(u32::MAX);
        let _ = area.set_selection_range(end, end);
    }
}

/// A record moves among the stages of its own pipeline.
fn stage_input(list: ListState, initial: &Value, on_value: OnValue) -> AnyView {
    let here = initial.as_id();
    let options: Vec<Choice> = list.workspace.with_untracked(|workspace| {
        workspace
            .pipelines_of(list.kind)
            .find(|pipeline| here.is_some_and(|stage| pipeline.stage(stage).is_some()))
            .map(|pipeline| {
                pipeline
                    .stages
                    .iter()
                    .map(|stage| Choice::new(stage.id.to_string(), stage.name.clone()))
                    .collect()
            })
            .unwrap_or_default()
    });
    let chosen = RwSignal::new(here.map(|id| id.to_string()).unwrap_or_default());
    let on_change = Callback::new(move |text: String| {
        chosen.set(text.clone());
        if let Ok(id) = text.parse() {
            on_value.run(Ok(Value::Id(id)));
        }
    });
    view! { <Select options=options value=chosen on_change=on_change /> }.into_any()
}

/// What the style sheet calls a type: those with more than one line take more room.
const fn type_word(field_type: FieldType) -> &'static str {
    match field_type {
        FieldType::LongText => "long",
        FieldType::Choices | FieldType::Users | FieldType::Points(_) => "several",
        FieldType::Link(_) | FieldType::Links(_) => "links",
        FieldType::Money => "money",
        _ => "plain",
    }
}
