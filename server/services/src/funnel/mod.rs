//! The funnel: how far records came, in the viewer's own numbers. Most are read from the tables
//! that triggers keep: by day where everything is meant and may be seen ([`kept`]), by owner
//! where some owners' records are ([`kept_by_owner`]). What those cannot answer is counted row
//! by row ([`counted`]) through the read path's predicate. All give the same numbers, and a test
//! compares them.

mod chart;
mod counted;
mod cut;
mod kept;
mod kept_by_owner;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::board::Total;
use domain::field::find;
use domain::funnel::{Funnel, FunnelPart, FunnelQuery, LostShare, Reached, count_stages};
use domain::money::Currency;
use domain::period::Period;
use domain::pipeline::{LostReason, Meaning, Pipeline};
use domain::query::{Filter, Operator};
use domain::rights::{Action, Reach, Scope};
use domain::{DepartmentId, Error, Kind, Problem, StageId, UserId};
use rust_decimal::Decimal;
use sea_orm::{DbBackend, FromQueryResult, Statement};

use self::kept_by_owner::Whose;
use crate::failure::{Failure, Result, settle};
use crate::live::replay;
use crate::records::read::{self, Owned};
use crate::schema::{self, Schema};
use crate::{Ctx, pipelines};

/// The funnel as the asker may see it: leads first where they are in use, then deals.
pub async fn read(ctx: &Ctx, query: &FunnelQuery) -> Result<Funnel, Error> {
    settle(ctx, "funnel.read", build(ctx, query).await)
}

async fn build(ctx: &Ctx, query: &FunnelQuery) -> Result<Funnel> {
    let seen = replay::newest(&ctx.db).await?;
    // After `seen`: what happens in between is told once more rather than never.
    let (pipelines, reasons, question) = tokio::try_join!(
        pipelines::load(&ctx.db),
        pipelines::lost_reasons(&ctx.db),
        Question::new(ctx, query),
    )?;
    let first = |kind: Kind| pipelines.iter().find(|pipeline| pipeline.kind == kind);
    let asked = pipelines
        .iter()
        .find(|pipeline| pipeline.kind == Kind::Deal && Some(pipeline.id) == query.pipeline);
    let leads = first(Kind::Lead).filter(|_| question.leads);
    let deals = asked.or_else(|| first(Kind::Deal));
    let mut parts = Vec::with_capacity(2);
    for pipeline in leads.into_iter().chain(deals) {
        if ctx.actor.scope(pipeline.kind, Action::Read) == Scope::None {
            continue;
        }
        if question.fits(ctx, pipeline.kind).await? {
            let schema = schema::load(ctx, pipeline.kind).await?;
            parts.push(part(ctx, &question, &schema, pipeline, &reasons).await?);
        }
    }
    let chart = chart::draw(&parts)?;
    Ok(Funnel { parts, chart, seen })
}

/// What is asked, for every part alike.
struct Question {
    /// Whether leads are in use.
    leads: bool,
    /// From a moment up to before another; none is all time.
    period: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Owner, department, and whatever else was asked for, but for the period.
    filter: Filter,
}

impl Question {
    async fn new(ctx: &Ctx, query: &FunnelQuery) -> Result<Self> {
        let period = match &query.period {
            None => None,
            Some(text) => {
                let period = Period::parse(text).ok_or_else(|| unreadable(text))?;
                let (from, to) = period.days(ctx.today());
                Some((ctx.start_of(from), ctx.start_of(to)))
            }
        };
        let mut filter = query.filter.clone();
        if let Some(owner) = query.owner {
            filter = filter.and(owned_by(&[owner]));
        }
        if let Some(department) = query.department {
            filter = filter.and(owned_by(&people_of(ctx, department).await?));
        }
        let settings = Settings::find_by_statement(sql("select leads from organisation", []));
        let leads = settings
            .one(&ctx.db)
            .await?
            .is_none_or(|settings| settings.leads);
        Ok(Self {
            leads,
            period,
            filter,
        })
    }

