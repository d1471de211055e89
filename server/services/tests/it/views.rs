//! Saved views: whose they are, who may change them, what they are called, how they are ordered.

use domain::query::{Filter, Operator, Sort};
use domain::rights::Role;
use domain::view::{MOST_VIEWS, View, ViewColumn, ViewDraft, ViewSpec};
use domain::{Error, Kind, Problem, UserId, Value};
use services::records::read;
use services::{Ctx, views};
use test_support::TestDb;

struct Office {
    db: TestDb,
    anna: UserId,
    boris: UserId,
    ada: UserId,
}

impl Office {
    async fn new() -> Self {
        let db = TestDb::new().await;
        let sales = db.department("Sales", None).await;
        Self {
            anna: db.user("Anna", &[Role::Salesperson], Some(sales)).await,
            boris: db.user("Boris", &[Role::Salesperson], Some(sales)).await,
            ada: db.user("Ada", &[Role::Administrator], None).await,
            db,
        }
    }

    async fn ctx(&self, user: UserId) -> Ctx {
        self.db.ctx_of(user).await
    }
}

fn draft(name: &str, shared: bool) -> ViewDraft {
    ViewDraft {
        name: name.to_owned(),
        shared,
        spec: ViewSpec::default(),
    }
}

async fn make(ctx: &Ctx, name: &str, shared: bool) -> View {
    views::create(ctx, Kind::Deal, &draft(name, shared))
        .await
        .expect("a view")
}

async fn names(ctx: &Ctx) -> Vec<String> {
    let views = views::list(ctx, Kind::Deal).await.expect("views");
    views.into_iter().map(|view| view.name).collect()
}

fn problem(error: &Error) -> &Problem {
    match error.field_errors() {
        [only] => &only.problem,
        _ => panic!("{error:?}"),
    }
}

#[tokio::test]
async fn a_view_keeps_all_that_a_list_shows_also_what_is_gone() {
    let office = Office::new().await;
    let anna = office.ctx(office.anna).await;
    let spec = ViewSpec {
        filter: "and(c9:is:1,or(owner_id:is:me,title:has:a\\,b))"
            .parse()
            .expect("a filter"),
        text: Some("крыша %".into()),
        sort: vec![Sort {
            field: "amount".into(),
            descending: true,
        }],
        columns: vec![ViewColumn {
            field: "c9".into(),
            width: Some(240),
        }],
    };
    let made = views::create(
        &anna,
        Kind::Deal,
        &ViewDraft {
            name: "  Big \n ones ".into(),
            shared: false,
            spec: spec.clone(),
        },
    )
    .await
    .expect("a view");
    assert_eq!(made.name, "Big ones");
    assert!(made.may_change);
    let read = views::list(&anna, Kind::Deal).await.expect("views");
    assert_eq!(read.as_slice(), std::slice::from_ref(&made));
    assert_eq!(read[0].spec, spec);
    // Another kind has its own.
    assert_eq!(views::list(&anna, Kind::Lead).await.expect("views"), []);
}

