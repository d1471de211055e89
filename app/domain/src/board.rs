//! The board: columns of cards, a column a stage.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::field::FieldDef;
use crate::money::Currency;
use crate::query::{Cursor, Filter};
use crate::value::Linked;
use crate::{
    EventId, Kind, Money, OperationId, PipelineId, Record, RecordId, StageId, UserId, Value,
};

/// Cards a column shows first, and again with each scroll.
pub const COLUMN_PAGE: u32 = 30;

/// A question for a board.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BoardQuery {
    /// Of which kind; one with stages.
    pub kind: Kind,
    /// Which pipeline; none is the kind's first.
    #[serde(default)]
    pub pipeline: Option<PipelineId>,
    /// Which records.
    #[serde(default)]
    pub filter: Filter,
    /// A part of the title.
    #[serde(default)]
    pub text: Option<String>,
}

impl BoardQuery {
    /// Whether it shows everything in the pipeline, so that headers come from kept totals and a
    /// live change can be applied without asking again.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.filter.is_everything() && self.text.as_deref().is_none_or(|t| t.trim().is_empty())
    }
}

/// A board as one reader may see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Board {
    /// Its pipeline; the stages stand in the workspace.
    pub pipeline: PipelineId,
    /// A column a stage, in order.
    pub columns: Vec<Column>,
    /// When it was read: days in stage are counted from here.
    pub now: DateTime<Utc>,
    /// The newest event it contains; live changes up to here are in it already.
    pub seen: EventId,
    /// Events up to there that it does not contain: numbers are drawn before they are committed,
    /// so that a smaller one can come later.
    #[serde(default)]
    pub holes: Vec<EventId>,
}

/// A column of the board, or more of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Its stage.
    pub stage_id: StageId,
    /// Count and sum, currency by currency, of all records in it. Empty where only more cards
    /// were asked for.
    pub totals: Vec<Total>,
    /// The cards, in order.
    pub cards: Vec<Card>,
    /// Where the next ones begin; none at the end.
    pub next: Option<Cursor>,
}

/// Count and sum in one currency. Records without an amount count under no currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Total {
    /// The currency.
    pub currency: Option<Currency>,
    /// Records.
    pub count: i64,
    /// Sum of their amounts.
    pub amount: Decimal,
}

impl Total {
    /// Records over all currencies.
    #[must_use]
    pub fn count(totals: &[Self]) -> i64 {
        totals.iter().map(|total| total.count).sum()
    }

    /// The sums, the currency with most records first.
    #[must_use]
    pub fn sums(totals: &[Self]) -> Vec<Money> {
        let mut with_currency: Vec<_> = totals
            .iter()
            .filter(|total| !total.amount.is_zero())
            .collect();
        with_currency.sort_by_key(|total| (-total.count, total.currency));
        with_currency
            .into_iter()
            .filter_map(|total| Some(Money::new(total.amount, total.currency?)))
            .collect()
    }
}

/// Adds a record to totals (`sign` 1) or takes it out (`sign` -1), as live changes need it.
pub fn apply_to_totals(totals: &mut Vec<Total>, amount: Option<Money>, sign: i64) {
    let currency = amount.map(|money| money.currency);
    let change = amount.map_or(Decimal::ZERO, |money| money.amount) * Decimal::from(sign);
    match totals.iter_mut().find(|total| total.currency == currency) {
        Some(total) => {
            total.count += sign;
            total.amount += change;
        }
        None => totals.push(Total {
            currency,
            count: sign,
            amount: change,
        }),
    }
    totals.retain(|total| total.count != 0 || !total.amount.is_zero());
}

