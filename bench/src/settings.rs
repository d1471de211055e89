//! What the command line says. `scripts/bench.sh` makes it of the environment.

use std::path::PathBuf;

/// Measures, or does harm when asked to.
#[derive(Debug, clap::Parser)]
#[command(
    name = "bench",
    about = "Measures Dealwright; see docs/PERFORMANCE.md",
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true
)]
pub struct Command {
    /// What is measured.
    #[command(flatten)]
    pub measure: Option<Settings>,
    /// What is done to it instead.
    #[command(subcommand)]
    pub fault: Option<Fault>,
}

/// What life does to a server.
#[derive(Debug, clap::Subcommand)]
pub enum Fault {
    /// Kills the server and its PostgreSQL in turns, under work, and looks what is left
    Kill {
        /// How often
        #[arg(long, default_value_t = 10)]
        rounds: u32,
        #[command(flatten)]
        place: Place,
    },
    /// Fills the disk under a server at work, and makes room again
    Full {
        /// For how many seconds
        #[arg(long, default_value_t = 15)]
        seconds: u64,
        #[command(flatten)]
        place: Place,
    },
    /// Lets the clock of a server at work jump, with and without that of its PostgreSQL
    Clock {
        /// The library of libfaketime
        #[arg(long)]
        library: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Takes PostgreSQL away from a server for a while
    Away {
        /// For how many seconds
        #[arg(long, default_value_t = 60)]
        seconds: u64,
        #[command(flatten)]
        place: Place,
    },
    /// Works with live browsers for an hour, and looks whether the server's memory stays flat
    Hour {
        /// Deals in the database
        #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(i64).range(2_000..=5_000_000))]
        records: i64,
        #[command(flatten)]
        work: Work,
        #[command(flatten)]
        place: Place,
    },
}

/// How much is done, and for how long.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Work {
    /// For how many minutes
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(6..=1_440))]
    pub minutes: u32,
    /// Moves a second
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub pace: u32,
    /// Browsers at once
    #[arg(long, default_value_t = 50)]
    pub browsers: usize,
}

/// What the harm is done to.
#[derive(Debug, clap::Args)]
pub struct Place {
    /// The program
    #[arg(long)]
    pub binary: PathBuf,
    /// A folder for its data, which is not kept
    #[arg(long)]
    pub data: PathBuf,
    /// The repository, for the files of a debug build
    #[arg(long, default_value = ".")]
    pub repository: PathBuf,
}

impl Place {
    /// The settings under which the smallest database is seeded there.
    pub fn settings(self) -> Settings {
        Settings {
            records: 2_000,
            binary: self.binary,
            data: self.data,
            out: PathBuf::new(),
            only: Vec::new(),
            quick: true,
            chromium: None,
            repository: self.repository,
            reseed: false,
        }
    }
}

/// What can be measured by itself.
const GROUPS: [&str; 14] = [
    "start", "memory", "assets", "board", "list", "search", "record", "funnel", "load", "moves",
    "live", "browser", "bulk", "import",
];

/// What is measured, and on what.
#[derive(Debug, clap::Args)]
pub struct Settings {
    /// Deals in the database, three events each
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(i64).range(2_000..=5_000_000))]
    pub records: i64,
    /// The program that is measured
    #[arg(long)]
    pub binary: PathBuf,
    /// Where the database is kept from one run to the next, a folder for each size
    #[arg(long)]
    pub data: PathBuf,
    /// Where the table goes as JSON
    #[arg(long)]
    pub out: PathBuf,
    /// Measures only these groups; all when not given
    #[arg(long, value_delimiter = ',', value_parser = GROUPS)]
    pub only: Vec<String>,
    /// Fewer samples and shorter loads: to see that everything works, not to be published
    #[arg(long)]
    pub quick: bool,
    /// The browser for the endless scroll; without it that row is left out
    #[arg(long)]
    pub chromium: Option<PathBuf>,
    /// The repository, for the script that the browser runs
    #[arg(long, default_value = ".")]
    pub repository: PathBuf,
    /// Seeds anew even where a database of this size is there
    #[arg(long)]
    pub reseed: bool,
}

impl Settings {
    /// Whether a group of measurements is asked for.
    pub fn wants(&self, group: &str) -> bool {
        debug_assert!(GROUPS.contains(&group), "{group}");
        self.only.is_empty() || self.only.iter().any(|word| word == group)
    }

    /// The folder of the database of this size.
    pub fn folder(&self) -> PathBuf {
        self.data.join(self.records.to_string())
    }

    /// One number for a real run, another for a quick one.
    pub fn choose<T>(&self, real: T, quick: T) -> T {
        if self.quick { quick } else { real }
    }
}
