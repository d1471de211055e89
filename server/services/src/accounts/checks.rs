//! What people type about themselves, checked: names, addresses, passwords, time zones.

use chrono_tz::Tz;
use domain::workspace::PASSWORD_LENGTH;
use domain::{Error, Problem};

/// Bytes that a password may have. Hashing more would let anybody keep a core busy.
pub(super) const LONGEST_PASSWORD: usize = 1024;

/// One line of text that must be there, trimmed.
pub(crate) fn check_line(field: &str, label: &str, text: &str) -> Result<String, Error> {
    const MOST: usize = 200;
    let text = text.trim();
    let length = text.chars().count();
    if length == 0 {
        return Err(Error::field(field, label, Problem::Required));
    }
    if length > MOST {
        return Err(Error::field(
            field,
            label,
            Problem::TooLong { length, most: MOST },
        ));
    }
    Ok(text.to_owned())
}

/// An e-mail address, in lower case.
pub(crate) fn check_email(field: &str, label: &str, text: &str) -> Result<String, Error> {
    let email = check_line(field, label, text)?.to_lowercase();
    let sound = email.split_once('@').is_some_and(|(mailbox, host)| {
        !mailbox.is_empty()
            && !host.is_empty()
            && !host.contains('@')
            && !email.contains(char::is_whitespace)
    });
    if sound {
        return Ok(email);
    }
    let problem = Problem::Malformed {
        given: shortened(&email),
        expected: "an address such as ada@example.com".into(),
    };
    Err(Error::field(field, label, problem))
}

/// A password long enough to be safe and short enough to be hashed.
pub(crate) fn check_password(field: &str, label: &str, text: &str) -> Result<(), Error> {
    let length = text.chars().count();
    if length == 0 {
        return Err(Error::field(field, label, Problem::Required));
    }
    if length < PASSWORD_LENGTH {
        return Err(Error::field(
            field,
            label,
            Problem::TooShort {
                least: PASSWORD_LENGTH,
            },
        ));
    }
    if text.len() > LONGEST_PASSWORD {
        let problem = Problem::TooLong {
            length,
            most: LONGEST_PASSWORD,
        };
        return Err(Error::field(field, label, problem));
    }
    Ok(())
}

/// A time zone by its IANA name.
pub(crate) fn check_time_zone(name: &str) -> Result<Tz, Error> {
    name.trim().parse().map_err(|_| {
        let problem = Problem::Malformed {
            given: shortened(name),
            expected: "a time zone such as Europe/Warsaw".into(),
        };
        Error::field("time_zone", "Time zone", problem)
    })
}

pub(super) fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}
