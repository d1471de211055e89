//! `dealwright demo`: the CRM of a company that does not exist, to look at and to try.

use std::io::{self, Write};
use std::net::SocketAddr;

use services::demo::{self, Amounts, Found, PASSWORD, USERS};
use services::live::Publisher;
use tokio::net::TcpListener;

use crate::{
    commands::{import::system, serve},
    config::Config,
    runtime::{Access, Error, Runtime},
    shutdown::Shutdown,
};

/// Takes nothing.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Fills an empty database with a demonstration and serves it, on this machine alone: everybody
/// knows its passwords.
pub async fn run(_args: Args, config: Config) -> anyhow::Result<()> {
    let addr = config.addr;
    stay_on_this_machine(addr)?;
    let shutdown = Shutdown::on_signals()?;
    let listener = TcpListener::bind(addr)
        .await
        .map_err(|source| Error::Listen { addr, source })?;
    let mut runtime = Runtime::start(config, Access::Alone).await?;
    let served = match fill(&runtime).await {
        Ok(()) => {
            welcome(&runtime)?;
            serve::serve(listener, &mut runtime, &shutdown).await
        }
        Err(error) => Err(error),
    };
    runtime.stop().await?;
    served
}

/// Refuses an address that other machines can reach.
fn stay_on_this_machine(addr: SocketAddr) -> anyhow::Result<()> {
    anyhow::ensure!(
        addr.ip().is_loopback(),
        "a demonstration listens on this machine only, since its passwords are known to all: \
         set DEALWRIGHT_ADDR to 127.0.0.1:{} instead of {addr}",
        addr.port()
    );
    Ok(())
}

async fn fill(runtime: &Runtime) -> anyhow::Result<()> {
    let ctx = system(runtime.pools.clone(), Publisher::silent());
    match demo::look(&ctx).await? {
        Found::Demonstration => Ok(()),
        Found::Nothing => {
            eprintln!("Filling an empty database with a demonstration; this takes seconds.");
            demo::fill(&ctx, Amounts::FULL, &mut |words| eprintln!("  {words}")).await?;
            Ok(())
        }
        Found::RealOrganisation => anyhow::bail!(
            "this database holds a real organisation, which a demonstration must not touch: \
             start it with `dealwright serve`, or give the demonstration a database or a \
             DEALWRIGHT_DATA folder of its own"
        ),
    }
}

fn welcome(runtime: &Runtime) -> io::Result<()> {
    let mut out = io::stdout();
    writeln!(
        out,
        "\nDealwright's demonstration is at {}",
        runtime.config.url
    )?;
    writeln!(out, "Sign in with the password {PASSWORD} as")?;
    for (address, words) in USERS {
        writeln!(out, "  {address:<26} {words}")?;
    }
    writeln!(out)?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_demonstration_is_not_for_other_machines() {
        for addr in ["127.0.0.1:3000", "[::1]:3000"] {
            assert!(stay_on_this_machine(addr.parse().expect("an address")).is_ok());
        }
        for addr in ["0.0.0.0:3000", "192.168.1.2:80", "[::]:3000"] {
            let refused = stay_on_this_machine(addr.parse().expect("an address")).unwrap_err();
            assert!(refused.to_string().contains("127.0.0.1"), "{refused}");
        }
    }
}
