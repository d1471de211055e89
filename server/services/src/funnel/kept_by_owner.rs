//! Numbers that triggers keep by owner: of records by month of creation, of their stays by ten days.
//! They are for who does not see everything, and for who asks for some owners' records. What the
//! asker reaches by its owner, and what is open to everyone, is read from there; what is observed
//! beside that is counted, and so are the ends of a period.

use chrono::NaiveDate;
use domain::query::Filter;
use domain::rights::{Action, Reach};
use domain::{Kind, PipelineId, UserId};
use sea_orm::FromQueryResult;

use super::cut::{Grain, Piece, Span, cut, start};
use super::{Group, Numbers, Stays, counted, kept, sql};
use crate::Ctx;
use crate::failure::Result;
use crate::records::read::Owned;
use crate::schema::Schema;

/// Under whom what is open to everyone is kept once more: `kept_for` of the schema.
const EVERYBODY: UserId = -1;

/// Whose kept numbers make up what somebody sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Whose {
    /// Those whose rows are read.
    owners: Vec<UserId>,
    /// Those of them of whom everything is meant.
    whole: Vec<UserId>,
    /// What is meant of the others: rows open to everyone, or only the others.
    open: bool,
    /// Whether there may be observed records beside those.
    observes: bool,
}

impl Whose {
    /// Who asks, and for whose records; none where numbers by owner are no answer: to who sees
    /// nothing, and to who sees everything and asks for it.
    pub(super) fn of(ctx: &Ctx, schema: &Schema, asked: Owned) -> Option<Self> {
        match (ctx.actor.reach(schema.kind, Action::Read), asked) {
            (Reach::Nobody, _) | (Reach::Everybody, Owned::ByAnyone) => None,
            (Reach::Everybody, Owned::By(asked)) => {
                let asked: Vec<_> = asked.into_iter().collect();
                Some(Self {
                    owners: asked.clone(),
                    whole: asked,
                    open: true,
                    observes: false,
                })
            }
            // What is open is in everybody's rows, those of these owners among it.
            (Reach::Owners(mut owners), Owned::ByAnyone) => {
                owners.push(EVERYBODY);
                Some(Self {
                    owners,
                    whole: vec![EVERYBODY],
                    open: false,
                    observes: true,
                })
            }
            (Reach::Owners(mut reached), Owned::By(asked)) => {
                reached.retain(|owner| asked.contains(owner));
                Some(Self {
                    owners: asked.into_iter().collect(),
                    whole: reached,
                    open: true,
                    observes: true,
                })
            }
        }
    }
}

/// The numbers of the records that the asker may see, that the filter lets through, which asks for
/// nothing but owners, and that were created in the period.
pub(super) async fn numbers(
    ctx: &Ctx,
    schema: &Schema,
    pipeline: PipelineId,
    filter: &Filter,
    whose: &Whose,
    period: Option<Span>,
) -> Result<Numbers> {
    let kind = schema.kind;
    // Two halves of the work: PostgreSQL does each in a process of its own.
    let (groups, stays) = tokio::try_join!(
        async {
            let (whole, pieces) = whose.cut(ctx, Grain::Month, period);
            let mut groups = whose.groups(ctx, kind, pipeline, whole).await?;
            groups.extend(counted::groups(ctx, schema, pipeline, filter, &pieces).await?);
            Result::<_>::Ok(groups)
        },
        async {
            let (whole, pieces) = whose.cut(ctx, Grain::TenDays, period);
            let mut stays = whose.stays(ctx, kind, pipeline, whole).await?;
            stays.extend(counted::stays(ctx, schema, pipeline, filter, &pieces).await?);
            Result::<_>::Ok(stays)
        },
    )?;
    Ok(Numbers { groups, stays })
}

/// From the first day of a stretch up to before the first day of another; none is no time at all.
type Whole = Option<(NaiveDate, NaiveDate)>;

impl Whose {
    /// What of a period is read from kept numbers, and what is counted.
    fn cut(&self, ctx: &Ctx, grain: Grain, period: Option<Span>) -> (Whole, Vec<Piece>) {
        let (whole, mut pieces) = match period {
            None => (Some((NaiveDate::MIN, NaiveDate::MAX)), Vec::new()),
            Some(period) => {
                let cut = cut(period, grain, ctx.now);
                (cut.whole, cut.pieces)
            }
        };
        if let Some((first, end)) = whole.filter(|_| self.observes) {
            pieces.push(Piece::observed(period.map(|_| (start(first), start(end)))));
        }
        (whole, pieces)
    }

    async fn groups(
        &self,
        ctx: &Ctx,
        kind: Kind,
        pipeline: PipelineId,
        whole: Whole,
    ) -> Result<Vec<Group>> {
        let Some(whole) = whole else {
            return Ok(Vec::new());
        };
        let text = format!(
            "select stage_id, nullif(furthest_id, 0) as furthest_id,
                    nullif(lost_reason_id, 0) as lost_reason_id, nullif(currency, '') as currency,
                    sum(count)::bigint as count, sum(amount) as amount
               from funnel_owner t where {}
              group by t.stage_id, t.furthest_id, t.lost_reason_id, t.currency
             having sum(count) <> 0 or sum(amount) <> 0",
            self.rows("month")
        );
        let values = self.values(kind, pipeline, whole);
        let groups = Group::find_by_statement(sql(&text, values));
        Ok(groups.all(&ctx.questions).await?)
    }

    async fn stays(
        &self,
        ctx: &Ctx,
        kind: Kind,
        pipeline: PipelineId,
        whole: Whole,
    ) -> Result<Vec<Stays>> {
        let Some(whole) = whole else {
            return Ok(Vec::new());
        };
        let text = format!(
            "select stage_id, sum(ended + lasting)::bigint as count,
                    (sum(ended_seconds) + sum(lasting) * $7::float8::numeric
                     - sum(lasting_since))::float8 as seconds
               from funnel_owner_stay t where {}
              group by 1",
            self.rows("since")
        );
        let [kind, pipeline, first, end, owners, open] = self.values(kind, pipeline, whole);
        let now = kept::seconds(ctx.now).into();
        let stays =
            Stays::find_by_statement(sql(&text, [kind, pipeline, first, end, owners, open, now]));
        Ok(stays.all(&ctx.questions).await?)
    }

    /// Which rows of a kept table are the asker's to see.
    fn rows(&self, day: &str) -> String {
        let not = if self.open { "" } else { "not " };
        format!(
            "t.kind = $1 and t.pipeline_id = $2 and t.{day} >= $3::date and t.{day} < $4::date
               and t.owner_id = any($5) and ({not}t.everyone or t.owner_id = any($6))"
        )
    }

    fn values(
        &self,
        kind: Kind,
        pipeline: PipelineId,
        (first, end): (NaiveDate, NaiveDate),
    ) -> [sea_orm::Value; 6] {
        [
            kind.as_str().into(),
            pipeline.into(),
            kept::word(first).into(),
            kept::word(end).into(),
            self.owners.clone().into(),
            self.whole.clone().into(),
        ]
    }
}
