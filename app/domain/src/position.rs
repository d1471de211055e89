//! Places on the board: a fractional index as text, so that dropping a card writes one row and
//! everybody sees the same order. Compared byte by byte (collation C).

use fractional_index::FractionalIndex;

/// A position between two others; `None` stands for the edge of the column. Positions that
/// cannot be read, or stand in the wrong order, are treated as the edge: a card must always find
/// a place.
#[must_use]
pub fn between(before: Option<&str>, after: Option<&str>) -> String {
    let read = |text: Option<&str>| text.and_then(|text| FractionalIndex::from_string(text).ok());
    let (before, after) = (read(before), read(after));
    let index = match (&before, &after) {
        (Some(low), Some(high)) => FractionalIndex::new_between(low, high)
            .unwrap_or_else(|| FractionalIndex::new_after(low)),
        (Some(low), None) => FractionalIndex::new_after(low),
        (None, Some(high)) => FractionalIndex::new_before(high),
        (None, None) => FractionalIndex::default(),
    };
    index.to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_card_dropped_anywhere_keeps_its_place(drops in prop::collection::vec(0usize..1000, 1..200)) {
            let mut column: Vec<String> = Vec::new();
            for drop in drops {
                let at = drop % (column.len() + 1);
                let before = at.checked_sub(1).map(|i| column[i].as_str());
                let position = between(before, column.get(at).map(String::as_str));
                column.insert(at, position);
                prop_assert!(column.is_sorted_by(|a, b| a < b), "{:?}", column);
            }
        }
    }

    #[test]
    fn a_broken_position_counts_as_the_edge() {
        assert_eq!(between(Some("not hex"), None), between(None, None));
    }
}
