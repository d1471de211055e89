//! Users at work: movers, editors and an import, and what they were told is done.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use domain::board::Written;
use domain::record::Place;
use domain::{Draft, Kind, Value};
use serde_json::json;
use tokio::process::Command;
use tokio::time::timeout;

use crate::measure::client::{self, Client};
use crate::server::Server;

/// How long an answer may take until it counts as none.
const PATIENCE: Duration = Duration::from_secs(30);

/// A change that a user was told is done.
#[derive(Debug, Clone)]
pub(super) struct Done {
    /// The deal.
    pub(super) deal: i64,
    /// Its version after it.
    pub(super) version: i64,
    /// Which field, and what it became, as the log writes it.
    pub(super) field: &'static str,
    /// The new value.
    pub(super) value: String,
}

/// An import that was begun.
#[derive(Debug, Clone)]
pub(super) struct Import {
    /// What the keys of its rows begin with.
    pub(super) batch: String,
    /// Its rows.
    pub(super) rows: i64,
    /// Whether its user was told that it is done.
    pub(super) told: bool,
}

/// Everything that users were told, over all rounds.
#[derive(Debug, Clone, Default)]
pub(super) struct Told {
    changes: Arc<Mutex<Vec<Done>>>,
    imports: Arc<Mutex<Vec<Import>>>,
}

