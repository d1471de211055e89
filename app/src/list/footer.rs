//! The foot of the table: how many records the list has, and what its numbers come to. Over
//! everything that the filter lets through, not only what is loaded.

use domain::board::Total;
use domain::field::FieldType;
use domain::money::group_thousands;
use domain::{FieldDef, Money};
use leptos::prelude::*;
use rust_decimal::Decimal;

use super::grid::is_number;
use super::state::ListState;
use crate::i18n::t_string;

/// The foot.
#[component]
pub fn Footer(
    /// The list.
    list: ListState,
) -> impl IntoView {
    let cells = move || {
        let columns = list.columns.get();
        columns
            .into_iter()
            .enumerate()
            .map(|(at, field)| cell(list, at, field))
            .collect_view()
    };
    view! {
        <tfoot role="rowgroup">
            <tr role="row">
                <td class="grid__check" role="gridcell"></td>
                {cells}
                <td class="grid__fill" role="presentation"></td>
            </tr>
        </tfoot>
    }
}

fn cell(list: ListState, at: usize, field: FieldDef) -> AnyView {
    let i18n = list.i18n;
    if at == 0 {
        let count = move || {
            list.count.get().map(|count| {
                if count.value == 1 {
                    t_string!(i18n, list.one_record).to_owned()
                } else {
                    t_string!(i18n, list.records, number = super::head::in_words(count))
                }
            })
        };
        return view! { <th class="grid__title" role="rowheader" scope="row" data-place="title">{count}</th> }
            .into_any();
    }
    if !is_number(&field) {
        return view! { <td role="gridcell" data-place="rest"></td> }.into_any();
    }
    let label = crate::labels::field(i18n, &field);
    let key = field.key.to_string();
    let totals = Memo::new(move |_| {
        list.sums.with(|sums| {
            sums.iter()
                .find(|summary| summary.field == key)
                .map(|summary| summary.totals.clone())
        })
    });
    let shown = move || {
        let parts = told(&field, &totals.get()?);
        let (sum, average) = parts.first()?.clone();
        let more = parts.len() - 1;
        let title = parts
            .iter()
            .map(|(sum, average)| {
                t_string!(
                    i18n,
                    list.sum_and_average,
                    sum = sum.clone(),
                    average = average.clone()
                )
            })
            .collect::<Vec<_>>()
            .join("\n");
        // Percentages have no sum that says anything.
        let (first, second) = if field.field_type == FieldType::Percent {
            (t_string!(i18n, list.average, value = average), None)
        } else {
            let average = t_string!(i18n, list.average, value = average);
            (sum, Some(average))
        };
        Some(view! {
            <span class="grid__sum num" title=title>
                {first}
                {(more > 0).then(|| format!(" +{more}"))}
            </span>
            {second.map(|second| view! { <span class="grid__average num">{second}</span> })}
        })
    };
    view! {
        <td class="grid__num" role="gridcell" data-place="sum" data-label=label>
            {shown}
        </td>
    }
    .into_any()
}

/// Sum and average, currency by currency, the one with most records first.
fn told(field: &FieldDef, totals: &[Total]) -> Vec<(String, String)> {
    let mut filled: Vec<&Total> = totals.iter().filter(|total| total.count > 0).collect();
    filled.sort_by_key(|total| (-total.count, total.currency));
    filled
        .into_iter()
        .filter_map(|total| {
            let average = total.amount.checked_div(Decimal::from(total.count))?;
            match (field.field_type, total.currency) {
                (FieldType::Money, Some(currency)) => Some((
                    Money::new(total.amount, currency).full(),
                    Money::new(average, currency).short(),
                )),
                (FieldType::Money, None) => None,
                (FieldType::Percent, _) => {
                    Some((number(total.amount), format!("{} %", number(average))))
                }
                _ => Some((number(total.amount), number(average))),
            }
        })
        .collect()
}

fn number(value: Decimal) -> String {
    group_thousands(&value.round_dp(2).normalize().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::money::Currency;

    fn total(currency: Option<Currency>, count: i64, amount: i64) -> Total {
        Total {
            currency,
            count,
            amount: amount.into(),
        }
    }

    #[test]
    fn each_currency_has_its_sum_and_the_most_used_stands_first() {
        let field = FieldDef::column("amount", "Amount", FieldType::Money);
        let usd = Currency::parse("USD").unwrap();
        let all = told(
            &field,
            &[
                total(None, 9, 0),
                total(Some(usd), 1, 50),
                total(Some(Currency::EUR), 4, 1000),
            ],
        );
        assert_eq!(
            all,
            [
                ("€1,000".to_owned(), "€250".to_owned()),
                ("$50".to_owned(), "$50".to_owned())
            ]
        );
    }

    #[test]
    fn an_average_is_over_what_is_filled_in() {
        let field = FieldDef::column("employees", "Employees", FieldType::Integer);
        assert_eq!(
            told(&field, &[total(None, 3, 1000)]),
            [("1,000".to_owned(), "333.33".to_owned())]
        );
        assert!(told(&field, &[total(None, 0, 0)]).is_empty());
    }
}
