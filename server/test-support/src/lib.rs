//! What tests of the server stand on: a database of their own, people, pipelines and records made
//! in a line each, and a clock that stands still.
//!
//! ```ignore
//! let db = TestDb::new().await;
//! let anna = db.user("Anna", &[Role::Salesperson], None).await;
//! let sales = db.pipeline(Kind::Deal, "Sales", &OPEN_WON_LOST).await;
//! let deal = db.insert(Kind::Deal, [("title", Value::Text("Roof".into()))]).await;
//! let ctx = db.ctx_of(anna).await;
//! ```

mod database;
mod people;
mod records;
mod template;

pub use database::{TestDb, ZONE, now};
pub use people::OPEN_WON_LOST;
