//! Leads and deals of the demonstration.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use domain::money::Currency;
use domain::pipeline::Meaning;
use domain::value::Linked;
use domain::{Draft, Kind, Money, RecordId, UserId, Value};
use rand::Rng;
use rand::rngs::StdRng;
use rust_decimal::Decimal;
use sea_orm::ConnectionTrait;

use super::Amounts;
use super::clients::{Client, Clients, email, person, phone, pick};
use super::company::Staff;
use super::outline::{Line, Outline};
use super::story::{Story, Travel, Way, office_hours, past_moment, travel};
use super::words::{ENGLISH, MARATHI, POLISH, RUSSIAN, Tongue};
use crate::Ctx;
use crate::failure::Result;
use crate::records::write::Operation;

/// Where sales come from, and how many of a hundred.
const SOURCES: [(&str, u32); 8] = [
    ("web", 28),
    ("referral", 18),
    ("event", 14),
    ("email", 12),
    ("call", 12),
    ("partner", 8),
    ("advertising", 6),
    ("other", 2),
];

/// Records that are made together.
const BATCH: usize = 500;

/// What is wished for one record, and what will be told of it.
struct Drawn {
    draft: Draft,
    story: Story,
}

/// Makes all leads and deals, and returns what is to be told of every record.
pub(super) async fn make(
    ctx: &Ctx,
    operation: &mut Operation,
    rng: &mut StdRng,
    staff: &Staff,
    outline: &Outline,
    clients: &Clients,
    amounts: Amounts,
) -> Result<Vec<Story>> {
    let mut stories = clients.stories.clone();
    let leads = (0..amounts.leads)
        .map(|_| lead(ctx.now, rng, staff, outline, clients))
        .collect();
    write(operation, Kind::Lead, leads, &mut stories).await?;
    let mut deals: Vec<Drawn> = (0..amounts.new_business)
        .map(|_| deal(ctx.now, rng, staff, outline, clients, false))
        .collect();
    deals.extend((0..amounts.renewals).map(|_| deal(ctx.now, rng, staff, outline, clients, true)));
    write(operation, Kind::Deal, deals, &mut stories).await?;
    Ok(stories)
}

/// Batch after batch, the oldest first: within a batch the newest in its stage goes first, and so
/// on top of its column.
async fn write(
    operation: &mut Operation,
    kind: Kind,
    mut drawn: Vec<Drawn>,
    stories: &mut Vec<Story>,
) -> Result<()> {
    drawn.sort_by_key(|drawn| {
        let travel = drawn.story.travel.as_ref();
        travel.map(|travel| travel.way.last().at)
    });
    let mut left = drawn.into_iter().peekable();
    while left.peek().is_some() {
        let mut batch: Vec<Drawn> = left.by_ref().take(BATCH).collect();
        batch.reverse();
        let (drafts, told): (Vec<Draft>, Vec<Story>) = batch
            .into_iter()
            .map(|drawn| (drawn.draft, drawn.story))
            .unzip();
        for (mut story, answer) in told.into_iter().zip(operation.create(kind, drafts).await?) {
            story.record = answer?;
            stories.push(story);
        }
        // The tables were empty, and nobody else sees these rows: without fresh statistics
        // PostgreSQL would read them whole for every row that follows.
        let sql = format!("analyze {kind}, stage_stay, event, record_link, contact_point");
        operation.tx().execute_unprepared(&sql).await?;
    }
    Ok(())
}

