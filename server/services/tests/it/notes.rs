//! Notes: who may write, edit, pin and delete them, whom they name, and how each of that is taken
//! back.

use domain::markdown::{Block, Inline};
use domain::rights::Role;
use domain::timeline::{Entry, Note, Timeline, Told};
use domain::{Error, Kind, RecordId, Value};
use services::operations::undo;
use services::{Ctx, notes, timeline};

use crate::write::Shop;

async fn told(ctx: &Ctx, id: RecordId, told: Told) -> Timeline {
    timeline::read(ctx, Kind::Deal, id, told, None)
        .await
        .expect("the record is seen")
}

async fn notes_of(ctx: &Ctx, id: RecordId) -> Vec<Note> {
    let timeline = told(ctx, id, Told::Notes).await;
    let entries = timeline.pinned.into_iter().chain(timeline.entries);
    entries.filter_map(|entry| entry.note).collect()
}

async fn only(ctx: &Ctx, id: RecordId) -> Note {
    let mut notes = notes_of(ctx, id).await;
    assert_eq!(notes.len(), 1, "{notes:?}");
    notes.remove(0)
}

async fn deal(shop: &Shop) -> RecordId {
    shop.deal("Roof", 100).await.record.expect("seen").id
}

/// A colleague who sees and changes everything below, but wrote nothing.
async fn head(shop: &Shop) -> Ctx {
    let head = shop
        .db
        .user("Hanna Head", &[Role::Administrator], None)
        .await;
    shop.db.ctx_of(head).await
}

async fn observer(shop: &Shop, deal: RecordId) -> Ctx {
    let ben = shop.db.user("Ben", &[Role::Salesperson], None).await;
    shop.db.observe(Kind::Deal, deal, ben).await;
    shop.db.ctx_of(ben).await
}

#[tokio::test]
async fn a_note_is_edited_by_its_author_and_administrators_alone() {
    let shop = Shop::new().await;
    let deal = deal(&shop).await;
    notes::add(&shop.sales, Kind::Deal, deal, "They want **blue**")
        .await
        .expect("written");
    let note = only(&shop.sales, deal).await;
    assert_eq!(note.source.as_deref(), Some("They want **blue**"));
    assert_eq!(
        note.text,
        [Block::Paragraph(vec![
            Inline::Text("They want ".into()),
            Inline::Bold(vec![Inline::Text("blue".into())]),
        ])]
    );

    // Who may change the record may not change somebody else's words.
    let ben = observer(&shop, deal).await;
    let seen = only(&ben, deal).await;
    assert_eq!(seen.source, None);
    let refused = notes::edit(&ben, note.id, "No, red", 0).await;
    assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
    let refused = notes::delete(&ben, note.id).await;
    assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
    // And to whom the record is hidden, there is no note.
    let carla = shop.db.user("Carla", &[Role::Salesperson], None).await;
    let carla = shop.db.ctx_of(carla).await;
    for hidden in [
        notes::edit(&carla, note.id, "x", 0).await,
        notes::delete(&carla, note.id).await,
        notes::pin(&carla, note.id, true).await,
        notes::add(&carla, Kind::Deal, deal, "x").await,
        notes::edit(&shop.sales, 9_999, "x", 0).await,
    ] {
        assert_eq!(hidden, Err(Error::NotFound));
    }

    notes::edit(&shop.sales, note.id, "They want *red*", 0)
        .await
        .expect("its author edits it");
    let administrator = head(&shop).await;
    let note = only(&administrator, deal).await;
    assert_eq!((note.edits, note.edited_at.is_some()), (1, true));
    notes::edit(&administrator, note.id, "They want green", 1)
        .await
        .expect("an administrator edits it");
    // The author began before that.
    let late = notes::edit(&shop.sales, note.id, "They want yellow", 1).await;
    let Err(Error::Conflict(conflicts)) = late else {
        panic!("{late:?}");
    };
    assert_eq!(conflicts[0].theirs, Value::Text("They want green".into()));
    notes::edit(&shop.sales, note.id, "They want yellow", i32::MAX)
        .await
        .expect("overwritten on purpose");
    assert_eq!(
        only(&shop.sales, deal).await.source.as_deref(),
        Some("They want yellow")
    );
}

