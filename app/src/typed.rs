//! What was typed into a form that works without JavaScript, kept until its page is made anew.
//!
//! With JavaScript the page stays and keeps it. Without, it comes back in a cookie that lives for
//! two minutes: never in the URL, which goes into logs and histories, and never a password.

use std::fmt::Write as _;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::request::{cookie, is_plain_form, set_cookie};

/// How long it is kept, in seconds.
const KEPT: u32 = 120;
/// Bytes of a form that are worth a cookie.
const LONGEST: usize = 1500;

/// Keeps what was typed, where the form has been posted without JavaScript.
pub fn keep<T: Serialize>(form: &str, typed: &T) {
    if !is_plain_form() {
        return;
    }
    if let Ok(json) = serde_json::to_vec(typed)
        && json.len() <= LONGEST
    {
        let mut hex = String::with_capacity(json.len() * 2);
        for byte in json {
            // Writing to a string does not fail.
            let _ = write!(hex, "{byte:02x}");
        }
        set_cookie(&name(form), &hex, KEPT);
    }
}

/// Forgets it, once the form has done its work.
pub fn forget(form: &str) {
    if cookie(&name(form)).is_some() {
        set_cookie(&name(form), "", 0);
    }
}

/// What was typed, if the form has just come back.
#[must_use]
pub fn before<T: DeserializeOwned>(form: &str) -> Option<T> {
    let hex = cookie(&name(form))?;
    let bytes = hex.as_bytes().chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    });
    serde_json::from_slice(&bytes.collect::<Option<Vec<u8>>>()?).ok()
}

fn name(form: &str) -> String {
    format!("dealwright_{form}")
}
