//! Boards: columns, cards, totals, and who sees what on them.

use domain::board::{BoardQuery, Card, Total};
use domain::money::Currency;
use domain::query::filter::Filter;
use domain::query::{Cursor, Query, Sort};
use domain::rights::Role;
use domain::value::Linked;
use domain::{Error, Kind, Money, Value};
use services::records::read;
use test_support::{OPEN_WON_LOST, TestDb};

fn plain(kind: Kind) -> BoardQuery {
    BoardQuery {
        kind,
        pipeline: None,
        filter: Filter::everything(),
        text: None,
    }
}

fn titles(cards: &[Card]) -> Vec<&str> {
    cards.iter().map(|card| card.title.as_str()).collect()
}

fn eur(amount: &str) -> Value {
    Value::Money(Money::new(
        amount.parse().expect("an amount"),
        Currency::EUR,
    ))
}

#[tokio::test]
async fn a_board_has_every_stage_with_its_totals_and_its_cards_in_order() {
    let db = TestDb::new().await;
    let sales = db.pipeline(Kind::Deal, "Sales", &OPEN_WON_LOST).await;
    let offer = Value::Id(sales.stages[1].id);
    let roofs = db
        .insert(Kind::Company, [("name", Value::Text("Roofs".into()))])
        .await;
    let usd = Value::Money(Money::new(5.into(), Currency::USD));
    for (title, position, amount) in [
        ("b", "b", eur("1.50")),
        ("a", "a", eur("2.25")),
        ("c", "c", usd),
        ("d", "c", Value::Empty),
    ] {
        db.insert(
            Kind::Deal,
            [
                ("title", Value::Text(title.into())),
                ("stage_id", offer.clone()),
                ("position", Value::Text(position.into())),
                ("amount", amount),
                ("company_id", Value::Links(vec![Linked::to(roofs)])),
            ],
        )
        .await;
    }
    db.insert(
        Kind::Deal,
        [
            ("stage_id", offer),
            ("deleted_at", Value::DateTime(test_support::now())),
        ],
    )
    .await;
    let board = read::board(&db.system(), &plain(Kind::Deal)).await.unwrap();
    assert_eq!(board.pipeline, sales.id);
    let stages: Vec<_> = board.columns.iter().map(|column| column.stage_id).collect();
    assert_eq!(
        stages,
        sales
            .stages
            .iter()
            .map(|stage| stage.id)
            .collect::<Vec<_>>()
    );
    assert!(board.columns[0].cards.is_empty() && board.columns[0].totals.is_empty());
    let column = &board.columns[1];
    assert_eq!(titles(&column.cards), ["a", "b", "c", "d"]);
    assert_eq!(
        column.cards[0].client,
        Some(Linked {
            id: roofs,
            title: Some("Roofs".to_owned())
        })
    );
    assert_eq!(
        column.cards[0].client.as_ref().unwrap().title.as_deref(),
        Some("Roofs")
    );
    let total = |currency, count, amount: &str| Total {
        currency,
        count,
        amount: amount.parse().unwrap(),
    };
    assert_eq!(
        column.totals,
        [
            total(None, 1, "0"),
            total(Some(Currency::EUR), 2, "3.75"),
            total(Some(Currency::USD), 1, "5"),
        ]
    );
    assert_eq!(column.next, None);
    assert_eq!(board.seen, 0);
}

#[tokio::test]
async fn a_long_column_comes_in_pages_and_ties_are_broken_by_id() {
    let db = TestDb::new().await;
    let sales = db.pipeline(Kind::Deal, "Sales", &OPEN_WON_LOST).await;
    let anna = db.user("Anna", &[Role::Salesperson], None).await;
    let mut ids = Vec::new();
    for n in 0..61 {
        let position = Value::Text(format!("{:02}", n / 7));
        let owner = Value::Id(anna);
        ids.push(
            db.insert(Kind::Deal, [("position", position), ("owner_id", owner)])
                .await,
        );
    }
    for ctx in [db.system(), db.ctx_of(anna).await] {
        let board = read::board(&ctx, &plain(Kind::Deal)).await.unwrap();
        let mut cards = board.columns[0].cards.clone();
        assert_eq!(cards.len(), 30);
        let mut next = board.columns[0].next.clone();
        while let Some(cursor) = next {
            let more = read::column(&ctx, &plain(Kind::Deal), sales.stages[0].id, Some(cursor))
                .await
                .unwrap();
            assert!(more.totals.is_empty());
            cards.extend(more.cards);
            next = more.next;
        }
        assert_eq!(cards.iter().map(|card| card.id).collect::<Vec<_>>(), ids);
        let top = read::column(&ctx, &plain(Kind::Deal), sales.stages[0].id, None)
            .await
            .unwrap();
        assert_eq!(Total::count(&top.totals), 61);
        assert_eq!(top.cards, board.columns[0].cards);
    }
}

