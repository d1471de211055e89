//! The live connection.

use leptos::prelude::*;

/// Says when the live connection is away.
#[component]
pub fn Status() -> impl IntoView {}
