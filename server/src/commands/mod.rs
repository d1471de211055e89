//! The command line. A command is a file here with `Args` and `run`, a line in [`Command`] and one
//! in [`run`].

use clap::{Parser, Subcommand};

use crate::{config::Config, logging};

pub mod backup;
pub mod demo;
pub mod doctor;
pub mod import;
pub mod migrate;
pub mod restore;
pub mod serve;
mod set_up_link;
pub mod undo;
pub mod user;

/// A CRM in one program.
#[derive(Debug, Parser)]
#[command(name = "dealwright", version, about, after_help = SETTINGS)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

/// What Dealwright can be told to do.
#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the CRM to browsers; what happens when no command is given
    Serve(serve::Args),
    /// Bring the database up to date and end
    Migrate(migrate::Args),
    /// Serve a company that does not exist, to look at and to try
    Demo(demo::Args),
    /// Bring a CSV file in, as a mapping file says
    Import(import::Args),
    /// Take an operation back, such as an import
    Undo(undo::Args),
    /// Write everything into one file, while people work on
    Backup(backup::Args),
    /// Bring a backup into an empty database
    Restore(restore::Args),
    /// Look whether everything is as it should be, and say what to do where it is not
    Doctor(doctor::Args),
    /// Make a user, or give one a new password
    User(user::Args),
}

/// Does what the command line says.
pub async fn run(cli: Cli) -> anyhow::Result<()> {
    let config = Config::load()?;
    logging::start(&config)?;
    match cli.command.unwrap_or(Command::Serve(serve::Args {})) {
        Command::Serve(args) => serve::run(args, config).await,
        Command::Migrate(args) => migrate::run(args, config).await,
        Command::Demo(args) => demo::run(args, config).await,
        Command::Import(args) => import::run(args, config).await,
        Command::Undo(args) => undo::run(args, config).await,
        Command::Backup(args) => backup::run(args, config).await,
        Command::Restore(args) => restore::run(args, config).await,
        Command::Doctor(args) => doctor::run(args, config).await,
        Command::User(args) => user::run(args, config).await,
    }
}

const SETTINGS: &str = "\
Settings, as environment variables, or in dealwright.toml in lower case and without DEALWRIGHT_,
such as  pool_size = 20  or  addr = \"0.0.0.0:3000\" :
  DATABASE_URL                a PostgreSQL to use instead of an own one
  DEALWRIGHT_DATA             folder of the own PostgreSQL and of files (~/.local/share/dealwright,
                              of root /var/lib/dealwright)
  DEALWRIGHT_ADDR             where to listen (127.0.0.1:3000)
  DEALWRIGHT_URL              the address users type, such as https://crm.example.com
  DEALWRIGHT_POOL_SIZE        connections to PostgreSQL in each of two pools (16)
  DEALWRIGHT_LOG_FORMAT       text or json
  DEALWRIGHT_LOG              what to log, such as info or info,server=debug
  DEALWRIGHT_PG_BIN           folder of PostgreSQL's programs
  DEALWRIGHT_TRUSTED_PROXIES  proxies on other machines whose X-Forwarded-For is believed, such as
                              10.0.0.2,10.0.0.3
  DEALWRIGHT_METRICS_TOKEN    opens /metrics to Prometheus, which sends it as a bearer token
  DEALWRIGHT_STATEMENT_TIMEOUT  seconds that one statement of a page may take (30; 0: no limit)
  DEALWRIGHT_CONFIG           another file than dealwright.toml (not in the file itself)";

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_fits_together() {
        Cli::command().debug_assert();
    }
}
