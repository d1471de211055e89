//! Changing many records at once: the bar over a list that says how many are selected and what can
//! be done with them ([`BulkBar`]), the dialog that tells what a change would come to before it is
//! done, and the changes under way, which stay on screen wherever one goes ([`RunDock`]).

pub mod api;
mod bar;
mod dialog;
mod dock;
mod editor;
mod runs;
mod words;

pub use bar::BulkBar;
pub(crate) use dialog::{PreviewText, use_preview};
pub use dock::RunDock;
pub use runs::BulkRuns;
pub(crate) use words::{count_text, number, records_as};
