//! Scrolling through a list in Chromium, by the script `bench/browser/scroll.mjs`.

use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use tokio::process::Command;

use super::Bench;
use crate::figures::{Figure, Unit};

const GROUP: &str = "browser";

/// What the script tells on its last line.
#[derive(Debug, Deserialize)]
struct Scrolled {
    /// Rows between the top and where it ended.
    rows: f64,
    /// Elements in the document at most.
    nodes: f64,
    /// The longest time between two frames, in milliseconds.
    longest_frame: f64,
    /// The 95th percentile of those times.
    usual_frame: f64,
    /// How long the whole took, in seconds.
    seconds: f64,
}

pub(super) async fn measure(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let Some(chromium) = &bench.settings.chromium else {
        eprintln!("There is no Chromium: the endless scroll is left out.");
        return Ok(Vec::new());
    };
    let wanted = bench
        .settings
        .choose(100_000, 3_000)
        .min(bench.settings.records);
    let told = Command::new("node")
        .arg("bench/browser/scroll.mjs")
        .current_dir(&bench.settings.repository)
        .env("BENCH_URL", &bench.url)
        .env("BENCH_COOKIE", bench.administrator.cookie())
        .env("BENCH_CHROMIUM", chromium)
        .env("BENCH_ROWS", wanted.to_string())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .output()
        .await
        .context("node cannot be run")?;
    ensure!(told.status.success(), "the browser's script failed");
    let told = String::from_utf8_lossy(&told.stdout);
    let scrolled: Scrolled = serde_json::from_str(told.lines().last().unwrap_or_default())?;
    let row = |what: &str, value, unit| {
        Figure::single(GROUP, format!("Endless scroll: {what}"), value, unit)
    };
    Ok(vec![
        row("rows", scrolled.rows, Unit::Pieces),
        row("longest frame", scrolled.longest_frame, Unit::Milliseconds),
        row(
            "95 of 100 frames within",
            scrolled.usual_frame,
            Unit::Milliseconds,
        ),
        row(
            "elements in the document at most",
            scrolled.nodes,
            Unit::Pieces,
        ),
        row(
            "rows a second",
            scrolled.rows / scrolled.seconds.max(0.001),
            Unit::PerSecond,
        ),
    ])
}
