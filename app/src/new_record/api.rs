//! Server functions of new records.

use std::collections::BTreeMap;

use domain::board::Written;
use domain::record::{Alike, Begun, Values};
use domain::{Draft, Error, Kind};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

use crate::answer::Answer;

/// What the form of a new record begins with.
#[server(input = Json)]
pub async fn begin_record(
    kind: Kind,
    given: BTreeMap<String, String>,
) -> Result<Answer<Begun>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::records::begin::begin(&ctx, kind, &given).await)
}

/// Records that may be the same thing as the one that is being written.
#[server(input = Json)]
pub async fn find_alike(kind: Kind, values: Values) -> Result<Answer<Vec<Alike>>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::records::alike::alike(&ctx, kind, &values).await)
}

/// Makes a record.
#[server(input = Json)]
pub async fn add_record(kind: Kind, draft: Draft) -> Result<Answer<Written>, Error> {
    let ctx = crate::request::ctx().await?;
    let written =
        services::records::write::create(&ctx, domain::timeline::Via::Form, kind, draft).await;
    crate::answer::answer(written)
}