#[tokio::test]
async fn an_edit_and_a_deletion_are_logged_and_taken_back() {
    let shop = Shop::new().await;
    let deal = deal(&shop).await;
    notes::add(&shop.sales, Kind::Deal, deal, "First")
        .await
        .expect("written");
    let note = only(&shop.sales, deal).await;
    let edited = notes::edit(&shop.sales, note.id, "Second", 0)
        .await
        .expect("edited");
    let logged = shop
        .db
        .number("select count(*) from event where what = 'note_edited' and difference -> 'note' = '[\"First\", \"Second\"]'")
        .await;
    assert_eq!(logged, 1);
    // The note tells it itself: there is no entry of its own.
    let entries = told(&shop.sales, deal, Told::All).await.entries;
    assert_eq!(entries.len(), 2);
    undo(&shop.sales, edited.operation.expect("an operation"))
        .await
        .expect("undone");
    assert_eq!(
        only(&shop.sales, deal).await.source.as_deref(),
        Some("First")
    );

    let deleted = notes::delete(&shop.sales, note.id).await.expect("deleted");
    assert_eq!(notes_of(&shop.sales, deal).await, []);
    let undone = undo(&shop.sales, deleted.operation.expect("an operation"))
        .await
        .expect("undone");
    assert_eq!(undone.records, 1);
    let back = only(&shop.sales, deal).await;
    assert_eq!(back.source.as_deref(), Some("First"));
    // And the undo of the undo deletes it again.
    undo(&shop.sales, undone.operation.expect("an operation"))
        .await
        .expect("redone");
    assert_eq!(notes_of(&shop.sales, deal).await, []);
}

#[tokio::test]
async fn an_undo_keeps_what_was_edited_since_and_what_is_not_ones_own() {
    let shop = Shop::new().await;
    let deal = deal(&shop).await;
    let added = notes::add(&shop.sales, Kind::Deal, deal, "First")
        .await
        .expect("written");
    let note = only(&shop.sales, deal).await;
    let second = notes::edit(&shop.sales, note.id, "Second", 0)
        .await
        .expect("edited");
    notes::edit(&shop.sales, note.id, "Third", 1)
        .await
        .expect("edited");
    let undone = undo(&shop.sales, second.operation.expect("an operation"))
        .await
        .expect("answered");
    assert_eq!((undone.records, undone.kept.len()), (0, 1));
    let ben = observer(&shop, deal).await;
    let undone = undo(&ben, added.operation.expect("an operation"))
        .await
        .expect("answered");
    assert_eq!((undone.records, undone.kept.len()), (0, 1));
    assert_eq!(
        only(&shop.sales, deal).await.source.as_deref(),
        Some("Third")
    );
}

#[tokio::test]
async fn a_pinned_note_stands_above_the_others() {
    let shop = Shop::new().await;
    let deal = deal(&shop).await;
    for body in ["One", "Two", "Three"] {
        notes::add(&shop.sales, Kind::Deal, deal, body)
            .await
            .expect("written");
    }
    let ben = observer(&shop, deal).await;
    let one = notes_of(&ben, deal).await.pop().expect("the oldest");
    let pinned = notes::pin(&ben, one.id, true).await.expect("pinned");
    let timeline = told(&ben, deal, Told::All).await;
    let ids = |entries: &[Entry]| -> Vec<i64> {
        entries
            .iter()
            .filter_map(|entry| Some(entry.note.as_ref()?.id))
            .collect()
    };
    assert_eq!(ids(&timeline.pinned), [one.id]);
    assert!(!ids(&timeline.entries).contains(&one.id));
    assert_eq!(told(&ben, deal, Told::Changes).await.pinned, []);
    // Who only reads pins nothing.
    let director = shop.db.user("Dora", &[Role::Director], None).await;
    let director = shop.db.ctx_of(director).await;
    let refused = notes::pin(&director, one.id, false).await;
    assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
    undo(&ben, pinned.operation.expect("an operation"))
        .await
        .expect("undone");
    assert_eq!(told(&ben, deal, Told::All).await.pinned, []);
    assert_eq!(notes_of(&ben, deal).await.len(), 3);
}

