//! The texts of the pages: module [`i18n`], which `build.rs` makes from `locales/`.

#![expect(
    unused_qualifications,
    reason = "made by a program, which takes no risk with names"
)]

include!(concat!(env!("OUT_DIR"), "/texts.rs"));
