//! Filters on screen: building them, and telling them in words.