#[tokio::test]
async fn a_mention_is_kept_by_id() {
    let shop = Shop::new().await;
    let deal = deal(&shop).await;
    let bea = shop
        .db
        .user("Bea Long Name", &[Role::Salesperson], None)
        .await;
    let bea_short = shop.db.user("Bea", &[Role::Salesperson], None).await;
    notes::add(
        &shop.sales,
        Kind::Deal,
        deal,
        "@Bea Long Name, call them; `@Bea` is code, bea@Bea is none",
    )
    .await
    .expect("written");
    let mentions = async || {
        let rows = shop
            .db
            .rows("select user_id from note_mention order by user_id")
            .await;
        rows.iter()
            .map(|row| row.try_get_by::<i64, _>(0).expect("an id"))
            .collect::<Vec<_>>()
    };
    assert_eq!(mentions().await, [bea]);
    let body = shop
        .db
        .rows("select body from note")
        .await
        .remove(0)
        .try_get_by::<String, _>(0)
        .expect("a body");
    assert!(body.starts_with(&format!("<@{bea}>, call")), "{body}");
    // Under another name she is the same.
    shop.db
        .run(&format!(
            "update app_user set name = 'Bea Married' where id = {bea}"
        ))
        .await;
    let note = only(&shop.sales, deal).await;
    assert!(
        note.source
            .as_deref()
            .is_some_and(|source| source.starts_with("@Bea Married, call")),
        "{note:?}"
    );
    assert!(
        matches!(&note.text[0], Block::Paragraph(text) if text[0] == Inline::Mention(bea)),
        "{note:?}"
    );
    notes::edit(&shop.sales, note.id, "@Bea, you", 0)
        .await
        .expect("edited");
    assert_eq!(mentions().await, [bea_short]);
}

#[tokio::test]
async fn a_long_note_is_taken_and_a_longer_one_refused() {
    let shop = Shop::new().await;
    let deal = deal(&shop).await;
    let long = "ü".repeat(notes::NOTE_LENGTH);
    notes::add(&shop.sales, Kind::Deal, deal, &long)
        .await
        .expect("written");
    assert_eq!(
        only(&shop.sales, deal).await.source.as_deref(),
        Some(long.as_str())
    );
    let longer = notes::add(&shop.sales, Kind::Deal, deal, &format!("{long}x")).await;
    assert!(matches!(longer, Err(Error::Invalid(_))));
}

#[tokio::test]
async fn a_timeline_tells_what_is_asked_for() {
    let shop = Shop::new().await;
    let deal = deal(&shop).await;
    notes::add(&shop.sales, Kind::Deal, deal, "Hello")
        .await
        .expect("written");
    for draft in [
        domain::Draft::of([("title", Value::Text("Big roof".into()))]),
        domain::Draft::of([("stage_id", Value::Id(shop.stage("Offer")))]),
    ] {
        services::records::write::change(
            &shop.sales,
            domain::timeline::Via::Form,
            Kind::Deal,
            deal,
            draft,
        )
        .await
        .expect("changed");
    }
    let what = async |part| -> Vec<&'static str> {
        let entries = told(&shop.sales, deal, part).await.entries;
        entries.iter().map(|entry| entry.what.as_str()).collect()
    };
    assert_eq!(
        what(Told::All).await,
        ["moved", "changed", "noted", "created"]
    );
    assert_eq!(what(Told::Notes).await, ["noted"]);
    assert_eq!(what(Told::Changes).await, ["changed", "created"]);
    assert_eq!(what(Told::Moves).await, ["moved"]);
}
