//! Every way of reading, compared with what the rule lets through.

use std::collections::{BTreeMap, BTreeSet};

use domain::board::{BoardQuery, Total};
use domain::query::aggregate::AggregateQuery;
use domain::query::{Filter, Query};
use domain::timeline::Told;
use domain::{Error, Kind, RecordId, UserId, Value};
use services::records::{open, read};
use services::{Ctx, funnel, search, timeline};

use super::WORD;
use super::company::Real;
use super::plan::Paper;

fn ids_of(seen: &[(RecordId, &Paper)]) -> BTreeSet<RecordId> {
    seen.iter().map(|(id, _)| *id).collect()
}

/// How many, and what they come to.
fn worth<'a>(papers: impl Iterator<Item = &'a Paper>) -> (i64, i64) {
    papers.fold((0, 0), |(count, sum), paper| {
        (count + 1, sum + i64::from(paper.amount.unwrap_or(0)))
    })
}

fn told(totals: &[Total]) -> (i64, i64) {
    let sum: rust_decimal::Decimal = totals.iter().map(|total| total.amount).sum();
    (
        Total::count(totals),
        i64::try_from(sum.trunc().mantissa()).expect("a small sum")
            / 10_i64.pow(sum.trunc().scale()),
    )
}

/// Lists of what is in use and of what is in the bin, counts, pickers, titles of links.
pub(super) async fn check_lists(real: &Real<'_>, ctx: &Ctx, user: usize, kind: Kind) {
    for deleted in [false, true] {
        let seen = real.seen(user, kind, deleted);
        let query = Query {
            deleted,
            ..Query::default()
        };
        let page = read::list(ctx, kind, &query).await.expect("a list");
        let listed: BTreeSet<RecordId> = page.records.iter().map(|record| record.id).collect();
        assert_eq!(listed, ids_of(&seen), "the list of {kind}s");
        assert_eq!(page.records.len(), seen.len(), "no {kind} twice");
        let count = read::count(ctx, kind, &query, true).await.expect("a count");
        assert_eq!(count.value, seen.len() as u64, "the count of {kind}s");
        for record in page.records.iter().filter(|_| !deleted) {
            let (_, paper) = seen.iter().find(|(id, _)| *id == record.id).expect("seen");
            for (field, to, ids) in real.links(kind, paper) {
                check_titles(real, user, record.value(field), to, &ids);
            }
        }
    }
    let seen = ids_of(&real.seen(user, kind, false));
    let found = read::find(ctx, kind, WORD)
        .await
        .expect("a picker's answer");
    let found: BTreeSet<RecordId> = found.iter().map(|link| link.id).collect();
    assert_eq!(found, seen, "the picker of {kind}s");
}

/// A linked record has a title where it may be seen, and a number alone where not.
fn check_titles(real: &Real<'_>, user: usize, value: &Value, to: Kind, ids: &[RecordId]) {
    let links = match value {
        Value::Links(links) => links.as_slice(),
        _ => &[],
    };
    let linked: BTreeSet<RecordId> = links.iter().map(|link| link.id).collect();
    assert_eq!(linked, ids.iter().copied().collect());
    for link in links {
        assert_eq!(
            link.title.is_some(),
            real.may_see(user, to, link.id),
            "{to}"
        );
    }
}

/// Every record by itself, its timeline, and what points to it.
pub(super) async fn check_each(real: &Real<'_>, ctx: &Ctx, user: usize, kind: Kind) {
    let asked: Vec<(Kind, RecordId)> = real.ids(kind).into_iter().map(|id| (kind, id)).collect();
    let named = read::named(ctx, &asked).await.expect("titles");
    let named: BTreeSet<RecordId> = named.iter().map(|(_, link)| link.id).collect();
    assert_eq!(named, ids_of(&real.seen(user, kind, false)), "titles");
    // Each by itself is one of three: over all the companies drawn every kind of case comes.
    for (_, id, paper) in real.of(kind).skip(user % 3).step_by(3) {
        let sees = real.plan.sees(user, kind, &paper.owned);
        if paper.deleted {
            assert_eq!(read::get(ctx, kind, *id).await.err(), Some(Error::NotFound));
            continue;
        }
        let read = read::get(ctx, kind, *id).await;
        assert_eq!(read.is_ok(), sees, "a {kind}");
        let timeline = timeline::read(ctx, kind, *id, Told::All, None).await;
        assert_eq!(timeline.is_ok(), sees, "the timeline of a {kind}");
        if let (Err(one), Err(other)) = (&read, &timeline) {
            assert_eq!((one, other), (&Error::NotFound, &Error::NotFound));
        }
        if kind != Kind::Company || !sees {
            continue;
        }
        let opened = open::open(ctx, kind, *id).await.expect("an open record");
        for (from, field) in [(Kind::Deal, "company_id"), (Kind::Contact, "companies")] {
            let shown: BTreeSet<RecordId> = (opened.related.iter())
                .filter(|related| related.kind == from && related.field == field)
                .flat_map(|related| related.records.iter().map(|link| link.id))
                .collect();
            let pointing: BTreeSet<RecordId> = (real.seen(user, from, false).into_iter())
                .filter(|(_, paper)| {
                    let links = real.links(from, paper);
                    links
                        .iter()
                        .any(|(of, _, ids)| *of == field && ids.contains(id))
                })
                .map(|(id, _)| id)
                .collect();
            assert_eq!(shown, pointing, "{from}s of a company");
        }
    }
}

