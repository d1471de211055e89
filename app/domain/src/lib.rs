//! app/domain
