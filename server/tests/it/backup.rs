//! Backup and restore: what comes back is what was there, row by row, or nothing comes back.

use std::{
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use domain::{Kind, Value};
use sea_orm::{ConnectionTrait as _, Database};
use server::backup::Archive;
use services::backup::{Table, picture_now};
use services::demo::{self, Amounts};
use tempfile::TempDir;
use test_support::TestDb;

use crate::process::{command, failure, folder};

/// A folder, and a database with a company that does not exist.
struct Scene {
    home: TempDir,
    db: TestDb,
}

impl Scene {
    async fn new() -> Self {
        let db = TestDb::empty().await;
        let few = Amounts {
            companies: 8,
            contacts: 12,
            leads: 10,
            new_business: 12,
            renewals: 4,
        };
        demo::fill(&db.system(), few, &mut |_| {})
            .await
            .expect("filled");
        // What a dump could trip over: a name of many alphabets, a line break, a sign of SQL.
        db.insert(
            Kind::Company,
            [(
                "name",
                Value::Text("Łódź\n\"Ünïcode\" \\. नमस्ते '; --".into()),
            )],
        )
        .await;
        Self { home: folder(), db }
    }

    fn file(&self) -> PathBuf {
        self.home.path().join("crm.backup")
    }

    fn command(&self, url: &str, arguments: &[&str]) -> Command {
        let mut command = command(&self.home.path().join("data"));
        command.args(arguments).env("DATABASE_URL", url);
        command
    }

    fn backup(&self, arguments: &[&str]) -> Command {
        let file = self.file();
        let mut all = vec!["backup", file.to_str().expect("text")];
        all.extend(arguments);
        self.command(&self.db.url, &all)
    }

    fn restore(&self, into: &str, file: &Path) -> Command {
        self.command(into, &["restore", file.to_str().expect("text")])
    }

    /// Every file in the folder.
    fn files(&self) -> Vec<String> {
        let mut files: Vec<_> = std::fs::read_dir(self.home.path())
            .expect("a folder")
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .into_string()
                    .expect("text")
            })
            .collect();
        files.sort();
        files
    }
}

/// Runs to the end, which is a good one, and gives the words.
fn success(mut command: Command) -> String {
    let output = command.output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}{errors}");
    said
}

/// A database with nothing in it: one of the tests' without what was migrated.
async fn nothing() -> TestDb {
    let db = TestDb::empty().await;
    db.run("drop schema public cascade; create schema public")
        .await;
    db
}

async fn tables(db: &TestDb) -> Vec<Table> {
    let picture = picture_now(&db.system()).await.expect("a picture");
    picture.tables
}

#[tokio::test]
async fn what_is_restored_is_what_was_saved() {
    let scene = Scene::new().await;
    let said = success(scene.backup(&[]));
    assert!(said.starts_with("Saved to "), "{said}");
    assert_eq!(scene.files(), ["crm.backup"]);
    let mode = scene.file().metadata().expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "it holds everything");

    // One is not overwritten by mistake.
    let before = std::fs::read(scene.file()).expect("there");
    let said = failure(scene.backup(&[]));
    assert!(said.contains("--force"), "{said}");
    assert_eq!(std::fs::read(scene.file()).expect("there"), before);
    success(scene.backup(&["--force"]));

    // Anybody can look into it and check it without us.
    let archive = Archive::open(&scene.file()).expect("whole");
    assert_eq!(archive.manifest.database.tables, tables(&scene.db).await);
    assert!(archive.manifest.rows() > 100);
    let look = "tar xf crm.backup && sha256sum --check --quiet SHA256SUMS && rm database.dump \
                manifest.json SHA256SUMS";
    let looked = Command::new("sh")
        .args(["-c", look])
        .current_dir(scene.home.path())
        .status();
    assert!(looked.expect("it runs").success());

    let other = nothing().await;
    let said = success(scene.restore(&other.url, &scene.file()));
    assert!(said.contains("all as they were"), "{said}");
    assert_eq!(tables(&other).await, tables(&scene.db).await);
    // It works on: numbers go on where they were, triggers count.
    let last = scene.db.number("select max(id) from company").await;
    let new = other
        .insert(Kind::Company, [("name", Value::Text("New".into()))])
        .await;
    assert!(new > last, "{new} after {last}");
    let totals = "select sum(count)::bigint from stage_total";
    let before = other.number(totals).await;
    other
        .run("delete from deal where id = (select max(id) from deal)")
        .await;
    assert_eq!(other.number(totals).await, before - 1);

    // Not into what holds something already.
    let said = failure(scene.restore(&other.url, &scene.file()));
    assert!(
        said.contains("the database is not empty") && said.contains("public."),
        "{said}"
    );
    assert_eq!(
        other
            .number("select count(*) from company where name = 'New'")
            .await,
        1
    );
}

