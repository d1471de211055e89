//! Statements over records for reports, which count and sum instead of showing.

use domain::Kind;
use domain::query::Filter;
use sea_orm::sea_query::SelectStatement;

use super::question::Question;
use crate::Ctx;
use crate::failure::Result;

/// A statement without columns over those records of a kind, under the alias `r`, that are in use,
/// that the asker may see, and that the filter lets through. The report adds what it counts; it may
/// narrow the statement, and must not widen it.
pub(crate) async fn over(ctx: &Ctx, kind: Kind, filter: &Filter) -> Result<SelectStatement> {
    let question = Question::about(ctx, kind, filter).await?;
    Ok(question.select(question.conditions(filter, None, false)?))
}

/// Whether a filter can be asked of a kind, with its own fields and those of the kinds that it
/// reaches.
///
/// # Errors
/// [`domain::Error::Invalid`] names what the kind does not have.
pub(crate) async fn understands(ctx: &Ctx, kind: Kind, filter: &Filter) -> Result<()> {
    Question::about(ctx, kind, filter).await.map(drop)
}
