//! Boards: for each stage of a pipeline its totals and its first cards, in one statement whose
//! cost follows the cards that are shown.

use domain::board::{Board, BoardQuery, COLUMN_PAGE, Card, Column};
use domain::field::{FieldType, Storage};
use domain::query::Cursor;
use domain::{Error, EventId, FieldDef, Kind, PipelineId, Problem, RecordId, StageId, UserId};
use sea_orm::sea_query::{Expr, Order, SelectStatement};
use sea_orm::{ConnectionTrait, DatabaseConnection, QueryResult};
use serde_json::Value as Json;

use super::cursor::malformed;
use super::nearest::By;
use super::question::Question;
use super::select::{Selection, Titles, title};
use super::sql::{among, fill, first, join, plain, statement, subquery, word};
use super::totals;
use crate::Ctx;
use crate::failure::Result;

/// Fields that a card shows besides those described as shown on cards.
const ALWAYS_ON_CARD: [&str; 5] = ["title", "stage_id", "stage_since", "owner_id", "contacts"];
/// The order of a column.
const BY_POSITION: By = By {
    column: "position",
    descending: false,
};

/// A board with every stage of its pipeline, the empty ones too.
pub(super) async fn board(ctx: &Ctx, query: &BoardQuery) -> Result<Board> {
    let shown = Shown::of(ctx, query).await?;
    let select = shown.columns(None, None, true)?;
    let rows = shown.pool().query_all(&select).await?;
    let newest: Json = rows
        .first()
        .map(|row| row.try_get_by(1))
        .transpose()?
        .ok_or(Error::NotFound)?;
    let (seen, holes) = contained(&newest);
    Ok(Board {
        pipeline: shown.pipeline,
        columns: shown.read(&rows)?,
        now: ctx.now,
        seen,
        holes,
    })
}

/// One column from a cursor on.
pub(super) async fn column(
    ctx: &Ctx,
    query: &BoardQuery,
    stage: StageId,
    cursor: Option<&Cursor>,
) -> Result<Column> {
    let shown = Shown::of(ctx, query).await?;
    let after = cursor.map(read_cursor).transpose()?;
    let select = shown.columns(Some(stage), after, cursor.is_none())?;
    let rows = shown.pool().query_all(&select).await?;
    Ok(shown.read(&rows)?.pop().ok_or(Error::NotFound)?)
}

/// The cards of these records, as far as they are on the board.
pub(super) async fn cards(ctx: &Ctx, query: &BoardQuery, ids: &[RecordId]) -> Result<Vec<Card>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let shown = Shown::of(ctx, query).await?;
    let mut conditions = shown.conditions()?;
    conditions.push(among("r.id", ids.to_vec()));
    let mut select = shown.question.select(conditions);
    select
        .expr(plain("r.position"))
        .exprs(shown.selection().columns());
    let rows = shown.pool().query_all(&select).await?;
    rows.iter()
        .map(|row| {
            let record = shown.selection().record(row, 1)?;
            Ok(Card::of(
                &record,
                row.try_get_by(0)?,
                &shown.question.schema.fields,
            ))
        })
        .collect()
}

/// The newest events that the board contains: the newest and how many when there are no holes
/// among them, else all of them. Numbers are drawn before they are committed, so that one of a
/// transaction that is still under way can be lower than those that are there.
const NEWEST: &str = "(SELECT CASE WHEN coalesce(max(l.id) - min(l.id) + 1, 0) = count(*) \
    THEN to_jsonb(coalesce(max(l.id), 0)) ELSE jsonb_agg(l.id ORDER BY l.id) END \
    FROM (SELECT e.id FROM event e ORDER BY e.id DESC LIMIT 100) l)";

/// The newest event, and the numbers before it that are missing.
fn contained(newest: &Json) -> (EventId, Vec<EventId>) {
    let Some(there) = newest.as_array() else {
        return (newest.as_i64().unwrap_or_default(), Vec::new());
    };
    let there: Vec<EventId> = there.iter().filter_map(Json::as_i64).collect();
    let holes = there
        .windows(2)
        // What a crash has left out is no work in progress.
        .flat_map(|pair| (pair[0] + 1..pair[1]).take(100))
        .collect();
    (there.last().copied().unwrap_or_default(), holes)
}