#[tokio::test]
async fn a_backup_that_is_not_whole_is_refused_before_anything_is_written() {
    let scene = Scene::new().await;
    success(scene.backup(&[]));
    let whole = std::fs::read(scene.file()).expect("there");
    let other = nothing().await;
    let broken = scene.home.path().join("broken");
    let mut flipped = whole.clone();
    flipped[whole.len() / 3] ^= 1;
    let mut wrong_manifest = whole.clone();
    let at = whole.len() - 4096;
    let digit = wrong_manifest[at..]
        .iter()
        .position(u8::is_ascii_digit)
        .expect("one");
    wrong_manifest[at + digit] ^= 1;
    for (name, bytes) in [
        ("half", &whole[..whole.len() / 2]),
        ("without its end", &whole[..whole.len() - 2000]),
        ("the first block", &whole[..100]),
        ("empty", &[]),
        ("with one bit turned", &flipped[..]),
        ("with a wrong manifest", &wrong_manifest[..]),
        (
            "something else",
            b"PGDMP and no more, but longer than a block"
                .repeat(20)
                .as_slice(),
        ),
    ] {
        std::fs::write(&broken, bytes).expect("written");
        let said = failure(scene.restore(&other.url, &broken));
        assert!(
            said.contains("is not a whole backup of Dealwright"),
            "{name}: {said}"
        );
        assert!(tables(&other).await.is_empty(), "{name}");
    }
    let said = failure(scene.restore(&other.url, &scene.home.path().join("nowhere")));
    assert!(said.contains("cannot be read"), "{said}");
}

#[tokio::test]
async fn a_dump_that_fails_half_way_leaves_the_database_empty() {
    let scene = Scene::new().await;
    success(scene.backup(&[]));
    let other = nothing().await;
    // A name that the dump is to make, of a kind that nobody sees in the way.
    other.run("create function utc_day(at timestamptz) returns date language sql immutable return '2026-01-01'::date").await;
    let said = failure(scene.restore(&other.url, &scene.file()));
    assert!(
        said.contains("pg_restore failed") && said.contains("utc_day"),
        "{said}"
    );
    assert!(tables(&other).await.is_empty());
}

#[tokio::test]
async fn a_backup_of_a_newer_program_is_refused() {
    let scene = Scene::new().await;
    scene
        .db
        .run("insert into seaql_migrations values ('m29990101_000001_later', 0)")
        .await;
    success(scene.backup(&[]));
    let other = nothing().await;
    let said = failure(scene.restore(&other.url, &scene.file()));
    assert!(
        said.contains("restore it with that version or a newer one"),
        "{said}"
    );
    assert!(tables(&other).await.is_empty());
}

/// A disk that is full in the middle: here, a file that may grow no longer.
#[tokio::test]
async fn a_backup_that_finds_no_room_leaves_no_file() {
    let scene = Scene::new().await;
    let script = format!(
        "trap '' XFSZ; ulimit -f 20; exec {} backup {}",
        env!("CARGO_BIN_EXE_dealwright"),
        scene.file().display()
    );
    let mut limited = Command::new("sh");
    limited
        .args(["-c", &script])
        .env("DATABASE_URL", &scene.db.url)
        .env("DEALWRIGHT_DATA", scene.home.path().join("data"))
        .env("DEALWRIGHT_CONFIG", "")
        .current_dir(scene.home.path());
    let said = failure(limited);
    assert!(said.contains("the backup cannot be written to"), "{said}");
    assert_eq!(scene.files(), Vec::<String>::new());

    // Neither does one whose folder is not there, or whose programs are missing.
    let said = failure(scene.command(&scene.db.url, &["backup", "/nowhere/crm.backup"]));
    assert!(said.contains("/nowhere/crm.backup"), "{said}");
    let mut without = scene.backup(&[]);
    without.env("DEALWRIGHT_PG_BIN", scene.home.path());
    let said = failure(without);
    assert!(
        said.contains("pg_dump and pg_restore of PostgreSQL"),
        "{said}"
    );
    assert_eq!(scene.files(), Vec::<String>::new());
}

/// Without `DATABASE_URL`, as root or not: the own PostgreSQL is saved beside a server that runs, and
/// restored into a folder that holds nothing yet.
#[tokio::test]
async fn an_own_database_is_saved_beside_its_server() {
    let home = folder();
    let (data, other) = (home.path().join("data"), home.path().join("other"));
    let file = home.path().join("crm.backup");
    let file = file.to_str().expect("text");
    let said = failure({
        let mut none = command(&data);
        none.args(["backup", file]);
        none
    });
    assert!(said.contains("there is nothing to save"), "{said}");

    let server = crate::process::Server::start(&data);
    let mut backup = command(&data);
    backup.args(["backup", file]);
    success(backup);
    let mut into_itself = command(&data);
    into_itself.args(["restore", file]);
    assert!(failure(into_itself).contains("the database is not empty"));
    drop(server);

    let mut restore = command(&other);
    restore.args(["restore", file]);
    assert!(success(restore).contains("all as they were"));
    let server = crate::process::Server::start(&other);
    assert!(server.get("/readyz").starts_with("HTTP/1.1 200"));
    let url = server::postgres::url_of_running(&other)
        .await
        .expect("it runs");
    let db = Database::connect(url).await.expect("it takes connections");
    let link = db
        .execute_unprepared("update setup_link set created_at = created_at")
        .await
        .expect("the table is there");
    assert_eq!(link.rows_affected(), 1);
}
