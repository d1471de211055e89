//! The server function of the search.

use domain::Error;
use domain::search::Hit;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

/// What a text finds. It travels in the body: names and numbers of people belong in no address.
#[server(input = Json)]
pub async fn search_records(text: String) -> Result<Vec<Hit>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::request::respond(services::search::find(&ctx, &text).await)
}
