//! Search and command palette.
