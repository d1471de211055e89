//! Lists in the order of a field's values, and numbers by them.

use domain::board::Total;
use domain::field::FieldType;
use domain::query::Query;
use domain::query::aggregate::AggregateQuery;
use domain::value::Linked;
use domain::{Kind, Value};
use services::records::read;

use super::{Office, choices, text};
use crate::write::eur;

#[tokio::test]
async fn orders_go_by_what_a_value_is_page_by_page() {
    let office = Office::new().await;
    let number = office
        .field(Kind::Company, "Number", FieldType::Integer)
        .await;
    let money = office
        .field(Kind::Company, "Budget", FieldType::Money)
        .await;
    let name = office.field(Kind::Company, "Nick", FieldType::Text).await;
    let link = office
        .field(Kind::Company, "Partner", FieldType::Link(Kind::Company))
        .await;
    let size = office
        .make(
            Kind::Company,
            choices("Size", FieldType::Choice, &["S", "M", "L"]),
        )
        .await;
    let linked = |id| Value::Links(vec![Linked::to(id)]);
    let lan = office
        .company(
            "Łan",
            &[
                (&number, Value::Integer(9)),
                (&money, eur(9)),
                (&name, text("Łódź")),
                (&size, text("o3")),
            ],
        )
        .await;
    let mak = office
        .company(
            "Mak",
            &[
                (&number, Value::Integer(10)),
                (&money, eur(1000)),
                (&name, text("Madrid")),
                (&size, text("o1")),
                (&link, linked(lan)),
            ],
        )
        .await;
    let lak = office
        .company(
            "Lak",
            &[
                (&number, Value::Integer(-1)),
                (&money, eur(-5)),
                (&name, text("Lima")),
                (&size, text("o2")),
                (&link, linked(mak)),
            ],
        )
        .await;
    let (none, empty) = (
        office.company("D", &[]).await,
        office.company("E", &[]).await,
    );
    for (field, up) in [
        (&number, [lak, lan, mak]),
        (&money, [lak, lan, mak]),
        (&name, [lak, lan, mak]),
        (&size, [mak, lak, lan]),
    ] {
        let key = field.key.as_ref();
        let rising = [up[0], up[1], up[2], none, empty];
        let falling = [up[2], up[1], up[0], empty, none];
        let sorted = async |down| {
            office
                .listed(Kind::Company, "", &[(key, down)])
                .await
                .unwrap()
        };
        assert_eq!(sorted(false).await, rising, "{}", field.label);
        assert_eq!(sorted(true).await, falling, "{}", field.label);
        let then = office
            .listed(Kind::Company, "", &[(key, true), ("name", false)])
            .await;
        assert_eq!(then.unwrap(), [up[2], up[1], up[0], none, empty]);
    }
    let key = link.key.as_ref();
    let by_partner = office
        .listed(Kind::Company, "", &[(key, false)])
        .await
        .unwrap();
    assert_eq!(
        by_partner,
        [mak, lak, lan, none, empty],
        "by the partner's name"
    );
}

#[tokio::test]
async fn numbers_are_summed_and_choices_make_groups() {
    let office = Office::new().await;
    let sum = office
        .field(Kind::Company, "Budget", FieldType::Money)
        .await;
    let size = office
        .make(
            Kind::Company,
            choices("Size", FieldType::Choice, &["S", "L"]),
        )
        .await;
    let link = office
        .field(Kind::Company, "Partner", FieldType::Link(Kind::Company))
        .await;
    for (choice, amount) in [("o1", 5), ("o2", 7), ("o1", 6)] {
        office
            .company("A", &[(&size, text(choice)), (&sum, eur(amount))])
            .await;
    }
    let ask = async |by: &str| {
        let wanted = AggregateQuery {
            group_by: Some(by.to_owned()),
            sum: Some(sum.key.to_string()),
        };
        let groups =
            read::aggregate(&office.admin, Kind::Company, &Query::default(), &wanted).await;
        groups
            .unwrap()
            .iter()
            .map(|group| {
                (
                    group.key.clone(),
                    Total::count(&group.totals),
                    Total::sums(&group.totals),
                )
            })
            .collect::<Vec<_>>()
    };
    let euros = |amount: i64| vec![eur(amount).as_money().unwrap()];
    assert_eq!(
        ask(&size.key).await,
        [(text("o1"), 2, euros(11)), (text("o2"), 1, euros(7))]
    );
    assert_eq!(ask(&link.key).await, [(Value::Empty, 3, euros(18))]);
    assert_eq!(
        ask(&format!("{}.{}", link.key, size.key)).await,
        [(Value::Empty, 3, euros(18))]
    );
}