/// Counts and sums by owner.
pub(super) async fn check_numbers(real: &Real<'_>, ctx: &Ctx, user: usize, kind: Kind) {
    let wanted = AggregateQuery {
        group_by: Some("owner_id".into()),
        sum: kind.has_stages().then(|| "amount".into()),
    };
    let groups = read::aggregate(ctx, kind, &Query::default(), &wanted)
        .await
        .expect("groups");
    let mut expected: BTreeMap<Option<UserId>, (i64, i64)> = BTreeMap::new();
    for (_, paper) in real.seen(user, kind, false) {
        let owner = paper
            .owned
            .owner
            .map(|at| real.users[at % real.users.len()]);
        let (count, sum) = expected.entry(owner).or_default();
        *count += 1;
        *sum += i64::from(paper.amount.unwrap_or(0)) * i64::from(kind.has_stages());
    }
    let found: BTreeMap<Option<UserId>, (i64, i64)> = (groups.iter())
        .map(|group| (group.key.as_id(), told(&group.totals)))
        .collect();
    assert_eq!(found, expected, "{kind}s by owner");
}

/// Boards, columns by themselves, and single cards.
pub(super) async fn check_boards(real: &Real<'_>, ctx: &Ctx, user: usize) {
    for (&kind, pipeline) in &real.pipelines {
        let query = BoardQuery {
            kind,
            pipeline: Some(pipeline.id),
            filter: Filter::everything(),
            text: None,
        };
        let seen = real.seen(user, kind, false);
        let board = read::board(ctx, &query).await;
        let Ok(board) = board else {
            assert!(seen.is_empty(), "a board that nobody refuses: {board:?}");
            assert!(matches!(board, Err(Error::Forbidden(_) | Error::NotFound)));
            continue;
        };
        for (at, stage) in pipeline.stages.iter().enumerate() {
            let in_stage = || seen.iter().filter(|(_, paper)| paper.stage == at);
            let ids: BTreeSet<RecordId> = in_stage().map(|(id, _)| *id).collect();
            let totals = worth(in_stage().map(|(_, paper)| *paper));
            let column = (board.columns.iter())
                .find(|column| column.stage_id == stage.id)
                .expect("the stage's column");
            let alone = if at == user % 4 {
                let alone = read::column(ctx, &query, stage.id, None).await;
                Some(alone.expect("a column"))
            } else {
                None
            };
            for column in [Some(column), alone.as_ref()].into_iter().flatten() {
                let cards: BTreeSet<RecordId> = column.cards.iter().map(|card| card.id).collect();
                assert_eq!(cards, ids, "cards of {kind}s");
                assert_eq!(told(&column.totals), totals, "a column's sums");
                for card in &column.cards {
                    let client = card.client.as_ref();
                    assert!(client.is_none_or(|client| {
                        real.may_see(user, Kind::Company, client.id)
                            || real.may_see(user, Kind::Contact, client.id)
                    }));
                }
            }
        }
        let cards = read::cards(ctx, &query, &real.ids(kind))
            .await
            .expect("cards");
        let cards: BTreeSet<RecordId> = cards.iter().map(|card| card.id).collect();
        assert_eq!(cards, ids_of(&seen), "single cards of {kind}s");
    }
}

pub(super) async fn check_funnel(real: &Real<'_>, ctx: &Ctx, user: usize) {
    let funnel = funnel::read(ctx, &domain::funnel::FunnelQuery::default())
        .await
        .expect("a funnel");
    for (&kind, pipeline) in &real.pipelines {
        let seen = real.seen(user, kind, false);
        let Some(part) = funnel.parts.iter().find(|part| part.kind == kind) else {
            assert!(seen.is_empty(), "a funnel without {kind}s");
            continue;
        };
        let papers = || seen.iter().map(|(_, paper)| *paper);
        assert_eq!(told(&part.all), worth(papers()), "all {kind}s of a funnel");
        for (at, stage) in pipeline.stages.iter().enumerate() {
            let of_stage = (part.stages.iter())
                .find(|it| it.stage_id == stage.id)
                .expect("the stage");
            let now = worth(papers().filter(|paper| paper.stage == at));
            assert_eq!(told(&of_stage.now), now, "a stage of a funnel");
        }
    }
}

pub(super) async fn check_search(real: &Real<'_>, ctx: &Ctx, user: usize) {
    let hits = search::find(ctx, WORD).await.expect("hits");
    for kind in Kind::ALL {
        let found: BTreeSet<RecordId> = (hits.iter())
            .filter(|hit| hit.kind == kind)
            .map(|hit| hit.id)
            .collect();
        assert_eq!(found, ids_of(&real.seen(user, kind, false)), "a search");
    }
}