fn deal(
    now: DateTime<Utc>,
    rng: &mut StdRng,
    staff: &Staff,
    outline: &Outline,
    clients: &Clients,
    renewal: bool,
) -> Drawn {
    let line = if renewal {
        &outline.renewals
    } else {
        &outline.new_business
    };
    let created_at = past_moment(rng, now);
    let there = clients
        .companies
        .partition_point(|client| client.created_at <= created_at);
    let client = &clients.companies[rng.random_range(0..there.max(1))];
    let tongue = client.tongue;
    let way = travel(rng, line, created_at, now);
    let (product, product_id) = pick(rng, &clients.products);
    let owner = match (renewal, rng.random_range(0..100)) {
        (true, draw) => staff.keeper(draw),
        (false, 0..75) => client.owner,
        (false, _) => staff.seller(tongue, rng.random_range(0..100)),
    };
    let year = created_at.year().to_string();
    let titles = if renewal {
        tongue.renewals
    } else {
        tongue.deals
    };
    let title = filled(pick(rng, titles), client.city, &client.name, product, &year);

    let mut draft = Draft::of([
        ("title", Value::Text(title)),
        ("products", Value::Links(vec![Linked::to(product_id)])),
        ("source", source(rng)),
        ("owner_id", Value::Id(owner)),
    ]);
    // In the first stages not everything is known.
    let known = if renewal { 1 } else { 2 };
    let amount = (way.furthest >= known || rng.random_range(0..100) < 82)
        .then(|| amount(rng, client, renewal));
    if let Some(amount) = amount {
        draft.values.insert("amount".into(), Value::Money(amount));
    }
    if way.furthest >= 1 || rng.random_range(0..100) < 92 {
        draft
            .values
            .insert("company_id".into(), links(&[client.id]));
        let people: Vec<RecordId> = client.contacts.iter().copied().take(2).collect();
        if !people.is_empty() {
            draft.values.insert("contacts".into(), links(&people));
        }
    }
    if way.furthest >= 1 || rng.random_range(0..100) < 40 {
        let close = expected_close(rng, &way, created_at, now);
        draft
            .values
            .insert("expected_close".into(), Value::Date(close));
    }
    if way.meaning == Meaning::Open {
        plan(rng, tongue, now, &mut draft);
    }
    let reason = (way.meaning == Meaning::Lost).then(|| *weighted(rng, &outline.deal_reasons));
    let notes = notes(rng, client, product, &way, now);
    let travel = place(line, way, amount, reason, &mut draft, created_at);
    Drawn {
        draft,
        story: story(Kind::Deal, created_at, owner, travel, notes),
    }
}

fn lead(
    now: DateTime<Utc>,
    rng: &mut StdRng,
    staff: &Staff,
    outline: &Outline,
    clients: &Clients,
) -> Drawn {
    let tongue = pick(rng, &[&ENGLISH, &ENGLISH, &POLISH, &RUSSIAN, &MARATHI]);
    let line = &outline.leads;
    let created_at = past_moment(rng, now);
    let way = travel(rng, line, created_at, now);
    let (product, _) = pick(rng, &clients.products);
    let (city, _) = pick(rng, tongue.cities);
    let (first, first_latin, last, last_latin) = person(rng, tongue);
    let (core, latin) = pick(rng, tongue.cores);
    let (pattern, trade, _) = pick(rng, tongue.trades);
    let company = pattern.replace("{core}", core);
    // New leads are marketing's until somebody takes them up.
    let owner = if way.furthest == 0 && rng.random_range(0..100) < 35 {
        staff.marketing()
    } else {
        staff.seller(tongue, rng.random_range(0..100))
    };
    let title = filled(pick(rng, tongue.leads), city, &company, product, "");
    let mut draft = Draft::of([
        ("title", Value::Text(title)),
        ("source", source(rng)),
        ("owner_id", Value::Id(owner)),
    ]);
    let mut with = |key: &str, value: Value| draft.values.insert(key.to_owned(), value);
    if way.furthest >= 2 || rng.random_range(0..100) < 85 {
        with("person_name", Value::Text(format!("{first} {last}")));
    }
    if rng.random_range(0..100) < 78 {
        with("company_name", Value::Text(company));
    }
    if rng.random_range(0..100) < 70 {
        with("phones", Value::Points(vec![phone(rng, tongue)]));
    }
    if rng.random_range(0..100) < 75 {
        let address = format!("{first_latin}.{last_latin}@{latin}-{trade}.example");
        with("emails", Value::Points(vec![email(&address)]));
    }
    let amount = (rng.random_range(0..100) < 25).then(|| {
        let value = Decimal::from(rng.random_range(8..160u32)) * Decimal::from(100);
        Money::new(value, Currency::EUR)
    });
    if let Some(amount) = amount {
        with("amount", Value::Money(amount));
    }
    if way.meaning == Meaning::Open {
        plan(rng, tongue, now, &mut draft);
    }
    let reason = (way.meaning == Meaning::Lost).then(|| *weighted(rng, &outline.lead_reasons));
    let notes = if rng.random_range(0..100) < 25 {
        let text = filled(pick(rng, tongue.notes), city, first, product, "");
        vec![(
            office_hours(rng, way.last().at).min(now).max(created_at),
            text,
        )]
    } else {
        Vec::new()
    };
    let travel = place(line, way, amount, reason, &mut draft, created_at);
    Drawn {
        draft,
        story: story(Kind::Lead, created_at, owner, travel, notes),
    }
}

