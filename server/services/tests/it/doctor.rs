//! The doctor: what is broken on purpose is found, and what is whole is not called broken.

use std::collections::BTreeSet;

use domain::field::FieldType;
use domain::field_settings::FieldDraft;
use domain::{Error, Kind, Value};
use migrations::{Migrator, MigratorTrait as _};
use services::doctor::{self, Asked, Finding, Health};
use services::fields;
use test_support::{OPEN_WON_LOST, TestDb};

/// What a program of this source knows.
fn asked() -> Asked {
    Asked {
        version: "1.2.3".into(),
        steps: Migrator::migrations()
            .iter()
            .map(|step| step.name().to_owned())
            .collect(),
        data: Some(std::env::temp_dir()),
        connections: 10,
        clock: chrono_now,
    }
}

#[expect(clippy::disallowed_methods, reason = "the clock is what is looked at")]
fn chrono_now() -> chrono::DateTime<chrono::Utc> {
    chrono::Utc::now()
}

async fn examined(db: &TestDb) -> Vec<Finding> {
    let findings = doctor::examine(&db.system(), &asked()).await;
    findings.expect("everything could be looked at")
}

/// The findings about a subject.
fn about<'a>(findings: &'a [Finding], subject: &str) -> Vec<&'a Finding> {
    let about: Vec<_> = findings.iter().filter(|f| f.subject == subject).collect();
    assert!(!about.is_empty(), "nothing about {subject}: {findings:?}");
    about
}

/// The one finding about a subject that is this bad.
fn one<'a>(findings: &'a [Finding], subject: &str, health: Health) -> &'a Finding {
    let found: Vec<_> = about(findings, subject)
        .into_iter()
        .filter(|finding| finding.health == health)
        .collect();
    assert_eq!(found.len(), 1, "{findings:#?}");
    found[0]
}

#[tokio::test]
async fn a_database_as_it_should_be_is_called_so() {
    let db = TestDb::new().await;
    let findings = examined(&db).await;
    for subject in [
        "versions", "indexes", "totals", "jobs", "clock", "sessions", "vacuum",
    ] {
        for finding in about(&findings, subject) {
            assert_eq!(finding.health, Health::Ok, "{finding}");
        }
    }
    let versions = about(&findings, "versions");
    assert!(
        versions[0].words.contains("dealwright 1.2.3, PostgreSQL"),
        "{}",
        versions[0]
    );
    assert!(versions[1].words.contains("m20261122_000001") || versions[1].words.contains("newest"));
    let space = about(&findings, "space");
    assert!(
        space
            .iter()
            .any(|finding| finding.words.contains("are free in")),
        "{space:?}"
    );
    for finding in &findings {
        assert!(
            !finding.words.contains("could not be looked at"),
            "{finding}"
        );
    }
    // The PostgreSQL of tests is fast and unsafe, and that is told.
    let off = db
        .rows("select 1 where current_setting('fsync') = 'off'")
        .await;
    let told = about(&findings, "settings").iter().any(|finding| {
        finding.words.starts_with("fsync is off") && finding.health == Health::Broken
    });
    assert_eq!(told, !off.is_empty());
}

#[tokio::test]
async fn only_the_command_line_may_ask() {
    let db = TestDb::new().await;
    let anna = db
        .user("Anna", &[domain::rights::Role::Administrator], None)
        .await;
    let refused = doctor::examine(&db.ctx_of(anna).await, &asked()).await;
    assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
    let refused = doctor::mend(&db.ctx_of(anna).await).await;
    assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
}

/// When this fails after a new migration: write the names that it tells into `doctor/indexes.txt`.
#[tokio::test]
async fn the_indexes_it_expects_are_those_of_the_schema() {
    let db = TestDb::new().await;
    let sql = "select c.relname::text from pg_index i join pg_class c on c.oid = i.indexrelid
                where c.relnamespace = 'public'::regnamespace";
    let there: BTreeSet<String> = db
        .rows(sql)
        .await
        .iter()
        .map(|row| row.try_get_by(0).expect("a name"))
        .collect();
    let expected: BTreeSet<String> = include_str!("../../src/doctor/indexes.txt")
        .lines()
        .map(ToOwned::to_owned)
        .collect();
    let differ: Vec<_> = there.symmetric_difference(&expected).collect();
    assert!(differ.is_empty(), "doctor/indexes.txt: {differ:?}");
}

#[tokio::test]
async fn a_broken_index_and_one_that_is_gone_are_found() {
    let db = TestDb::new().await;
    db.run(
        "update pg_index set indisvalid = false where indexrelid = 'deal_board'::regclass;
         drop index lead_owner",
    )
    .await;
    let findings = examined(&db).await;
    let broken: Vec<_> = about(&findings, "indexes")
        .into_iter()
        .map(|finding| (finding.health, finding.words.as_str()))
        .collect();
    assert_eq!(broken.len(), 2, "{broken:?}");
    assert_eq!(broken[0].0, Health::Broken);
    assert!(
        broken[0]
            .1
            .starts_with("deal_board of deal was not built to its end")
    );
    assert!(
        broken[0]
            .1
            .ends_with("run reindex index concurrently deal_board.")
    );
    assert_eq!(broken[1].0, Health::Broken);
    assert!(
        broken[1].1.starts_with("lead_owner is not there"),
        "{}",
        broken[1].1
    );
    // What it says to do mends it.
    db.run("reindex index concurrently deal_board").await;
    let findings = examined(&db).await;
    assert!(
        !findings
            .iter()
            .any(|finding| finding.words.contains("deal_board"))
    );
}

