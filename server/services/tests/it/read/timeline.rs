//! The timeline: events newest first, with labels, titles within rights, and notes.

use domain::markdown::{Block, Inline};
use domain::rights::Role;
use domain::timeline::{Told, Via, What};
use domain::{Error, Kind, Value};
use services::timeline;
use test_support::{OPEN_WON_LOST, TestDb};

async fn event(db: &TestDb, deal: i64, what: &str, difference: &str, note: Option<i64>) -> i64 {
    let operation = db
        .number("insert into operation (at, via) values (now(), 'form') returning id")
        .await;
    let note = note.map_or_else(|| "null".to_owned(), |note| note.to_string());
    db.number(&format!(
        "insert into event (operation_id, at, kind, record_id, what, version, difference, note_id)
         values ({operation}, now(), 'deal', {deal}, '{what}', 1, '{difference}', {note})
         returning id"
    ))
    .await
}

#[tokio::test]
async fn a_timeline_tells_what_happened_as_far_as_the_reader_may_know() {
    let db = TestDb::new().await;
    let anna = db.user("Anna", &[Role::Salesperson], None).await;
    db.pipeline(Kind::Deal, "Sales", &OPEN_WON_LOST).await;
    let name = |name: &str| ("name", Value::Text(name.into()));
    let seen = db
        .insert(Kind::Company, [name("Seen"), ("owner_id", Value::Id(anna))])
        .await;
    let hidden = db.insert(Kind::Company, [name("Hidden")]).await;
    let deal = db.insert(Kind::Deal, [("owner_id", Value::Id(anna))]).await;
    event(&db, deal, "created", r#"{"title": [null, "Roof"]}"#, None).await;
    let difference = format!(
        r#"{{"zebra": [1, "x"], "position": ["a", "b"], "company_id": [[{hidden}], [{seen}]],
            "title": ["Roof", "Big roof"]}}"#
    );
    let changed = event(&db, deal, "changed", &difference, None).await;
    event(&db, deal, "changed", r#"{"position": ["a", "b"]}"#, None).await;
    let note = db
        .number(&format!(
            "insert into note (kind, record_id, body, created_at, updated_at)
             values ('deal', {deal}, 'Call back', now(), now()) returning id"
        ))
        .await;
    let noted = event(&db, deal, "noted", "{}", Some(note)).await;
    db.run(&format!(
        "insert into operation (at, via, undoes)
         select now(), 'undo', operation_id from event where id = {changed}"
    ))
    .await;

    let ctx = db.ctx_of(anna).await;
    let read = timeline::read(&ctx, Kind::Deal, deal, Told::All, None)
        .await
        .unwrap();
    assert_eq!(read.older, None);
    let what: Vec<_> = read.entries.iter().map(|entry| entry.what).collect();
    assert_eq!(what, [What::Noted, What::Changed, What::Created]);
    assert_eq!(read.entries[0].event, noted);
    let note_text = &read.entries[0].note.as_ref().unwrap().text;
    assert_eq!(
        *note_text,
        [Block::Paragraph(vec![Inline::Text("Call back".into())])]
    );
    let entry = &read.entries[1];
    assert_eq!(
        (entry.via, entry.undone, read.entries[2].undone),
        (Via::Form, true, false)
    );
    let labels: Vec<_> = entry
        .changes
        .iter()
        .map(|change| change.label.as_str())
        .collect();
    assert_eq!(labels, ["Title", "Company", "zebra"]);
    let title = |value: &Value| match value {
        Value::Links(links) => links[0].title.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(title(&entry.changes[1].old), None);
    assert_eq!(title(&entry.changes[1].new), Some("Seen".to_owned()));
    assert_eq!(entry.changes[2].old, Value::Text("1".into()));

    db.run(&format!(
        "update note set deleted_at = now() where id = {note}"
    ))
    .await;
    let read = timeline::read(&ctx, Kind::Deal, deal, Told::All, None)
        .await
        .unwrap();
    assert_eq!(read.entries.len(), 2);

    let ben = db.user("Ben", &[Role::Salesperson], None).await;
    let ben = db.ctx_of(ben).await;
    assert_eq!(
        timeline::read(&ben, Kind::Deal, deal, Told::All, None).await,
        Err(Error::NotFound)
    );
}

#[tokio::test]
async fn a_long_timeline_comes_in_pages_without_a_gap() {
    let db = TestDb::new().await;
    db.pipeline(Kind::Deal, "Sales", &OPEN_WON_LOST).await;
    let deal = db.insert(Kind::Deal, []).await;
    let mut events = Vec::new();
    for n in 0..61 {
        events.push(
            event(
                &db,
                deal,
                "changed",
                &format!(r#"{{"title": [null, "{n}"]}}"#),
                None,
            )
            .await,
        );
    }
    let ctx = db.system();
    let mut told = Vec::new();
    let mut older = None;
    loop {
        let page = timeline::read(&ctx, Kind::Deal, deal, Told::All, older)
            .await
            .unwrap();
        assert!(page.entries.len() <= 30);
        told.extend(page.entries.iter().map(|entry| entry.event));
        older = page.older;
        if older.is_none() {
            break;
        }
    }
    events.reverse();
    assert_eq!(told, events);
}
