//! Taking up an invitation.

use domain::Error;
use domain::people::Invitation;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

use crate::answer::Answer;

/// What a link is good for.
#[server(input = GetUrl)]
pub async fn load_invitation(token: String) -> Result<Answer<Invitation>, Error> {
    let visit = crate::request::visit()?;
    super::take_up::answered(super::take_up::look(&visit, &token).await)
}

/// Gives the invited their name and password, signs them in, and goes to the first page.
#[server]
pub async fn accept_invitation(
    token: String,
    name: String,
    password: String,
) -> Result<Answer<()>, Error> {
    let visit = crate::request::visit()?;
    super::take_up::answered(super::take_up::accept(&visit, &token, &name, &password).await)
}
