//! Temporary (not committed).
use domain::board::*;
use domain::query::filter::*;
use domain::query::*;
use domain::rights::*;
use domain::*;
use sea_orm::*;
use services::Ctx;
use services::live::Publisher;
use services::records::read;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

fn report(name: &str, mut t: Vec<f64>) {
    t.sort_by(f64::total_cmp);
    println!(
        "{name:55} min {:7.2} median {:7.2} p95 {:7.2} ms",
        t[0],
        t[t.len() / 2],
        t[t.len() * 95 / 100]
    );
}
macro_rules! time {
    ($name:expr, $n:expr, $e:expr) => {{
        let mut t = vec![];
        for _ in 0..$n {
            let s = Instant::now();
            let _r = $e.await.expect($name);
            t.push(s.elapsed().as_secs_f64() * 1000.0);
        }
        report($name, t);
    }};
}

#[tokio::test]
#[ignore]
async fn perf() {
    let url = std::env::var("PERF_URL").unwrap();
    let n: usize = std::env::var("PERF_N").map_or(40, |n| n.parse().unwrap());
    let mode = std::env::var("PERF_MODE").unwrap_or("force_custom_plan".into());
    let mut o = ConnectOptions::new(url);
    o.max_connections(1).sqlx_logging(false);
    o.map_sqlx_postgres_opts(move |o| {
        o.options([("plan_cache_mode", mode.as_str()), ("jit", "off")])
    });
    let db = Database::connect(o).await.unwrap();
    let base = Ctx {
        db: db.clone(),
        publisher: Publisher::silent(),
        actor: Arc::new(Actor::system()),
        now: test_support::now(),
        time_zone: test_support::ZONE,
        request_id: Arc::from("x"),
    };
    let actor = |roles: Vec<Role>, team: BTreeMap<i64, Vec<i64>>| Ctx {
        actor: Arc::new(Actor {
            user_id: Some(7),
            roles,
            department: Some(8),
            team,
        }),
        ..base.clone()
    };
    let people = vec![
        ("admin", actor(vec![Role::Administrator], BTreeMap::new())),
        ("sales", actor(vec![Role::Salesperson], BTreeMap::new())),
        (
            "head10",
            actor(
                vec![Role::HeadOfSales],
                BTreeMap::from([(8, (0..10).map(|i| 7 + 20 * i).collect())]),
            ),
        ),
        (
            "head100",
            actor(
                vec![Role::HeadOfSales],
                BTreeMap::from([(8, (1..101).collect())]),
            ),
        ),
    ];
    let only = std::env::var("PERF_ONLY").unwrap_or_default();
    for (who, ctx) in &people {
        if !only.is_empty() && !who.contains(&only) {
            continue;
        }
        let plain = BoardQuery {
            kind: Kind::Deal,
            pipeline: Some(1),
            filter: Filter::everything(),
            text: None,
        };
        time!(&format!("{who} board"), n, read::board(ctx, &plain));
        let filtered = BoardQuery {
            filter: "source:is:web".parse().unwrap(),
            ..plain.clone()
        };
        time!(
            &format!("{who} board source:is:web"),
            n.min(10),
            read::board(ctx, &filtered)
        );
        let filtered = BoardQuery {
            filter: "owner_id:is:me".parse().unwrap(),
            ..plain.clone()
        };
        time!(
            &format!("{who} board owner me"),
            n.min(10),
            read::board(ctx, &filtered)
        );
        let filtered = BoardQuery {
            text: Some("abc".into()),
            ..plain.clone()
        };
        time!(
            &format!("{who} board text abc"),
            n.min(10),
            read::board(ctx, &filtered)
        );
        time!(
            &format!("{who} column"),
            n,
            read::column(ctx, &plain, 3, None)
        );
        let cols: Vec<String> = [
            "title",
            "amount",
            "stage_id",
            "company_id",
            "owner_id",
            "created_at",
        ]
        .map(String::from)
        .to_vec();
        let q = |filter: &str, sort: &str, text: Option<&str>| Query {
            filter: filter.parse().unwrap(),
            text: text.map(String::from),
            columns: cols.clone(),
            sort: if sort.is_empty() {
                vec![]
            } else {
                vec![Sort {
                    field: sort.trim_start_matches('-').into(),
                    descending: sort.starts_with('-'),
                }]
            },
            ..Query::default()
        };
        time!(
            &format!("{who} list newest"),
            n,
            read::list(ctx, Kind::Deal, &q("", "", None))
        );
        time!(
            &format!("{who} list newest all columns"),
            n,
            read::list(ctx, Kind::Deal, &Query::default())
        );
        let p = read::list(ctx, Kind::Deal, &q("", "", None)).await.unwrap();
        let q2 = Query {
            cursor: p.next,
            ..q("", "", None)
        };
        if q2.cursor.is_some() {
            time!(
                &format!("{who} list page 2"),
                n,
                read::list(ctx, Kind::Deal, &q2)
            );
        }
        time!(
            &format!("{who} list 2 conditions by amount"),
            n.min(10),
            read::list(
                ctx,
                Kind::Deal,
                &q("and(stage_id:is:3,amount:gt:90000)", "-amount", None)
            )
        );
        time!(
            &format!("{who} list owner+stage by expected"),
            n.min(10),
            read::list(
                ctx,
                Kind::Deal,
                &q("and(owner_id:is:7,stage_id:is:3)", "expected_close", None)
            )
        );
        time!(
            &format!("{who} list company.industry"),
            n.min(10),
            read::list(
                ctx,
                Kind::Deal,
                &q("company_id.industry:is:software", "", None)
            )
        );
        time!(
            &format!("{who} list sort title"),
            n.min(10),
            read::list(ctx, Kind::Deal, &q("", "title", None))
        );
        time!(
            &format!("{who} text 'abc'"),
            n.min(20),
            read::list(ctx, Kind::Deal, &q("", "", Some("abc")))
        );
        time!(
            &format!("{who} text 'solar'"),
            n.min(20),
            read::list(ctx, Kind::Deal, &q("", "", Some("solar")))
        );
        time!(
            &format!("{who} text 'abcdef'"),
            n.min(20),
            read::list(ctx, Kind::Deal, &q("", "", Some("abcdef")))
        );
        time!(
            &format!("{who} text 'zzzzq'"),
            n.min(20),
            read::list(ctx, Kind::Deal, &q("", "", Some("zzzzq")))
        );
        time!(
            &format!("{who} find 'a'"),
            n.min(20),
            read::find(ctx, Kind::Company, "a")
        );
        time!(
            &format!("{who} find 'company 12'"),
            n.min(20),
            read::find(ctx, Kind::Company, "company 12")
        );
        time!(
            &format!("{who} find 'zzzzq'"),
            n.min(20),
            read::find(ctx, Kind::Company, "zzzzq")
        );
        time!(
            &format!("{who} count"),
            n.min(20),
            read::count(ctx, Kind::Deal, &Query::default(), false)
        );
        if let Some(r) = p.records.first() {
            time!(&format!("{who} get"), n, read::get(ctx, Kind::Deal, r.id));
            time!(
                &format!("{who} timeline"),
                n,
                services::timeline::read(ctx, Kind::Deal, r.id, None)
            );
        }
        time!(
            &format!("{who} aggregate by stage"),
            n.min(5),
            read::aggregate(
                ctx,
                Kind::Deal,
                &Query::default(),
                &AggregateQuery {
                    group_by: Some("stage_id".into()),
                    sum: Some("amount".into())
                }
            )
        );
    }
}
