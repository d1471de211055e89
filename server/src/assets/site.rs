//! Where the files come from: the binary in a release, the folder of the build otherwise.

use rust_embed::EmbeddedFile;

/// A file, by its path within the site.
pub(super) fn get(name: &str) -> Option<EmbeddedFile> {
    source::get(name)
}

/// The paths of all files.
pub(super) fn files() -> Vec<String> {
    source::files()
}

#[cfg(not(debug_assertions))]
mod source {
    use rust_embed::{EmbeddedFile, RustEmbed};

    #[derive(RustEmbed)]
    #[folder = "$DEALWRIGHT_SITE"]
    struct Site;

    pub(super) fn get(name: &str) -> Option<EmbeddedFile> {
        Site::get(name)
    }

    pub(super) fn files() -> Vec<String> {
        Site::iter().map(std::borrow::Cow::into_owned).collect()
    }
}

#[cfg(debug_assertions)]
mod source {
    use std::path::{Component, Path, PathBuf};

    use rust_embed::{
        EmbeddedFile,
        utils::{PathMatcher, get_files, read_file_from_fs},
    };

    pub(super) fn get(name: &str) -> Option<EmbeddedFile> {
        let name = Path::new(name);
        let is_inside = name
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if !is_inside {
            return None;
        }
        read_file_from_fs(&folder().join(name)).ok()
    }

    pub(super) fn files() -> Vec<String> {
        let folder = folder().to_string_lossy().into_owned();
        get_files(folder, PathMatcher::new(&[], &[]))
            .map(|entry| entry.rel_path)
            .collect()
    }

    /// What cargo-leptos and our scripts name, or where the build of this very checkout puts it.
    #[expect(
        clippy::disallowed_methods,
        reason = "a debug build is set up by its tools"
    )]
    fn folder() -> PathBuf {
        let named = std::env::var_os("LEPTOS_SITE_ROOT").filter(|folder| !folder.is_empty());
        named.map_or_else(|| PathBuf::from(env!("DEALWRIGHT_SITE")), PathBuf::from)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn nothing_outside_the_site_is_given_away() {
            assert!(get("../../Cargo.toml").is_none());
            assert!(get("/etc/passwd").is_none());
            assert!(get("pkg/../../../Cargo.toml").is_none());
        }
    }
}
