//! The editor of a field: first what it holds, then everything about it on one sheet.

use domain::field::FieldType;
use domain::field_settings::{has_options, may_be_unique};
use domain::{Error, FieldError, Kind, Problem, Value};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::api::{change_field, create_field};
use super::draft::{Editor, Gates, Need, gates};
use super::options::Options;
use super::types::{GROUPS, family, linked_kind, linking_to, type_help, type_name};
use crate::fields::FieldInput;
use crate::i18n::{t, t_string, use_i18n};
use crate::labels;
use crate::layout::use_workspace;
use crate::ui::{
    Button, ButtonKind, ButtonSize, ButtonVariant, Checkbox, Choice, Field, FormError, Select,
    TextInput,
};

/// The editor of a field. `on_saved` is called after the server has it, `on_cancel` when the user
/// thinks better of it.
#[component]
pub(super) fn FieldForm(
    /// What stands in it.
    editor: Editor,
    /// The sections that there are, to choose from.
    sections: Vec<String>,
    /// Called with the field's label once it is saved.
    on_saved: Callback<String>,
    /// Called when it is to be forgotten.
    on_cancel: Callback<()>,
) -> impl IntoView {
    let sections = StoredValue::new(sections);
    // Another kind to link to is no other sheet: what one types in stays, and so does the focus.
    let shape = Memo::new(move |_| {
        editor
            .field_type
            .get()
            .map(|it| linking_to(it, Kind::Company))
    });
    move || {
        match shape.get() {
        None => view! { <Types editor=editor /> }.into_any(),
        Some(field_type) => view! {
            <Sheet editor=editor field_type=field_type sections=sections.get_value() on_saved=on_saved on_cancel=on_cancel />
        }
        .into_any(),
    }
    }
}

/// The types, in groups, each with what it is for.
#[component]
fn Types(editor: Editor) -> impl IntoView {
    let i18n = use_i18n();
    let groups = GROUPS
        .iter()
        .map(|(of, types)| {
            let types = types
                .iter()
                .map(|&field_type| {
                    view! {
                        <li>
                            <button class="types__type" type="button" on:click=move |_| editor.choose(field_type)>
                                <b>{type_name(i18n, field_type)}</b>
                                <span class="muted">{type_help(i18n, field_type)}</span>
                            </button>
                        </li>
                    }
                })
                .collect_view();
            view! {
                <section class="types__group">
                    <h3 class="types__head">{family(i18n, *of)}</h3>
                    <ul class="types__list">{types}</ul>
                </section>
            }
        })
        .collect_view();
    view! { <div class="types">{groups}</div> }
}

