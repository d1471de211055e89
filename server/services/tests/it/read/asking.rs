//! Random questions: filters with every operator that fits, orders, texts, page sizes.

use domain::contact_point::PointType;
use domain::field::FieldType;
use domain::query::filter::{Condition, FieldPath, Filter, Operator};
use domain::query::{Query, Sort};
use domain::{FieldDef, Kind};
use proptest::prelude::*;
use proptest::sample::select;

use super::oracle::Own;
use super::world::{MAILS, PHONES};

/// Fields that a random filter asks for, by kind.
fn paths(own: &Own, kind: Kind) -> Vec<String> {
    let built_in = match kind {
        Kind::Deal => vec![
            "title",
            "amount",
            "stage_id",
            "pipeline_id",
            "expected_close",
            "next_step",
            "source",
            "lost_reason_id",
            "closed_at",
            "company_id",
            "contacts",
            "owner_id",
            "observers",
            "everyone",
            "created_at",
            "company_id.industry",
            "company_id.employees",
            "company_id.phones",
            "company_id.owner_id",
            "contacts.name",
            "contacts.companies",
        ],
        Kind::Company => vec![
            "name",
            "industry",
            "website",
            "employees",
            "revenue",
            "phones",
            "emails",
            "parent_id",
            "contacts",
            "owner_id",
            "observers",
            "everyone",
            "created_at",
            "parent_id.industry",
            "contacts.name",
            "parent_id.emails",
        ],
        _ => vec![
            "name",
            "companies",
            "deals",
            "owner_id",
            "created_at",
            "deals.amount",
        ],
    };
    let through = match kind {
        Kind::Deal => Some(("company_id", Kind::Company)),
        Kind::Company => Some(("parent_id", Kind::Company)),
        _ => None,
    };
    let linked = through.into_iter().flat_map(|(link, kind)| {
        let fields = own.of(kind).iter();
        fields.map(move |field| format!("{link}.{}", field.key))
    });
    // As often as what is built in, though there are more of them.
    let custom = own.of(kind).iter().flat_map(|field| {
        let name = match field.field_type {
            FieldType::Link(_) | FieldType::Links(_) => Some(format!("{}.name", field.key)),
            _ => None,
        };
        [Some(field.key.to_string()), name]
    });
    built_in
        .into_iter()
        .map(str::to_owned)
        .chain(linked)
        .chain(custom.flatten())
        .collect()
}

const SORTS: [&str; 8] = [
    "created_at",
    "amount",
    "expected_close",
    "next_step",
    "source",
    "stage_id",
    "owner_id",
    "company_id",
];

fn type_of(own: &Own, kind: Kind, path: &str) -> FieldType {
    match path.split_once('.') {
        None => own.field(kind, path).field_type,
        Some((link, of)) => match own.field(kind, link).field_type {
            FieldType::Link(kind) | FieldType::Links(kind) => own.field(kind, of).field_type,
            other => panic!("{other:?} leads nowhere"),
        },
    }
}

fn operands(field_type: FieldType, operator: Operator) -> BoxedStrategy<String> {
    let of = |texts: &[&str]| select(texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>());
    if operator == Operator::During {
        return of(&[
            "today",
            "last_7_days",
            "this_month",
            "2026",
            "2026-10-01..2026-11-21",
        ])
        .boxed();
    }
    let part = matches!(operator, Operator::Contains | Operator::StartsWith);
    match field_type {
        FieldType::Text | FieldType::LongText | FieldType::Url if part => {
            of(&["r", "ROOF", "%", "_", "a_", "\\", "ł", "b", "", "https"]).boxed()
        }
        FieldType::Url => of(&["https://a.example", "", "https://b.example/%"]).boxed(),
        FieldType::Text | FieldType::LongText => of(&["a", "ab", "Roof", "a_b", "%", ""]).boxed(),
        FieldType::Choice => of(&["web", "call", "o1", "o2", "gone", ""]).boxed(),
        FieldType::Choices => of(&["o1", "o2", "gone", ""]).boxed(),
        FieldType::Integer => of(&["0", "1", "2", ""]).boxed(),
        FieldType::Decimal | FieldType::Percent => of(&["0", "1.50", "99.5", ""]).boxed(),
        FieldType::Money => of(&["100", "100 EUR", "99.5 USD", "-5", "0 EUR", ""]).boxed(),
        FieldType::YesNo => of(&["yes", "no"]).boxed(),
        FieldType::Date => of(&["2026-11-22", "2026-10-31", "2025-06-01", ""]).boxed(),
        FieldType::DateTime => of(&[
            "2026-11-22",
            "2026-11-21",
            "2026-11-22T10:00:00Z",
            "2026-10-31",
            "",
        ])
        .boxed(),
        FieldType::User | FieldType::Users => prop_oneof![
            of(&["me", "my_department", ""]),
            (1i64..8).prop_map(|id| id.to_string())
        ]
        .boxed(),
        FieldType::Points(PointType::Phone) if part => {
            of(&["601", "+48", "601-23", "(212)", "x"]).boxed()
        }
        FieldType::Points(PointType::Email) if part => of(&["EXAMPLE", "_", "%", "anna"]).boxed(),
        FieldType::Points(PointType::Phone) => of(&[PHONES[0], "+48-601234567", ""]).boxed(),
        FieldType::Points(PointType::Email) => of(&[MAILS[0], "ben_x@example.com", ""]).boxed(),
        _ => prop_oneof![
            4 => (1i64..12).prop_map(|id| id.to_string()),
            1 => Just(String::new()),
        ]
        .boxed(),
    }
}

