//! The program: reads the command line, does what it says, and tells in words what went wrong.

use std::process::ExitCode;

use clap::Parser as _;
use mimalloc::MiMalloc;
use server::commands::{self, Cli};

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    match commands::run(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("dealwright: {error}");
            for cause in error.chain().skip(1) {
                eprintln!("  because: {cause}");
            }
            ExitCode::FAILURE
        }
    }
}