/// A record as its card shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// Its kind.
    pub kind: Kind,
    /// Its id.
    pub id: RecordId,
    /// Its version.
    pub version: i64,
    /// Its title.
    pub title: String,
    /// Its stage.
    pub stage_id: StageId,
    /// Its place in the column, compared byte by byte, ties by id.
    pub position: String,
    /// Its amount.
    pub amount: Option<Money>,
    /// Company or person, whichever it has first.
    pub client: Option<Linked>,
    /// What kind of record the client is; none where it is only a name.
    #[serde(default)]
    pub client_kind: Option<Kind>,
    /// Its owner.
    pub owner_id: Option<UserId>,
    /// Since when it stands in its stage.
    pub stage_since: DateTime<Utc>,
    /// What is to be done next.
    pub next_step: Option<String>,
    /// By which day.
    pub next_step_on: Option<NaiveDate>,
    /// Further fields that are shown on cards.
    pub more: Vec<(String, Value)>,
}

impl Card {
    /// The card of a record of a kind with stages; `position` is not a field and is given beside.
    #[must_use]
    pub fn of(record: &Record, position: String, fields: &[FieldDef]) -> Self {
        const OWN: [&str; 7] = [
            "title",
            "amount",
            "next_step",
            "next_step_on",
            "company_id",
            "company_name",
            "person_name",
        ];
        let text = |key: &str| record.value(key).as_text().map(str::to_owned);
        let linked = |key: &str| match record.value(key) {
            Value::Links(links) => links.first().filter(|link| link.title.is_some()).cloned(),
            _ => None,
        };
        // A lead's company and person are texts: a link to nowhere with a title.
        let named = |key: &str| {
            text(key).map(|title| Linked {
                id: 0,
                title: Some(title),
            })
        };
        let company = linked("company_id").map(|company| (Some(Kind::Company), company));
        let (client_kind, client) = company
            .or_else(|| Some((Some(Kind::Contact), linked("contacts")?)))
            .or_else(|| Some((None, named("company_name")?)))
            .or_else(|| Some((None, named("person_name")?)))
            .unzip();
        Self {
            kind: record.kind,
            id: record.id,
            version: record.version,
            title: record.title(),
            stage_id: record.value("stage_id").as_id().unwrap_or_default(),
            position,
            amount: record.value("amount").as_money(),
            client,
            client_kind: client_kind.flatten(),
            owner_id: record.owner(),
            stage_since: record
                .value("stage_since")
                .as_date_time()
                .unwrap_or_default(),
            next_step: text("next_step"),
            next_step_on: match record.value("next_step_on") {
                Value::Date(day) => Some(*day),
                _ => None,
            },
            more: fields
                .iter()
                .filter(|field| field.on_card && !OWN.contains(&field.key.as_ref()))
                .filter_map(|field| {
                    let value = record.values.get(field.key.as_ref())?;
                    (!value.is_empty()).then(|| (field.key.to_string(), value.clone()))
                })
                .collect(),
        }
    }

    /// Whole days in the stage.
    #[must_use]
    pub fn days_in_stage(&self, now: DateTime<Utc>) -> i64 {
        (now - self.stage_since).num_days().max(0)
    }

    /// What orders a column.
    #[must_use]
    pub fn place(&self) -> (&str, RecordId) {
        (&self.position, self.id)
    }
}

/// What came of a move or another single write.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Written {
    /// The record as it is now, if the writer may still see it.
    pub record: Option<Record>,
    /// Its card, where the kind has stages and the writer may still see it.
    pub card: Option<Card>,
    /// The operation, which can be undone. None when there was nothing to change.
    pub operation: Option<OperationId>,
    /// The events, so that their live echo is known.
    pub events: Vec<EventId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_follow_a_record_in_and_out() {
        let money = |amount: i64| Some(Money::new(amount.into(), Currency::EUR));
        let mut totals = Vec::new();
        apply_to_totals(&mut totals, money(100), 1);
        apply_to_totals(&mut totals, money(50), 1);
        apply_to_totals(&mut totals, None, 1);
        assert_eq!(Total::count(&totals), 3);
        assert_eq!(Total::sums(&totals)[0].full(), "€150");
        apply_to_totals(&mut totals, money(100), -1);
        apply_to_totals(&mut totals, money(50), -1);
        apply_to_totals(&mut totals, None, -1);
        assert!(totals.is_empty());
    }
}
