//! server/entity
