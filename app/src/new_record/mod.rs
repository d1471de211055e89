//! A new record: `/deals/new?company_id=42`, each key of the query a field and its value what
//! [`domain::FieldDef::parse`] reads.

mod alike;
pub mod api;
mod begun;
mod form;
mod leave;
mod row;

use std::collections::BTreeMap;

use domain::Kind;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::i18n::{t_string, use_i18n};
use crate::layout::Failed;
use crate::resource::resource;
use crate::ui::{PageTitle, Skeleton, SkeletonKind};
use api::begin_record;
use form::NewForm;

/// The form of a new record, filled in with values as [`domain::FieldDef::parse`] reads them.
#[must_use]
pub fn new_path(kind: Kind, given: &[(String, String)]) -> String {
    let path = format!("/{}/new", kind.plural());
    if given.is_empty() {
        path
    } else {
        format!("{path}?{}", query_of(given))
    }
}

/// Pairs as the query of an address; the same text on the server and in the browser.
#[must_use]
pub fn query_of(pairs: &[(String, String)]) -> String {
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(key, value)| format!("{}={}", encoded(key), encoded(value)))
        .collect();
    pairs.join("&")
}

fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:,()".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            for half in [byte >> 4, byte & 15] {
                let digit = char::from_digit(half.into(), 16).unwrap_or('0');
                encoded.push(digit.to_ascii_uppercase());
            }
        }
    }
    encoded
}

/// A new record: `/deals/new`.
#[component]
pub fn NewRecordPage(
    /// Of which kind.
    kind: Kind,
) -> impl IntoView {
    let i18n = use_i18n();
    let query = use_query_map();
    let given = Memo::new(move |_| {
        query.with(|query| {
            let pairs = query.clone().into_iter();
            pairs
                .map(|(key, value)| (key.into_owned(), value))
                .collect::<BTreeMap<String, String>>()
        })
    });
    let begun = resource(
        move || given.get(),
        move |given| async move {
            let asked: Vec<String> = given.keys().cloned().collect();
            let begun = begin_record(kind, given).await.flatten();
            begun.map(|begun| (begun, asked))
        },
    );
    let title = move || {
        let kind = crate::labels::kind_one(i18n, kind).to_lowercase();
        t_string!(i18n, new_record.title, kind = kind)
    };
    view! {
        <section class="page page--scroll">
            <PageTitle text=title />
            <header class="page__head">
                <h1 class="page__title">{title}</h1>
            </header>
            <div class="page__body page__body--text">
                <Transition fallback=|| view! { <Skeleton kind=SkeletonKind::Row count=8 /> }>
                    {move || Suspend::new(async move {
                        match begun.await {
                            Ok((begun, asked)) => {
                                view! { <NewForm kind=kind begun=begun asked=asked /> }.into_any()
                            }
                            Err(error) => view! { <Failed error=error /> }.into_any(),
                        }
                    })}
                </Transition>
            </div>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_survives_the_address() {
        let given = [
            ("title".to_owned(), "R&D = 50 % ß?".to_owned()),
            ("company_id".to_owned(), "42".to_owned()),
        ];
        assert_eq!(
            new_path(Kind::Deal, &given),
            "/deals/new?title=R%26D%20%3D%2050%20%25%20%C3%9F%3F&company_id=42"
        );
        assert_eq!(new_path(Kind::Company, &[]), "/companies/new");
    }
}
