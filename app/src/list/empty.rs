//! What stands where there are no rows: no record at all yet, or none that the filter lets through.

use domain::view::ViewSpec;
use leptos::prelude::*;

use super::state::ListState;
use crate::i18n::{t, t_string};
use crate::labels::kind_many;
use crate::ui::{Button, ButtonVariant, Empty, Glyph, LinkButton};

/// Says why there is nothing, and offers what helps.
#[component]
pub fn Nothing(
    /// The list.
    list: ListState,
) -> impl IntoView {
    let (i18n, kind) = (list.i18n, list.kind);
    let is_empty = Memo::new(move |_| {
        !list.loading.get()
            && list
                .model
                .with(|model| model.is_empty() && model.next().is_none())
    });
    let is_narrowed = Memo::new(move |_| {
        list.query
            .with(|query| !query.filter.is_everything() || query.text.is_some())
    });
    let none_fit = move || {
        let all = move |_| {
            list.change(false, |spec| {
                *spec = ViewSpec {
                    sort: std::mem::take(&mut spec.sort),
                    columns: std::mem::take(&mut spec.columns),
                    ..ViewSpec::default()
                };
            });
        };
        view! {
            <Empty glyph=Glyph::Filter title=t_string!(i18n, list.none_fit)>
                <p>{t!(i18n, list.none_fit_text)}</p>
                <Button on:click=all>{t!(i18n, list.clear)}</Button>
            </Empty>
        }
        .into_any()
    };
    let none_at_all = move || {
        let name = kind_many(i18n, kind);
        let new = list.may_add().then(|| {
            view! {
                <LinkButton
                    href=format!("/{}/new", kind.plural())
                    variant=ButtonVariant::Primary
                    icon=Glyph::Plus
                >
                    {t!(i18n, list.new)}
                </LinkButton>
            }
        });
        view! {
            <Empty glyph=Glyph::List title=t_string!(i18n, list.none, kinds = name)>
                <p>{t!(i18n, list.none_text)}</p>
                {new}
            </Empty>
        }
        .into_any()
    };
    move || {
        is_empty.get().then(|| {
            if is_narrowed.get() {
                none_fit()
            } else {
                none_at_all()
            }
        })
    }
}
