//! Under what names the page loads its script, wasm and style sheet.
//!
//! cargo-leptos puts a hash of the content into each name and lists the hashes in `hash.txt`, which
//! Leptos's own components look for beside the binary. The names in the site say the same, and are
//! in the binary.

use std::collections::HashMap;

use super::{PKG, site};

/// What cargo-leptos calls what it builds.
const OUTPUT: &str = "dealwright";

/// The paths that the page loads, from the root.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SiteNames {
    /// The script that loads the wasm.
    pub js: String,
    /// The wasm.
    pub wasm: String,
    /// The style sheet.
    pub css: String,
    /// For a site built with `--split`: the file name of the script that loads the parts.
    pub split: Option<String>,
    /// For a site built with `--split`: which parts each lazy page needs.
    pub parts: HashMap<String, Vec<String>>,
}

/// The names in the site. When nothing has been built, those of a debug build.
pub fn names() -> SiteNames {
    let files = site::files();
    let manifest = files.iter().find(|name| {
        name.starts_with("pkg/__wasm_split_manifest.") && super::extension(name) == "json"
    });
    let parts = manifest
        .and_then(|manifest| site::get(manifest))
        .and_then(|file| serde_json::from_slice(&file.data).ok())
        .unwrap_or_default();
    SiteNames {
        parts,
        ..of_files(&files)
    }
}

fn of_files(files: &[String]) -> SiteNames {
    let mut names = SiteNames {
        js: format!("/{PKG}{OUTPUT}.js"),
        wasm: format!("/{PKG}{OUTPUT}.wasm"),
        css: format!("/{PKG}{OUTPUT}.css"),
        ..SiteNames::default()
    };
    for file in files {
        let Some(name) = file.strip_prefix(PKG) else {
            continue;
        };
        if name.starts_with("__wasm_split.") && super::extension(name) == "js" {
            names.split = Some(name.to_owned());
        }
        let Some(rest) = name.strip_prefix(OUTPUT) else {
            continue;
        };
        let place = match rest.rsplit_once('.') {
            Some((_, "js")) => &mut names.js,
            Some((_, "wasm")) => &mut names.wasm,
            Some((_, "css")) => &mut names.css,
            _ => continue,
        };
        let between = rest
            .split('.')
            .nth(1)
            .filter(|_| rest.matches('.').count() == 2);
        if rest.matches('.').count() == 1 || between.is_some_and(is_hash) {
            *place = format!("/{file}");
        }
    }
    names
}

/// Whether a file's name holds a hash of its content.
pub(super) fn is_hashed(name: &str) -> bool {
    name.rsplit('.').nth(1).is_some_and(is_hash)
}

/// cargo-leptos writes 128 bits in the alphabet of URLs.
fn is_hash(text: &str) -> bool {
    text.len() == 22
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(files: &[&str]) -> SiteNames {
        of_files(
            &files
                .iter()
                .map(|file| (*file).to_owned())
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn hashed_names_are_found_and_their_variants_are_not_mistaken() {
        let names = of(&[
            "pkg/dealwright.cI1-Lh0XyP6tMZhNYyFbKA.js",
            "pkg/dealwright.cI1-Lh0XyP6tMZhNYyFbKA.js.br",
            "pkg/dealwright.Zkkt8kLuiH2DwkrdZ9dF1w.wasm",
            "pkg/dealwright.Zkkt8kLuiH2DwkrdZ9dF1w.wasm.gz",
            "pkg/dealwright._RIrlKC0GQ5qRZkGoSWASA.css",
            "favicon.svg",
        ]);
        assert_eq!(names.js, "/pkg/dealwright.cI1-Lh0XyP6tMZhNYyFbKA.js");
        assert_eq!(names.wasm, "/pkg/dealwright.Zkkt8kLuiH2DwkrdZ9dF1w.wasm");
        assert_eq!(names.css, "/pkg/dealwright._RIrlKC0GQ5qRZkGoSWASA.css");
        assert_eq!(names.split, None);
    }

    #[test]
    fn plain_names_are_found_too() {
        let names = of(&[
            "pkg/dealwright.js",
            "pkg/dealwright_bg.wasm",
            "pkg/dealwright.css",
        ]);
        assert_eq!(names.wasm, "/pkg/dealwright_bg.wasm");
        let split = of(&["pkg/__wasm_split.cI1-Lh0XyP6tMZhNYyFbKA.js"]);
        assert_eq!(
            split.split.as_deref(),
            Some("__wasm_split.cI1-Lh0XyP6tMZhNYyFbKA.js")
        );
        assert_eq!(of(&[]).js, "/pkg/dealwright.js");
    }
}