/// What a board shows to whom.
struct Shown<'a> {
    question: Question<'a>,
    query: &'a BoardQuery,
    pipeline: PipelineId,
}

impl<'a> Shown<'a> {
    async fn of(ctx: &'a Ctx, query: &'a BoardQuery) -> Result<Self> {
        if !query.kind.has_stages() {
            let problem = Problem::Other(format!("{} have no board", query.kind.plural()));
            return Err(Error::field("kind", "Kind", problem).into());
        }
        let question = Question::about(ctx, query.kind, &query.filter).await?;
        let pipeline = match query.pipeline {
            Some(pipeline) => pipeline,
            None => first_pipeline(ctx, query.kind).await?,
        };
        Ok(Self {
            question,
            query,
            pipeline,
        })
    }

    fn pool(&self) -> &'a DatabaseConnection {
        let query = self.query;
        self.question.pool(&query.filter, query.text.as_deref())
    }

    /// The fields that stand on a card.
    fn selection(&self) -> Selection<'_> {
        let on_card =
            |field: &&FieldDef| field.on_card || ALWAYS_ON_CARD.contains(&field.key.as_ref());
        Selection {
            kind: self.query.kind,
            fields: self.question.schema.fields.iter().filter(on_card).collect(),
            titles: Titles::SeenBy(&self.question.ctx.actor),
            only_where: self.without_company().map(|so| ("contacts", so)),
        }
    }

    /// Whether no company can be named on the card, so that it names a contact instead.
    fn without_company(&self) -> Option<Expr> {
        let company = self.question.schema.field("company_id")?;
        let (Storage::Column(column), FieldType::Link(kind)) =
            (&company.storage, company.field_type)
        else {
            return None;
        };
        let company = self.question.place().column(column);
        let title = title(&self.question.ctx.actor, kind, &company);
        Some(fill("$1 IS NULL", [title]))
    }

    /// What every record on the board is.
    fn conditions(&self) -> Result<Vec<Expr>> {
        let mut conditions = self.meets()?;
        conditions.extend(self.question.visible());
        Ok(conditions)
    }

    /// The same without a word about rights.
    fn meets(&self) -> Result<Vec<Expr>> {
        let query = self.query;
        let mut conditions = self
            .question
            .meets(&query.filter, query.text.as_deref(), false)?;
        conditions.push(fill("r.pipeline_id = $1", [Expr::val(self.pipeline)]));
        Ok(conditions)
    }

    /// A row for each card, and one for each empty stage: stage, newest event (in the first row
    /// alone), totals (in the first of each stage), the card's position, its columns.
    fn columns(
        &self,
        stage: Option<StageId>,
        after: Option<(String, RecordId)>,
        totals: bool,
    ) -> Result<SelectStatement> {
        let totals = match totals {
            false => plain("(SELECT NULL::bigint AS stage_id, NULL::jsonb AS totals)"),
            true if self.query.is_plain() => self.question.kept_totals(self.pipeline),
            true => {
                let mut conditions = self.conditions()?;
                conditions.extend(stage.map(|stage| fill("r.stage_id = $1", [Expr::val(stage)])));
                self.question.counted_totals(conditions)
            }
        };
        let only = match stage {
            Some(stage) => fill("s.id = $1", [Expr::val(stage)]),
            None => plain("TRUE"),
        };
        let few = self
            .question
            .few_owners(&self.query.filter, self.query.text.as_deref());
        let observed = few.is_some().then(|| {
            self.meets()
                .map(|all| self.question.observed(all, BY_POSITION))
        });
        let mut select = statement(
            format!(
                "s.id, CASE WHEN lag(s.id) OVER shown IS NULL THEN {NEWEST} END, \
                 CASE WHEN lag(s.id) OVER shown IS DISTINCT FROM s.id THEN t.totals END, c.* \
                 FROM stage s \
                 JOIN pipeline p ON p.id = s.pipeline_id AND p.kind = {kind} \
                 AND p.deleted_at IS NULL LEFT JOIN $1 t ON t.stage_id = s.id \
                 LEFT JOIN LATERAL $2 c ON TRUE WHERE s.pipeline_id = $3 AND s.deleted_at IS NULL \
                 AND $4 WINDOW shown AS (ORDER BY s.position, s.id, c.place, c.c0) \
                 ORDER BY s.position, s.id, c.place, c.c0",
                kind = word(self.query.kind.as_str())
            ),
            [
                totals,
                subquery(self.cards_of_stage(few, after)?),
                Expr::val(self.pipeline),
                only,
            ],
        );
        if let Some(observed) = observed.transpose()? {
            select.with_cte(observed);
        }
        Ok(select)
    }

    /// The cards of the stage `s`, one more than a page.
    fn cards_of_stage(
        &self,
        few: Option<Vec<UserId>>,
        after: Option<(String, RecordId)>,
    ) -> Result<SelectStatement> {
        let limit = u64::from(COLUMN_PAGE) + 1;
        let mut here = vec![plain("r.stage_id = s.id")];
        here.extend(after.map(beyond));
        let mut conditions = self.meets()?;
        conditions.extend(here.iter().cloned());
        if let Some(owners) = few {
            let here = Some(join(here, " AND ", "TRUE"));
            let nearest = self
                .question
                .nearest(owners, conditions, here, BY_POSITION, limit);
            conditions = vec![fill("r.id IN $1", [nearest])];
        } else {
            conditions.extend(self.question.visible());
        }
        let mut select = self.question.select(conditions);
        select.expr_as(plain("r.position"), "place");
        for (index, column) in self.selection().columns().into_iter().enumerate() {
            select.expr_as(column, format!("c{index}"));
        }
        select.order_by_expr(plain("r.position"), Order::Asc);
        select.order_by_expr(plain("r.id"), Order::Asc);
        Ok(first(select, limit))
    }

    /// Rows of [`Shown::columns`] as columns of the board.
    fn read(&self, rows: &[QueryResult]) -> Result<Vec<Column>> {
        let selection = self.selection();
        let mut columns: Vec<Column> = Vec::new();
        for row in rows {
            let stage_id: StageId = row.try_get_by(0)?;
            if columns
                .last()
                .is_none_or(|column| column.stage_id != stage_id)
            {
                let totals: Option<Json> = row.try_get_by(2)?;
                let totals = totals::read(totals.as_ref());
                columns.push(Column {
                    stage_id,
                    totals,
                    cards: Vec::new(),
                    next: None,
                });
            }
            let Some(column) = columns.last_mut() else {
                continue;
            };
            let Some(position) = row.try_get_by::<Option<String>, _>(3)? else {
                continue;
            };
            if column.cards.len() == COLUMN_PAGE as usize {
                column.next = column.cards.last().map(|card| {
                    Cursor(vec![Some(card.position.clone()), Some(card.id.to_string())])
                });
                continue;
            }
            let record = selection.record(row, 4)?;
            column
                .cards
                .push(Card::of(&record, position, &self.question.schema.fields));
        }
        Ok(columns)
    }
}

