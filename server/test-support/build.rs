//! Fingerprints the migrations, so that a template made by other ones is never taken.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

fn main() {
    let migrations = Path::new("../../migrations/src");
    println!("cargo::rerun-if-changed={}", migrations.display());
    let mut files = Vec::new();
    gather(migrations, &mut files);
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.hash(&mut hasher);
        fs::read(&file)
            .expect("a migration can be read")
            .hash(&mut hasher);
    }
    println!(
        "cargo::rustc-env=SCHEMA_FINGERPRINT={:016x}",
        hasher.finish()
    );
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the migrations are where they should be") {
        let path = entry.expect("a folder can be read").path();
        if path.is_dir() {
            gather(&path, files);
        } else {
            files.push(path);
        }
    }
}
