//! What the funnel asks the server.

use domain::Error;
use domain::funnel::{Funnel, FunnelQuery};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

use crate::answer::Answer;

/// The funnel as the user may see it.
#[server(input = Json)]
pub async fn load_funnel(query: FunnelQuery) -> Result<Answer<Funnel>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::funnel::read(&ctx, &query).await)
}
