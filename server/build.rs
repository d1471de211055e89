//! Tells the server where the built site is, and has a release built anew when it changes.

use std::{env, fs, path::Path};

#[expect(clippy::disallowed_methods, reason = "cargo talks to build scripts so")]
fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // `site-root` of cargo-leptos, which builds everything in it before it builds the server.
    let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/site");
    // A check or a test runs without a site.
    fs::create_dir_all(&site).expect("the folder of the site can be made");
    let site = site.canonicalize().expect("it is there");
    println!("cargo:rustc-env=DEALWRIGHT_SITE={}", site.display());
    // In debug the files are read from disk at run time.
    if env::var("PROFILE").as_deref() == Ok("release") {
        println!("cargo:rerun-if-changed={}", site.display());
    }
}
