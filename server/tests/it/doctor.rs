//! `dealwright doctor` as a program: what it says, and how it ends.

use std::process::Command;

use test_support::TestDb;

use crate::process::{command, failure, folder};

/// The command against a database of the test's.
fn doctor(db: &TestDb, home: &std::path::Path) -> Command {
    let mut command = command(&home.join("data"));
    command.arg("doctor").env("DATABASE_URL", &db.url);
    command
}

#[tokio::test]
async fn what_is_broken_is_told_first_and_ends_with_one() {
    let home = folder();
    let db = TestDb::new().await;
    db.run("insert into stage_total values ('deal', 1, 1, 1, false, 'EUR', 1, 1)")
        .await;
    let output = doctor(&db, home.path()).output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    let lines: Vec<_> = said.lines().collect();
    assert!(lines[0].starts_with("broken "), "{said}");
    assert!(lines.last().is_some_and(|line| line.starts_with("ok ")));
    let told = |word: &str| lines.iter().any(|line| line.contains(word));
    assert!(told("broken totals: stage_total is not what"), "{said}");
    let version = env!("CARGO_PKG_VERSION");
    assert!(told(&format!("dealwright {version}, PostgreSQL")), "{said}");

    let output = doctor(&db, home.path())
        .arg("--mend")
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        said.contains("mended totals: stage_total was counted anew."),
        "{said}"
    );
    assert!(!said.contains("broken totals"), "{said}");
}

/// What counts anew asks tables that may be missing then; that is told, and nothing is tried.
#[tokio::test]
async fn nothing_is_mended_where_the_schema_lacks_steps() {
    let home = folder();
    let db = TestDb::new().await;
    db.run("delete from seaql_migrations where version like '%furthest_of_return'")
        .await;
    db.run("alter table lead rename to gone").await;
    let output = doctor(&db, home.path())
        .arg("--mend")
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}{errors}");
    assert!(said.contains("broken versions: the schema lacks"), "{said}");
    assert!(!said.contains("mended"), "{said}");
    assert!(!errors.contains("our side"), "{errors}");
}

/// Our own PostgreSQL is set up as the doctor wants it: nothing is broken, and that is the exit
/// code. And a schema that is behind is told, not changed.
#[test]
fn an_own_database_is_well() {
    let home = folder();
    let data = home.path().join("data");
    let mut none = command(&data);
    let said = failure({
        none.arg("doctor");
        none
    });
    assert!(said.contains("there is no database in"), "{said}");
    assert!(!data.exists(), "a doctor makes nothing");

    let made = command(&data).arg("migrate").output().expect("it starts");
    assert!(made.status.success());
    let output = command(&data).arg("doctor").output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}{errors}");
    assert!(!said.contains("broken"), "{said}");
    assert!(
        said.contains(&data.display().to_string()),
        "the disk is told: {said}"
    );
}