#[tokio::test]
async fn what_is_no_board_is_refused() {
    let db = TestDb::new().await;
    let ctx = db.system();
    assert_eq!(
        read::board(&ctx, &plain(Kind::Deal)).await,
        Err(Error::NotFound)
    );
    let sales = db.pipeline(Kind::Deal, "Sales", &OPEN_WON_LOST).await;
    let error = read::board(&ctx, &plain(Kind::Company)).await.unwrap_err();
    assert_eq!(error.field_errors()[0].field, "kind");
    // Another kind's pipeline, one that is not there, and another pipeline's stage.
    let of = |kind, pipeline| BoardQuery {
        pipeline: Some(pipeline),
        ..plain(kind)
    };
    assert_eq!(
        read::board(&ctx, &of(Kind::Lead, sales.id)).await,
        Err(Error::NotFound)
    );
    assert_eq!(
        read::board(&ctx, &of(Kind::Deal, 999)).await,
        Err(Error::NotFound)
    );
    let none = read::column(&ctx, &of(Kind::Deal, sales.id), 999, None).await;
    assert_eq!(none, Err(Error::NotFound));
    let cursor = Some(Cursor(vec![Some("a".into()), Some("x".into())]));
    let error = read::column(&ctx, &plain(Kind::Deal), sales.stages[0].id, cursor)
        .await
        .unwrap_err();
    assert_eq!(error.field_errors()[0].field, "cursor");
    db.run("update pipeline set deleted_at = now()").await;
    assert_eq!(
        read::board(&ctx, &of(Kind::Deal, sales.id)).await,
        Err(Error::NotFound)
    );
}

#[tokio::test]
async fn a_board_knows_the_newest_event_it_contains() {
    let db = TestDb::new().await;
    db.pipeline(Kind::Deal, "Sales", &OPEN_WON_LOST).await;
    db.run(
        "insert into operation (at, via) values (now(), 'form');
         insert into event (operation_id, at, kind, record_id, what, version, difference)
         select id, now(), 'deal', 1, 'changed', 1, '{}' from operation, generate_series(1, 7)",
    )
    .await;
    let board = read::board(&db.system(), &plain(Kind::Deal)).await.unwrap();
    assert_eq!(board.seen, 7);
    assert_eq!(board.now, test_support::now());
}

#[tokio::test]
async fn a_head_of_many_sees_the_first_of_the_team_wherever_they_stand() {
    let db = TestDb::new().await;
    let sales = db.pipeline(Kind::Deal, "Sales", &OPEN_WON_LOST).await;
    let north = db.department("North", None).await;
    let head = db.user("Head", &[Role::HeadOfSales], Some(north)).await;
    let mut team = vec![head];
    for n in 0..9 {
        let name = format!("Seller {n}");
        team.push(db.user(&name, &[Role::Salesperson], Some(north)).await);
    }
    let other = db.user("Other", &[Role::Salesperson], None).await;
    let deal = async |stage: usize, position: String, owner: i64, everyone: bool| {
        let values = [
            ("stage_id", Value::Id(sales.stages[stage].id)),
            ("position", Value::Text(position)),
            ("owner_id", Value::Id(owner)),
            ("everyone", Value::YesNo(everyone)),
        ];
        db.insert(Kind::Deal, values).await
    };
    // More of somebody else's on top than are looked through.
    for n in 0..330 {
        deal(0, format!("a{n:03}"), other, n == 7).await;
    }
    for n in 0..40_usize {
        deal(0, format!("b{n:03}"), team[n % team.len()], false).await;
        // Here each of the team stands below one of somebody else.
        deal(1, format!("a{n:03}"), other, n == 3).await;
        deal(1, format!("b{n:03}"), team[n % team.len()], false).await;
    }
    let observed = deal(0, "a500".into(), other, false).await;
    db.observe(Kind::Deal, observed, head).await;

    let ctx = db.ctx_of(head).await;
    let query = plain(Kind::Deal);
    let board = read::board(&ctx, &query).await.expect("a board");
    for (at, column) in board.columns.iter().enumerate().take(2) {
        let stage = sales.stages[at].id;
        let sql = format!(
            "select id from deal where stage_id = {stage}
                and (everyone or owner_id <> {other} or id = {observed}) order by position, id"
        );
        let rows = db.rows(&sql).await;
        let expected: Vec<i64> = rows.iter().map(|row| row.try_get_by(0).unwrap()).collect();
        assert_eq!(
            Total::count(&column.totals),
            i64::try_from(expected.len()).unwrap()
        );
        let mut cards = column.cards.clone();
        assert_eq!(cards.len(), 30);
        let mut next = column.next.clone();
        while let Some(cursor) = next {
            let more = read::column(&ctx, &query, stage, Some(cursor)).await;
            let more = more.expect("a column");
            cards.extend(more.cards);
            next = more.next;
        }
        let shown: Vec<i64> = cards.iter().map(|card| card.id).collect();
        assert_eq!(shown, expected);
    }

    // The newest of all are the team's, the oldest somebody else's.
    for descending in [true, false] {
        let mut query = Query {
            sort: vec![Sort {
                field: "created_at".into(),
                descending,
            }],
            ..Query::default()
        };
        let way = if descending { "desc" } else { "asc" };
        let sql = format!(
            "select id from deal where everyone or owner_id <> {other} or id = {observed}
              order by created_at {way}, id {way}"
        );
        let rows = db.rows(&sql).await;
        let expected: Vec<i64> = rows.iter().map(|row| row.try_get_by(0).unwrap()).collect();
        let mut shown = Vec::new();
        loop {
            let page = read::list(&ctx, Kind::Deal, &query).await.expect("a page");
            shown.extend(page.records.iter().map(|record| record.id));
            query.cursor = page.next;
            if query.cursor.is_none() {
                break;
            }
        }
        assert_eq!(shown, expected);
    }
}
