//! The program: reads the command line, does what it says, and tells in words what went wrong.

use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use clap::Parser as _;
use mimalloc::MiMalloc;
use server::commands::{self, Cli};

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// How often memory that is free is given back to the system.
const GIVING_BACK: Duration = Duration::from_secs(5);

/// Gives free memory back while the program runs. The allocator does so by itself when it is next
/// asked for some, which a server that has come to rest does not do.
fn give_back_memory() {
    let giving = || loop {
        thread::sleep(GIVING_BACK);
        #[expect(
            unsafe_code,
            reason = "a function of C without arguments that could be wrong"
        )]
        // SAFETY: may be called by any thread at any time; it frees what nobody holds.
        unsafe {
            libmimalloc_sys::mi_collect(true);
        }
    };
    // A program without this thread works too.
    let _ = thread::Builder::new()
        .name("memory".to_owned())
        .spawn(giving);
}

#[tokio::main]
async fn main() -> ExitCode {
    give_back_memory();
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