#[component]
fn Sheet(
    editor: Editor,
    field_type: FieldType,
    sections: Vec<String>,
    on_saved: Callback<String>,
    on_cancel: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let general = RwSignal::new(None::<String>);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        general.set(None);
        let draft = match editor.draft() {
            Ok(draft) => draft,
            Err(errors) => {
                editor.errors.set(errors);
                return;
            }
        };
        editor.errors.set(Vec::new());
        editor.busy.set(true);
        let label = draft.label.clone();
        spawn_local(async move {
            let saved = match editor.id {
                None => create_field(editor.kind, draft)
                    .await
                    .map(|made| made.map(|_| ())),
                Some(id) => change_field(id, draft).await,
            };
            editor.busy.try_set(false);
            match saved.flatten() {
                Ok(()) => {
                    on_saved.try_run(label);
                }
                Err(Error::Invalid(errors)) => {
                    let elsewhere = unplaced(&errors);
                    editor.errors.try_set(errors);
                    general.try_set(elsewhere);
                }
                Err(error) => {
                    general.try_set(Some(labels::error(i18n, &error)));
                }
            }
        });
    };
    let error = move |input: &'static str| {
        Signal::derive(move || editor.problem(input).map(|p| labels::problem(i18n, &p)))
    };
    let typed = move |input: &'static str, signal: RwSignal<String>| {
        Callback::new(move |text: String| {
            editor.mended(input);
            signal.set(text);
        })
    };
    let offered = sections
        .into_iter()
        .map(|section| view! { <option value=section></option> })
        .collect_view();
    let is_new = editor.id.is_none();
    view! {
        <form class="form fieldform" on:submit=submit novalidate=true>
            <TypeRow editor=editor field_type=field_type />
            <Field id="field-label" label=move || t_string!(i18n, settings.label) error=error("label") required=true>
                <TextInput value=editor.label on_input=typed("label", editor.label) autofocus=true />
            </Field>
            {has_options(field_type).then(|| view! { <Options editor=editor /> })}
            <Field
                id="field-section"
                label=move || t_string!(i18n, settings.section)
                help=move || t_string!(i18n, settings.section_help)
                error=error("section")
            >
                <TextInput value=editor.section on_input=typed("section", editor.section) attr:list="field-sections" />
            </Field>
            <datalist id="field-sections">{offered}</datalist>
            <Field
                id="field-help"
                label=move || t_string!(i18n, settings.help)
                help=move || t_string!(i18n, settings.help_help)
                error=error("help")
            >
                <TextInput value=editor.help on_input=typed("help", editor.help) />
            </Field>
            <Needed editor=editor />
            <DefaultValue editor=editor />
            <div class="stack fieldform__marks">
                {editor.kind.has_stages().then(|| view! {
                    <Checkbox
                        label=move || t_string!(i18n, settings.on_card_help)
                        checked=editor.on_card
                        on_change=move |yes| editor.on_card.set(yes)
                    />
                })}
                {may_be_unique(field_type).then(|| view! {
                    <Checkbox
                        label=move || t_string!(i18n, settings.unique_help)
                        checked=editor.unique
                        on_change=move |yes| {
                            editor.mended("unique");
                            editor.unique.set(yes);
                        }
                    />
                    <FormError text=error("unique") />
                })}
            </div>
            <FormError text=general />
            <div class="dialog__actions">
                <Button on:click=move |_| on_cancel.run(())>{t!(i18n, settings.cancel)}</Button>
                <Button variant=ButtonVariant::Primary kind=ButtonKind::Submit busy=editor.busy>
                    {if is_new { t_string!(i18n, settings.create) } else { t_string!(i18n, settings.save) }}
                </Button>
            </div>
        </form>
    }
}

/// What is wrong with what has no input of its own here.
fn unplaced(errors: &[FieldError]) -> Option<String> {
    const PLACED: [&str; 8] = [
        "label",
        "section",
        "help",
        "options",
        "required_from",
        "default",
        "unique",
        "field_type",
    ];
    let texts: Vec<String> = errors
        .iter()
        .filter(|e| !PLACED.contains(&e.field.as_str()) && !e.field.starts_with("options."))
        .map(ToString::to_string)
        .collect();
    (!texts.is_empty()).then(|| texts.join(" "))
}

/// What the field holds, the way to something else, and of links to which kind they lead.
#[component]
fn TypeRow(editor: Editor, field_type: FieldType) -> impl IntoView {
    let i18n = use_i18n();
    let problem = move || {
        let problem = editor.problem("field_type")?;
        Some(labels::problem(i18n, &problem))
    };
    // A field that records hold values of keeps its type, but for a text that grows.
    let other = match editor.stored_type {
        None => {
            let change = move |_| editor.field_type.set(None);
            Some(
                view! {
                    <Button variant=ButtonVariant::Quiet size=ButtonSize::Small on:click=change>
                        {t!(i18n, settings.other_type)}
                    </Button>
                }
                .into_any(),
            )
        }
        Some(FieldType::Text) => {
            let grow = move |_| {
                let next = if field_type == FieldType::Text {
                    FieldType::LongText
                } else {
                    FieldType::Text
                };
                editor.field_type.set(Some(next));
            };
            let label = if field_type == FieldType::Text {
                t_string!(i18n, settings.make_long)
            } else {
                t_string!(i18n, settings.make_short)
            };
            Some(
                view! {
                    <Button variant=ButtonVariant::Quiet size=ButtonSize::Small on:click=grow>{label}</Button>
                }
                .into_any(),
            )
        }
        Some(_) => None,
    };
    let linked = linked_kind(field_type)
        .filter(|_| editor.stored_type.is_none())
        .map(|_| {
            let kinds: Vec<Choice> = Kind::ALL
                .into_iter()
                .map(|kind| Choice::new(kind.as_str(), labels::kind_many(i18n, kind)))
                .collect();
            let chosen = Signal::derive(move || {
                let kind = editor.field_type.get().and_then(linked_kind);
                kind.map_or_else(String::new, |kind| kind.as_str().to_owned())
            });
            let on_change = Callback::new(move |word: String| {
                if let Some(kind) = Kind::parse(&word) {
                    editor.field_type.set(Some(linking_to(field_type, kind)));
                }
            });
            view! {
                <Field id="field-links-to" label=move || t_string!(i18n, settings.links_to)>
                    <Select options=kinds value=chosen on_change=on_change />
                </Field>
            }
        });
    let of_kind = editor
        .stored_type
        .and_then(linked_kind)
        .map(|kind| format!(": {}", labels::kind_many(i18n, kind)));
    view! {
        <div class="fieldform__type">
            <p>
                <b>{type_name(i18n, field_type)} {of_kind}</b>
                <span class="muted">{type_help(i18n, field_type)}</span>
            </p>
            {other}
        </div>
        <FormError text=Signal::derive(problem) />
        {linked}
    }
}

