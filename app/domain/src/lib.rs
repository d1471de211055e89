//! Pure types and rules of Dealwright, shared by browser and server.
//!
//! Nothing here does I/O, reads a clock, draws a random number or knows the database.
//! In suggested reading order: what there is ([`kind`], [`field`], [`value`], [`record`]), how it
//! is asked for ([`query`], [`period`], [`view`], [`bulk`]), who may see it ([`rights`]), how it moves ([`pipeline`],
//! [`position`], [`board`], [`funnel`]), what is told about it ([`timeline`], [`markdown`], [`live`], [`my_day`]), and what
//! can go wrong ([`error`]).

#![warn(missing_docs)]

pub mod board;
pub mod bulk;
pub mod contact_point;
pub mod conversion;
pub mod error;
pub mod field;
pub mod field_settings;
pub mod funnel;
pub mod kind;
pub mod list;
pub mod live;
pub mod markdown;
pub mod money;
pub mod my_day;
pub mod people;
pub mod period;
pub mod pipeline;
pub mod pipeline_settings;
pub mod position;
pub mod query;
pub mod record;
pub mod rights;
pub mod search;
pub mod timeline;
pub mod value;
pub mod view;
pub mod workspace;

pub use error::{Error, FieldError, Problem};
pub use field::{FieldDef, FieldType};
pub use kind::Kind;
pub use money::Money;
pub use record::{Draft, Record};
pub use value::Value;

/// A record's id, unique within its kind.
pub type RecordId = i64;
/// A user's id.
pub type UserId = i64;
/// A department's id.
pub type DepartmentId = i64;
/// A pipeline's id.
pub type PipelineId = i64;
/// A stage's id, unique over all pipelines.
pub type StageId = i64;
/// A saved view's id.
pub type ViewId = i64;
/// An operation's id: one thing that somebody did, with all its events.
pub type OperationId = i64;
/// An event's id: one record's part in an operation. Grows with time.
pub type EventId = i64;
