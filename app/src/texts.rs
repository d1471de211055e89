//! The texts of the pages: module [`i18n`], most of which `build.rs` makes from `locales/`.

mod made {
    #![expect(
        clippy::all,
        clippy::pedantic,
        dead_code,
        unused_imports,
        unused_qualifications,
        reason = "made by a program, which takes no risk with names"
    )]

    include!(concat!(env!("OUT_DIR"), "/texts.rs"));
}

/// A text as a string, as the language is now. A page is loaded anew when the language changes, so
/// nothing has to follow it; Leptos's own macro would warn wherever nothing can.
macro_rules! text {
    ($i18n:expr, $($key:tt)+) => {
        $crate::i18n::td_string!($i18n.get_locale_untracked(), $($key)+)
    };
}

/// The texts, and the macros that read them.
pub mod i18n {
    pub use super::made::i18n::{I18nContextProvider, I18nKeys, Locale, use_i18n};
    pub use leptos_i18n::{t, td_string, tu_string};
    pub(crate) use text as t_string;
}