/// Whether the record stands below a place of its column.
fn beyond((position, id): (String, RecordId)) -> Expr {
    fill(
        "(r.position, r.id) > ($1, $2)",
        [Expr::val(position), Expr::val(id)],
    )
}

fn read_cursor(cursor: &Cursor) -> Result<(String, RecordId), Error> {
    match cursor.0.as_slice() {
        [Some(position), Some(id)] if !position.contains('\0') => {
            Ok((position.clone(), id.parse().map_err(|_| malformed())?))
        }
        _ => Err(malformed()),
    }
}

async fn first_pipeline(ctx: &Ctx, kind: Kind) -> Result<PipelineId> {
    let select = statement(
        "p.id FROM pipeline p WHERE p.kind = $1 AND p.deleted_at IS NULL ORDER BY p.position, \
         p.id LIMIT 1",
        [Expr::val(kind.as_str())],
    );
    let row = ctx.db.query_one(&select).await?.ok_or(Error::NotFound)?;
    Ok(row.try_get_by(0)?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_that_are_missing_among_the_newest_may_yet_come() {
        assert_eq!(contained(&json!(7)), (7, vec![]));
        assert_eq!(contained(&json!([3, 4, 7, 9])), (9, vec![5, 6, 8]));
        assert_eq!(contained(&json!([1, 1000])).1.len(), 100);
    }
}
