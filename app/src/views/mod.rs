//! Saved views: the tabs above a list.
//!
//! A tab is a link to the view's address. Where the list differs from the view it was opened by,
//! the tabs say so, and offer to save it, to save it as another, or to go back to it.

pub mod api;
mod dialog;
mod menu;
mod state;
mod tabs;

pub use tabs::ViewTabs;
