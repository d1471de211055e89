//! Server functions of the saved views.

use domain::view::{View, ViewDraft};
use domain::{Error, Kind, ViewId};
use leptos::prelude::*;
use leptos::server_fn::codec::{GetUrl, Json};

use crate::answer::Answer;

/// The views among one's tabs, own and shared, in one's order.
#[server(input = GetUrl)]
pub async fn load_views(kind: Kind) -> Result<Vec<View>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::request::respond(services::views::list(&ctx, kind).await)
}

/// Makes a view of one's own.
#[server(input = Json)]
pub async fn create_view(kind: Kind, draft: ViewDraft) -> Result<Answer<View>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::views::create(&ctx, kind, &draft).await)
}

/// Changes a view.
#[server(input = Json)]
pub async fn change_view(id: ViewId, draft: ViewDraft) -> Result<Answer<View>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::views::change(&ctx, id, &draft).await)
}

/// Takes a view away.
#[server(input = Json)]
pub async fn delete_view(id: ViewId) -> Result<Answer<()>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::views::delete(&ctx, id).await)
}

/// Brings a view back.
#[server(input = Json)]
pub async fn restore_view(id: ViewId) -> Result<Answer<View>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::views::restore(&ctx, id).await)
}

/// Puts one's tabs into an order.
#[server(input = Json)]
pub async fn order_views(kind: Kind, ids: Vec<ViewId>) -> Result<Answer<Vec<View>>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::views::order(&ctx, kind, &ids).await)
}
