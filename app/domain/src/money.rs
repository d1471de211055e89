//! Money: an exact amount in a currency, and how it is written.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::Problem;

/// The largest amount that may be stored, in whole units: 10^15.
pub const LARGEST_AMOUNT: i64 = 1_000_000_000_000_000;

/// An ISO 4217 code such as `EUR`: three capital letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

impl Currency {
    /// Euro.
    pub const EUR: Self = Self(*b"EUR");
    /// United States dollar.
    pub const USD: Self = Self(*b"USD");

    /// Reads a code; letters of either case are taken.
    pub fn parse(code: &str) -> Result<Self, Problem> {
        let code = code.trim();
        match code.as_bytes() {
            [a, b, c] if code.bytes().all(|byte| byte.is_ascii_alphabetic()) => Ok(Self([
                a.to_ascii_uppercase(),
                b.to_ascii_uppercase(),
                c.to_ascii_uppercase(),
            ])),
            _ => Err(Problem::Malformed {
                given: code.chars().take(20).collect(),
                expected: "a currency code such as EUR".into(),
            }),
        }
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> &str {
        // Only ASCII letters get in.
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// Digits after the point in daily use (ISO 4217, "minor unit").
    #[must_use]
    pub fn minor_digits(&self) -> u32 {
        match &self.0 {
            b"JPY" | b"KRW" | b"VND" | b"CLP" | b"ISK" | b"UGX" | b"XAF" | b"XOF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            _ => 2,
        }
    }

    /// The sign people write, or the code where there is none of its own.
    #[must_use]
    pub fn sign(&self) -> &str {
        match &self.0 {
            b"EUR" => "€",
            b"USD" => "$",
            b"GBP" => "£",
            b"INR" => "₹",
            b"JPY" => "¥",
            b"PLN" => "zł",
            b"RUB" => "₽",
            b"UAH" => "₴",
            b"KZT" => "₸",
            _ => self.code(),
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl TryFrom<String> for Currency {
    type Error = Problem;
    fn try_from(code: String) -> Result<Self, Problem> {
        Self::parse(&code)
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

/// An amount in a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Exact, in whole units of the currency.
    pub amount: Decimal,
    /// Its currency.
    pub currency: Currency,
}

impl Money {
    /// An amount in a currency.
    #[must_use]
    pub const fn new(amount: Decimal, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// With all digits: `€1,234.50`. Whole amounts lose the zeros: `€1,234`.
    #[must_use]
    pub fn full(&self) -> String {
        let digits = self.currency.minor_digits();
        let rounded = self.amount.round_dp(digits);
        let text = if rounded.fract().is_zero() {
            rounded.trunc().to_string()
        } else {
            format!("{rounded:.0$}", digits as usize)
        };
        self.with_sign(&group_thousands(&text))
    }

    /// For headers and cards, three significant digits at least: `€1.23M`, `€45.6k`, `€980`.
    #[must_use]
    pub fn short(&self) -> String {
        let value = self.amount.abs();
        for (from, unit) in [(1_000_000_000_i64, "B"), (1_000_000, "M"), (10_000, "k")] {
            if value >= Decimal::from(from) {
                let step = if unit == "k" { 1_000 } else { from };
                let scaled = self.amount / Decimal::from(step);
                let decimals = match scaled.abs() {
                    scaled if scaled >= Decimal::from(100) => 0,
                    scaled if scaled >= Decimal::from(10) => 1,
                    _ => 2,
                };
                let text = scaled.round_dp(decimals).normalize().to_string();
                return self.with_sign(&format!("{text}{unit}"));
            }
        }
        self.full()
    }

    fn with_sign(&self, number: &str) -> String {
        let (minus, number) = number.strip_prefix('-').map_or(("", number), |n| ("−", n));
        match self.currency.sign() {
            sign @ ("zł" | "₽" | "₴" | "₸") => format!("{minus}{number}\u{a0}{sign}"),
            sign if sign.len() == 3 && sign.is_ascii() => format!("{minus}{number}\u{a0}{sign}"),
            sign => format!("{minus}{sign}{number}"),
        }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.full())
    }
}

/// `1234567.5` as `1,234,567.5`.
#[must_use]
pub fn group_thousands(number: &str) -> String {
    let (minus, rest) = number
        .strip_prefix('-')
        .map_or(("", number), |rest| ("-", rest));
    let (whole, fraction) = rest
        .split_once('.')
        .map_or((rest, None), |(w, f)| (w, Some(f)));
    let mut out = String::with_capacity(number.len() + whole.len() / 3);
    out.push_str(minus);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// Reads a number as people write it: spaces and apostrophes are dropped; where both `.` and `,`
/// stand, the last is the decimal mark; a single one followed by three digits and preceded by at
/// most three is a thousands mark only when it is a comma.
pub fn parse_decimal(text: &str) -> Result<Decimal, Problem> {
    let malformed = || Problem::Malformed {
        given: text.trim().chars().take(40).collect(),
        expected: "a number such as 1200.50".into(),
    };
    let compact: String = text
        .trim()
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '\'' | '’' | '_' | '\u{a0}'))
        .map(|c| if c == '−' { '-' } else { c })
        .collect();
    let commas = compact.matches(',').count();
    let points = compact.matches('.').count();
    let plain = match (commas, points) {
        (0, 0 | 1) => compact,
        (_, 0) => {
            let thousands = compact
                .split(',')
                .skip(1)
                .all(|group| group.len() == 3 && group.bytes().all(|b| b.is_ascii_digit()));
            if thousands {
                compact.replace(',', "")
            } else {
                compact.replacen(',', ".", 1)
            }
        }
        (0, _) => compact.replace('.', ""),
        _ if compact.rfind(',') > compact.rfind('.') => {
            compact.replace('.', "").replacen(',', ".", 1)
        }
        _ => compact.replace(',', ""),
    };
    if plain.is_empty()
        || !plain
            .bytes()
            .all(|b| b.is_ascii_digit() || b"-.".contains(&b))
    {
        return Err(malformed());
    }
    plain.parse::<Decimal>().map_err(|_| malformed())
}

/// Refuses amounts beyond [`LARGEST_AMOUNT`] and rounds to four digits, as stored.
pub fn check_amount(amount: Decimal) -> Result<Decimal, Problem> {
    if amount.abs() > Decimal::from(LARGEST_AMOUNT) {
        let most = group_thousands(&LARGEST_AMOUNT.to_string());
        return Err(Problem::OutOfRange {
            least: format!("-{most}"),
            most,
        });
    }
    Ok(amount.round_dp(4).normalize())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn eur(text: &str) -> Money {
        Money::new(text.parse().expect("a number"), Currency::EUR)
    }

    #[test]
    fn money_is_written_with_its_sign_and_groups() {
        assert_eq!(eur("1234.5").full(), "€1,234.50");
        assert_eq!(eur("-1200").full(), "−€1,200");
        assert_eq!(
            Money::new(Decimal::from(99), Currency::parse("pln").unwrap()).full(),
            "99\u{a0}zł"
        );
        assert_eq!(eur("1000000000000000").full(), "€1,000,000,000,000,000");
    }

    #[test]
    fn short_money_keeps_three_digits() {
        assert_eq!(eur("980").short(), "€980");
        assert_eq!(eur("9800").short(), "€9,800");
        assert_eq!(eur("45600").short(), "€45.6k");
        assert_eq!(eur("1234567").short(), "€1.23M");
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, value) in [
            ("1200.50", "1200.50"),
            ("1 200,50", "1200.50"),
            ("1.200,50", "1200.50"),
            ("1,200.50", "1200.50"),
            ("1,200", "1200"),
            ("1,2", "1.2"),
            ("-7", "-7"),
            ("1’000’000", "1000000"),
        ] {
            assert_eq!(
                parse_decimal(text).unwrap(),
                value.parse::<Decimal>().unwrap(),
                "{text}"
            );
        }
        for bad in ["", "abc", "12e5", "--1", "1-2"] {
            assert!(parse_decimal(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_plainly_is_read_back(units in -LARGEST_AMOUNT..=LARGEST_AMOUNT, cents in 0u32..100) {
            let text = format!("{units}.{cents:02}");
            let amount = parse_decimal(&text).unwrap();
            prop_assert_eq!(amount, text.parse::<Decimal>().unwrap());
        }

        #[test]
        fn reading_a_number_never_panics(text in ".{0,40}") {
            let _ = parse_decimal(&text).and_then(check_amount);
        }
    }
}
