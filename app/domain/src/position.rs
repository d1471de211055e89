//! Places on the board: fractional indices as text, so that dropping a card writes one row and
//! everybody sees the same order. Compared byte by byte (collation C).
//!
//! A position is an integer part, whose first letter tells its length, and a fraction, both in
//! base 62. Putting above the first or below the last counts the integer, so that positions stay
//! short however many cards come and go; putting between two halves the fraction. This is the
//! scheme of Figma and of rocicorp's `fractional-indexing`; the `fractional_index` crate grows by
//! a byte with every 128 cards that are put on top.

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const FIRST: &str = "a0";

/// A position between two others; `None` stands for the edge of the column. Positions that cannot
/// be read count as the edge, and of two in the wrong order only the first counts: a card must
/// always find a place.
#[must_use]
pub fn between(above: Option<&str>, below: Option<&str>) -> String {
    let above = above.filter(|position| is_position(position));
    let below = below.filter(|position| is_position(position));
    match (above, below) {
        (None, None) => FIRST.to_owned(),
        (None, Some(below)) => before(below),
        (Some(above), None) => after(above),
        (Some(above), Some(below)) if above >= below => after(above),
        (Some(above), Some(below)) => inside(above, below),
    }
}

/// So many positions in order between two others, as short as can be.
#[must_use]
pub fn spread(above: Option<&str>, below: Option<&str>, count: usize) -> Vec<String> {
    let mut positions = Vec::with_capacity(count);
    match (above, below) {
        (above, None) => {
            let mut last = above.map(str::to_owned);
            for _ in 0..count {
                let next = between(last.as_deref(), None);
                positions.push(next.clone());
                last = Some(next);
            }
        }
        (None, below) => {
            let mut first = below.map(str::to_owned);
            for _ in 0..count {
                let next = between(None, first.as_deref());
                positions.push(next.clone());
                first = Some(next);
            }
            positions.reverse();
        }
        (above, below) if count > 0 => {
            let middle = between(above, below);
            let left = count / 2;
            positions.extend(spread(above, Some(&middle), left));
            positions.push(middle.clone());
            positions.extend(spread(Some(&middle), below, count - left - 1));
        }
        _ => {}
    }
    positions
}

/// Length of the integer part that begins with this letter.
const fn integer_length(head: u8) -> Option<usize> {
    match head {
        b'a'..=b'z' => Some((head - b'a') as usize + 2),
        b'A'..=b'Z' => Some((b'Z' - head) as usize + 2),
        _ => None,
    }
}

fn integer_part(position: &str) -> &str {
    let length = position
        .bytes()
        .next()
        .and_then(integer_length)
        .unwrap_or(0);
    position.get(..length).unwrap_or(position)
}

/// Whether it is one: whole integer part, digits only, no zero at the end of the fraction, which
/// would leave no place above it.
fn is_position(text: &str) -> bool {
    let Some(length) = text.bytes().next().and_then(integer_length) else {
        return false;
    };
    text.len() >= length
        && text.bytes().all(|byte| DIGITS.contains(&byte))
        && (text.len() == length || !text.ends_with('0'))
}

fn digit(byte: u8) -> usize {
    DIGITS.iter().position(|digit| *digit == byte).unwrap_or(0)
}

fn inside(above: &str, below: &str) -> String {
    let (above_integer, below_integer) = (integer_part(above), integer_part(below));
    if above_integer == below_integer {
        let (low, high) = (&above[above_integer.len()..], &below[below_integer.len()..]);
        return format!("{above_integer}{}", midpoint(low, Some(high)));
    }
    match step(above_integer, 1) {
        Some(next) if next.as_str() < below => next,
        _ => format!(
            "{above_integer}{}",
            midpoint(&above[above_integer.len()..], None)
        ),
    }
}

fn before(below: &str) -> String {
    let integer = integer_part(below);
    if below.len() > integer.len() {
        return integer.to_owned();
    }
    step(integer, -1).unwrap_or_else(|| format!("{integer}{}", midpoint("", Some(""))))
}

fn after(above: &str) -> String {
    let integer = integer_part(above);
    step(integer, 1)
        .unwrap_or_else(|| format!("{integer}{}", midpoint(&above[integer.len()..], None)))
}