#[tokio::test]
async fn shared_views_are_everyones_and_the_others_are_nobodys_else() {
    let office = Office::new().await;
    let (anna, boris) = (
        office.ctx(office.anna).await,
        office.ctx(office.boris).await,
    );
    let ada = office.ctx(office.ada).await;
    let own = make(&anna, "Own", false).await;
    let shared = make(&anna, "Shared", true).await;
    assert_eq!(names(&anna).await, ["Own", "Shared"]);
    assert_eq!(names(&boris).await, ["Shared"]);

    let of = |views: Vec<View>| {
        views
            .into_iter()
            .map(|view| view.may_change)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        of(views::list(&boris, Kind::Deal).await.expect("views")),
        [false]
    );
    assert_eq!(
        of(views::list(&ada, Kind::Deal).await.expect("views")),
        [true]
    );

    // What one does not have does not exist, not for administrators either.
    for ctx in [&boris, &ada] {
        let refused = views::change(ctx, own.id, &draft("Mine now", false)).await;
        assert_eq!(refused.err(), Some(Error::NotFound));
        assert_eq!(
            views::delete(ctx, own.id).await.err(),
            Some(Error::NotFound)
        );
    }
    for refused in [
        views::change(&boris, shared.id, &draft("Mine now", true))
            .await
            .err(),
        views::delete(&boris, shared.id).await.err(),
    ] {
        assert!(matches!(refused, Some(Error::Forbidden(_))), "{refused:?}");
    }
    // Administrators keep what is shared in order, but take it from nobody.
    let renamed = views::change(&ada, shared.id, &draft("For all", true)).await;
    assert_eq!(renamed.expect("a view").owner, office.anna);
    let hidden = views::change(&ada, shared.id, &draft("For all", false)).await;
    assert!(matches!(hidden, Err(Error::Forbidden(_))));
    let hidden = views::change(&anna, shared.id, &draft("For me", false)).await;
    assert!(!hidden.expect("a view").shared);
    assert_eq!(names(&boris).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_shared_view_shows_each_reader_what_they_may_see() {
    let office = Office::new().await;
    let (anna, boris) = (
        office.ctx(office.anna).await,
        office.ctx(office.boris).await,
    );
    office
        .db
        .pipeline(Kind::Deal, "Sales", &test_support::OPEN_WON_LOST)
        .await;
    for owner in [office.anna, office.boris] {
        office
            .db
            .insert(Kind::Deal, [("owner_id", Value::Id(owner))])
            .await;
    }
    let mine = ViewDraft {
        name: "Mine".into(),
        shared: true,
        spec: ViewSpec {
            filter: Filter::is("owner_id", Operator::Is, &["me"]),
            ..ViewSpec::default()
        },
    };
    views::create(&anna, Kind::Deal, &mine)
        .await
        .expect("a view");
    make(&anna, "All", true).await;
    for (ctx, owner) in [(&anna, office.anna), (&boris, office.boris)] {
        for view in views::list(ctx, Kind::Deal).await.expect("views") {
            let page = read::list(ctx, Kind::Deal, &view.spec.query())
                .await
                .expect("a page");
            let owners: Vec<_> = page.records.iter().map(domain::Record::owner).collect();
            assert_eq!(owners, [Some(owner)], "{}", view.name);
        }
    }
}

#[tokio::test]
async fn names_are_asked_for_and_one_person_has_none_twice() {
    let office = Office::new().await;
    let (anna, boris) = (
        office.ctx(office.anna).await,
        office.ctx(office.boris).await,
    );
    let refused = |name: String| {
        let anna = anna.clone();
        async move {
            views::create(&anna, Kind::Deal, &draft(&name, false))
                .await
                .expect_err("a refusal")
        }
    };
    assert_eq!(
        problem(&refused(" \u{7} ".into()).await),
        &Problem::Required
    );
    assert!(matches!(
        problem(&refused("x".repeat(61)).await),
        Problem::TooLong {
            length: 61,
            most: 60
        }
    ));
    let first = make(&anna, "Rotten", false).await;
    assert!(matches!(
        problem(&refused("ROTTEN".into()).await),
        Problem::Other(_)
    ));
    make(&boris, "Rotten", false).await;
    let second = make(&anna, "<script>alert(1)</script>", true).await;
    let taken = views::change(&anna, second.id, &draft("rotten", true)).await;
    assert!(matches!(
        problem(&taken.expect_err("a refusal")),
        Problem::Other(_)
    ));

    // Taken away and brought back, unless another has the name meanwhile.
    views::delete(&anna, first.id).await.expect("deleted");
    assert_eq!(
        views::delete(&anna, first.id).await.err(),
        Some(Error::NotFound)
    );
    assert_eq!(names(&anna).await, ["<script>alert(1)</script>"]);
    views::restore(&anna, first.id).await.expect("restored");
    views::delete(&anna, first.id).await.expect("deleted");
    make(&anna, "rotten", false).await;
    let back = views::restore(&anna, first.id).await;
    assert!(matches!(
        problem(&back.expect_err("a refusal")),
        Problem::Other(_)
    ));
}

#[tokio::test]
async fn everyone_has_their_own_order() {
    let office = Office::new().await;
    let (anna, boris) = (
        office.ctx(office.anna).await,
        office.ctx(office.boris).await,
    );
    let a = make(&anna, "A", true).await;
    let b = make(&anna, "B", true).await;
    let c = make(&boris, "C", false).await;
    assert_eq!(names(&boris).await, ["A", "B", "C"]);
    let ordered = views::order(&boris, Kind::Deal, &[c.id, b.id, c.id, 999]).await;
    let ordered: Vec<_> = ordered.expect("views").into_iter().map(|v| v.id).collect();
    assert_eq!(ordered, [c.id, b.id, a.id]);
    assert_eq!(names(&boris).await, ["C", "B", "A"]);
    assert_eq!(names(&anna).await, ["A", "B"]);
    // A view that one does not have gets no place.
    let ordered = views::order(&anna, Kind::Deal, &[c.id, b.id, a.id]).await;
    assert_eq!(ordered.expect("views").len(), 2);
    assert_eq!(names(&anna).await, ["B", "A"]);
}

#[tokio::test]
async fn there_is_an_end_to_views_and_to_what_they_keep() {
    let office = Office::new().await;
    let anna = office.ctx(office.anna).await;
    office
        .db
        .run(&format!(
            "insert into saved_view (kind, name, owner_id, spec, created_at, updated_at) \
             select 'deal', 'View ' || n, {}, '{{}}', now(), now() \
             from generate_series(1, {MOST_VIEWS}) n",
            office.anna
        ))
        .await;
    let refused = views::create(&anna, Kind::Deal, &draft("One more", false)).await;
    assert!(matches!(
        problem(&refused.expect_err("a refusal")),
        Problem::Other(_)
    ));
    // Another kind has room.
    views::create(&anna, Kind::Lead, &draft("One more", false))
        .await
        .expect("a view");
    let large = ViewDraft {
        spec: ViewSpec {
            text: Some("x".repeat(40_000)),
            ..ViewSpec::default()
        },
        ..draft("Large", false)
    };
    let refused = views::create(&anna, Kind::Lead, &large).await;
    assert!(matches!(
        problem(&refused.expect_err("a refusal")),
        Problem::Other(_)
    ));
}

#[tokio::test]
async fn who_sees_no_records_has_no_views() {
    let office = Office::new().await;
    let nobody = office.db.user("Nobody", &[], None).await;
    let nobody = office.ctx(nobody).await;
    let refused = views::create(&nobody, Kind::Deal, &draft("Mine", false)).await;
    assert!(matches!(refused, Err(Error::Forbidden(_))));
    assert!(matches!(
        views::list(&nobody, Kind::Deal).await,
        Err(Error::Forbidden(_))
    ));
}
