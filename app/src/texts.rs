//! The texts of the pages, from `locales/`: module [`i18n`] is made from them at compile time, so
//! that a text that is missing or misses a part does not compile.

#![expect(
    deprecated,
    reason = "the build script that replaces the macro brings a hundred build dependencies for number formats that we do not use"
)]

leptos_i18n::load_locales!();

/// Has the crate compiled again when a text changes: the macro alone does not say what it read.
const _: &str = include_str!("../../locales/en.json");
