//! Where things are on a board: which cards are in sight, where a card would land, how fast the
//! edges scroll. All lengths are CSS pixels. Cards are of one height, so that counting replaces
//! measuring.

use std::ops::Range;

use domain::RecordId;

/// Cards that the server renders in a column, and the browser takes over: what a screen shows.
pub const FIRST_SIGHT: usize = 10;
/// Cards kept in the document above and below what is in sight.
const MARGIN: usize = 4;

/// A card in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// The record.
    pub id: RecordId,
    /// Kept in the document without being seen: it has the focus, or is held.
    pub hidden: bool,
}

/// A column as it is seen: without the card that is held, and with a hole where it would land.
#[must_use]
pub fn seen(
    order: &[RecordId],
    held: Option<RecordId>,
    hole: Option<usize>,
) -> Vec<Option<RecordId>> {
    let mut all: Vec<_> = order
        .iter()
        .filter(|id| Some(**id) != held)
        .map(|id| Some(*id))
        .collect();
    if let Some(hole) = hole {
        all.insert(hole.min(all.len()), None);
    }
    all
}

/// The cards of a column that stand in the document, in their order: those in sight, and out of
/// sight those that must not leave it. An element that is held or has the focus must not even be
/// moved among its neighbours, or it loses finger and focus; so lifting a card moves none.
#[must_use]
pub fn slots(
    order: &[RecordId],
    seen: &[Option<RecordId>],
    sight: Range<usize>,
    kept: &[RecordId],
) -> Vec<Slot> {
    let in_sight = &seen[sight];
    order
        .iter()
        .map(|&id| Slot {
            id,
            hidden: !in_sight.contains(&Some(id)),
        })
        .filter(|slot| !slot.hidden || kept.contains(&slot.id))
        .collect()
}

/// The card in sight that makes room for the hole above itself; none where the hole is out of
/// sight, or the last.
#[must_use]
pub fn below_hole(seen: &[Option<RecordId>], sight: Range<usize>) -> Option<RecordId> {
    let in_sight = &seen[sight];
    let hole = in_sight.iter().position(Option::is_none)?;
    *in_sight.get(hole + 1)?
}

/// The measures of a board's columns, the same for all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measure {
    /// From the top of a card to the top of the next one.
    pub pitch: f64,
    /// Height of a column's list.
    pub height: f64,
}

/// The cards in sight and some around them.
#[must_use]
pub fn in_sight(measure: Option<Measure>, scrolled: f64, count: usize) -> Range<usize> {
    let Some(Measure { pitch, height }) = measure else {
        return 0..count.min(FIRST_SIGHT);
    };
    let first = whole(scrolled / pitch).min(count);
    let last = whole((scrolled + height) / pitch) + 1;
    first.saturating_sub(MARGIN)..(last + MARGIN).min(count)
}

/// The place, among the other cards, at which a card lands that is held `y` below the top of the
/// list's content, while a hole stands at `hole` (counted the same way), if it stands in this
/// list. Over the hole nothing changes; over a card its middle decides.
#[must_use]
pub fn landing_index(y: f64, pitch: f64, hole: Option<usize>, others: usize) -> usize {
    let slot = whole(y / pitch);
    let lower_half = y / pitch - y.div_euclid(pitch).floor() > 0.5;
    // Above the first slot nothing is left to halve.
    let lower_half = lower_half && y > 0.0;
    let index = match hole {
        Some(hole) if slot == hole => hole,
        Some(hole) if slot > hole => slot - 1 + usize::from(lower_half),
        _ => slot + usize::from(lower_half),
    };
    index.min(others)
}

/// How many pixels to scroll in a frame of `elapsed` milliseconds when the pointer is at `at`
/// between two edges: nothing in the middle, faster the nearer an edge, negative towards the
/// start.
#[must_use]
pub fn edge_scroll(at: f64, start: f64, end: f64, fastest: f64, elapsed: f64) -> f64 {
    let zone = ((end - start) / 4.0).min(56.0);
    if zone <= 0.0 {
        return 0.0;
    }
    let depth = |distance: f64| ((zone - distance) / zone).clamp(0.0, 1.0).powi(2);
    // A tab that slept must not jump when it wakes.
    (depth(end - at) - depth(at - start)) * fastest * elapsed.min(50.0) / 1000.0
}

