//! A database of the first version that landed becomes one of today, with everything in it; and a
//! step that fails leaves it to the version that was there.

use std::collections::BTreeMap;

use domain::query::Query;
use domain::record::Place;
use domain::timeline::{Told, Via, What};
use domain::{Draft, Kind, Value};
use migrations::{MigrationName, MigrationTrait, Migrator, MigratorTrait, SchemaManager};
use sea_orm::{ConnectionTrait as _, DbErr};
use server::runtime::{self, migrate};
use services::doctor::{self, Asked, Health};
use services::records::write::{change, create};
use services::records::{lists, open, read};
use services::sessions::{self, Stored};
use services::{notes, operations, search, timeline};
use test_support::{TestDb, now};

use crate::process::{command, failure, folder};

/// The administrator of the old database.
const ANNA: i64 = 1;
/// The deal that has lived most.
const ROOF: i64 = 1;

/// A database as the first version left it: its schema, and what people did with it.
async fn first_version() -> TestDb {
    let db = TestDb::empty().await;
    db.run("drop schema public cascade; create schema public")
        .await;
    Migrator::up(&db.db, Some(1)).await.expect("the first step");
    db.run(include_str!("upgrade.sql")).await;
    let session = Stored {
        user_id: Some(ANNA),
        data: b"{\"user_id\":1}".to_vec(),
        expires_at: now() + chrono::TimeDelta::days(3),
    };
    let made = sessions::create_if_absent(&db.db, "annas-token", session).await;
    assert_eq!(made, Ok(true));
    db
}

/// Every table, with its columns in order.
async fn tables(db: &TestDb) -> BTreeMap<String, String> {
    let rows = db
        .rows(
            "select table_name::text, string_agg(quote_ident(column_name), ', ' order by ordinal_position)
               from information_schema.columns
              where table_schema = 'public' and table_name <> 'seaql_migrations' group by 1",
        )
        .await;
    rows.iter()
        .map(|row| {
            let name = row.try_get_by(0).expect("a name");
            (name, row.try_get_by(1).expect("its columns"))
        })
        .collect()
}

/// All rows of these tables in these columns, in an order of their own.
async fn contents(db: &TestDb, tables: &BTreeMap<String, String>) -> BTreeMap<String, Vec<String>> {
    let mut contents = BTreeMap::new();
    for (table, columns) in tables {
        let sql =
            format!("select to_jsonb(r)::text from (select {columns} from {table}) r order by 1");
        let rows = db.rows(&sql).await;
        let rows = rows.iter().map(|row| row.try_get_by(0).expect("a row"));
        contents.insert(table.clone(), rows.collect());
    }
    contents
}

/// The steps that the database says it has.
async fn steps(db: &TestDb) -> Vec<String> {
    let rows = db
        .rows("select version from seaql_migrations order by 1")
        .await;
    rows.iter()
        .map(|row| row.try_get_by(0).expect("a name"))
        .collect()
}

#[expect(clippy::disallowed_methods, reason = "the clock is what is looked at")]
fn clock() -> chrono::DateTime<chrono::Utc> {
    chrono::Utc::now()
}

