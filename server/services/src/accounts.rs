//! Signing in, and who is asking.
