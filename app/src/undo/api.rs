//! The server's part of every undo.

use domain::timeline::Undone;
use domain::{Error, OperationId};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

use crate::answer::Answer;

/// Takes back an operation, whatever page it was done on.
#[server(input = Json)]
pub async fn undo_operation(operation: OperationId) -> Result<Answer<Undone>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::operations::undo(&ctx, operation).await)
}
