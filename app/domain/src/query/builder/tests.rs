//! Filters shown as rows, built by hand, and read back.

use proptest::prelude::*;

use super::*;
use crate::query::filter_text::tests::any_filter;

fn built_in() -> Catalogue {
    Catalogue::built_in()
}

fn text(builder: &Builder) -> String {
    builder.filter(Kind::Deal, &built_in()).into()
}

fn shown(text: &str) -> Builder {
    Builder::show(&text.parse().unwrap())
}

/// The same filter without groups of one, of which nobody sees a difference.
fn simple(filter: &Filter) -> Filter {
    match filter {
        Filter::And(parts) | Filter::Or(parts) if parts.len() == 1 => simple(&parts[0]),
        Filter::And(parts) => Filter::And(parts.iter().map(simple).collect()),
        Filter::Or(parts) => Filter::Or(parts.iter().map(simple).collect()),
        Filter::Not(part) => Filter::Not(Box::new(simple(part))),
        Filter::Is(_) => filter.clone(),
    }
}

#[test]
fn a_row_counts_once_it_is_finished() {
    let mut builder = Builder::default();
    let row = builder.add_row(ROOT);
    assert_eq!(text(&builder), "");
    let lack = |builder: &Builder| builder.row(row).unwrap().lack(Kind::Deal, &built_in());
    assert_eq!(lack(&builder), Some(Lack::Field));
    builder.choose(row, FieldPath::parse("amount"), Kind::Deal, &built_in());
    assert_eq!(builder.row(row).unwrap().operator, Operator::Greater);
    assert_eq!(lack(&builder), Some(Lack::Value));
    builder.type_operand(row, 0, "much".into());
    assert!(matches!(lack(&builder), Some(Lack::Wrong(_))));
    assert_eq!(text(&builder), "");
    builder.type_operand(row, 0, " 1000 ".into());
    assert_eq!(lack(&builder), None);
    assert_eq!(text(&builder), "amount:gt:1000");
}

#[test]
fn another_operator_keeps_what_was_typed() {
    let mut builder = shown("amount:between:5:10");
    let key = builder.root.nodes[0].key();
    builder.change(key, |row| row.operator = Operator::Less);
    assert_eq!(text(&builder), "amount:lt:5");
    builder.change(key, |row| row.operator = Operator::Empty);
    assert_eq!(text(&builder), "amount:empty");
    builder.change(key, |row| row.operator = Operator::Between);
    assert_eq!(text(&builder), "amount:between:5:10");
}

#[test]
fn another_field_keeps_what_still_makes_sense() {
    let mut builder = shown("title:has:roof");
    let key = builder.root.nodes[0].key();
    builder.choose(key, FieldPath::parse("next_step"), Kind::Deal, &built_in());
    assert_eq!(text(&builder), "next_step:has:roof");
    builder.choose(key, FieldPath::parse("owner_id"), Kind::Deal, &built_in());
    assert_eq!(builder.row(key).unwrap().operator, Operator::Is);
    assert_eq!(builder.row(key).unwrap().operand(0), "");
    builder.type_operand(key, 0, "me".into());
    builder.choose(
        key,
        FieldPath::parse("company_id.owner_id"),
        Kind::Deal,
        &built_in(),
    );
    assert_eq!(text(&builder), "company_id.owner_id:is:me");
    builder.choose(key, FieldPath::parse("source"), Kind::Deal, &built_in());
    builder.type_operand(key, 0, "web".into());
    builder.choose(
        key,
        FieldPath::parse("company_id.industry"),
        Kind::Deal,
        &built_in(),
    );
    assert_eq!(builder.row(key).unwrap().operand(0), "");
}

#[test]
fn what_is_gone_stays_until_it_is_touched() {
    let mut builder = shown("and(c9:is:1,owner_id:is:me)");
    assert_eq!(text(&builder), "and(c9:is:1,owner_id:is:me)");
    let key = builder.root.nodes[0].key();
    let row = builder.row(key).unwrap();
    assert_eq!(row.lack(Kind::Deal, &built_in()), Some(Lack::Gone));
    builder.change(key, |row| row.operator = Operator::IsNot);
    assert_eq!(text(&builder), "owner_id:is:me");
}

#[test]
fn groups_are_made_and_go_with_their_last_row() {
    let mut builder = shown("owner_id:is:me");
    let row = builder.add_group(ROOT);
    assert_eq!(text(&builder), "owner_id:is:me");
    builder.choose(row, FieldPath::parse("title"), Kind::Deal, &built_in());
    builder.type_operand(row, 0, "a".into());
    let group = builder.root.nodes[1].key();
    assert_eq!(builder.depth(group), 1);
    let other = builder.add_row(group);
    builder.choose(other, FieldPath::parse("title"), Kind::Deal, &built_in());
    builder.type_operand(other, 0, "b".into());
    assert_eq!(
        text(&builder),
        "and(owner_id:is:me,or(title:has:a,title:has:b))"
    );
    builder.join(group, Join::None);
    assert_eq!(
        text(&builder),
        "and(owner_id:is:me,not(or(title:has:a,title:has:b)))"
    );
    builder.remove(row);
    assert_eq!(text(&builder), "and(owner_id:is:me,not(title:has:b))");
    let parts = builder.parts(Kind::Deal, &built_in());
    assert_eq!(parts.len(), 2);
    assert_eq!(parts[1].0, group);
    builder.remove(other);
    assert_eq!(builder.group(group), None);
    assert_eq!(text(&builder), "owner_id:is:me");
    builder.join(ROOT, Join::Any);
    builder.remove(builder.root.nodes[0].key());
    assert_eq!(text(&builder), "");
}

#[test]
fn what_was_never_told_is_tidied_away_and_keys_are_not_used_twice() {
    let mut builder = shown("owner_id:is:me");
    let before = builder.root.nodes[0].key();
    builder.add_group(ROOT);
    builder.tidy();
    assert_eq!(builder.root.nodes.len(), 1);
    builder.show_again(&"title:has:x".parse().unwrap());
    assert_ne!(builder.root.nodes[0].key(), before);
    assert_eq!(text(&builder), "title:has:x");
}

proptest! {
    #[test]
    fn every_filter_survives_being_shown(filter in any_filter()) {
        let builder = Builder::show(&filter);
        prop_assert_eq!(builder.filter(Kind::Deal, &built_in()), simple(&filter));
        prop_assert_eq!(builder.rows(), filter.conditions().len());
    }

    #[test]
    fn a_finished_row_reads_as_what_it_came_from(
        kind in prop::sample::select(Kind::ALL.to_vec()),
        at in 0usize..40,
        operator in prop::sample::select(Operator::ALL.to_vec()),
        operands in prop::collection::vec("[a-z0-9]{1,6}", 0..3),
    ) {
        let fields = kind.fields();
        let path = FieldPath::parse(&fields[at % fields.len()].key);
        let condition = Condition { path, operator, operands };
        let mut builder = Builder::show(&Filter::Is(condition.clone()));
        builder.change(builder.root.nodes[0].key(), |_| ());
        // Touched and left as it was, it still says the same where it says anything.
        let expected = match condition.check(fields, Kind::fields) {
            Ok(()) => Filter::Is(condition),
            Err(_) => return Ok(()),
        };
        prop_assert_eq!(builder.filter(kind, &built_in()), expected);
    }
}
