//! Single questions: what is refused and how, cursors, pickers, counts that stop.

use domain::query::aggregate::AggregateQuery;
use domain::query::filter::Filter;
use domain::query::{Cursor, Query, Sort};
use domain::rights::{Actor, Role};
use domain::value::Linked;
use domain::{Error, Kind, Value};
use services::records::read;
use test_support::TestDb;

fn filtered(filter: &str) -> Query {
    Query {
        filter: filter.parse::<Filter>().expect(filter),
        ..Query::default()
    }
}

fn sorted(field: &str) -> Query {
    Query {
        sort: vec![Sort {
            field: field.into(),
            descending: false,
        }],
        ..Query::default()
    }
}

async fn refused(db: &TestDb, query: Query) -> String {
    let ctx = db.system();
    match read::list(&ctx, Kind::Deal, &query).await {
        Err(Error::Invalid(errors)) => errors[0].to_string(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_cannot_be_answered_is_refused_by_the_name_of_the_field() {
    let db = TestDb::new().await;
    for (query, words) in [
        (filtered("colour:is:red"), "colour: there is no such field"),
        (
            filtered("company_id.colour:is:red"),
            "company_id.colour: there is no such field",
        ),
        (
            filtered("amount:has:1"),
            "Amount: cannot be compared with “has”",
        ),
        (
            filtered("expected_close:gt:soon"),
            "Expected close: “soon” is not a day such as 2026-11-30",
        ),
        (sorted("colour"), "colour: there is no such field"),
        (sorted("contacts"), "Contacts: cannot be sorted by"),
        (sorted("description"), "Description: cannot be sorted by"),
        (
            Query {
                columns: vec!["title".into(), "colour".into()],
                ..Query::default()
            },
            "colour: there is no such field",
        ),
    ] {
        assert_eq!(refused(&db, query).await, words);
    }
    let by = |field: &str| AggregateQuery {
        group_by: Some(field.into()),
        sum: None,
    };
    let sum = |field: &str| AggregateQuery {
        group_by: None,
        sum: Some(field.into()),
    };
    for (wanted, words) in [
        (by("created_at"), "Created: cannot be grouped by"),
        (by("contacts.name"), "Name: cannot be grouped by"),
        (by("colour"), "colour: there is no such field"),
        (sum("title"), "Title: cannot be summed"),
        (sum("colour"), "colour: there is no such field"),
    ] {
        let error = read::aggregate(&db.system(), Kind::Deal, &Query::default(), &wanted).await;
        assert_eq!(error.unwrap_err().to_string(), words);
    }
}

#[tokio::test]
async fn a_cursor_that_this_list_did_not_make_is_refused() {
    let db = TestDb::new().await;
    let text = |text: &str| Some(text.to_owned());
    for cursor in [
        vec![],
        vec![text("1")],
        vec![text("soon"), text("1")],
        vec![None, text("1")],
        vec![text("1"), None],
        vec![text("1"), text("1; drop table deal")],
        vec![text("9223372036854775807"), text("1")],
        vec![text("1"), text("1"), text("1")],
    ] {
        let query = Query {
            cursor: Some(Cursor(cursor.clone())),
            ..Query::default()
        };
        let error = read::list(&db.system(), Kind::Deal, &query)
            .await
            .unwrap_err();
        assert_eq!(error.field_errors()[0].field, "cursor", "{cursor:?}");
    }
    let title = Query {
        cursor: Some(Cursor(vec![text("a\0b"), text("1")])),
        ..sorted("title")
    };
    let error = read::list(&db.system(), Kind::Deal, &title)
        .await
        .unwrap_err();
    assert_eq!(error.field_errors()[0].field, "cursor");
}

#[tokio::test]
async fn no_text_of_a_user_breaks_out_of_its_place() {
    let db = TestDb::new().await;
    db.insert(Kind::Company, [("name", Value::Text("O'Neill".into()))])
        .await;
    for nasty in [
        "'",
        "\\",
        "$1",
        "'; drop table company; --",
        "\0",
        "%",
        "{\"a\"}",
        "\u{202e}",
    ] {
        let mut quoted = String::new();
        for c in nasty.chars() {
            if "\\:,()".contains(c) {
                quoted.push('\\');
            }
            quoted.push(c);
        }
        for operator in ["is", "has", "starts", "not"] {
            for field in ["name", "industry", "parent_id.name"] {
                let query = filtered(&format!("{field}:{operator}:{quoted}"));
                read::list(&db.system(), Kind::Company, &query)
                    .await
                    .unwrap();
            }
        }
        let query = Query {
            text: Some(nasty.into()),
            ..Query::default()
        };
        read::count(&db.system(), Kind::Company, &query, false)
            .await
            .unwrap();
        read::find(&db.system(), Kind::Company, nasty)
            .await
            .unwrap();
    }
    for phone in ["emails:has:'", "phones:has:%", "phones:starts:+"] {
        read::list(&db.system(), Kind::Company, &filtered(phone))
            .await
            .unwrap();
    }
    assert_eq!(db.number("select count(*) from company").await, 1);
}

#[tokio::test]
async fn only_the_columns_asked_for_are_read() {
    let db = TestDb::new().await;
    let owner = db.user("Anna", &[], None).await;
    db.insert(
        Kind::Company,
        [
            ("name", Value::Text("Roofs".into())),
            ("owner_id", Value::Id(owner)),
        ],
    )
    .await;
    let query = Query {
        columns: vec!["name".into(), "name".into()],
        ..Query::default()
    };
    let page = read::list(&db.system(), Kind::Company, &query)
        .await
        .unwrap();
    let keys: Vec<_> = page.records[0].values.keys().collect();
    assert_eq!(keys, ["name"]);
}

#[tokio::test]
async fn a_count_stops_where_it_is_capped() {
    let db = TestDb::new().await;
    db.run(
        "insert into product (name, created_at, updated_at)
         select 'Product ' || g, now(), now() from generate_series(1, 10001) g",
    )
    .await;
    let count = |exact| {
        let ctx = db.system();
        async move {
            read::count(&ctx, Kind::Product, &Query::default(), exact)
                .await
                .unwrap()
        }
    };
    let capped = count(false).await;
    assert_eq!((capped.value, capped.capped), (10_000, true));
    let exact = count(true).await;
    assert_eq!((exact.value, exact.capped), (10_001, false));
    db.run("delete from product where id = 1").await;
    let all = count(false).await;
    assert_eq!((all.value, all.capped), (10_000, false));
}

#[tokio::test]
async fn a_picker_offers_what_begins_with_the_text_first_and_only_what_may_be_seen() {
    let db = TestDb::new().await;
    let anna = db.user("Anna", &[Role::Salesperson], None).await;
    let named = |name: &str, owner| {
        let name = Value::Text(name.into());
        let db = &db;
        async move {
            db.insert(Kind::Company, [("name", name), ("owner_id", owner)])
                .await
        }
    };
    named("A solar b", Value::Id(anna)).await;
    named("Solar", Value::Id(anna)).await;
    named("solar 2", Value::Id(anna)).await;
    named("Solar of nobody", Value::Empty).await;
    named("Steel", Value::Id(anna)).await;
    let titles = |found: Vec<Linked>| -> Vec<String> {
        found.into_iter().filter_map(|link| link.title).collect()
    };
    let ctx = db.ctx_of(anna).await;
    let found = read::find(&ctx, Kind::Company, " SOLAR ").await.unwrap();
    assert_eq!(titles(found), ["Solar", "solar 2", "A solar b"]);
    let newest = read::find(&ctx, Kind::Company, "").await.unwrap();
    assert_eq!(titles(newest), ["Steel", "solar 2", "Solar", "A solar b"]);
    let none = Actor {
        roles: Vec::new(),
        ..db.actor(anna).await
    };
    assert_eq!(
        read::find(&db.ctx(none), Kind::Company, "solar").await,
        Ok(Vec::new())
    );
    for n in 0..30 {
        named(&format!("Many {n:02}"), Value::Id(anna)).await;
    }
    assert_eq!(
        read::find(&ctx, Kind::Company, "many").await.unwrap().len(),
        20
    );
}

#[tokio::test]
async fn groups_are_named_and_tell_nothing_of_records_that_may_not_be_seen() {
    let db = TestDb::new().await;
    let anna = db.user("Anna", &[Role::Salesperson], None).await;
    db.pipeline(Kind::Deal, "Sales", &test_support::OPEN_WON_LOST)
        .await;
    let company = |name: &str, owner| {
        let values = [
            ("name", Value::Text(name.into())),
            ("industry", Value::Text(format!("{name} industry"))),
            ("owner_id", owner),
        ];
        let db = &db;
        async move { db.insert(Kind::Company, values).await }
    };
    let seen = company("Seen", Value::Id(anna)).await;
    let hidden = company("Hidden", Value::Empty).await;
    for company in [seen, seen, hidden] {
        let company = Value::Links(vec![Linked::to(company)]);
        db.insert(
            Kind::Deal,
            [("company_id", company), ("owner_id", Value::Id(anna))],
        )
        .await;
    }
    let ctx = db.ctx_of(anna).await;
    let by = |field: &str| {
        let wanted = AggregateQuery {
            group_by: Some(field.into()),
            sum: None,
        };
        let ctx = ctx.clone();
        async move {
            let groups = read::aggregate(&ctx, Kind::Deal, &Query::default(), &wanted)
                .await
                .unwrap();
            groups
                .into_iter()
                .map(|group| (group.key, group.totals[0].count))
                .collect::<Vec<_>>()
        }
    };
    let companies = by("company_id").await;
    let titles: Vec<_> = companies
        .iter()
        .map(|(key, count)| match key {
            Value::Links(links) => (links[0].id, links[0].title.as_deref(), *count),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(titles, [(seen, Some("Seen"), 2), (hidden, None, 1)]);
    assert_eq!(
        by("company_id.industry").await,
        [(Value::Text("Seen industry".into()), 2), (Value::Empty, 1)]
    );
}
