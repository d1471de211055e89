//! Pages, components and server functions of Dealwright.
//!
//! Compiled twice: for the server (`ssr`), where pages become HTML and server functions do their
//! work, and for the browser (`hydrate`), where the same pages come alive. [`App`] has the route
//! table; a feature is a folder with its pages, its parts and, in `api.rs`, its server functions.

#![recursion_limit = "256"]

pub mod account;
pub mod answer;

pub mod board;
pub mod bulk;
pub mod conversion;
pub mod dates;
pub mod fields;
pub mod filter;
pub mod funnel;
pub mod invitation;
pub mod labels;
pub mod layout;
pub mod list;
pub mod live;
pub mod my_day;
pub mod new_record;
pub mod not_found;
mod pages;
mod parts;
pub mod record;
pub mod recycle_bin;
#[cfg(feature = "ssr")]
pub mod request;
mod resource;
mod routes;
pub mod search;
pub mod set_up;
pub mod settings;
#[cfg(feature = "ssr")]
mod shell;
pub mod sign_in;
pub mod site;
mod texts;
#[cfg(feature = "ssr")]
mod typed;
pub mod ui;
pub mod undo;
pub mod views;

pub use pages::fetch_page;
pub use parts::Missing;
pub use routes::App;
#[cfg(feature = "ssr")]
pub use shell::shell;
pub use texts::i18n;
