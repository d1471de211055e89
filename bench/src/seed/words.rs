//! Words, and the functions that draw from them: deterministic, by a hash of a number and a salt, so
//! that any part can be made anew without the rest.

use anyhow::Result;
use sqlx::PgConnection;

use super::run;

/// A part that one title in ten has.
pub const COMMON_PART: &str = "enewa";
/// A part that one title in sixty has.
pub const USUAL_PART: &str = "helvin";
/// A part that some twenty titles have, whatever their number.
pub const RARE_PART: &str = "leidosc";
/// A part that no title has.
pub const NOWHERE: &str = "xylofoxtrot";

/// What titles of deals begin with.
const QUALITIES: [&str; 24] = [
    "Annual",
    "Custom",
    "Regional",
    "Complete",
    "Pilot",
    "Extended",
    "Modular",
    "Nightly",
    "Mobile",
    "Second",
    "Urgent",
    "Seasonal",
    "Northern",
    "Refurbished",
    "Standard",
    "Premium",
    "Compact",
    "Shared",
    "Certified",
    "Temporary",
    "Central",
    "Additional",
    "Interim",
    "Long-term",
];

/// What is sold. Renewals are a tenth of everything.
const THINGS: [&str; 60] = [
    "renewal",
    "renewal",
    "renewal",
    "renewal",
    "renewal",
    "renewal",
    "shelving",
    "forklift lease",
    "cold storage",
    "packaging line",
    "cleaning contract",
    "office chairs",
    "fleet insurance",
    "solar panels",
    "server room",
    "fire alarm",
    "sign system",
    "laboratory scales",
    "conveyor belt",
    "water filters",
    "payroll service",
    "security audit",
    "training days",
    "spare parts",
    "printing press",
    "label rolls",
    "paint shop",
    "workwear",
    "pallet racks",
    "lighting",
    "catering",
    "translation",
    "data migration",
    "heat pump",
    "noise barrier",
    "loading ramp",
    "crane inspection",
    "kitchen equipment",
    "glass facade",
    "network cabling",
    "parking system",
    "waste disposal",
    "control cabinet",
    "measuring station",
    "roof repair",
    "floor coating",
    "steel frame",
    "telephone system",
    "archive boxes",
    "welding robot",
    "compressor",
    "pump station",
    "tool cabinet",
    "elevator service",
    "garden design",
    "trade fair stand",
    "software licences",
    "courier service",
    "medical supplies",
    "drone survey",
];

/// The first part of companies' names.
const FIRST: [&str; 40] = [
    "Alder", "Amber", "Anchor", "Bright", "Cedar", "Copper", "Crest", "Delta", "Eagle", "Ember",
    "Falcon", "Fern", "Granite", "Harbor", "Hazel", "Heron", "Indigo", "Ivory", "Juniper",
    "Kestrel", "Lark", "Linden", "Maple", "Marble", "Meridian", "Nordic", "Oak", "Orchid", "Pine",
    "Quartz", "Raven", "River", "Saffron", "Silver", "Stone", "Summit", "Tidal", "Umber", "Vale",
    "Willow",
];

/// The second part.
const SECOND: [&str; 30] = [
    "Logistics",
    "Foods",
    "Instruments",
    "Textiles",
    "Works",
    "Engineering",
    "Partners",
    "Medical",
    "Energy",
    "Publishing",
    "Transport",
    "Systems",
    "Foundry",
    "Ceramics",
    "Dairy",
    "Optics",
    "Hotels",
    "Marine",
    "Pharma",
    "Plastics",
    "Robotics",
    "Schools",
    "Steel",
    "Timber",
    "Toys",
    "Trading",
    "Water",
    "Wine",
    "Yards",
    "Brewery",
];

/// First names of people.
const GIVEN: [&str; 40] = [
    "Ada",
    "Agnieszka",
    "Amit",
    "Anna",
    "Bruno",
    "Camille",
    "Chen",
    "Clara",
    "Daniel",
    "Dmitri",
    "Elena",
    "Emil",
    "Farah",
    "Felix",
    "Grace",
    "Hana",
    "Henrik",
    "Ines",
    "Ivan",
    "Jasmin",
    "Jonas",
    "Kavita",
    "Lars",
    "Leila",
    "Luca",
    "Marta",
    "Mei",
    "Milan",
    "Nadia",
    "Noah",
    "Olga",
    "Omar",
    "Paula",
    "Rahul",
    "Rosa",
    "Samir",
    "Sofia",
    "Tomasz",
    "Vera",
    "Yusuf",
];