    /// Whether the question can be asked of a kind. One about deals alone leaves leads out.
    async fn fits(&self, ctx: &Ctx, kind: Kind) -> Result<bool> {
        match read::understands(ctx, kind, &self.filter).await {
            Ok(()) => Ok(true),
            Err(Failure::Domain(Error::Invalid(_))) if kind == Kind::Lead => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Where the asker's numbers stand.
    fn source(&self, ctx: &Ctx, schema: &Schema) -> Source {
        let Some(asked) = read::owned(ctx, schema, &self.filter) else {
            return Source::Counted;
        };
        let all = ctx.actor.reach(schema.kind, Action::Read) == Reach::Everybody;
        if all && asked == Owned::ByAnyone {
            return Source::Kept;
        }
        Whose::of(ctx, schema, asked).map_or(Source::Counted, Source::KeptByOwner)
    }
}

/// Where numbers come from.
enum Source {
    /// What is kept by day, whoever's.
    Kept,
    /// What is kept by owner.
    KeptByOwner(Whose),
    /// The records themselves.
    Counted,
}

#[derive(FromQueryResult)]
struct Settings {
    leads: bool,
}

fn unreadable(text: &str) -> Error {
    let label = find(Kind::Deal.fields(), "created_at").map_or("period", |field| &field.label);
    let problem = Problem::Malformed {
        given: text.chars().take(40).collect(),
        expected: "a period such as this_month".to_owned(),
    };
    Error::field("period", label, problem)
}

fn owned_by(users: &[UserId]) -> Filter {
    if users.is_empty() {
        return Filter::Or(Vec::new());
    }
    let users: Vec<String> = users.iter().map(ToString::to_string).collect();
    let users: Vec<&str> = users.iter().map(String::as_str).collect();
    Filter::is("owner_id", Operator::Is, &users)
}

#[derive(FromQueryResult)]
struct Member {
    id: UserId,
}

/// The users of a department and of those below it, those who left too: their records stay.
async fn people_of(ctx: &Ctx, department: DepartmentId) -> Result<Vec<UserId>> {
    // `union`, not `union all`: a circle, were there one, ends.
    let text = "with recursive below as (
                  select id from department where id = $1
                  union
                  select d.id from department d join below b on d.parent_id = b.id
                )
                select u.id from app_user u join below b on u.department_id = b.id order by u.id";
    let members = Member::find_by_statement(sql(text, [department.into()]));
    Ok(members
        .all(&ctx.db)
        .await?
        .into_iter()
        .map(|member| member.id)
        .collect())
}

/// Records that stand and came equally far.
#[derive(Debug, Clone, PartialEq, FromQueryResult)]
struct Group {
    stage_id: StageId,
    furthest_id: Option<StageId>,
    lost_reason_id: Option<i64>,
    currency: Option<String>,
    count: i64,
    amount: Decimal,
}

/// The stays in a stage: how many, and how long altogether.
#[derive(Debug, Clone, PartialEq, FromQueryResult)]
struct Stays {
    stage_id: StageId,
    count: i64,
    seconds: f64,
}

/// What a part is made of.
#[derive(Debug, Default)]
struct Numbers {
    groups: Vec<Group>,
    stays: Vec<Stays>,
}

async fn part(
    ctx: &Ctx,
    question: &Question,
    schema: &Schema,
    pipeline: &Pipeline,
    reasons: &[LostReason],
) -> Result<FunnelPart> {
    let (filter, period) = (&question.filter, question.period);
    let numbers = match question.source(ctx, schema) {
        Source::Kept => kept::numbers(ctx, schema, pipeline.id, period).await?,
        Source::KeptByOwner(whose) => {
            kept_by_owner::numbers(ctx, schema, pipeline.id, filter, &whose, period).await?
        }
        Source::Counted => counted::numbers(ctx, schema, pipeline.id, filter, period).await?,
    };
    Ok(assemble(pipeline, reasons, &numbers))
}

fn assemble(pipeline: &Pipeline, reasons: &[LostReason], numbers: &Numbers) -> FunnelPart {
    let open: Vec<StageId> = pipeline
        .stages
        .iter()
        .filter(|stage| stage.meaning == Meaning::Open)
        .map(|stage| stage.id)
        .collect();
    // A stage that is gone counts as the first; where the record stands now, it has surely been.
    let index = |stage: Option<StageId>| {
        stage
            .and_then(|id| open.iter().position(|&other| other == id))
            .unwrap_or(0)
    };
    let rows: Vec<Reached> = numbers
        .groups
        .iter()
        .map(|group| Reached {
            now: group.stage_id,
            furthest: index(group.furthest_id).max(index(Some(group.stage_id))),
            total: total(group),
        })
        .collect();
    let stages = count_stages(&pipeline.stages, &rows, |stage| {
        mean_days(&numbers.stays, stage)
    });
    let mut all = Vec::new();
    for row in &rows {
        add(&mut all, row.total);
    }
    FunnelPart {
        kind: pipeline.kind,
        pipeline_id: pipeline.id,
        name: pipeline.name.clone(),
        all: in_order(all),
        stages: stages
            .into_iter()
            .map(|stage| domain::funnel::FunnelStage {
                now: in_order(stage.now),
                reached_sums: in_order(stage.reached_sums),
                ..stage
            })
            .collect(),
        lost_reasons: lost(pipeline, reasons, numbers),
    }
}

fn lost(pipeline: &Pipeline, reasons: &[LostReason], numbers: &Numbers) -> Vec<LostShare> {
    let is_lost = |group: &&Group| {
        pipeline
            .stage(group.stage_id)
            .is_some_and(|stage| stage.meaning == Meaning::Lost)
    };
    let mut by_reason: BTreeMap<Option<usize>, Vec<Total>> = BTreeMap::new();
    for group in numbers.groups.iter().filter(is_lost) {
        // A reason that is gone is none that anybody could read.
        let reason = group
            .lost_reason_id
            .and_then(|id| reasons.iter().position(|reason| reason.id == id));
        add(by_reason.entry(reason).or_default(), total(group));
    }
    let mut shares: Vec<LostShare> = by_reason
        .into_iter()
        .map(|(reason, sums)| LostShare {
            reason: reason
                .and_then(|at| reasons.get(at))
                .map(|reason| reason.name.clone()),
            count: Total::count(&sums),
            sums: in_order(sums),
        })
        .filter(|share| share.count > 0)
        .collect();
    shares.sort_by_key(|share| -share.count);
    shares
}

fn total(group: &Group) -> Total {
    Total {
        currency: group
            .currency
            .as_deref()
            .and_then(|code| Currency::parse(code).ok()),
        count: group.count,
        amount: group.amount,
    }
}

fn add(totals: &mut Vec<Total>, more: Total) {
    match totals
        .iter_mut()
        .find(|total| total.currency == more.currency)
    {
        Some(total) => {
            total.count += more.count;
            total.amount += more.amount;
        }
        None => totals.push(more),
    }
}

/// The currency with most records first, so that the same numbers always look the same.
fn in_order(mut totals: Vec<Total>) -> Vec<Total> {
    totals.retain(|total| total.count != 0 || !total.amount.is_zero());
    totals.sort_by_key(|total| (-total.count, total.currency));
    totals
}

fn mean_days(stays: &[Stays], stage: StageId) -> Option<f64> {
    let of_stage = || stays.iter().filter(|stay| stay.stage_id == stage);
    let count: i64 = of_stage().map(|stay| stay.count).sum();
    let seconds: f64 = of_stage().map(|stay| stay.seconds).sum();
    #[expect(clippy::cast_precision_loss, reason = "a mean for the eye")]
    (count > 0).then(|| (seconds / count as f64 / 86_400.0).max(0.0))
}

fn sql<const N: usize>(text: &str, values: [sea_orm::Value; N]) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, text, values)
}
