//! Server functions of the conversion of leads.

use domain::conversion::{Conversion, Converted, Preparation};
use domain::{Error, RecordId};
use leptos::prelude::*;
use leptos::server_fn::codec::{GetUrl, Json};

use crate::answer::Answer;

/// What a lead can become, and what exists already.
#[server(input = GetUrl)]
pub async fn prepare_conversion(lead: RecordId) -> Result<Answer<Preparation>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::conversion::prepare(&ctx, lead).await)
}

/// Converts a lead.
#[server(input = Json)]
pub async fn convert_lead(conversion: Conversion) -> Result<Answer<Converted>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::conversion::convert(&ctx, conversion).await)
}
