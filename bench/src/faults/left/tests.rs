//! Each check can fail: a database that is broken by hand is called broken, by the right name.

use domain::rights::Role;
use domain::timeline::Via;
use domain::{Draft, Kind, RecordId, StageId, Value};
use migrations::{Migrator, MigratorTrait as _};
use services::doctor::{self, Asked};
use services::records::write::{Operation, change, create};
use test_support::{OPEN_WON_LOST, TestDb};

use super::super::work::{Done, Import, Told};
use super::{NEVER, diagnosis, in_database};

/// What users did and were told: a deal made, moved and renamed, and three deals imported.
struct World {
    db: TestDb,
    told: Told,
    roof: RecordId,
    elsewhere: StageId,
}

impl World {
    async fn new() -> Self {
        let db = TestDb::new().await;
        // A seed of nothing: all that follows came after it.
        db.run(
            "create schema bench; create table bench.seed as
             select 0::bigint as operation, 0::bigint as event, 0::bigint as deal, 0::bigint as stay",
        )
        .await;
        let pipeline = db.pipeline(Kind::Deal, "Sales", &OPEN_WON_LOST).await;
        let (offer, elsewhere) = (pipeline.stages[1].id, pipeline.stages[2].id);
        let anna = db.user("Anna", &[Role::Salesperson], None).await;
        let ctx = db.ctx_of(anna).await;
        let text = |text: &str| Value::Text(text.to_owned());
        let roof = Draft::of([("title", text("Roof"))]);
        let made = create(&ctx, Via::Form, Kind::Deal, roof).await;
        let roof = made.expect("made").record.expect("seen").id;
        let told = Told::default();
        for (field, value, word) in [
            ("stage_id", Value::Id(offer), offer.to_string()),
            ("title", text("Roof and gutter"), "Roof and gutter".into()),
        ] {
            let draft = Draft::of([(field, value)]);
            let changed = change(&ctx, Via::Form, Kind::Deal, roof, draft).await;
            told.change(Done {
                deal: roof,
                version: changed.expect("changed").record.expect("seen").version,
                field,
                value: word,
            });
        }
        let system = db.system();
        let mut file = Operation::begin(&system, Via::Import, "file.csv").await;
        let import = file.as_mut().expect("begun");
        let rows = (0..3).map(|row| {
            let key = text(&format!("X-{row}"));
            Draft::of([("title", text("Imported")), ("external_id", key)])
        });
        let answers = import.create(Kind::Deal, rows.collect()).await;
        for answer in answers.expect("written") {
            answer.expect("not refused");
        }
        file.expect("begun").commit().await.expect("committed");
        for (batch, rows, told_so) in [("X-", 3, true), ("Z-", 5, false)] {
            told.import(Import {
                batch: batch.to_owned(),
                rows,
                told: told_so,
            });
        }
        Self {
            db,
            told,
            roof,
            elsewhere,
        }
    }

    async fn wrong(&self) -> Vec<String> {
        let pool = self.db.db.get_postgres_connection_pool();
        in_database(pool, &self.told).await.expect("looked at")
    }

    /// Changes rows behind the back of every trigger and reference.
    async fn break_with(&self, sql: &str) {
        self.db
            .run(&format!(
                "set session_replication_role = replica; {sql}; set session_replication_role = origin"
            ))
            .await;
    }

    /// The doctor's words, a line a finding.
    async fn doctor(&self) -> String {
        let asked = Asked {
            version: "1.2.3".into(),
            steps: Migrator::migrations()
                .iter()
                .map(|step| step.name().to_owned())
                .collect(),
            data: None,
            connections: 10,
            clock: crate::now,
        };
        let findings = doctor::examine(&self.db.system(), &asked).await;
        let findings = findings.expect("everything could be looked at");
        let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
        lines.join("\n")
    }
}

#[tokio::test]
async fn what_users_leave_is_called_sound() {
    let world = World::new().await;
    assert_eq!(world.wrong().await, Vec::<String>::new());
    let said = diagnosis(&world.doctor().await);
    assert!(said.iter().all(|line| !line.contains("totals")), "{said:?}");
}

