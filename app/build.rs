//! Makes the module of texts from `locales/`, so that a text that is missing or misses a part does
//! not compile.
//!
//! The crate's own macro cannot make texts with parts into strings, and its build crate brings data
//! for number formats that we do not use; so its two halves are called here.

use std::path::PathBuf;
use std::{env, error::Error, fs};

use leptos_i18n_codegen::gen_code;
use leptos_i18n_parser::parse_locales::options::{Config, ParseOptions};
use leptos_i18n_parser::parse_locales::parse_locales;

#[expect(
    clippy::disallowed_methods,
    reason = "cargo tells build scripts by environment variables"
)]
fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=../locales");
    let config = Config::new("en")?
        .locales_path("../locales")
        .parse_options(ParseOptions::new().interpolate_display(true));
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let locales = parse_locales(Some(here), config)?;
    let code = gen_code(&locales, None, true, None, false)?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("texts.rs"), code.to_string())?;
    Ok(())
}
