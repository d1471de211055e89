//! Sums are shown in one currency at a time: adding several up would need rates, and showing them
//! all at once leaves no room to read any.

use domain::board::Total;
use domain::funnel::Funnel;
use domain::money::Currency;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::query::{self, CURRENCY};
use crate::i18n::{t_string, use_i18n};

/// The currencies of the funnel, that of most records first.
fn currencies(funnel: &Funnel) -> Vec<Currency> {
    let mut counts: Vec<(Currency, i64)> = Vec::new();
    for total in funnel.parts.iter().flat_map(|part| &part.all) {
        let Some(currency) = total.currency else {
            continue;
        };
        match counts.iter_mut().find(|(other, _)| *other == currency) {
            Some((_, count)) => *count += total.count,
            None => counts.push((currency, total.count)),
        }
    }
    counts.sort_by_key(|&(currency, count)| (-count, currency));
    counts.into_iter().map(|(currency, _)| currency).collect()
}

/// The currency to show: the one asked for where there is such money, else that of most records.
pub(super) fn shown(funnel: &Funnel, asked: Option<Currency>) -> Option<Currency> {
    let currencies = currencies(funnel);
    asked
        .filter(|asked| currencies.contains(asked))
        .or_else(|| currencies.first().copied())
}

/// The sum in a currency, short; a dash where there is none.
pub(super) fn sum(totals: &[Total], currency: Option<Currency>) -> String {
    currency
        .and_then(|currency| {
            let total = totals
                .iter()
                .find(|total| total.currency == Some(currency))?;
            Some(domain::Money::new(total.amount, currency).short())
        })
        .unwrap_or_else(|| super::numbers::NONE.to_owned())
}

/// Switches the currency, where there are several.
#[component]
pub(super) fn CurrencySwitch(
    /// The funnel.
    funnel: ReadSignal<Funnel>,
    /// The currency that is shown.
    currency: Memo<Option<Currency>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let params = use_query_map();
    let all = Memo::new(move |_| funnel.with(currencies));
    let link = move |of: Currency| {
        let href = move || params.with(|params| query::with(params, &[(CURRENCY, of.code())]));
        let current = move || (currency.get() == Some(of)).then_some("true");
        let code = of.code().to_owned();
        view! { <a class="segments__item" href=href aria-current=current>{code}</a> }
    };
    view! {
        <Show when=move || { all.with(|all| all.len() > 1) }>
            <div
                class="segments funnel__currencies"
                role="group"
                aria-label=move || t_string!(i18n, funnel.currency)
            >
                <For each=move || all.get() key=|currency| *currency children=link />
            </div>
        </Show>
    }
}

#[cfg(test)]
mod tests {
    use domain::Kind;
    use domain::funnel::FunnelPart;

    use super::*;

    fn funnel(totals: &[(Currency, i64)]) -> Funnel {
        let all = totals.iter().map(|&(currency, count)| Total {
            currency: Some(currency),
            count,
            amount: (count * 1000).into(),
        });
        Funnel {
            parts: vec![FunnelPart {
                kind: Kind::Deal,
                pipeline_id: 1,
                name: String::new(),
                all: all.collect(),
                stages: Vec::new(),
                lost_reasons: Vec::new(),
            }],
            chart: String::new(),
            seen: 0,
        }
    }

    #[test]
    fn most_records_decide_unless_one_asks() {
        let polish = Currency::parse("PLN").unwrap();
        let funnel = funnel(&[(Currency::EUR, 2), (polish, 5)]);
        assert_eq!(shown(&funnel, None), Some(polish));
        assert_eq!(shown(&funnel, Some(Currency::EUR)), Some(Currency::EUR));
        assert_eq!(shown(&funnel, Currency::parse("USD").ok()), Some(polish));
        assert_eq!(sum(&funnel.parts[0].all, Some(Currency::EUR)), "€2,000");
        assert_eq!(sum(&funnel.parts[0].all, None), "–");
    }
}
