//! What the page of a list asks: its first page, rows that have changed, and what columns come to.

use domain::list::{Listed, Row, Summary};
use domain::query::{AggregateQuery, Filter, Operator, Query};
use domain::{Error, Kind, RecordId};

use super::read;
use crate::Ctx;

/// The first page of a list, with the newest event that it surely contains: live changes from
/// there on are told to it.
///
/// # Errors
/// [`Error::Invalid`] where the query names what is not there.
pub async fn open(ctx: &Ctx, kind: Kind, query: &Query) -> Result<Listed, Error> {
    // Before the records: what happens in between is told twice rather than never.
    let seen = read::newest_event(ctx).await?;
    Ok(Listed {
        page: read::list(ctx, kind, query).await?,
        now: ctx.now,
        seen,
    })
}

/// Those of the records that may be seen, and whether each is still let through by the query.
///
/// # Errors
/// [`Error::Invalid`] where the query names what is not there.
pub async fn rows(
    ctx: &Ctx,
    kind: Kind,
    query: &Query,
    ids: &[RecordId],
) -> Result<Vec<Row>, Error> {
    read::rows(ctx, kind, query, ids).await
}

/// What columns of numbers and amounts come to over everything that a query finds: sums, and how
/// many records have a value, so that an average is one over those that have one.
///
/// # Errors
/// [`Error::Invalid`] where a field cannot be summed.
pub async fn footer(
    ctx: &Ctx,
    kind: Kind,
    query: &Query,
    fields: &[String],
) -> Result<Vec<Summary>, Error> {
    let mut summaries = Vec::with_capacity(fields.len());
    for field in fields {
        let filled = Query {
            filter: query
                .filter
                .clone()
                .and(Filter::is(field, Operator::Filled, &[])),
            ..query.clone()
        };
        let wanted = AggregateQuery {
            group_by: None,
            sum: Some(field.clone()),
        };
        let groups = read::aggregate(ctx, kind, &filled, &wanted).await?;
        summaries.push(Summary {
            field: field.clone(),
            totals: groups.into_iter().flat_map(|group| group.totals).collect(),
        });
    }
    Ok(summaries)
}
