//! Products, companies and contacts of the demonstration.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use domain::contact_point::{ContactPoint, PointType};
use domain::money::Currency;
use domain::value::Linked;
use domain::{Draft, Kind, Money, RecordId, UserId, Value};
use rand::Rng;
use rand::rngs::StdRng;
use rust_decimal::Decimal;

use super::Amounts;
use super::company::Staff;
use super::story::{Story, office_hours};
use super::words::{ENGLISH, MARATHI, POLISH, RUSSIAN, Tongue, Word};
use crate::Ctx;
use crate::failure::Result;
use crate::records::write::Operation;

/// Name, article number, series, price in euros, unit.
const PRODUCTS: [(&str, &str, &str, u32, &str); 20] = [
    ("Flow meter AF-20", "AF-20", "Flow", 890, "piece"),
    ("Flow meter AF-50", "AF-50", "Flow", 1_450, "piece"),
    ("Flow meter AF-100", "AF-100", "Flow", 2_380, "piece"),
    ("Ultrasonic clamp-on meter", "AF-U2", "Flow", 3_150, "piece"),
    ("Level sensor LF-1", "LF-1", "Level", 420, "piece"),
    ("Level sensor LF-2 hygienic", "LF-2H", "Level", 690, "piece"),
    ("Radar level gauge LF-R", "LF-R", "Level", 1_980, "piece"),
    (
        "Pressure transmitter PF-10",
        "PF-10",
        "Pressure",
        310,
        "piece",
    ),
    (
        "Pressure transmitter PF-40",
        "PF-40",
        "Pressure",
        540,
        "piece",
    ),
    (
        "Temperature probe TF-3",
        "TF-3",
        "Temperature",
        145,
        "piece",
    ),
    ("Cold store set TF-C", "TF-C", "Temperature", 1_240, "set"),
    ("Dosing controller DC-4", "DC-4", "Control", 2_750, "piece"),
    ("Dosing controller DC-8", "DC-8", "Control", 4_100, "piece"),
    ("Data logger DL-16", "DL-16", "Control", 980, "piece"),
    ("Leak detection kit", "LK-1", "Networks", 5_600, "set"),
    ("Network gateway NG-2", "NG-2", "Networks", 1_120, "piece"),
    ("Installation, per day", "S-INST", "Services", 960, "day"),
    ("Calibration on site", "S-CAL", "Services", 380, "piece"),
    ("Care plan, one year", "S-CARE", "Services", 2_400, "year"),
    (
        "Remote monitoring, one year",
        "S-MON",
        "Services",
        3_600,
        "year",
    ),
];

/// Of a hundred companies, how many speak what.
static SHARES: [(&Tongue, usize); 4] = [
    (&ENGLISH, 40),
    (&POLISH, 25),
    (&RUSSIAN, 20),
    (&MARATHI, 15),
];

/// A company, as far as its deals need it.
pub(super) struct Client {
    pub(super) id: RecordId,
    pub(super) name: String,
    pub(super) tongue: &'static Tongue,
    pub(super) city: &'static str,
    pub(super) owner: UserId,
    pub(super) created_at: DateTime<Utc>,
    pub(super) contacts: Vec<RecordId>,
    pub(super) currency: Currency,
    slug: String,
}

