//! Saved views: the tabs above a list.
