//! `dealwright user`: people, from the command line. Who cannot sign in any more is let in again
//! here.

use std::io::{self, BufRead as _, Write as _};

use anyhow::Context as _;
use clap::{Subcommand, ValueEnum};
use domain::rights::Role;
use services::Ctx;
use services::accounts::{self, NewUser};
use services::live::publish;

use crate::{
    commands::import::system,
    config::Config,
    runtime::{Access, Runtime},
};

/// Without letters and digits that look alike; 32 of them make five bits each.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// What to do.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a user
    Add {
        /// The address to sign in with
        #[arg(long)]
        email: String,
        /// What others see
        #[arg(long)]
        name: String,
        /// What they may do; can be given several times
        #[arg(long, required = true)]
        role: Vec<RoleName>,
        /// Read the password from the first line of the input instead of making one
        #[arg(long)]
        password_stdin: bool,
    },
    /// Give a user a new password, and sign them out everywhere
    Password {
        /// The address they sign in with
        #[arg(long)]
        email: String,
        /// Read the password from the first line of the input instead of making one
        #[arg(long)]
        password_stdin: bool,
    },
}

/// A role, as the command line calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RoleName {
    /// May do everything
    Administrator,
    /// The records of the own department and below
    HeadOfSales,
    /// The own records
    Salesperson,
    /// Sees all, changes nothing
    Director,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Administrator => Self::Administrator,
            RoleName::HeadOfSales => Self::HeadOfSales,
            RoleName::Salesperson => Self::Salesperson,
            RoleName::Director => Self::Director,
        }
    }
}

/// Does it, and tells the password where it made one.
pub async fn run(args: Args, config: Config) -> anyhow::Result<()> {
    let runtime = Runtime::start(config, Access::Beside).await?;
    // A server that runs beside tells its browsers.
    let (publisher, publishing) = publish::start(&runtime.pools.db);
    let ctx = system(runtime.pools.clone(), publisher);
    let done = act(args.action, &ctx).await;
    publishing.finish().await;
    let stopped = runtime.stop().await;
    done?;
    Ok(stopped?)
}

async fn act(action: Action, ctx: &Ctx) -> anyhow::Result<()> {
    match action {
        Action::Add {
            email,
            name,
            role,
            password_stdin,
        } => {
            let password = Password::get(password_stdin)?;
            let new = NewUser {
                email: email.clone(),
                name,
                roles: role.into_iter().map(Role::from).collect(),
                password: password.text.clone(),
            };
            accounts::add_user(ctx, new).await?;
            password.tell(&email)
        }
        Action::Password {
            email,
            password_stdin,
        } => {
            let password = Password::get(password_stdin)?;
            accounts::reset_password(ctx, &email, &password.text)
                .await
                .with_context(|| format!("the password of {email} was not changed"))?;
            password.tell(&email)
        }
    }
}

/// A password, and whether anybody knows it yet.
struct Password {
    text: String,
    is_made: bool,
}

impl Password {
    /// Reads one, or makes one: never as an argument, which every process on the machine can see.
    fn get(from_input: bool) -> anyhow::Result<Self> {
        if from_input {
            let mut line = String::new();
            io::stdin()
                .lock()
                .read_line(&mut line)
                .context("no password could be read")?;
            let text = line.trim_end_matches(['\r', '\n']).to_owned();
            return Ok(Self {
                text,
                is_made: false,
            });
        }
        let bits: [u8; 20] = rand::random();
        let text = bits
            .iter()
            .map(|bits| char::from(LETTERS[usize::from(bits % 32)]))
            .collect();
        Ok(Self {
            text,
            is_made: true,
        })
    }

    fn tell(&self, email: &str) -> anyhow::Result<()> {
        if self.is_made {
            writeln!(io::stdout(), "The password of {email} is {}", self.text)?;
        }
        Ok(())
    }
}
