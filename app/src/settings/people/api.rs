//! Server functions of the settings of people. All are the administrator's; what is refused is an
//! answer (see [`crate::answer`]).

use domain::people::{DepartmentDraft, InvitationLink, MemberDraft, OpenRecords, PeopleSettings};
use domain::{DepartmentId, Error, OperationId, UserId};
use leptos::prelude::*;
use leptos::server_fn::codec::{GetUrl, Json};

use crate::answer::Answer;

/// Everybody, and the departments.
#[server(input = GetUrl)]
pub async fn load_people() -> Result<Answer<PeopleSettings>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::people_settings::load(&ctx).await)
}

/// Makes a user, and the link that lets them in.
#[server(input = Json)]
pub async fn invite(draft: MemberDraft) -> Result<Answer<InvitationLink>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::people_settings::members::invite(&ctx, draft).await)
}

/// Makes a new link for a user; the one before works no longer.
#[server(input = Json)]
pub async fn new_link(user: UserId) -> Result<Answer<InvitationLink>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::people_settings::members::new_link(&ctx, user).await)
}

/// Changes name, address, department, manager and roles of a user.
#[server(input = Json)]
pub async fn change_member(
    user: UserId,
    draft: MemberDraft,
) -> Result<Answer<Option<OperationId>>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::people_settings::members::change(&ctx, user, draft).await)
}

/// How much a user has under way.
#[server(input = GetUrl)]
pub async fn count_open_records(user: UserId) -> Result<Answer<OpenRecords>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::people_settings::leaving::open_records(&ctx, user).await)
}

/// Ends a user's sessions and keeps them out; what they have under way goes to somebody else.
#[server(input = Json)]
pub async fn deactivate(
    user: UserId,
    to: Option<UserId>,
) -> Result<Answer<Option<OperationId>>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::people_settings::leaving::deactivate(&ctx, user, to).await)
}

/// Lets a user sign in again.
#[server(input = Json)]
pub async fn reactivate(user: UserId) -> Result<Answer<Option<OperationId>>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::people_settings::leaving::reactivate(&ctx, user).await)
}

/// Makes a department.
#[server(input = Json)]
pub async fn add_department(draft: DepartmentDraft) -> Result<Answer<DepartmentId>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::people_settings::departments::add(&ctx, draft).await)
}

/// Renames a department, moves it, gives it a head.
#[server(input = Json)]
pub async fn change_department(
    id: DepartmentId,
    draft: DepartmentDraft,
) -> Result<Answer<Option<OperationId>>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::people_settings::departments::change(&ctx, id, draft).await)
}

/// Deletes a department; its people and the departments below it move up.
#[server(input = Json)]
pub async fn delete_department(id: DepartmentId) -> Result<Answer<Option<OperationId>>, Error> {
    let ctx = crate::request::ctx().await?;
    crate::answer::answer(services::people_settings::departments::delete(&ctx, id).await)
}