/// The span that a coordinate lies in, or else the nearest.
#[must_use]
pub fn nearest(at: f64, spans: impl Iterator<Item = (f64, f64)>) -> Option<usize> {
    let distance = |(start, end): (f64, f64)| (start - at).max(at - end).max(0.0);
    spans
        .enumerate()
        .map(|(index, span)| (index, distance(span)))
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(index, _)| index)
}

/// By how many cards the list moved under the eye: how much further down the first card that is
/// wholly in sight (`first`, or the next one that is still there) stands now.
#[must_use]
pub fn shift(before: &[Option<RecordId>], now: &[Option<RecordId>], first: usize) -> isize {
    let cards = before
        .iter()
        .enumerate()
        .skip(first)
        .filter(|(_, id)| id.is_some());
    let found = cards
        .take(FIRST_SIGHT)
        .find_map(|(was, id)| Some((was, now.iter().position(|other| other == id)?)));
    found.map_or(0, |(was, is)| is.cast_signed() - was.cast_signed())
}

/// How far to scroll so that a card is wholly in sight; none when it is.
#[must_use]
pub fn reveal(measure: Measure, scrolled: f64, index: usize) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "no column has 2^52 cards")]
    let top = index as f64 * measure.pitch;
    if top < scrolled {
        Some(top)
    } else if top + measure.pitch > scrolled + measure.height {
        Some(top + measure.pitch - measure.height)
    } else {
        None
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "negative becomes zero, and no column is longer than usize"
)]
const fn whole(number: f64) -> usize {
    number as usize
}

#[cfg(test)]
mod tests {
    use super::shift as shift_of;
    use super::*;

    const PITCH: f64 = 90.0;

    #[test]
    fn only_what_is_in_sight_is_in_the_document() {
        let measure = Some(Measure {
            pitch: PITCH,
            height: 700.0,
        });
        assert_eq!(in_sight(None, 0.0, 30), 0..10);
        assert_eq!(in_sight(None, 0.0, 3), 0..3);
        assert_eq!(in_sight(measure, 0.0, 1000), 0..12);
        assert_eq!(in_sight(measure, 900.0, 1000), 6..22);
        assert_eq!(in_sight(measure, 89_500.0, 1000), 990..1000);
        assert_eq!(in_sight(measure, 9_000.0, 0), 0..0);
    }

    #[test]
    fn a_held_card_leaves_a_hole_where_it_would_land() {
        assert_eq!(seen(&[1, 2, 3], Some(2), Some(0)), [None, Some(1), Some(3)]);
        assert_eq!(
            seen(&[1, 2], Some(2), None),
            [Some(1)],
            "held over another column"
        );
        assert_eq!(
            seen(&[1], Some(2), Some(9)),
            [Some(1), None],
            "and the other way round"
        );
    }

    #[test]
    fn cards_that_are_held_or_have_the_focus_stay_in_the_document() {
        let shown = |id| Slot { id, hidden: false };
        let hidden = |id| Slot { id, hidden: true };
        let all = seen(&[1, 2, 3], None, None);
        assert_eq!(slots(&[1, 2, 3], &all, 2..3, &[1]), [hidden(1), shown(3)]);
        assert_eq!(slots(&[1, 2, 3], &all, 0..2, &[2, 9]), [shown(1), shown(2)]);
        let held = seen(&[1, 2, 3], Some(2), Some(2));
        assert_eq!(
            slots(&[1, 2, 3], &held, 0..3, &[2]),
            [shown(1), hidden(2), shown(3)]
        );
    }

    #[test]
    fn the_card_below_makes_room_for_the_hole() {
        let at = |hole| seen(&[1, 2, 3], None, Some(hole));
        assert_eq!(below_hole(&at(1), 0..4), Some(2));
        assert_eq!(below_hole(&at(3), 0..4), None, "the last");
        assert_eq!(below_hole(&at(0), 2..4), None, "out of sight");
        assert_eq!(below_hole(&seen(&[1], None, None), 0..1), None);
    }

