//! Words of the settings that depend on a value.

use domain::pipeline::Meaning;

use crate::i18n::t_string;
use crate::labels::I18n;

/// One or many records.
pub(super) fn records(i18n: I18n, count: u64) -> String {
    match count {
        0 => t_string!(i18n, pipelines.records_none).to_owned(),
        1 => t_string!(i18n, pipelines.records_one).to_owned(),
        many => t_string!(
            i18n,
            pipelines.records_many,
            count = domain::money::group_thousands(&many.to_string())
        ),
    }
}

/// What a stage stands for.
pub(super) fn meaning(i18n: I18n, meaning: Meaning) -> String {
    match meaning {
        Meaning::Open => t_string!(i18n, pipelines.open),
        Meaning::Won => t_string!(i18n, pipelines.won),
        Meaning::Lost => t_string!(i18n, pipelines.lost),
    }
    .to_owned()
}