/// Puts a draft where its way has led it.
fn place(
    line: &Line,
    way: Way,
    amount: Option<Money>,
    lost_reason: Option<i64>,
    draft: &mut Draft,
    created_at: DateTime<Utc>,
) -> Travel {
    let last = way.last();
    let mut with = |key: &str, value: Value| draft.values.insert(key.to_owned(), value);
    with("pipeline_id", Value::Id(line.pipeline));
    with("stage_id", Value::Id(last.stage));
    with("created_at", Value::DateTime(created_at));
    with("stage_since", Value::DateTime(last.at));
    if way.meaning != Meaning::Open {
        with("closed_at", Value::DateTime(last.at));
    }
    if let Some(reason) = lost_reason {
        with("lost_reason_id", Value::Id(reason));
    }
    Travel {
        pipeline: line.pipeline,
        way,
        amount,
        lost_reason,
    }
}

/// What happens next with an open sale, some of it too late.
fn plan(rng: &mut StdRng, tongue: &Tongue, now: DateTime<Utc>, draft: &mut Draft) {
    if rng.random_range(0..100) >= 68 {
        return;
    }
    let on = now + TimeDelta::days(rng.random_range(-5..16));
    let on = office_hours(rng, on).date_naive();
    draft.values.insert(
        "next_step".into(),
        Value::Text(pick(rng, tongue.steps).to_owned()),
    );
    draft.values.insert("next_step_on".into(), Value::Date(on));
}

/// Around 10,000 euros, seldom 100,000; renewals a third of it.
fn amount(rng: &mut StdRng, client: &Client, renewal: bool) -> Money {
    let spread: f64 = (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0;
    let middle: f64 = if renewal { 8.1 } else { 9.2 };
    let euros = Decimal::try_from((middle + 0.85 * spread).exp()).unwrap_or_default();
    let tongue = client.tongue;
    let (rate, step) = if client.currency == Currency::EUR {
        (1, 50)
    } else {
        (tongue.rate, tongue.step)
    };
    let step = Decimal::from(step);
    let steps = (euros * Decimal::from(rate) / step)
        .round()
        .max(Decimal::ONE);
    Money::new(steps * step, client.currency)
}

/// Near the day it closed, or some weeks ahead; some promises are late.
fn expected_close(
    rng: &mut StdRng,
    way: &Way,
    created_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> NaiveDate {
    let close = if way.meaning == Meaning::Open {
        let least = (now - TimeDelta::days(12)).max(created_at);
        least + TimeDelta::days(rng.random_range(3..95))
    } else {
        way.last().at + TimeDelta::days(rng.random_range(-14..25))
    };
    close.date_naive()
}

/// Notes, written by hand while the sale was under way.
fn notes(
    rng: &mut StdRng,
    client: &Client,
    product: &str,
    way: &Way,
    now: DateTime<Utc>,
) -> Vec<(DateTime<Utc>, String)> {
    let count = [0, 0, 1, 1, 1, 2, 3][rng.random_range(0..7)];
    (0..count)
        .map(|_| {
            let first = way.entries[0].at;
            let end = if way.meaning == Meaning::Open {
                now
            } else {
                way.last().at
            };
            let seconds = (end - first).num_seconds().max(1);
            let later = TimeDelta::seconds(rng.random_range(0..seconds));
            let at = office_hours(rng, first + later);
            let text = filled(
                pick(rng, client.tongue.notes),
                client.city,
                &client.name,
                product,
                "",
            );
            (at.clamp(first, now), text)
        })
        .collect()
}

fn story(
    kind: Kind,
    created_at: DateTime<Utc>,
    by: UserId,
    travel: Travel,
    notes: Vec<(DateTime<Utc>, String)>,
) -> Story {
    Story {
        kind,
        record: 0,
        created_at,
        by,
        travel: Some(travel),
        notes,
    }
}

fn filled(pattern: &str, city: &str, company: &str, product: &str, year: &str) -> String {
    pattern
        .replace("{city}", city)
        .replace("{company}", company)
        .replace("{product}", product)
        .replace("{year}", year)
}

fn links(ids: &[RecordId]) -> Value {
    Value::Links(ids.iter().copied().map(Linked::to).collect())
}

fn source(rng: &mut StdRng) -> Value {
    let mut draw = rng.random_range(0..100);
    for (key, share) in SOURCES {
        if draw < share {
            return Value::Text(key.to_owned());
        }
        draw -= share;
    }
    Value::Text("other".to_owned())
}

/// The first ones more often.
fn weighted<'a, T>(rng: &mut StdRng, of: &'a [T]) -> &'a T {
    let first = rng.random_range(0..of.len());
    let second = rng.random_range(0..of.len());
    &of[first.min(second)]
}
