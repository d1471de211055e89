//! Phones and e-mail addresses in the form that finds duplicates, callers and senders.

use domain::contact_point::{ContactPoint, PointType};
use phonenumber::{Mode, country};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::Ctx;
use crate::failure::Result;

/// The organisation's country, to which phone numbers without a country code belong.
pub(crate) async fn country(_ctx: &Ctx, db: &impl ConnectionTrait) -> Result<String> {
    let sql = "select country from organisation";
    let row = db
        .query_one_raw(Statement::from_string(DbBackend::Postgres, sql))
        .await?;
    Ok(row
        .map(|row| row.try_get_by_index(0))
        .transpose()?
        .unwrap_or_else(|| "US".to_owned()))
}

/// E.164 for phones that can be read as such, else their digits; e-mail in lower case.
pub(crate) fn normalise(point: &ContactPoint, country: &str) -> String {
    if point.point_type == PointType::Email {
        return point.normalised();
    }
    phonenumber::parse(country.parse::<country::Id>().ok(), &point.text)
        .ok()
        .filter(phonenumber::is_valid)
        .map_or_else(
            || point.normalised(),
            |number| number.format().mode(Mode::E164).to_string(),
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_written_in_two_ways_is_one_number() {
        let form = |text| normalise(&ContactPoint::new(PointType::Phone, text), "PL");
        assert_eq!(form("601 234 567"), "+48601234567");
        assert_eq!(form("+48 (601) 234-567"), "+48601234567");
        assert_eq!(form("12345"), "12345");
        let mail = ContactPoint::new(PointType::Email, "Anna@Example.com");
        assert_eq!(normalise(&mail, "PL"), "anna@example.com");
    }
}
