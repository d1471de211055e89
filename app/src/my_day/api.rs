//! Server functions of my day. What one changes from it goes through the record page's.

use domain::Error;
use domain::my_day::MyDay;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// What waits for whoever asks.
#[server(input = GetUrl)]
pub async fn load_my_day() -> Result<MyDay, Error> {
    let ctx = crate::request::ctx().await?;
    crate::request::respond(services::my_day::read(&ctx).await)
}
