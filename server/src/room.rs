//! How much room is left where our own PostgreSQL writes.

use std::path::Path;

const MB: u64 = 1024 * 1024;

/// Below this the next changes will fail: PostgreSQL's log alone grows by 16 MB at a time.
const LITTLE: u64 = 64 * MB;

/// In words, when hardly any room is left on the disk of a folder; none when there is enough, or
/// when it cannot be told.
pub fn shortage(folder: &Path) -> Option<String> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    said(disk.f_bavail * disk.f_frsize)
}

/// What an error says of its cause when the disk may be it.
pub(crate) fn because(shortage: Option<&str>) -> String {
    shortage.map_or_else(String::new, |shortage| {
        format!("; {shortage}. Make room, and start Dealwright again")
    })
}

fn said(free: u64) -> Option<String> {
    (free < LITTLE).then(|| {
        format!(
            "the disk is full ({} MB left), and changes fail until there is room again",
            free / MB
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shortage_is_told_in_megabytes() {
        assert_eq!(said(LITTLE), None);
        let words = said(3 * MB + 1).expect("a shortage");
        assert!(words.contains("full (3 MB left)"), "{words}");
        assert_eq!(shortage(Path::new("/no/such/folder")), None);
    }
}