#[tokio::test]
async fn whatever_may_never_be_is_named_when_it_is() {
    // The number of each in NEVER, and how it is done to the deal {roof}.
    let breaks = [
        "insert into operation (at, via) values (now(), 'form')",
        "delete from deal where id = {roof}",
        "delete from event where record_id = {roof} and what = 'created'",
        "update deal set version = version + 1 where id = {roof}",
        "update deal set stage_id = {elsewhere} where id = {roof}",
        "update deal set title = 'Wall' where id = {roof}",
        "delete from stage_stay where record_id = {roof} and left_at is null",
        "delete from stage_stay where record_id = {roof} and left_at is not null",
        "update stage_stay set left_at = entered_at - interval '1 second'
          where record_id = {roof} and left_at is not null",
        "update event set version = 5 - version where record_id = {roof} and version in (2, 3)",
    ];
    for ((what, _), sql) in NEVER.iter().zip(breaks) {
        let world = World::new().await;
        let sql = sql
            .replace("{roof}", &world.roof.to_string())
            .replace("{elsewhere}", &world.elsewhere.to_string());
        world.break_with(&sql).await;
        let wrong = world.wrong().await;
        assert!(
            wrong
                .iter()
                .any(|words| words.ends_with(&format!(" {what}"))),
            "{sql}\nwas to be called “{what}”, and was called {wrong:#?}"
        );
    }
}

#[tokio::test]
async fn what_was_acknowledged_and_is_not_there_is_named() {
    let lost = "1 changes that were acknowledged are lost";
    for (sql, expected) in [
        (
            "delete from event where record_id = {roof} and version = 3",
            lost,
        ),
        (
            r#"update event set difference = jsonb_set(difference, '{title,1}', '"Wall"')
                where record_id = {roof} and version = 3"#,
            lost,
        ),
        (
            "delete from deal where external_id = 'X-1'",
            "of the 3 rows of import X-, which was acknowledged, there are 2, in 1 operations of 3 events",
        ),
        (
            "delete from deal where starts_with(external_id, 'X-')",
            "of the 3 rows of import X-, which was acknowledged, there are 0, in 0 operations of 0 events",
        ),
        (
            "update event set operation_id = (select min(id) from operation)
              where record_id = (select id from deal where external_id = 'X-1')",
            "of the 3 rows of import X-, which was acknowledged, there are 3, in 2 operations of 2 events",
        ),
        // Begun, not acknowledged, and there by a part.
        (
            "update deal set external_id = 'Z-1' where id = {roof}",
            "of the 5 rows of import Z- there are 1, in 1 operations of 1 events",
        ),
    ] {
        let world = World::new().await;
        let sql = sql.replace("{roof}", &world.roof.to_string());
        world.break_with(&sql).await;
        let wrong = world.wrong().await;
        assert!(
            wrong.iter().any(|words| words == expected),
            "{sql}\nwas to be called “{expected}”, and was called {wrong:#?}"
        );
    }
}

#[tokio::test]
async fn totals_that_no_recount_gives_are_named_by_the_doctor() {
    let world = World::new().await;
    world
        .break_with("update stage_total set count = count + 1")
        .await;
    let said = diagnosis(&world.doctor().await);
    let named = |line: &String| line.contains("stage_total is not what a recount gives");
    assert!(said.iter().any(named), "{said:?}");
    let silent = "the doctor does not say that totals are those of a recount";
    assert!(said.iter().any(|line| line == silent), "{said:?}");
}

#[test]
fn a_doctor_who_says_nothing_does_not_say_that_all_is_well() {
    assert_eq!(diagnosis("").len(), 1);
    let well = "ok     totals: stage_total and funnel_day are what a recount gives.\n";
    assert_eq!(diagnosis(well), Vec::<String>::new());
    let broken = format!("broken indexes: one is not there.\n{well}");
    assert_eq!(
        diagnosis(&broken),
        ["the doctor says: broken indexes: one is not there."]
    );
}
