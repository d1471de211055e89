//! One field of the form.

use std::collections::BTreeMap;

use domain::record::Values;
use domain::{FieldDef, Problem, Value};
use leptos::prelude::*;

use crate::fields::FieldInput;
use crate::i18n::use_i18n;
use crate::ui::Field;

/// What stands in the form. Cheap to copy.
#[derive(Debug, Clone, Copy)]
pub(super) struct Filled {
    /// What it began with.
    pub(super) begun: StoredValue<Values>,
    /// What was typed since, or what is wrong with it.
    pub(super) typed: RwSignal<BTreeMap<String, Result<Value, Problem>>>,
    /// The problems that are told.
    pub(super) problems: RwSignal<BTreeMap<String, Problem>>,
}

impl Filled {
    /// The value of a field as far as one can be read.
    pub(super) fn value(self, key: &str) -> Value {
        let typed = self.typed.with(|typed| typed.get(key).cloned());
        match typed {
            Some(Ok(value)) => value,
            Some(Err(_)) => Value::Empty,
            None => self
                .begun
                .with_value(|begun| begun.get(key).cloned())
                .unwrap_or_default(),
        }
    }

    /// Puts a value into the form.
    pub(super) fn put(self, key: &str, value: Result<Value, Problem>) {
        self.problems.update(|problems| {
            problems.remove(key);
        });
        self.typed.update(|typed| {
            typed.insert(key.to_owned(), value);
        });
    }

    /// The problem that is told of a field, in words.
    pub(super) fn told(self, key: String) -> Signal<Option<String>> {
        let i18n = use_i18n();
        Signal::derive(move || {
            let problem = self.problems.with(|problems| problems.get(&key).cloned());
            problem.map(|problem| crate::labels::problem(i18n, &problem))
        })
    }
}

/// The id of a field's input.
pub(super) fn input_id(key: &str) -> String {
    format!("new-{key}")
}

/// A field with its input.
#[component]
pub(super) fn Row(filled: Filled, field: FieldDef, autofocus: bool) -> impl IntoView {
    let i18n = use_i18n();
    let key = field.key.to_string();
    let label = crate::labels::field(i18n, &field);
    let help = crate::labels::field_help(i18n, &field);
    let initial = untrack(|| filled.value(&key));
    let on_value = {
        let key = key.clone();
        Callback::new(move |value| filled.put(&key, value))
    };
    let required = field.required;
    let id = input_id(&key);
    let error = filled.told(key.clone());
    view! {
        <div class="newrecord__row" data-field=key>
            <Field
                id=id
                label=label
                error=error
                required=required
            >
                <FieldInput field=field initial=initial on_value=on_value autofocus=autofocus />
            </Field>
            {(!help.is_empty()).then(|| view! { <p class="field__help">{help}</p> })}
        </div>
    }
    .into_any()
}