/// Whether, and from where on, a record may not be without it.
#[component]
fn Needed(editor: Editor) -> impl IntoView {
    let i18n = use_i18n();
    let gates = use_workspace().with_untracked(|workspace| gates(workspace, editor.kind));
    let choice = move |need: Need, label: &'static str| {
        view! {
            <label class="check">
                <input
                    class="check__box"
                    type="radio"
                    name="field-need"
                    checked=untrack(move || editor.need.get() == need)
                    prop:checked=move || editor.need.get() == need
                    on:change=move |_| {
                        editor.mended("required_from");
                        editor.need.set(need);
                    }
                />
                <span class="check__label">{label}</span>
            </label>
        }
    };
    let has_stages = !gates.is_empty();
    let gates = StoredValue::new(gates);
    let stages = move || {
        (editor.need.get() == Need::FromStage).then(|| {
            let several = gates.with_value(Vec::len) > 1;
            let rows = gates.get_value().into_iter().map(
                |Gates {
                     pipeline,
                     name,
                     stages,
                 }| {
                    let mut options = vec![Choice::new("", t_string!(i18n, settings.nowhere))];
                    options.extend(
                        stages
                            .into_iter()
                            .map(|(id, name)| Choice::new(id.to_string(), name)),
                    );
                    let value = Signal::derive(move || {
                        editor.from.with(|from| {
                            from.get(&pipeline).map_or_else(String::new, i64::to_string)
                        })
                    });
                    let on_change = Callback::new(move |id: String| {
                        editor.mended("required_from");
                        editor.from.update(|from| match id.parse() {
                            Ok(id) => {
                                from.insert(pipeline, id);
                            }
                            Err(_) => {
                                from.remove(&pipeline);
                            }
                        });
                    });
                    let label = if several {
                        t_string!(i18n, settings.from_stage_in, pipeline = name)
                    } else {
                        t_string!(i18n, settings.from_stage).to_owned()
                    };
                    view! {
                        <Field id=format!("field-from-{pipeline}") label=label>
                            <Select options=options value=value on_change=on_change />
                        </Field>
                    }
                },
            );
            let rows = rows.collect_view();
            view! { <div class="fieldform__from">{rows}</div> }
        })
    };
    let problem = move || {
        editor
            .problem("required_from")
            .map(|problem| match problem {
                Problem::Required => t_string!(i18n, settings.choose_stage).to_owned(),
                other => labels::problem(i18n, &other),
            })
    };
    view! {
        <fieldset class="fieldform__need">
            <legend class="field__label">{t!(i18n, settings.needed)}</legend>
            <div class="fieldform__needs">
                {choice(Need::Never, t_string!(i18n, settings.need_never))}
                {choice(Need::Always, t_string!(i18n, settings.need_always))}
                {has_stages.then(|| choice(Need::FromStage, t_string!(i18n, settings.need_from)))}
            </div>
            {stages}
            <FormError text=Signal::derive(problem) />
        </fieldset>
    }
}

/// What a new record has in it. Its input is made anew when the type or the choices change.
#[component]
fn DefaultValue(editor: Editor) -> impl IntoView {
    let i18n = use_i18n();
    let described = Memo::new(move |_| editor.described());
    let error = move || editor.problem("default").map(|p| labels::problem(i18n, &p));
    let on_value = Callback::new(move |value: Result<Value, Problem>| {
        editor.mended("default");
        editor.default.set(value);
    });
    move || {
        described.get().map(|field| {
            let initial = editor.default.get_untracked().unwrap_or_default();
            view! {
                <Field
                    id="field-default"
                    label=move || t_string!(i18n, settings.default)
                    help=move || t_string!(i18n, settings.default_help)
                    error=Signal::derive(error)
                >
                    <FieldInput field=field initial=initial on_value=on_value />
                </Field>
            }
        })
    }
}
