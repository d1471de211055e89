//! Fields on screen, from their descriptions alone: how a value is shown ([`FieldValue`]) and how
//! it is edited ([`FieldInput`]). Form, record page, quick add and gate dialog all use these two,
//! so that a new field type needs one arm in each.

pub mod api;
mod input;
mod link_picker;
mod missing_dialog;
mod points_input;
mod value;

pub use input::{FieldInput, OnValue};
pub(crate) use link_picker::LinkPicker;
pub use missing_dialog::{Ask, MissingDialog};
pub use value::{FieldValue, value_text};
