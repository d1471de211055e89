//! What in the address, or in the view, makes no sense, or no longer: said in words over the list,
//! which is shown without it.

use domain::list::Fault;
use domain::view::ViewSpec;
use leptos::prelude::*;

use super::state::ListState;
use crate::dates::I18n;
use crate::i18n::{t, t_string};
use crate::ui::{Button, ButtonSize, Glyph, Icon};

/// The faults, and a button that takes them out of the address.
#[component]
pub fn Faults(
    /// The list.
    list: ListState,
    /// What is wrong.
    faults: Memo<Vec<Fault>>,
    /// What is shown instead.
    spec: Memo<ViewSpec>,
) -> impl IntoView {
    let i18n = list.i18n;
    let told = move || {
        let lines: Vec<String> = faults.with(|all| all.iter().map(|it| words(i18n, it)).collect());
        lines
            .into_iter()
            .map(|line| view! { <li dir="auto">{line}</li> })
            .collect_view()
    };
    let remove = move |_| {
        let spec = spec.get_untracked();
        list.show(list.view.get_untracked(), &spec, true);
    };
    move || {
        faults.with(|all| !all.is_empty()).then(|| {
            view! {
                <div class="list__faults" role="status">
                    <Icon glyph=Glyph::Warning />
                    <ul>{told}</ul>
                    <Button size=ButtonSize::Small on:click=remove>
                        {t!(i18n, list.remove_it)}
                    </Button>
                </div>
            }
        })
    }
}

fn words(i18n: I18n, fault: &Fault) -> String {
    match fault {
        Fault::View => t_string!(i18n, list.no_view).to_owned(),
        Fault::Filter(problem) => t_string!(
            i18n,
            list.no_filter,
            problem = crate::labels::problem(i18n, problem)
        ),
        Fault::Condition(error) => t_string!(
            i18n,
            list.no_condition,
            field = crate::labels::field_named(i18n, &error.field, &error.label),
            problem = crate::labels::problem(i18n, &error.problem)
        ),
        Fault::Sort(key) => t_string!(
            i18n,
            list.no_sort,
            field = crate::labels::field_named(i18n, key, key)
        ),
        Fault::Column(key) => t_string!(
            i18n,
            list.no_column,
            field = crate::labels::field_named(i18n, key, key)
        ),
    }
}