fn condition(own: &Own, kind: Kind) -> BoxedStrategy<Filter> {
    let (all, known) = (own.clone(), own.clone());
    select(paths(own, kind))
        .prop_flat_map(move |path| {
            let field_type = type_of(&all, kind, &path);
            let fitting: Vec<_> = Operator::ALL
                .into_iter()
                .filter(|operator| operator.fits(field_type))
                .collect();
            (Just(path), select(fitting))
        })
        .prop_flat_map(move |(path, operator)| {
            let (least, most) = operator.operands();
            let many = prop::collection::vec(
                operands(type_of(&known, kind, &path), operator),
                least..=most.min(least + 2).max(least),
            );
            (Just(path), Just(operator), many)
        })
        .prop_map(|(path, operator, operands)| {
            Filter::Is(Condition {
                path: FieldPath::parse(&path),
                operator,
                operands,
            })
        })
        .boxed()
}

/// A random filter.
pub(crate) fn filter(own: &Own, kind: Kind) -> BoxedStrategy<Filter> {
    let nested = condition(own, kind).prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Filter::And),
            prop::collection::vec(inner.clone(), 0..3).prop_map(Filter::Or),
            inner.prop_map(|part| Filter::Not(Box::new(part))),
        ]
    });
    prop_oneof![1 => Just(Filter::everything()), 6 => nested].boxed()
}

/// A random order.
pub(crate) fn sorts(own: &Own, kind: Kind) -> BoxedStrategy<Vec<Sort>> {
    let built_in: Vec<&str> = match kind {
        Kind::Deal => SORTS.to_vec(),
        Kind::Company => vec![
            "created_at",
            "industry",
            "employees",
            "parent_id",
            "everyone",
        ],
        _ => vec!["created_at", "name"],
    };
    let sortable = |field: &&FieldDef| {
        !matches!(
            field.field_type,
            FieldType::LongText
                | FieldType::Choices
                | FieldType::Users
                | FieldType::Links(_)
                | FieldType::Points(_)
        )
    };
    let custom = own.of(kind).iter().filter(sortable);
    let fields: Vec<String> = built_in
        .into_iter()
        .map(str::to_owned)
        .chain(custom.map(|field| field.key.to_string()))
        .collect();
    let most = fields.len().min(3);
    (
        prop::sample::subsequence(fields, 0..=most).prop_shuffle(),
        any::<[bool; 3]>(),
    )
        .prop_map(|(fields, ways)| {
            let keys = fields.into_iter().zip(ways);
            keys.map(|(field, descending)| Sort { field, descending })
                .collect()
        })
        .boxed()
}

/// Who asks what.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) who: usize,
    pub(crate) kind: Kind,
    pub(crate) query: Query,
}

/// A random question of one of so many actors.
pub(crate) fn asked(own: &Own, actors: usize) -> BoxedStrategy<Asked> {
    let own = own.clone();
    select(vec![Kind::Deal, Kind::Deal, Kind::Company, Kind::Contact])
        .prop_flat_map(move |kind| {
            let text = prop::option::weighted(
                0.2,
                select(vec!["o", "%", "_", "ROOF ", "\\", "ź", "КР", "a"]),
            );
            let deleted = prop::bool::weighted(0.15);
            (
                Just(kind),
                0..actors,
                filter(&own, kind),
                sorts(&own, kind),
                text,
                1u32..7,
                deleted,
            )
        })
        .prop_map(|(kind, who, filter, sort, text, limit, deleted)| Asked {
            who,
            kind,
            query: Query {
                filter,
                text: text.map(str::to_owned),
                sort,
                limit: Some(limit),
                deleted,
                ..Query::default()
            },
        })
        .boxed()
}
