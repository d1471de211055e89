//! The PostgreSQL that the program runs for itself: made, used again, and fit to start after
//! whatever has happened.

use std::{os::unix::fs::PermissionsExt, path::Path, time::Duration};

use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, DbBackend, Statement};
use server::postgres::{Error, Postgres, url_of_running};

use crate::process::{Server, command, failure, folder, send};

#[tokio::test]
async fn its_life_from_the_first_start_over_a_kill_to_the_next() {
    let home = folder();
    let data = home.path().join("data");

    // The first start makes everything.
    let server = Server::start(&data);
    assert!(server.get("/readyz").starts_with("HTTP/1.1 200"));
    let note = Note(connect(&data).await);
    note.0
        .execute_unprepared("create table kept (id bigint)")
        .await
        .expect("a table");
    note.add().await;
    assert!(note.has_the_quickest_compression().await);

    // A second one on the same folder says so, and a command runs beside the first.
    let said = failure(command(&data));
    assert!(said.contains("another dealwright"), "{said}");
    assert!(said.contains(&data.display().to_string()), "{said}");
    assert!(said.contains(&format!("process {}", server.id())), "{said}");
    let beside = command(&data).arg("migrate").status().expect("it runs");
    assert!(beside.success());

    // An end in order leaves nothing running.
    assert!(server.end_with("TERM").success());
    assert!(!pid_file(&data).exists());

    // The next start finds what was written.
    let server = Server::start(&data);
    let note = Note(connect(&data).await);
    assert_eq!(note.add().await, 1);

    // A kill leaves PostgreSQL behind; the next start takes the folder back from it.
    let orphan = postmaster(&data);
    server.end_with("KILL");
    assert!(is_alive(&orphan), "PostgreSQL lives on");
    let server = Server::start(&data);
    assert_ne!(postmaster(&data), orphan);
    let note = Note(connect(&data).await);
    assert_eq!(note.add().await, 2);

    // PostgreSQL killed as well, as by a power cut: its file names a process that is no more, or
    // by now another one.
    let orphan = postmaster(&data);
    server.end_with("KILL");
    kill(&orphan);
    let stale = std::fs::read_to_string(pid_file(&data)).expect("left behind");
    let other = stale.replacen(&orphan, &std::process::id().to_string(), 1);
    std::fs::write(pid_file(&data), other).expect("written");
    let server = Server::start(&data);
    let note = Note(connect(&data).await);
    assert_eq!(note.add().await, 3);

    // Without PostgreSQL there is nothing to serve: it ends, and says why.
    kill(&postmaster(&data));
    let status = server.wait();
    assert_eq!(status.code(), Some(1));
}

#[tokio::test]
async fn a_cluster_of_another_version_is_not_touched() {
    let home = folder();
    let cluster = home.path().join("postgres");
    std::fs::create_dir(&cluster).expect("a folder");
    std::fs::write(cluster.join("PG_VERSION"), "99\n").expect("a file");
    let error = Postgres::start(home.path(), None, 10)
        .await
        .expect_err("there is no such version");
    assert!(
        matches!(error, Error::OtherVersion { cluster: 99, .. }),
        "{error}"
    );
    assert!(error.to_string().contains("pg_upgrade"), "{error}");
}

#[tokio::test]
async fn what_is_not_a_cluster_is_not_touched() {
    let home = folder();
    let cluster = home.path().join("postgres");
    std::fs::create_dir(&cluster).expect("a folder");
    std::fs::write(cluster.join("letter.txt"), "Dear Ada").expect("a file");
    let error = Postgres::start(home.path(), None, 10)
        .await
        .expect_err("it is in the way");
    assert!(
        error.to_string().contains(&cluster.display().to_string()),
        "{error}"
    );
    assert!(cluster.join("letter.txt").exists());
}

#[tokio::test]
async fn a_wrong_folder_of_programs_is_named() {
    let home = folder();
    let error = Postgres::start(home.path(), Some(Path::new("/etc")), 10).await;
    let error = error.expect_err("there are none").to_string();
    assert!(error.contains("DEALWRIGHT_PG_BIN is /etc"), "{error}");
}

#[tokio::test]
async fn a_folder_that_postgresql_cannot_reach_is_named() {
    let home = folder();
    let closed = home.path().join("closed");
    std::fs::create_dir(&closed).expect("a folder");
    std::fs::set_permissions(&closed, PermissionsExt::from_mode(0o700)).expect("closed");
    let is_root = std::fs::read_dir("/proc/1/fd").is_ok();
    if !is_root {
        // Then PostgreSQL runs as ourselves, and may go where we may.
        return;
    }
    let error = Postgres::start(&closed.join("data"), None, 10)
        .await
        .expect_err("out of reach");
    let error = error.to_string();
    assert!(
        error.contains(&format!("chmod o+x {}", closed.display())),
        "{error}"
    );
}

#[test]
fn a_database_url_that_does_not_answer_is_told_without_its_password() {
    let home = folder();
    let mut command = command(&home.path().join("data"));
    command.env(
        "DATABASE_URL",
        "postgres://dealwright:hunter2@127.0.0.1:1/crm",
    );
    let said = failure(command);
    assert!(said.contains("cannot connect to the database"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
    // And why, once: not that a pool has waited in vain.
    assert_eq!(said.matches("onnection refused").count(), 1, "{said}");
    assert!(!said.contains("pool"), "{said}");
}

/// A table to see whether what was written is still there.
struct Note(DatabaseConnection);

impl Note {
    /// Whether pages are compressed in the log by LZ4, if this PostgreSQL can do that.
    async fn has_the_quickest_compression(&self) -> bool {
        let asked = "select setting = 'lz4' or not enumvals @> '{lz4}' as has from pg_settings
                      where name = 'wal_compression'";
        let asked = Statement::from_string(DbBackend::Postgres, asked);
        let row = self.0.query_one_raw(asked).await.expect("an answer");
        let has = row.expect("a row").try_get("", "has");
        has.expect("a yes or no")
    }

    /// Adds a row, and says how many there were.
    async fn add(&self) -> u64 {
        let before = self
            .0
            .execute_unprepared("update kept set id = id")
            .await
            .expect("updated");
        self.0
            .execute_unprepared("insert into kept values (1)")
            .await
            .expect("inserted");
        before.rows_affected()
    }
}

async fn connect(data: &Path) -> DatabaseConnection {
    let url = url_of_running(data).await.expect("it runs");
    Database::connect(url).await.expect("it takes connections")
}

fn pid_file(data: &Path) -> std::path::PathBuf {
    data.join("postgres/postmaster.pid")
}

/// The process number in the file.
fn postmaster(data: &Path) -> String {
    let text = std::fs::read_to_string(pid_file(data)).expect("it runs");
    text.lines().next().expect("a number").to_owned()
}

fn is_alive(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    !stat.is_empty() && !stat.contains(") Z")
}

/// Kills a process at once.
fn kill(pid: &str) {
    send("KILL", pid.parse().expect("a number"));
    while is_alive(pid) {
        std::thread::sleep(Duration::from_millis(10));
    }
}
