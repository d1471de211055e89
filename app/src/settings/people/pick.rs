//! Choosing one user or one department, or none.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use crate::ui::{Choice, Field, Select};

/// A field in which one of several is chosen by its id. The choice without a value is none of them.
#[component]
pub(super) fn Pick<F>(
    /// The input's id.
    id: &'static str,
    /// Its label.
    #[prop(into)]
    label: TextProp,
    /// What is wrong with it.
    error: Signal<Option<String>>,
    /// What there is to choose from.
    options: Vec<Choice>,
    /// What is chosen first.
    first: Option<i64>,
    /// Called with what is chosen.
    on_pick: F,
) -> impl IntoView
where
    F: Fn(Option<i64>) + Send + Sync + 'static,
{
    let chosen = RwSignal::new(first.map_or_else(String::new, |id| id.to_string()));
    view! {
        <Field id label error>
            <Select
                options
                value=chosen
                on_change=move |id: String| {
                    on_pick(id.parse().ok());
                    chosen.set(id);
                }
            />
        </Field>
    }
}
