//! The program: reads the command line, does what it says, and tells in words what went wrong.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use clap::Parser as _;
use mimalloc::MiMalloc;
use server::commands::{self, Cli};

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// `mi_option_arena_max_object_size` of mimalloc 3, which its crate does not name: what is larger (in
/// KiB) is asked of the system and given back at once.
const LARGEST_KEPT: libmimalloc_sys::mi_option_t = 45;
/// The number is that of the version that has so many options.
const _: () = assert!(libmimalloc_sys::_mi_option_last == 47);
/// KiB. Below what hashing a password takes (19 MiB), which the allocator now and then kept for good.
const LARGEST_KEPT_SIZE: std::ffi::c_long = 4 * 1024;

/// How often memory that is free is given back to the system.
const GIVING_BACK: Duration = Duration::from_secs(5);

/// Gives free memory back while the program runs. The allocator does so by itself when it is next
/// asked for some, which a server that has come to rest does not do.
fn give_back_memory() {
    #[expect(unsafe_code, reason = "a function of C that takes two numbers")]
    // SAFETY: the option is one of this version's (see the assertion above), and no other thread of
    // this program runs yet.
    unsafe {
        libmimalloc_sys::mi_option_set(LARGEST_KEPT, LARGEST_KEPT_SIZE);
    }
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

fn main() -> ExitCode {
    give_back_memory();
    program()
}

/// What went wrong and why, a line each; what a cause only repeats is left out.
fn said(error: &anyhow::Error) -> String {
    let mut text = String::new();
    let mut last = String::new();
    for cause in error.chain() {
        let words = match cause.downcast_ref::<domain::Error>() {
            // Its own words are for somebody before a browser.
            Some(domain::Error::Internal { .. }) => {
                "something went wrong on our side: the log says what, in the line above".to_owned()
            }
            _ => cause.to_string(),
        };
        if last.is_empty() {
            text = format!("dealwright: {words}\n");
        } else if !last.ends_with(&words) {
            let _ = writeln!(text, "  because: {words}");
        }
        last = words;
    }
    text
}

#[tokio::main]
async fn program() -> ExitCode {
    let cli = Cli::parse();
    match commands::run(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprint!("{}", said(&error));
            ExitCode::FAILURE
        }
    }
}
