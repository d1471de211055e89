//! The few figures above the funnel.

use domain::Kind;
use domain::board::Total;
use domain::funnel::{Funnel, FunnelPart};
use domain::money::group_thousands;
use domain::pipeline::Meaning;
use leptos::prelude::*;

use super::numbers::{percent, sums};
use super::shown::Fresh;
use crate::dates::I18n;
use crate::i18n::{t, t_string, use_i18n};

/// What is open, won and lost.
#[component]
pub(super) fn Figures(
    /// The funnel.
    funnel: ReadSignal<Funnel>,
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
                    <dd class="stat__note num">{move || sums(&leads.read())}</dd>
                </div>
            </Show>
            <Figure class="stat" label=Signal::derive(move || t_string!(i18n, funnel.open_deals).to_owned()) totals=open />
            <Figure class="stat stat--won" label=Signal::derive(move || t_string!(i18n, funnel.won).to_owned()) totals=won />
            <Figure class="stat stat--lost" label=Signal::derive(move || t_string!(i18n, funnel.lost).to_owned()) totals=lost />
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
) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class=class>
            <dt class="stat__label">{move || label.get()}</dt>
            <dd class="stat__value num">
                <Fresh text=Signal::derive(move || value(&totals.read())) />
            </dd>
            <dd class="stat__note num">
                <Fresh text=Signal::derive(move || deals(i18n, &totals.read())) />
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
        match totals.iter_mut().find(|total| total.currency == more.currency) {
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

/// The largest sum; the count where nothing has an amount.
fn value(totals: &[Total]) -> String {
    Total::sums(totals).first().map_or_else(|| count(totals), domain::Money::short)
}

/// The number of deals, and the sums in other currencies.
fn deals(i18n: I18n, totals: &[Total]) -> String {
    let number = Total::count(totals);
    let deals = if number == 1 {
        t_string!(i18n, funnel.one_deal).to_owned()
    } else {
        t_string!(i18n, funnel.many_deals, count = count(totals))
    };
    let others = Total::sums(totals).into_iter().skip(1).map(|money| money.short());
    std::iter::once(deals).chain(others).collect::<Vec<_>>().join(" · ")
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