    #[test]
    fn the_middle_of_a_card_decides_where_one_lands() {
        let land = |y, hole| landing_index(y, PITCH, hole, 5);
        assert_eq!(land(-30.0, None), 0);
        assert_eq!(land(10.0, None), 0);
        assert_eq!(land(60.0, None), 1);
        assert_eq!(land(100.0, None), 1);
        assert_eq!(land(4000.0, None), 5);
        // The hole at 1 pushes card 1 into slot 2.
        assert_eq!(land(100.0, Some(1)), 1);
        assert_eq!(land(170.0, Some(1)), 1);
        assert_eq!(land(190.0, Some(1)), 1);
        assert_eq!(land(240.0, Some(1)), 2);
        assert_eq!(land(60.0, Some(1)), 1);
        assert_eq!(land(20.0, Some(1)), 0);
    }

    #[test]
    fn a_landing_is_stable_where_it_opens_the_hole() {
        for y in 0..900 {
            let y = f64::from(y);
            let mut hole = landing_index(y, PITCH, None, 9);
            for _ in 0..3 {
                let next = landing_index(y, PITCH, Some(hole), 9);
                assert!(next == hole || next + 1 == hole, "{y}: {hole} then {next}");
                hole = next;
            }
            assert_eq!(landing_index(y, PITCH, Some(hole), 9), hole, "{y} settles");
        }
    }

    #[test]
    fn edges_scroll_faster_the_nearer() {
        let speed = |at| edge_scroll(at, 0.0, 1000.0, 1000.0, 16.0);
        assert!(speed(500.0).abs() < f64::EPSILON);
        assert!(speed(990.0) > speed(960.0));
        assert!(speed(960.0) > 0.0);
        assert!(speed(-20.0) < 0.0);
        assert!(
            (speed(1100.0) - 16.0).abs() < f64::EPSILON,
            "beyond the edge as fast as it goes"
        );
    }

    #[test]
    fn beside_the_columns_the_nearest_counts() {
        let spans = [(0.0, 100.0), (110.0, 210.0)];
        let at = |x| nearest(x, spans.into_iter());
        assert_eq!(at(-50.0), Some(0));
        assert_eq!(at(104.0), Some(0));
        assert_eq!(at(107.0), Some(1));
        assert_eq!(at(900.0), Some(1));
        assert_eq!(nearest(0.0, std::iter::empty()), None);
    }

    #[test]
    fn what_one_looks_at_keeps_its_place() {
        let shift = |before: &[RecordId], now: &[RecordId], first| {
            let list = |ids: &[RecordId]| seen(ids, None, None);
            shift_of(&list(before), &list(now), first)
        };
        assert_eq!(
            shift(&[1, 2, 3, 4], &[9, 1, 2, 3, 4], 2),
            1,
            "one came above"
        );
        assert_eq!(shift(&[1, 2, 3, 4], &[2, 3, 4], 2), -1, "one left above");
        assert_eq!(
            shift(&[1, 2, 3, 4], &[1, 2, 4, 9], 2),
            -1,
            "the first itself left"
        );
        assert_eq!(
            shift(&[1, 2, 3, 4], &[1, 2, 3, 9, 4], 2),
            0,
            "one came below"
        );
        assert_eq!(shift(&[1, 2], &[3, 4], 0), 0, "another board");
        let (held, dropped) = ([Some(2), None, Some(3)], [Some(2), Some(1), Some(3)]);
        assert_eq!(super::shift(&held, &dropped, 2), 0, "a drop fills its hole");
    }

    #[test]
    fn a_card_out_of_sight_is_scrolled_to() {
        let measure = Measure {
            pitch: 90.0,
            height: 700.0,
        };
        assert_eq!(reveal(measure, 0.0, 3), None);
        assert_eq!(reveal(measure, 500.0, 1), Some(90.0));
        assert_eq!(reveal(measure, 0.0, 20), Some(1190.0));
    }
}