/// Last names of people.
const FAMILY: [&str; 50] = [
    "Adler",
    "Bauer",
    "Bianchi",
    "Brandt",
    "Castro",
    "Chavan",
    "Dahl",
    "Deshmukh",
    "Dubois",
    "Eriksen",
    "Fischer",
    "Garcia",
    "Gupta",
    "Haas",
    "Halvorsen",
    "Ito",
    "Jansen",
    "Joshi",
    "Keller",
    "Kowalska",
    "Kulkarni",
    "Larsen",
    "Lindgren",
    "Lopez",
    "Marino",
    "Meyer",
    "Moreau",
    "Novak",
    "Okafor",
    "Olsen",
    "Park",
    "Patil",
    "Petrov",
    "Popov",
    "Quinn",
    "Rossi",
    "Santos",
    "Sato",
    "Schmidt",
    "Silva",
    "Sokolov",
    "Stein",
    "Tanaka",
    "Torres",
    "Vega",
    "Wagner",
    "Weber",
    "Wong",
    "Zielinski",
    "Zimmer",
];

/// What is noted.
const NOTES: [&str; 12] = [
    "Called; they compare us with two others and decide after the budget round.",
    "Sent the offer again, this time with the delivery dates they asked for.",
    "Met their head of purchasing. Price is not the problem, but how long the contract lasts.",
    "Wants a reference from the same industry before they go on.",
    "Left a message. Their assistant says to try again on Thursday.",
    "They need approval from the head office in Vienna.",
    "Asked for a discount of ten per cent for two years.",
    "The technical meeting went well; their engineer has three questions left.",
    "Contract is with their lawyers.",
    "No answer to two mails, so I wrote to the managing director.",
    "They would take half now and half in spring.",
    "Competitor lowered the price again; we stay where we are.",
];

/// What is to be done next.
const STEPS: [&str; 8] = [
    "Call back",
    "Send the offer",
    "Ask for a date",
    "Visit with the engineer",
    "Clarify delivery",
    "Send the contract",
    "Remind of the invoice",
    "Present to the board",
];

/// Makes the schema `bench` with its functions. Arrays stand within them as constants, so that a
/// name costs no lookup.
pub(super) async fn make(connection: &mut PgConnection) -> Result<()> {
    let one_of = |words: &[&str], number: &str| {
        let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
        format!(
            "(array[{}])[1 + ({number}) % {}]",
            quoted.join(", "),
            words.len()
        )
    };
    let company = format!(
        "{} || ' ' || {} || case when $1 >= 1200 then ' ' || ($1 / 1200 + 1)::text else '' end",
        one_of(&FIRST, "$1 % 40"),
        one_of(&SECOND, "($1 / 40)"),
    );
    let functions = [
        (
            "given_name(n bigint)",
            one_of(&GIVEN, "bench.draw($1, 21, 40)"),
        ),
        (
            "family_name(n bigint)",
            one_of(&FAMILY, "bench.draw($1, 22, 50)"),
        ),
        ("company_name(n bigint)", company),
        ("note(n bigint)", one_of(&NOTES, "bench.draw($1, 23, 12)")),
        ("step(n bigint)", one_of(&STEPS, "bench.draw($1, 24, 8)")),
        (
            "thing(n bigint)",
            format!(
                "{} || ' ' || {}",
                one_of(&QUALITIES, "bench.draw($1, 25, 24)"),
                one_of(&THINGS, "bench.draw($1, 26, 60)"),
            ),
        ),
    ];
    // 4,611,686,018,427,387,903 is 2^62 - 1: of a hash its lower bits, so that it is never negative.
    let helpers = "create schema if not exists bench;
         create or replace function bench.draw(n bigint, salt bigint, among integer) returns integer
           language sql immutable strict parallel safe
           return ((hashint8extended($1, $2) & 4611686018427387903) % $3)::integer;
         create or replace function bench.digit(n bigint) returns text
           language sql immutable strict parallel safe
           return substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
                         ($1 % 62)::integer + 1, 1);
         -- domain::position: `d` says that four digits follow.
         create or replace function bench.position(n bigint) returns text
           language sql immutable strict parallel safe
           return 'd' || bench.digit($1 / 238328) || bench.digit($1 / 3844)
                  || bench.digit($1 / 62) || bench.digit($1);";
    run(connection, helpers).await?;
    for (signature, body) in functions {
        let sql = format!(
            "create or replace function bench.{signature} returns text
               language sql immutable strict parallel safe as $$ select {body} $$"
        );
        run(connection, &sql).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_that_are_searched_for_are_as_frequent_as_they_are_said_to_be() {
        let of_things = |part: &str| THINGS.iter().filter(|thing| thing.contains(part)).count();
        assert_eq!(of_things(COMMON_PART), 6);
        assert_eq!(of_things(USUAL_PART), 1);
        let all = [&QUALITIES[..], &THINGS, &FIRST, &SECOND].concat();
        assert!(!all.iter().any(|word| word.contains(RARE_PART)));
        assert!(!all.iter().any(|word| word.contains(NOWHERE)));
    }

    #[test]
    fn no_word_needs_to_be_escaped() {
        let all = [
            &QUALITIES[..],
            &THINGS,
            &FIRST,
            &SECOND,
            &GIVEN,
            &FAMILY,
            &NOTES,
            &STEPS,
        ]
        .concat();
        assert!(all.iter().all(|word| !word.contains('\'')));
    }
}
