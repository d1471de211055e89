//! server/test-support
