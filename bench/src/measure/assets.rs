//! What a browser loads until the board works: the page, every file that it names, and the scripts
//! that those import, compressed with brotli, in bytes of bodies. What the page leaves to the browser
//! for later (`rel="prefetch"`) does not count: the board works without.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use reqwest::header::CONTENT_ENCODING;

use super::Bench;
use crate::figures::{Figure, Goal, Unit};

const GROUP: &str = "assets";
/// Where the files are that the page loads.
const FOLDER: &str = "/pkg/";

pub(super) async fn measure(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let page = bench.administrator.get("/deals/board").await?;
    // Once more without compression, to be read.
    let mut names = named(&bench.administrator.text("/deals/board").await?);
    ensure!(!names.is_empty(), "the page names no files");
    for name in names.clone() {
        if let Some((_, "js")) = name.rsplit_once('.') {
            names.extend(imported(&bench.administrator.text(&name).await?));
        }
    }
    let mut total = page.body.len();
    let mut figures = vec![row("HTML", page.body.len())];
    for name in names {
        let file = bench.administrator.get(&name).await?;
        let compressed = file.headers.contains_key(CONTENT_ENCODING);
        total += file.body.len();
        let short = name.strip_prefix(FOLDER).unwrap_or(&name);
        let how = if compressed { "" } else { ", not compressed" };
        figures.push(row(
            &format!("{}{how}", without_hash(short)),
            file.body.len(),
        ));
    }
    figures.push(row("in all", total).goal(Goal::AtMost(350.0)));
    Ok(figures)
}

fn row(what: &str, bytes: usize) -> Figure {
    #[expect(clippy::cast_precision_loss, reason = "files are far below 2^52 bytes")]
    let kilobytes = bytes as f64 / 1_000.0;
    let what = format!("Bytes to a working board: {what}");
    Figure::single(GROUP, what, kilobytes, Unit::Kilobytes)
}

/// The files that the text of a page names, but for those that it leaves for later.
fn named(page: &str) -> BTreeSet<String> {
    page.split('<')
        .filter(|tag| !tag.starts_with("link ") || !tag.contains("\"prefetch\""))
        .flat_map(|tag| tag.match_indices(FOLDER).map(|(at, _)| name_at(&tag[at..])))
        .filter(|name| name.len() > FOLDER.len())
        .collect()
}

/// The scripts beside it that a script imports. Other names in it, as those under which the wasm asks
/// for its own, are no files.
fn imported(script: &str) -> BTreeSet<String> {
    script
        .match_indices("from")
        .filter_map(|(at, from)| {
            let rest = script[at + from.len()..].trim_start();
            rest.strip_prefix("\"./")
        })
        .map(|rest| format!("{FOLDER}{}", name_at(rest)))
        .collect()
}

/// The name of a file that a text begins with.
fn name_at(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "/._-".contains(*c))
        .collect()
}

/// `dealwright.Ab3f.css` as `dealwright.css`, so that rows of two builds have one name.
fn without_hash(name: &str) -> String {
    let parts: Vec<&str> = name.split('.').collect();
    match parts.as_slice() {
        [first, _, last] => format!("{first}.{last}"),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_named_once() {
        let page = r#"<link href="/pkg/a.Xy.css"><script>import("/pkg/a.Zz.js");'/pkg/a.Zz.js'</script>
            <link rel="prefetch" as="fetch" href="/pkg/later.Ab.wasm">
            <p>/pkg/</p>"#;
        let names: Vec<String> = named(page).into_iter().collect();
        assert_eq!(names, ["/pkg/a.Xy.css", "/pkg/a.Zz.js"]);
    }

    #[test]
    fn what_a_script_imports_counts_too() {
        let script = r#"import*as t from"./__wasm_split.U9-_x.js";import { a } from "./a.Zz.js";
            fetch("./split_list.Ab.wasm");const n={"./dealwright_bg.js":t}"#;
        let names: Vec<String> = imported(script).into_iter().collect();
        assert_eq!(names, ["/pkg/__wasm_split.U9-_x.js", "/pkg/a.Zz.js"]);
    }

    #[test]
    fn hashes_of_files_are_left_out_of_rows() {
        assert_eq!(without_hash("dealwright.Ab3f.css"), "dealwright.css");
        assert_eq!(without_hash("dealwright.css"), "dealwright.css");
    }
}
