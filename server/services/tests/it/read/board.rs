//! Boards: columns, cards, totals, and who sees what on them.

use domain::board::{BoardQuery, Card, Column, Total};
use domain::money::Currency;
use domain::query::filter::{Filter, Operator};
use domain::query::{Cursor, Query};
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
    Value::Money(Money::new(amount.parse().unwrap(), Currency::EUR))
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