/// Everybody that sales are made to, and what is sold.
pub(super) struct Clients {
    /// Oldest first.
    pub(super) companies: Vec<Client>,
    /// Name and id.
    pub(super) products: Vec<(&'static str, RecordId)>,
    /// What the log tells of all these.
    pub(super) stories: Vec<Story>,
}

/// Makes products, companies and contacts.
pub(super) async fn make(
    ctx: &Ctx,
    operation: &mut Operation,
    rng: &mut StdRng,
    staff: &Staff,
    amounts: Amounts,
) -> Result<Clients> {
    let mut clients = Clients {
        companies: Vec::new(),
        products: Vec::new(),
        stories: Vec::new(),
    };
    products(ctx, operation, staff, &mut clients).await?;
    companies(ctx, operation, rng, staff, amounts.companies, &mut clients).await?;
    contacts(ctx, operation, rng, amounts.contacts, &mut clients).await?;
    Ok(clients)
}

async fn products(
    ctx: &Ctx,
    operation: &mut Operation,
    staff: &Staff,
    clients: &mut Clients,
) -> Result<()> {
    let created_at = ctx.now - TimeDelta::days(600);
    let drafts = PRODUCTS
        .iter()
        .map(|&(name, sku, series, price, unit)| {
            Draft::of([
                ("name", text(name)),
                ("sku", text(sku)),
                ("series", text(series)),
                (
                    "price",
                    Value::Money(Money::new(Decimal::from(price), Currency::EUR)),
                ),
                ("unit", text(unit)),
                ("owner_id", Value::Id(staff.administrator())),
                ("created_at", Value::DateTime(created_at)),
            ])
        })
        .collect();
    for (&(name, ..), answer) in PRODUCTS
        .iter()
        .zip(operation.create(Kind::Product, drafts).await?)
    {
        let record = answer?;
        clients.products.push((name, record));
        clients.stories.push(story(
            Kind::Product,
            record,
            created_at,
            staff.administrator(),
        ));
    }
    Ok(())
}

async fn companies(
    ctx: &Ctx,
    operation: &mut Operation,
    rng: &mut StdRng,
    staff: &Staff,
    count: usize,
    clients: &mut Clients,
) -> Result<()> {
    let mut drawn: Vec<(Client, Draft)> = Vec::new();
    let mut names = BTreeSet::new();
    for (index, (tongue, share)) in SHARES.into_iter().enumerate() {
        let rest = count - drawn.len();
        let wanted = if index + 1 == SHARES.len() {
            rest
        } else {
            (count * share / 100).min(rest)
        };
        let mut made = 0;
        while made < wanted {
            let (pattern, trade, industry) = pick(rng, tongue.trades);
            let (core, latin) = pick(rng, tongue.cores);
            let (city, country) = pick(rng, tongue.cities);
            let plain = pattern.replace("{core}", core);
            // Namesakes sit in different cities.
            let name = if names.contains(&plain) {
                format!("{plain}, {city}")
            } else {
                plain
            };
            if !names.insert(name.clone()) {
                continue;
            }
            made += 1;
            let created_at = first_seen(rng, ctx.now);
            let slug = format!("{latin}-{trade}{}", if made > 60 { "-group" } else { "" });
            let local = rng.random_range(0..100) < tongue.currency_share;
            let paid_in = if local { tongue.currency } else { "EUR" };
            let client = Client {
                id: 0,
                name,
                tongue,
                city,
                owner: staff.seller(tongue, rng.random_range(0..100)),
                created_at,
                contacts: Vec::new(),
                currency: Currency::parse(paid_in).unwrap_or(Currency::EUR),
                slug,
            };
            let draft = company(rng, &client, country, industry);
            drawn.push((client, draft));
        }
    }
    drawn.sort_by_key(|(client, _)| client.created_at);
    let drafts = drawn.iter().map(|(_, draft)| draft.clone()).collect();
    for ((mut client, _), answer) in drawn
        .into_iter()
        .zip(operation.create(Kind::Company, drafts).await?)
    {
        client.id = answer?;
        clients.stories.push(story(
            Kind::Company,
            client.id,
            client.created_at,
            client.owner,
        ));
        clients.companies.push(client);
    }
    Ok(())
}

fn company(rng: &mut StdRng, client: &Client, country: &str, industry: &str) -> Draft {
    let tongue = client.tongue;
    let employees =
        8 + i64::from(rng.random_range(0..60u32)) * i64::from(rng.random_range(1..40u32));
    let street = pick(rng, tongue.streets);
    let mut draft = Draft::of([
        ("name", text(&client.name)),
        ("industry", text(industry)),
        ("country", text(country)),
        (
            "address",
            Value::Text(format!(
                "{street} {}, {}",
                rng.random_range(1..120),
                client.city
            )),
        ),
        (
            "website",
            Value::Text(format!("https://{}.example", client.slug)),
        ),
        ("phones", Value::Points(vec![phone(rng, tongue)])),
        (
            "emails",
            Value::Points(vec![email(&format!("office@{}.example", client.slug))]),
        ),
        ("employees", Value::Integer(employees)),
        ("founded", Value::Integer(rng.random_range(1921..2021))),
        ("owner_id", Value::Id(client.owner)),
        ("everyone", Value::YesNo(true)),
        ("created_at", Value::DateTime(client.created_at)),
    ]);
    if rng.random_range(0..100) < 60 {
        let revenue = Decimal::from(employees) * Decimal::from(rng.random_range(90..240u32));
        let amount = (revenue * Decimal::from(tongue.rate)).round() * Decimal::from(1000);
        let currency = Currency::parse(tongue.currency).unwrap_or(Currency::EUR);
        draft
            .values
            .insert("revenue".into(), Value::Money(Money::new(amount, currency)));
    }
    if rng.random_range(0..100) < 30 {
        let about = pick(rng, tongue.about).replace("{city}", client.city);
        draft
            .values
            .insert("description".into(), Value::Text(about));
    }
    draft
}

async fn contacts(
    ctx: &Ctx,
    operation: &mut Operation,
    rng: &mut StdRng,
    count: usize,
    clients: &mut Clients,
) -> Result<()> {
    let mut drafts = Vec::with_capacity(count);
    let mut drawn = Vec::with_capacity(count);
    let mut addresses = BTreeSet::new();
    for index in 0..count {
        // Everybody has somebody to talk to, then large companies get more people.
        let at = if index < clients.companies.len() {
            index
        } else {
            rng.random_range(0..clients.companies.len())
        };
        let client = &clients.companies[at];
        let tongue = client.tongue;
        let (first, first_latin, last, last_latin) = person(rng, tongue);
        let mut address = format!("{first_latin}.{last_latin}@{}.example", client.slug);
        let mut again = 2;
        while !addresses.insert(address.clone()) {
            address = format!("{first_latin}.{last_latin}{again}@{}.example", client.slug);
            again += 1;
        }
        let mut companies = vec![at];
        // People who sit in two boards, or went along when the firm was split.
        for share in [14, 25] {
            if companies.len() > 1 || share == 14 {
                let other = rng.random_range(0..clients.companies.len());
                let speaks = std::ptr::eq(clients.companies[other].tongue, tongue);
                if rng.random_range(0..100) < share && speaks && !companies.contains(&other) {
                    companies.push(other);
                }
            }
        }
        let since = client.created_at + TimeDelta::days(rng.random_range(0..120));
        let created_at = office_hours(rng, since).min(ctx.now - TimeDelta::hours(1));
        let created_at = created_at.max(client.created_at);
        let links = companies
            .iter()
            .map(|&at| Linked::to(clients.companies[at].id))
            .collect::<Vec<_>>();
        drafts.push(Draft::of([
            ("first_name", text(first)),
            ("last_name", text(last)),
            ("job_title", text(pick(rng, tongue.jobs))),
            ("phones", Value::Points(vec![phone(rng, tongue)])),
            ("emails", Value::Points(vec![email(&address)])),
            ("companies", Value::Links(links)),
            ("owner_id", Value::Id(client.owner)),
            ("everyone", Value::YesNo(true)),
            ("created_at", Value::DateTime(created_at)),
        ]));
        drawn.push((companies, created_at, client.owner));
    }
    let answers = operation.create(Kind::Contact, drafts).await?;
    for ((companies, created_at, owner), answer) in drawn.into_iter().zip(answers) {
        let id = answer?;
        for at in companies {
            clients.companies[at].contacts.push(id);
        }
        clients
            .stories
            .push(story(Kind::Contact, id, created_at, owner));
    }
    Ok(())
}

/// First and last name, each as written and in Latin letters.
pub(super) fn person(
    rng: &mut StdRng,
    tongue: &Tongue,
) -> (&'static str, &'static str, &'static str, &'static str) {
    let woman = rng.random_range(0..100) < 47;
    let (first, first_latin): Word = pick(rng, if woman { tongue.women } else { tongue.men });
    let (hers, his, latin) = pick(rng, tongue.families);
    (first, first_latin, if woman { hers } else { his }, latin)
}

/// A phone number of the tongue's country.
pub(super) fn phone(rng: &mut StdRng, tongue: &Tongue) -> ContactPoint {
    let digits: String = (0..tongue.phone_digits)
        .map(|_| char::from(b'0' + rng.random_range(0..10u8)))
        .collect();
    ContactPoint::new(PointType::Phone, &format!("{}{digits}", tongue.phone))
}

/// An e-mail address.
pub(super) fn email(address: &str) -> ContactPoint {
    ContactPoint::new(PointType::Email, address)
}

/// One of a list that is never empty.
pub(super) fn pick<T: Copy>(rng: &mut StdRng, of: &[T]) -> T {
    of[rng.random_range(0..of.len())]
}

/// A text's value.
pub(super) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// More than half were clients before the time that the demonstration tells of.
fn first_seen(rng: &mut StdRng, now: DateTime<Utc>) -> DateTime<Utc> {
    let days = if rng.random_range(0..100) < 60 {
        rng.random_range(552..1100)
    } else {
        rng.random_range(2..552)
    };
    office_hours(rng, now - TimeDelta::days(days)).min(now - TimeDelta::hours(2))
}

fn story(kind: Kind, record: RecordId, created_at: DateTime<Utc>, by: UserId) -> Story {
    Story {
        kind,
        record,
        created_at,
        by,
        travel: None,
        notes: Vec::new(),
    }
}
