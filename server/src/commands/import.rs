//! `dealwright import`: brings a CSV file in.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;
use services::import::{self, Imported, Mapping, Options, Progress};
use services::live::{Publisher, publish};
use services::{Ctx, Pools};

use crate::{
    config::Config,
    runtime::{Access, Runtime},
};

/// Which file, and what its columns mean.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The mapping file: what the columns mean (see docs/examples)
    #[arg(long, value_name = "FILE")]
    map: PathBuf,
    /// The CSV file
    csv: PathBuf,
    /// Do everything, keep nothing, and tell what would be
    #[arg(long)]
    dry_run: bool,
    /// Where refused rows go with their reasons; beside the CSV file when not given
    #[arg(long, value_name = "FILE")]
    refused: Option<PathBuf>,
}

/// Imports a file.
pub async fn run(args: Args, config: Config) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(&args.map)
        .with_context(|| format!("the mapping file {} cannot be read", args.map.display()))?;
    let mapping = Mapping::parse(&text)
        .with_context(|| format!("the mapping file {} is wrong", args.map.display()))?;
    let unreadable = || format!("the CSV file {} cannot be read", args.csv.display());
    let mut file = File::open(&args.csv).with_context(unreadable)?;
    // Better known before an hour of importing; what comes through a pipe comes only once.
    if file.metadata().with_context(unreadable)?.is_file() {
        import::check_letters(&mapping, &mut file).with_context(unreadable)?;
        file.rewind().with_context(unreadable)?;
    }
    let refused = args.refused.clone().unwrap_or_else(|| beside(&args.csv));
    let mut refused = LateFile::at(refused);
    refused.check()?;

    let runtime = Runtime::start(config, Access::Beside).await?;
    let options = Options {
        label: file_name(&args.csv),
        dry_run: args.dry_run,
    };
    let mut told = Told::new();
    // A server that runs beside tells its browsers.
    let (publisher, publishing) = publish::start(&runtime.pools.db);
    let ctx = system(runtime.pools.clone(), publisher);
    let imported = import::run(&ctx, &mapping, &options, file, &mut refused, &mut |now| {
        told.tell(now);
    })
    .await;
    publishing.finish().await;
    let stopped = runtime.stop().await;
    report(imported?, &args, &refused, &told)?;
    Ok(stopped?)
}

/// Who works on the command line: the system itself, now.
#[expect(
    clippy::disallowed_methods,
    reason = "a command begins now, as a request does"
)]
pub(super) fn system(pools: Pools, publisher: Publisher) -> Ctx {
    Ctx::system(pools, publisher, chrono::Utc::now())
}

fn report(imported: Imported, args: &Args, refused: &LateFile, told: &Told) -> anyhow::Result<()> {
    let Imported {
        operation,
        rows,
        incomplete,
    } = imported;
    let mut out = io::stdout();
    let verb = if args.dry_run {
        "would be written"
    } else {
        "written"
    };
    let seconds = told.started.elapsed().as_secs_f64();
    writeln!(
        out,
        "{} rows read, {} {verb}, {} refused, {} left out, in {seconds:.1} s.",
        rows.read, rows.written, rows.refused, rows.skipped
    )?;
    if incomplete > 0 {
        writeln!(
            out,
            "{incomplete} were written without a link to something that is not there."
        )?;
    }
    if refused.file.is_some() {
        writeln!(out, "Refused rows and reasons: {}", refused.path.display())?;
    }
    if let Some(operation) = operation {
        writeln!(out, "To take it back: dealwright undo {operation}")?;
    }
    Ok(())
}

fn beside(csv: &Path) -> PathBuf {
    let mut name = csv.as_os_str().to_owned();
    name.push(".refused.csv");
    PathBuf::from(name)
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

/// Progress, told on the way to whoever watches.
struct Told {
    started: Instant,
    last: Instant,
}

impl Told {
    fn new() -> Self {
        let now = Instant::now();
        Self {
            started: now,
            last: now,
        }
    }

    fn tell(&mut self, progress: Progress) {
        if self.last.elapsed().as_millis() < 500 {
            return;
        }
        self.last = Instant::now();
        let millis = self.started.elapsed().as_millis().max(1);
        let speed = u128::from(progress.read) * 1000 / millis;
        eprintln!(
            "{} rows read, {} written, {} refused, {speed} a second",
            progress.read, progress.written, progress.refused
        );
    }
}

/// A file that is made when the first byte comes: without refused rows there is none.
struct LateFile {
    path: PathBuf,
    file: Option<File>,
}

impl LateFile {
    fn at(path: PathBuf) -> Self {
        Self { path, file: None }
    }

    /// Whether it could be made: better known before an hour of importing.
    fn check(&self) -> anyhow::Result<()> {
        let there = self.path.exists();
        File::options()
            .create(true)
            .append(true)
            .open(&self.path)
            .with_context(|| {
                format!(
                    "refused rows cannot be written to {}: name another file with --refused",
                    self.path.display()
                )
            })?;
        if !there {
            std::fs::remove_file(&self.path)?;
        }
        Ok(())
    }
}

impl Write for LateFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.file.is_none() {
            self.file = Some(File::create(&self.path)?);
        }
        self.file
            .as_mut()
            .map_or(Ok(bytes.len()), |file| file.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), File::flush)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_refused_rows_is_made_only_when_there_are_some() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = beside(&folder.path().join("people.csv"));
        assert!(path.ends_with("people.csv.refused.csv"));
        let mut file = LateFile::at(path.clone());
        file.check().expect("can be written");
        assert!(!path.exists());
        file.write_all(b"row,reason\n").expect("written");
        assert_eq!(
            std::fs::read_to_string(&path).expect("there"),
            "row,reason\n"
        );
    }

    #[test]
    fn a_place_that_cannot_be_written_is_told_at_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = LateFile::at(folder.path().join("missing/x.csv"));
        let told = file.check().unwrap_err().to_string();
        assert!(told.contains("--refused"), "{told}");
    }
}
