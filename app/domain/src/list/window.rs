//! Which rows of a long list are in the document: those in sight and a few around them. All rows
//! are of one height.

use std::ops::Range;

/// Rows above and below what is in sight that are in the document as well.
const AROUND: usize = 10;
/// The window moves in steps of so many rows, so that not every pixel changes the document.
const STEP: usize = 5;
/// Rows in the document before anything is measured.
const FIRST: usize = 40;

/// What is seen of a list, in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sight {
    /// From the top of a row to the top of the next one.
    pub pitch: f64,
    /// How much is seen at once.
    pub height: f64,
    /// How far it is scrolled.
    pub scrolled: f64,
}

/// A piece of the list from top to bottom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Piece {
    /// Room for so many rows that are not in the document; the number tells gaps apart.
    Gap {
        /// Which gap it is.
        number: usize,
        /// For how many rows.
        rows: usize,
    },
    /// The row at this place.
    Row(usize),
}

/// The rows that are in the document, of so many.
#[must_use]
pub fn in_sight(sight: Option<Sight>, count: usize) -> Range<usize> {
    let Some(sight) = sight.filter(|sight| sight.pitch > 0.0) else {
        return 0..count.min(FIRST);
    };
    let first = whole(sight.scrolled / sight.pitch).min(count);
    let seen = whole(sight.height / sight.pitch) + 2;
    let start = first.saturating_sub(AROUND) / STEP * STEP;
    let end = first
        .saturating_add(seen)
        .saturating_add(AROUND)
        .div_ceil(STEP)
        .saturating_mul(STEP)
        .min(count);
    start.min(end)..end
}

/// The list as pieces: the rows in sight, those that are kept wherever they are (the one that has
/// the focus, the one that is edited), and gaps for all others.
#[must_use]
pub fn pieces(shown: Range<usize>, count: usize, kept: &[usize]) -> Vec<Piece> {
    let mut rows: Vec<usize> = kept
        .iter()
        .copied()
        .filter(|row| *row < count && !shown.contains(row))
        .collect();
    rows.extend(shown.start..shown.end.min(count));
    rows.sort_unstable();
    rows.dedup();
    let mut pieces = Vec::with_capacity(rows.len() + 3);
    let mut next = 0;
    let mut number = 0;
    let mut gap = |pieces: &mut Vec<Piece>, rows: usize| {
        if rows > 0 {
            pieces.push(Piece::Gap { number, rows });
            number += 1;
        }
    };
    for row in rows {
        gap(&mut pieces, row - next);
        pieces.push(Piece::Row(row));
        next = row + 1;
    }
    gap(&mut pieces, count.saturating_sub(next));
    pieces
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "negative becomes zero, and no list is longer than usize"
)]
const fn whole(number: f64) -> usize {
    number as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sight(scrolled: f64) -> Sight {
        Sight {
            pitch: 36.0,
            height: 720.0,
            scrolled,
        }
    }

    #[test]
    fn before_anything_is_measured_a_screenful_is_there() {
        assert_eq!(in_sight(None, 100_000), 0..40);
        assert_eq!(in_sight(None, 3), 0..3);
    }

    #[test]
    fn of_a_hundred_thousand_rows_few_are_in_the_document() {
        assert_eq!(in_sight(Some(sight(0.0)), 100_000), 0..35);
        assert_eq!(in_sight(Some(sight(36_000.0)), 100_000), 990..1035);
        assert_eq!(in_sight(Some(sight(9e9)), 100_000), 99_990..100_000);
        assert_eq!(in_sight(Some(sight(-20.0)), 0), 0..0);
    }

    #[test]
    fn a_row_that_is_kept_stands_between_two_gaps() {
        let gap = |number, rows| Piece::Gap { number, rows };
        assert_eq!(
            pieces(4..6, 10, &[1, 5, 99]),
            [
                gap(0, 1),
                Piece::Row(1),
                gap(1, 2),
                Piece::Row(4),
                Piece::Row(5),
                gap(2, 4)
            ]
        );
        assert_eq!(pieces(0..2, 2, &[]), [Piece::Row(0), Piece::Row(1)]);
        assert_eq!(pieces(0..0, 0, &[0]), []);
    }

    proptest! {
        #[test]
        fn pieces_are_the_whole_list_once_and_in_order(
            count in 0_usize..3000,
            scrolled in -100.0_f64..120_000.0,
            height in 0.0_f64..2000.0,
            pitch in 20.0_f64..200.0,
            kept in prop::collection::vec(0_usize..3500, 0..4),
        ) {
            let sight = Sight { pitch, height, scrolled };
            let shown = in_sight(Some(sight), count);
            let all = pieces(shown.clone(), count, &kept);
            let mut next = 0;
            let mut rows = 0;
            for piece in &all {
                match *piece {
                    Piece::Gap { rows, .. } => {
                        prop_assert!(rows > 0);
                        next += rows;
                    }
                    Piece::Row(row) => {
                        prop_assert_eq!(row, next);
                        next += 1;
                        rows += 1;
                    }
                }
            }
            prop_assert_eq!(next, count);
            let most = whole(height / pitch) + 2 + 2 * (AROUND + STEP) + kept.len();
            prop_assert!(rows <= most, "{} rows of at most {}", rows, most);
            // Whatever is in sight is there.
            let first = whole(scrolled / pitch);
            let last = whole((scrolled + height).max(0.0) / pitch);
            for row in (first..=last).filter(|row| *row < count) {
                prop_assert!(shown.contains(&row));
            }
            for row in kept.iter().filter(|row| **row < count) {
                prop_assert!(all.contains(&Piece::Row(*row)));
            }
        }
    }
}
