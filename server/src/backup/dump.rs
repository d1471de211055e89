//! What `pg_dump` and `pg_restore` are told, and what they say.

use std::{
    io::Read as _,
    process::{ExitStatus, Stdio},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    process::{Child, ChildStderr},
    task::JoinHandle,
};

use super::{Archive, Error, Writing};
use crate::postgres::client::Client;

/// Whose rows belong to whom is Dealwright's; who may enter the database is where it is restored.
const COMMON: [&str; 7] = [
    "--no-owner",
    "--no-privileges",
    "--no-comments",
    "--no-publications",
    "--no-subscriptions",
    "--no-security-labels",
    "--no-tablespaces",
];

/// Bytes that go from one program to the other at a time.
const PIECE: usize = 256 * 1024;

/// Dumps the database as it was at a moment that somebody holds.
pub async fn dump(client: &Client, moment: &str, writing: &mut Writing) -> Result<(), Error> {
    const NAME: &str = "pg_dump";
    let mut command = client.command(NAME);
    command
        .args(COMMON)
        .args([
            "--format=custom",
            "--lock-wait-timeout=60s",
            "--no-password",
        ])
        .arg(format!("--snapshot={moment}"))
        .stdout(Stdio::piped());
    let failed = |source| Error::Program { name: NAME, source };
    let mut child = command.spawn().map_err(failed)?;
    let said = listen(&mut child);
    if let Some(mut stdout) = child.stdout.take() {
        let mut piece = vec![0; PIECE];
        loop {
            match stdout.read(&mut piece).await.map_err(failed)? {
                0 => break,
                read => writing.take(&piece[..read])?,
            }
        }
    }
    let status = child.wait().await.map_err(failed)?;
    ended(NAME, status, said).await
}

/// Restores a dump into an empty database: all of it or nothing.
pub async fn restore(client: &Client, archive: &mut Archive) -> Result<(), Error> {
    const NAME: &str = "pg_restore";
    let mut command = client.command(NAME);
    command
        .args(COMMON)
        .args(["--single-transaction", "--exit-on-error", "--no-password"])
        .arg(format!("--dbname={}", client.database()))
        .stdin(Stdio::piped())
        .stdout(Stdio::null());
    let failed = |source| Error::Program { name: NAME, source };
    let mut child = command.spawn().map_err(failed)?;
    let said = listen(&mut child);
    if let Some(mut stdin) = child.stdin.take() {
        let mut piece = vec![0; PIECE];
        let mut dump = archive.dump().map_err(failed)?;
        loop {
            let read = dump.read(&mut piece).map_err(failed)?;
            // When it does not want more, its own words say why.
            if read == 0 || stdin.write_all(&piece[..read]).await.is_err() {
                break;
            }
        }
    }
    let status = child.wait().await.map_err(failed)?;
    ended(NAME, status, said).await
}

/// Reads what a program says while it runs: a pipe that nobody reads would stop it.
fn listen(child: &mut Child) -> JoinHandle<String> {
    let stderr = child.stderr.take();
    tokio::spawn(async move {
        let mut said = Vec::new();
        if let Some(mut stderr) = stderr {
            let _: Result<usize, _> = ChildStderr::read_to_end(&mut stderr, &mut said).await;
        }
        String::from_utf8_lossy(&said).into_owned()
    })
}

async fn ended(
    name: &'static str,
    status: ExitStatus,
    said: JoinHandle<String>,
) -> Result<(), Error> {
    let said = said.await.unwrap_or_default();
    if status.success() {
        return Ok(());
    }
    let lines: Vec<_> = said.lines().filter(|line| !line.is_empty()).collect();
    let last = lines[lines.len().saturating_sub(8)..].join("\n");
    Err(Error::Failed {
        name,
        said: if last.is_empty() {
            status.to_string()
        } else {
            last
        },
    })
}