/// The integer part one up or down; none at the very ends, which nobody reaches (62^25 cards).
fn step(integer: &str, by: i8) -> Option<String> {
    let (head, digits) = integer.split_at(1);
    let mut head = head.bytes().next()?;
    let mut digits: Vec<u8> = digits.bytes().collect();
    let (edge, wrapped) = if by > 0 { (b'z', b'0') } else { (b'0', b'z') };
    for place in digits.iter_mut().rev() {
        if *place == edge {
            *place = wrapped;
            continue;
        }
        let next = if by > 0 {
            digit(*place) + 1
        } else {
            digit(*place) - 1
        };
        *place = DIGITS[next];
        return String::from_utf8([&[head], digits.as_slice()].concat()).ok();
    }
    // All places wrapped: the integer gets one digit longer or shorter.
    match (by > 0, head) {
        (true, b'Z') => return Some(FIRST.to_owned()),
        (false, b'a') => return Some("Zz".to_owned()),
        (true, b'z') | (false, b'A') => return None,
        (true, _) => head += 1,
        (false, _) => head -= 1,
    }
    let length = integer_length(head)? - 1;
    digits.resize(length, wrapped);
    String::from_utf8([&[head], digits.as_slice()].concat()).ok()
}

/// A fraction between two others, none of them ending in zero; `None` is one whole.
fn midpoint(low: &str, high: Option<&str>) -> String {
    let low_bytes = low.as_bytes();
    if let Some(high) = high {
        // What both share goes in front; the lower one is thought to go on with zeros.
        let shared = high
            .bytes()
            .enumerate()
            .take_while(|(at, byte)| low_bytes.get(*at).copied().unwrap_or(b'0') == *byte)
            .count();
        if shared > 0 {
            let rest = low.get(shared..).unwrap_or("");
            return format!(
                "{}{}",
                &high[..shared],
                midpoint(rest, Some(&high[shared..]))
            );
        }
    }
    let low_digit = low_bytes.first().map_or(0, |byte| digit(*byte));
    let high_digit = match high {
        Some(high) => high.bytes().next().map_or(0, digit),
        None => DIGITS.len(),
    };
    if high_digit > low_digit + 1 {
        let middle = usize::midpoint(low_digit, high_digit);
        return char::from(DIGITS[middle]).to_string();
    }
    match high {
        Some(high) if high.len() > 1 => high[..1].to_owned(),
        _ => {
            let rest = low.get(1..).unwrap_or("");
            format!("{}{}", char::from(DIGITS[low_digit]), midpoint(rest, None))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_card_dropped_anywhere_keeps_its_place(drops in prop::collection::vec(0usize..1000, 1..300)) {
            let mut column: Vec<String> = Vec::new();
            for drop in drops {
                let at = drop % (column.len() + 1);
                let above = at.checked_sub(1).map(|i| column[i].as_str());
                let position = between(above, column.get(at).map(String::as_str));
                prop_assert!(is_position(&position), "{}", position);
                column.insert(at, position);
                prop_assert!(column.is_sorted_by(|a, b| a < b), "{:?}", column);
            }
        }

        #[test]
        fn many_at_once_stand_in_order(count in 0usize..200, edge in 0u8..4) {
            let above = (edge & 1 == 1).then_some("a5");
            let below = (edge & 2 == 2).then_some("a6");
            let column = spread(above, below, count);
            prop_assert_eq!(column.len(), count);
            prop_assert!(column.is_sorted_by(|a, b| a < b));
            prop_assert!(column.first().is_none_or(|first| above.is_none_or(|above| above < first.as_str())));
            prop_assert!(column.last().is_none_or(|last| below.is_none_or(|below| last.as_str() < below)));
        }

        #[test]
        fn whatever_is_given_a_place_is_found(above in ".{0,6}", below in ".{0,6}") {
            prop_assert!(is_position(&between(Some(&above), Some(&below))));
        }
    }

    #[test]
    fn positions_stay_short_however_many_cards_are_put_on_top() {
        let (mut top, mut bottom) = (between(None, None), between(None, None));
        for _ in 0..100_000 {
            let next = between(None, Some(&top));
            assert!(next < top);
            top = next;
            let next = between(Some(&bottom), None);
            assert!(bottom < next);
            bottom = next;
        }
        assert!(top.len() <= 5 && bottom.len() <= 5, "{top} {bottom}");
    }

    #[test]
    fn a_broken_position_counts_as_the_edge() {
        assert_eq!(between(Some("not one"), None), between(None, None));
        assert_eq!(between(Some("a00"), None), between(None, None));
    }
}