impl Told {
    pub(super) fn changes(&self) -> Vec<Done> {
        self.changes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn imports(&self) -> Vec<Import> {
        self.imports
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn change(&self, done: Done) {
        self.changes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(done);
    }

    pub(super) fn import(&self, import: Import) {
        self.imports
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(import);
    }
}

/// How a user's work ended: with the first request that was not answered as it should be.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) at: Instant,
    pub(super) why: anyhow::Error,
}

/// Asks for a change, and tells the deal's version after it; none where nothing had to be changed.
async fn call(client: &Client, function: &str, deal: i64, draft: &Draft) -> Result<Option<i64>> {
    let arguments = json!({ "kind": Kind::Deal, "id": deal, "draft": draft });
    let answer = timeout(PATIENCE, client.call(function, &arguments)).await;
    let written: Written = client::read(&answer.context("no answer")??)?;
    let record = written.record.context("a change without its record")?;
    Ok(written.operation.map(|_| record.version))
}

/// Moves a card to the top of a stage, and tells the deal's version.
pub(super) async fn shift(client: &Client, deal: i64, stage: i64) -> Result<i64> {
    let mut draft = Draft::of([("stage_id", Value::Id(stage))]);
    draft.place = Some(Place::Top);
    let version = call(client, "board/api/move_card", deal, &draft).await?;
    version.context("a move to the top changed nothing")
}

/// Moves a card to a stage if it is not there yet: then there is no version to tell.
pub(super) async fn put(client: &Client, deal: i64, stage: i64) -> Result<Option<i64>> {
    let draft = Draft::of([("stage_id", Value::Id(stage))]);
    call(client, "board/api/move_card", deal, &draft).await
}

/// Gives a deal another title, and tells its version.
pub(super) async fn rename(client: &Client, deal: i64, title: &str) -> Result<i64> {
    let draft = Draft::of([("title", Value::Text(title.to_owned()))]);
    let version = call(client, "record/api/change_record", deal, &draft).await?;
    version.context("another title changed nothing")
}

/// Moves these deals to and fro until the server is gone.
pub(super) async fn moves(
    client: Client,
    mut deals: Vec<(i64, i64)>,
    [first, second]: [i64; 2],
    told: Told,
) -> Ended {
    loop {
        for (deal, stage) in &mut deals {
            let to = if *stage == first { second } else { first };
            match shift(&client, *deal, to).await {
                Ok(version) => told.change(Done {
                    deal: *deal,
                    version,
                    field: "stage_id",
                    value: to.to_string(),
                }),
                Err(why) => {
                    let at = Instant::now();
                    return Ended { at, why };
                }
            }
            *stage = to;
        }
    }
}

/// Gives these deals other titles until the server is gone.
pub(super) async fn edits(client: Client, deals: Vec<(i64, i64)>, round: u32, told: Told) -> Ended {
    let mut number = 0;
    loop {
        for (deal, _) in &deals {
            number += 1;
            let value = format!("Edited in round {round}, {number}");
            match rename(&client, *deal, &value).await {
                Ok(version) => told.change(Done {
                    deal: *deal,
                    version,
                    field: "title",
                    value,
                }),
                Err(why) => {
                    let at = Instant::now();
                    return Ended { at, why };
                }
            }
        }
    }
}

const MAPPING: &str = r#"
kind = "deal"
label = "Faults"

[key]
field = "external_id"

[fields]
external_id = "number"
title = "title"
stage_id = "stage"
amount = { column = "amount", currency = "EUR" }
"#;

/// How many rows files have: small ones end before a fault, large ones are met by it.
pub(super) const SIZES: [i64; 3] = [40, 400, 1_500];

/// Imports one file after the other by the command line until one fails or the server is gone, or
/// until it is aborted, which kills the import that is under way. Without a server an import would
/// start PostgreSQL for itself and succeed, and so would the next.
pub(super) async fn imports(
    mut importer: Importer,
    round: u32,
    told: Told,
    is_gone: Arc<AtomicBool>,
) -> Result<()> {
    for (number, rows) in SIZES.into_iter().cycle().enumerate() {
        if is_gone.load(Ordering::Relaxed) {
            break;
        }
        let batch = format!("F{}-{round}-{number}-", importer.run);
        if importer.bring(batch, rows, &told).await?.is_err() {
            break;
        }
    }
    Ok(())
}

/// An import that is noted however it ends: it may be there although nobody was told.
struct Begun {
    import: Import,
    told: Told,
}

impl Drop for Begun {
    fn drop(&mut self) {
        self.told.import(self.import.clone());
    }
}

/// What an import is started with.
#[derive(Debug)]
pub(super) struct Importer {
    command: Command,
    csv: PathBuf,
    run: i64,
}

impl Importer {
    /// One that works beside this server, with its files in this folder.
    pub(super) fn new(server: &Server, folder: &Path, run: i64) -> Result<Self> {
        let folder = std::path::absolute(folder)?;
        let (map, csv) = (folder.join("faults.toml"), folder.join("faults.csv"));
        std::fs::write(&map, MAPPING)?;
        let [map_path, csv_path] = [map.display().to_string(), csv.display().to_string()];
        let mut command = server.command(&["import", "--map", &map_path, &csv_path])?;
        command.stderr(Stdio::piped());
        Ok(Self { command, csv, run })
    }

    /// Imports so many rows whose keys begin with this; a refusal is in the program's own words.
    pub(super) async fn bring(
        &mut self,
        batch: String,
        rows: i64,
        told: &Told,
    ) -> Result<Result<(), String>> {
        let mut csv = String::from("number,title,stage,amount\n");
        for row in 0..rows {
            writeln!(csv, "{batch}{row},Imported {row},New,{row}.50")?;
        }
        std::fs::write(&self.csv, csv)?;
        let mut begun = Begun {
            import: Import {
                batch,
                rows,
                told: false,
            },
            told: told.clone(),
        };
        let ended = self.command.spawn()?.wait_with_output().await?;
        begun.import.told = ended.status.success();
        if ended.status.success() {
            return Ok(Ok(()));
        }
        let said = String::from_utf8_lossy(&ended.stderr);
        let why = said
            .lines()
            .filter(|line| line.starts_with("dealwright: ") || line.starts_with("  because: "));
        let why = why.map(str::trim).collect::<Vec<_>>().join("; ");
        Ok(Err(format!("{}: {why}", ended.status)))
    }
}