/// What the doctor finds about totals, the schema and its indexes is all well.
async fn assert_well(db: &TestDb) {
    let asked = Asked {
        version: "1".into(),
        steps: Migrator::migrations()
            .iter()
            .map(|step| step.name().to_owned())
            .collect(),
        data: None,
        connections: 10,
        clock,
    };
    let findings = doctor::examine(&db.system(), &asked).await;
    let findings = findings.expect("it can be looked at");
    for subject in ["totals", "versions", "indexes"] {
        let about: Vec<_> = findings.iter().filter(|f| f.subject == subject).collect();
        assert!(!about.is_empty(), "nothing about {subject}");
        for finding in about {
            assert_eq!(finding.health, Health::Ok, "{finding}");
        }
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[tokio::test]
async fn a_database_of_the_first_version_becomes_one_of_today() {
    let db = first_version().await;
    let old = tables(&db).await;
    let before = contents(&db, &old).await;
    let filled = before.values().filter(|rows| !rows.is_empty()).count();
    assert!(filled >= 20, "{filled} of {} tables are filled", old.len());

    migrate::<Migrator>(&db.db)
        .await
        .expect("brought up to date");
    let known: Vec<_> = Migrator::migrations()
        .iter()
        .map(|step| step.name().to_owned())
        .collect();
    assert_eq!(steps(&db).await, known);
    let after = contents(&db, &old).await;
    for (table, rows) in &before {
        assert_eq!(rows, &after[table], "{table}");
    }
    assert_well(&db).await;

    // Who was signed in still is.
    let session = sessions::load(&db.db, "annas-token", now()).await;
    assert_eq!(session.expect("read").and_then(|s| s.user_id), Some(ANNA));

    // Everything is read.
    let anna = db.ctx_of(ANNA).await;
    let opened = open::open(&anna, Kind::Deal, ROOF).await.expect("there");
    assert_eq!(opened.record.title(), "Roof");
    assert_eq!(opened.record.version, 2);
    let contact = read::get(&anna, Kind::Contact, 1).await.expect("there");
    let Value::Points(points) = contact.value("phones") else {
        panic!("{contact:?}");
    };
    assert_eq!(points[0].text, "+48 600 100 200");
    let told = timeline::read(&anna, Kind::Deal, ROOF, Told::All, None).await;
    let told = told.expect("told");
    let what: Vec<_> = told.entries.iter().map(|entry| entry.what).collect();
    assert_eq!(what, [What::Noted, What::Moved, What::Created]);
    let note = told.entries[0].note.as_ref().expect("a note").id;
    let listed = lists::open(&anna, Kind::Deal, &Query::default()).await;
    assert_eq!(listed.expect("listed").page.records.len(), 4);
    let found = search::find(&anna, "roo").await.expect("found");
    assert_eq!(found.len(), 1, "{found:?}");

    // And written: taken back, moved, changed, noted, made.
    operations::undo(&anna, 2).await.expect("taken back");
    let mut draft = Draft::of([("stage_id", Value::Id(3))]);
    draft.place = Some(Place::Top);
    let moved = change(&anna, Via::Board, Kind::Deal, ROOF, draft).await;
    assert_eq!(moved.expect("moved").record.expect("seen").version, 4);
    notes::edit(&anna, note, "They want blue", 0)
        .await
        .expect("edited");
    let draft = Draft::of([("name", text("Acme & Daughters"))]).at_version(1);
    change(&anna, Via::Form, Kind::Company, 1, draft)
        .await
        .expect("changed");
    let draft = Draft::of([("title", text("Window"))]);
    create(&anna, Via::Form, Kind::Lead, draft)
        .await
        .expect("made");
    assert_well(&db).await;
}

/// The version after this one: a step that is well, and one that is not.
struct Next;

impl MigratorTrait for Next {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut steps = Migrator::migrations();
        steps.push(Box::new(Step(
            "m29990101_000001_well",
            "create table later (id bigint); alter table deal add column later text;
             update deal set title = 'of later'; drop table note_mention",
        )));
        steps.push(Box::new(Step(
            "m29990101_000002_ill",
            "alter table deal add constraint deal_title_short check (length(title) < 3)",
        )));
        steps
    }
}

/// A name and SQL.
struct Step(&'static str, &'static str);

impl MigrationName for Step {
    fn name(&self) -> &str {
        self.0
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let made = manager.get_connection().execute_unprepared(self.1).await;
        made.map(|_| ())
    }
}

#[tokio::test]
async fn a_step_that_fails_leaves_the_database_to_the_version_before() {
    let db = first_version().await;
    migrate::<Migrator>(&db.db)
        .await
        .expect("brought up to date");
    let (schema, known) = (tables(&db).await, steps(&db).await);
    let before = contents(&db, &schema).await;

    let error = migrate::<Next>(&db.db).await.expect_err("it cannot be");
    let runtime::Error::Step { step, source } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(step, "m29990101_000002_ill");
    assert!(source.to_string().contains("deal_title_short"), "{source}");
    let said = error.to_string();
    assert!(said.contains("step m29990101_000002_ill failed"), "{said}");

    // Nothing of it is there, not even of the step that was well.
    assert_eq!(tables(&db).await, schema);
    assert_eq!(steps(&db).await, known);
    assert_eq!(contents(&db, &schema).await, before);
    assert_well(&db).await;
    // The version before goes on working, on connections that it has.
    let anna = db.ctx_of(ANNA).await;
    let draft = Draft::of([("title", text("Big roof"))]).at_version(2);
    let written = change(&anna, Via::Form, Kind::Deal, ROOF, draft).await;
    assert_eq!(written.expect("changed").record.expect("seen").version, 3);
    // And nobody is kept out: it can be tried again.
    migrate::<Migrator>(&db.db).await.expect("nothing to do");
}

#[tokio::test]
async fn the_program_names_the_step_that_fails_and_ends_with_one() {
    let home = folder();
    let db = first_version().await;
    // Somebody's table stands where the third step makes its own.
    db.run("create table saved_view (id bigint)").await;
    let schema = tables(&db).await;
    let before = contents(&db, &schema).await;
    for word in ["migrate", "serve"] {
        let mut program = command(&home.path().join("data"));
        program.arg(word).env("DATABASE_URL", &db.url);
        let said = failure(program);
        let line = "dealwright: the database could not be brought up to date and is as it was: \
                    step m20261122_000003_views failed";
        assert!(said.lines().any(|told| told == line), "{said}");
        assert!(said.contains("\"saved_view\" already exists"), "{said}");
    }
    assert_eq!(tables(&db).await, schema);
    assert_eq!(steps(&db).await, ["m20261122_000001_ground"]);
    assert_eq!(contents(&db, &schema).await, before);

    db.run("drop table saved_view").await;
    let mut program = command(&home.path().join("data"));
    program.arg("migrate").env("DATABASE_URL", &db.url);
    assert!(program.output().expect("it starts").status.success());
    assert_well(&db).await;
}
