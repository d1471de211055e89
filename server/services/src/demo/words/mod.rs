//! The words of the demonstration: names, places, titles and notes in four languages, composed by
//! hand and combined by rule. No company, person or address here is a real one.

mod english;
mod marathi;
mod polish;
mod russian;

pub(super) use english::ENGLISH;
pub(super) use marathi::MARATHI;
pub(super) use polish::POLISH;
pub(super) use russian::RUSSIAN;

/// A word as it is written, and the same in Latin letters for addresses.
pub(super) type Word = (&'static str, &'static str);

/// One language's words. In titles, notes and next steps `{city}`, `{company}`, `{product}` and
/// `{year}` are filled in.
pub(super) struct Tongue {
    /// How phone numbers of the country begin; the rest is drawn.
    pub phone: &'static str,
    /// Digits that follow.
    pub phone_digits: usize,
    /// The currency that some of its customers pay in; the others pay in euros.
    pub currency: &'static str,
    /// How many of a hundred pay in it.
    pub currency_share: u32,
    /// What an amount in euros is multiplied with.
    pub rate: u32,
    /// To what amounts in the currency are rounded.
    pub step: u32,
    /// City and country.
    pub cities: &'static [(&'static str, &'static str)],
    /// Streets, without number.
    pub streets: &'static [&'static str],
    /// First names of women.
    pub women: &'static [Word],
    /// First names of men.
    pub men: &'static [Word],
    /// Family names: of women, of men, in Latin letters.
    pub families: &'static [(&'static str, &'static str, &'static str)],
    /// Own names of companies.
    pub cores: &'static [Word],
    /// What companies do: a pattern with `{core}`, Latin letters for the address, the industry.
    pub trades: &'static [(&'static str, &'static str, &'static str)],
    /// What people do.
    pub jobs: &'static [&'static str],
    /// Titles of new business.
    pub deals: &'static [&'static str],
    /// Titles of renewals.
    pub renewals: &'static [&'static str],
    /// Titles of leads.
    pub leads: &'static [&'static str],
    /// Notes of sales.
    pub notes: &'static [&'static str],
    /// Next steps.
    pub steps: &'static [&'static str],
    /// What is said of a company.
    pub about: &'static [&'static str],
}
