//! Where the lines between ok, look and broken are.

use chrono::TimeDelta;

use super::super::space::Disk;
use super::super::{Finding, Health, clock, vacuum};
use super::machine::disk;
use super::{GB, MB, bytes, clock, listed, vacuum};

#[test]
fn a_disk_that_fills_is_told_before_it_is_full() {
    let health = |free: u64| {
        let (folder, total) = ("/srv".into(), 100 * GB);
        disk(&Disk {
            folder,
            free,
            total,
        })
        .health
    };
    assert_eq!(health(50 * GB), Health::Ok);
    assert_eq!(health(9 * GB), Health::Look);
    assert_eq!(health(GB), Health::Broken);
}

#[test]
fn clocks_are_apart_only_beyond_what_the_question_took() {
    let health = |ahead: i64, took: i64| {
        let facts = clock::Facts {
            ahead: TimeDelta::milliseconds(ahead),
            took: TimeDelta::milliseconds(took),
        };
        clock(&facts)[0].health
    };
    assert_eq!(health(40, 10), Health::Ok);
    assert_eq!(health(-2_500, 2_000), Health::Ok);
    assert_eq!(health(-2_500, 10), Health::Look);
    assert_eq!(health(3_600_000, 10), Health::Broken);
}

#[test]
fn a_finding_is_one_line_that_begins_with_how_it_is() {
    let finding = Finding::look("jobs", "a\nb", "because", "this");
    assert_eq!(
        finding.to_string(),
        "look   jobs: a b: because. To do: this."
    );
    let many: Vec<_> = (0..7).map(|n| n.to_string()).collect();
    assert_eq!(listed(&many), "0, 1, 2, 3, 4 and 2 more");
    assert_eq!(
        (bytes(3 * MB), bytes(1536 * MB)),
        ("3 MB".into(), "1.5 GB".into())
    );
}

#[test]
fn a_table_full_of_dead_rows_and_worn_numbers_are_told() {
    let facts = |dead, age| vacuum::Facts {
        tables: vec![vacuum::Table {
            name: "deal".into(),
            live: 10_000,
            dead,
            cleared_at: None,
        }],
        age,
    };
    assert_eq!(vacuum(&facts(100, 0))[0].health, Health::Ok);
    assert!(vacuum(&facts(9_000, 0))[0].words.contains("never cleared"));
    let worn = vacuum(&facts(0, 1_900_000_000));
    assert_eq!(worn[0].health, Health::Broken);
}
