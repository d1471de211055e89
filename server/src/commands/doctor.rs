//! `dealwright doctor`: looks whether everything is as it should be, and says so in words.

use std::io::{self, Write};

use migrations::{Migrator, MigratorTrait as _};
use services::doctor::{self, Asked, Finding, Health};
use services::live::Publisher;

use crate::{
    commands::import::system,
    config::Config,
    runtime::{Access, Runtime},
    state,
};

/// Whether to mend.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// First count anew the totals of boards and funnel where they are wrong
    #[arg(long)]
    mend: bool,
}

/// Looks, tells a line a finding, and fails where something is broken.
pub async fn run(args: Args, config: Config) -> anyhow::Result<()> {
    anyhow::ensure!(
        config.has_database(),
        "there is no database in {} yet: `dealwright serve` makes one, DEALWRIGHT_DATA names \
         another folder, DATABASE_URL another PostgreSQL",
        config.data.display()
    );
    let own = config.database_url.is_none().then(|| config.data.clone());
    let connections = 2 * config.pool_size;
    // As it is: a doctor that brings the schema up to date changes what it is to look at.
    let runtime = Runtime::start_as_is(config, Access::Beside).await?;
    let ctx = system(runtime.pools.clone(), Publisher::silent());
    let asked = Asked {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        steps: steps(),
        data: own,
        connections,
        clock: state::now,
    };
    let looked = async {
        let found = doctor::examine(&ctx, &asked).await?;
        // What counts anew asks tables that are there only when all steps of the schema are.
        let fits =
            |finding: &Finding| finding.subject != "versions" || finding.health != Health::Broken;
        if !args.mend || !found.iter().all(fits) {
            return anyhow::Ok((Vec::new(), found));
        }
        let mended = doctor::mend(&ctx).await?;
        Ok((mended, doctor::examine(&ctx, &asked).await?))
    };
    let looked = looked.await;
    let stopped = runtime.stop().await;
    let (mended, findings) = looked?;
    let mut out = io::stdout();
    for table in mended {
        writeln!(out, "mended totals: {table} was counted anew.")?;
    }
    report(&findings, &mut out)?;
    stopped?;
    let broken = findings
        .iter()
        .filter(|finding| finding.health == Health::Broken)
        .count();
    anyhow::ensure!(broken == 0, "broken: {broken}, each said above");
    Ok(())
}

/// The steps of the schema that this program knows.
pub(super) fn steps() -> Vec<String> {
    Migrator::migrations()
        .iter()
        .map(|step| step.name().to_owned())
        .collect()
}

/// What is worst first; among equals, in the order of the examination.
fn report(findings: &[Finding], out: &mut impl Write) -> io::Result<()> {
    let mut findings: Vec<_> = findings.iter().collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.health));
    for finding in findings {
        writeln!(out, "{finding}")?;
    }
    out.flush()
}
