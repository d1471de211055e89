//! The few figures above the funnel.

use domain::Kind;
use domain::board::Total;
use domain::funnel::{Funnel, FunnelPart};
use domain::money::{Currency, group_thousands};
use domain::pipeline::Meaning;
use leptos::prelude::*;

use super::currency::sum;
use super::numbers::percent;
use super::shown::Fresh;
use crate::dates::I18n;
use crate::i18n::{t, t_string, use_i18n};

/// What is open, won and lost.
#[component]
pub(super) fn Figures(
    /// The funnel.
    funnel: ReadSignal<Funnel>,
    /// The currency of sums.
    currency: Memo<Option<Currency>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let has_leads = Memo::new(move |_| {
        funnel.with(|funnel| funnel.parts.iter().any(|part| part.kind == Kind::Lead))
    });
    let of = move |kind: Kind, meaning: Meaning| {
        Memo::new(move |_| funnel.with(|funnel| now_in(funnel, kind, meaning)))
    };
    let open = of(Kind::Deal, Meaning::Open);
    let won = of(Kind::Deal, Meaning::Won);
    let lost = of(Kind::Deal, Meaning::Lost);
    let leads = of(Kind::Lead, Meaning::Open);
    let rate = Memo::new(move |_| share_won(&won.read(), &lost.read()));
    view! {
        <dl class="funnel__figures">
            <Show when=move || has_leads.get()>
                <div class="stat">
                    <dt class="stat__label">{t!(i18n, funnel.open_leads)}</dt>
                    <dd class="stat__value num">
                        <Fresh text=Signal::derive(move || count(&leads.read())) />
                    </dd>
                    <dd class="stat__note num">{move || sum(&leads.read(), currency.get())}</dd>
                </div>
            </Show>
            <Figure class="stat" label=Signal::derive(move || t_string!(i18n, funnel.open_deals).to_owned()) totals=open currency />
            <Figure class="stat stat--won" label=Signal::derive(move || t_string!(i18n, funnel.won).to_owned()) totals=won currency />
            <Figure class="stat stat--lost" label=Signal::derive(move || t_string!(i18n, funnel.lost).to_owned()) totals=lost currency />
            <div class="stat">
                <dt class="stat__label">{t!(i18n, funnel.win_rate)}</dt>
                <dd class="stat__value num">
                    <Fresh text=Signal::derive(move || percent(rate.get())) />
                </dd>
                <dd class="stat__note">{t!(i18n, funnel.win_rate_note)}</dd>
            </div>
        </dl>
    }
}

/// A sum with its number of deals.
#[component]
fn Figure(
    /// The classes.
    class: &'static str,
    /// What it is.
    label: Signal<String>,
    /// Count and sums.
    totals: Memo<Vec<Total>>,
    /// The currency of sums.
    currency: Memo<Option<Currency>>,
) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class=class>
            <dt class="stat__label">{move || label.get()}</dt>
            <dd class="stat__value num">
                <Fresh text=Signal::derive(move || value(&totals.read(), currency.get())) />
            </dd>
            <dd class="stat__note num">
                <Fresh text=Signal::derive(move || deals(i18n, &totals.read(), currency.get())) />
            </dd>
        </div>
    }
}

fn now_in(funnel: &Funnel, kind: Kind, meaning: Meaning) -> Vec<Total> {
    let mut totals: Vec<Total> = Vec::new();
    let parts = funnel.parts.iter().filter(|part| part.kind == kind);
    for more in parts.flat_map(|part: &FunnelPart| {
        let stages = part.stages.iter().filter(|stage| stage.meaning == meaning);
        stages.flat_map(|stage| stage.now.iter().copied())
    }) {
        match totals
            .iter_mut()
            .find(|total| total.currency == more.currency)
        {
            Some(total) => {
                total.count += more.count;
                total.amount += more.amount;
            }
            None => totals.push(more),
        }
    }
    totals
}

fn count(totals: &[Total]) -> String {
    group_thousands(&Total::count(totals).to_string())
}

/// The sum; the count where nothing has an amount in any currency.
fn value(totals: &[Total], currency: Option<Currency>) -> String {
    if currency.is_none() {
        count(totals)
    } else {
        sum(totals, currency)
    }
}

/// The number of deals, and how many of them the sum is of where that is not all.
fn deals(i18n: I18n, totals: &[Total], currency: Option<Currency>) -> String {
    let number = Total::count(totals);
    let deals = if number == 1 {
        t_string!(i18n, funnel.one_deal).to_owned()
    } else {
        t_string!(i18n, funnel.many_deals, count = count(totals))
    };
    let Some(currency) = currency else {
        return deals;
    };
    let of = totals.iter().find(|total| total.currency == Some(currency));
    match of.map_or(0, |total| total.count) {
        all if all == number => deals,
        some => {
            let some = group_thousands(&some.to_string());
            let part = t_string!(
                i18n,
                funnel.in_currency,
                count = some,
                currency = currency.code()
            );
            format!("{deals} · {part}")
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share for the eye")]
fn share_won(won: &[Total], lost: &[Total]) -> Option<f64> {
    let (won, lost) = (Total::count(won), Total::count(lost));
    (won + lost > 0).then(|| won as f64 / (won + lost) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(count: i64) -> Vec<Total> {
        vec![Total {
            currency: None,
            count,
            amount: 0.into(),
        }]
    }

    #[test]
    fn the_win_rate_is_of_what_was_decided() {
        assert_eq!(share_won(&total(3), &total(1)), Some(0.75));
        assert_eq!(share_won(&[], &[]), None);
    }
}
