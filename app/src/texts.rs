//! The texts of the pages: module [`i18n`], which `build.rs` makes from `locales/`.

include!(concat!(env!("OUT_DIR"), "/texts.rs"));