#[tokio::test]
async fn the_index_of_an_own_field_is_waited_for() {
    let db = TestDb::new().await;
    let admin = db
        .user("Anna", &[domain::rights::Role::Administrator], None)
        .await;
    let ctx = db.ctx_of(admin).await;
    let draft = FieldDraft::new("Number", FieldType::Integer);
    fields::create(&ctx, Kind::Company, draft)
        .await
        .expect("a field");
    let findings = examined(&db).await;
    let finding = one(&findings, "indexes", Health::Look);
    assert!(
        finding
            .words
            .contains("1 of 1 for own fields wait to be built (own_field_")
    );
    fields::index::tend(&db.db).await.expect("built");
    let findings = examined(&db).await;
    let finding = one(&findings, "indexes", Health::Ok);
    assert!(
        finding.words.contains("1 of them for own fields"),
        "{finding}"
    );
}

#[tokio::test]
async fn false_totals_are_found_and_mended() {
    let db = TestDb::new().await;
    let pipeline = db.pipeline(Kind::Deal, "Sales", &OPEN_WON_LOST).await;
    assert!(pipeline.id > 0);
    for title in ["Roof", "Wall", "Door"] {
        db.insert(Kind::Deal, [("title", Value::Text(title.into()))])
            .await;
    }
    db.run(
        "insert into stage_stay (kind, record_id, pipeline_id, stage_id, entered_at)
         select 'deal', id, pipeline_id, stage_id, stage_since from deal",
    )
    .await;
    let findings = examined(&db).await;
    assert_eq!(one(&findings, "totals", Health::Ok).subject, "totals");
    assert_eq!(doctor::mend(&db.system()).await, Ok(vec![]));

    db.run("update stage_total set count = count + 1, amount = amount + 0.01")
        .await;
    let findings = examined(&db).await;
    let finding = one(&findings, "totals", Health::Broken);
    assert!(
        finding.words.starts_with("stage_total is not what"),
        "{finding}"
    );

    // What two of them reached, and behind the back of the triggers the other tables as well.
    db.run("update deal set furthest_id = null where title in ('Roof', 'Wall')")
        .await;
    let findings = examined(&db).await;
    let furthest = "furthest_id is not what a recount gives (rows that differ: 2)";
    let broken = about(&findings, "totals");
    assert!(
        broken.iter().any(|it| it.words.starts_with(furthest)),
        "{broken:?}"
    );
    db.run(
        "alter table deal disable trigger user;
         delete from deal where title = 'Door';
         alter table deal enable trigger user;
         insert into funnel_stay values ('deal', 1, '2026-01-01', 1, 1, 5, 0, 0);
         insert into funnel_owner_stay values ('deal', 1, 0, '2026-01-01', false, 1, 1, 5, 0, 0)",
    )
    .await;
    let findings = examined(&db).await;
    let broken = about(&findings, "totals");
    assert_eq!(broken.len(), 7, "{broken:?}");

    let mended = doctor::mend(&db.system()).await.expect("mended");
    assert_eq!(
        mended,
        [
            "furthest_id",
            "stage_total",
            "stage_share",
            "funnel_day",
            "funnel_stay",
            "funnel_owner",
            "funnel_owner_stay"
        ]
    );
    let findings = examined(&db).await;
    one(&findings, "totals", Health::Ok);
    assert_eq!(
        db.number("select sum(count)::bigint from stage_total")
            .await,
        2
    );
}

#[tokio::test]
async fn triggers_switched_off_are_found() {
    let db = TestDb::new().await;
    db.run("alter table deal disable trigger deal_total_changed")
        .await;
    let findings = examined(&db).await;
    let finding = one(&findings, "jobs", Health::Broken);
    assert!(finding.words.contains("deal_total_changed"), "{finding}");
}

#[tokio::test]
async fn a_schema_behind_or_ahead_of_the_program_is_found() {
    let db = TestDb::new().await;
    db.run("insert into seaql_migrations values ('m29990101_000001_later', 0)")
        .await;
    let findings = examined(&db).await;
    let finding = one(&findings, "versions", Health::Look);
    assert!(
        finding.words.contains("m29990101_000001_later"),
        "{finding}"
    );
    db.run("delete from seaql_migrations").await;
    let findings = examined(&db).await;
    let finding = one(&findings, "versions", Health::Broken);
    assert!(finding.words.contains("dealwright migrate"), "{finding}");
    // What is not there is not asked.
    assert!(
        !findings.iter().any(|finding| finding.subject == "totals"),
        "{findings:?}"
    );
}

#[tokio::test]
async fn work_that_was_left_lying_is_found() {
    let db = TestDb::new().await;
    let anna = db
        .user("Anna", &[domain::rights::Role::Salesperson], None)
        .await;
    db.run(&format!(
        "insert into bulk_run (user_id, task, total, started_at, heartbeat)
         values ({anna}, '{{}}', 1, now() - interval '1 hour', now() - interval '1 hour')"
    ))
    .await;
    let findings = examined(&db).await;
    let finding = one(&findings, "jobs", Health::Look);
    assert!(
        finding
            .words
            .starts_with("changes of many records that stopped half-way: 1"),
        "{finding}"
    );
    let finding = one(&findings, "jobs", Health::Ok);
    assert!(finding.words.contains("the oldest for 36"), "{finding}");
}
