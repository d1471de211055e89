//! Class lists.

/// The names that are not empty, with spaces between.
pub(super) fn join<const N: usize>(names: [&str; N]) -> String {
    let mut list = String::new();
    for name in names {
        if !name.is_empty() {
            if !list.is_empty() {
                list.push(' ');
            }
            list.push_str(name);
        }
    }
    list
}
