//! The colours that stages and choices can have, in words.

use crate::i18n::t_string;
use crate::labels::I18n;

/// A colour's name; what is none of them is gray.
pub(super) fn color_name(i18n: I18n, color: &str) -> String {
    match color {
        "blue" => t_string!(i18n, settings.color.blue),
        "cyan" => t_string!(i18n, settings.color.cyan),
        "teal" => t_string!(i18n, settings.color.teal),
        "green" => t_string!(i18n, settings.color.green),
        "amber" => t_string!(i18n, settings.color.amber),
        "orange" => t_string!(i18n, settings.color.orange),
        "red" => t_string!(i18n, settings.color.red),
        "pink" => t_string!(i18n, settings.color.pink),
        "violet" => t_string!(i18n, settings.color.violet),
        _ => t_string!(i18n, settings.color.gray),
    }
    .to_owned()
}
