//! My day: what waits for whom.

use chrono::{DateTime, Days, TimeDelta, Utc};
use domain::my_day::{MyDay, SHOWN, Topic};
use domain::query::Query;
use domain::rights::Role;
use domain::timeline::{Via, What};
use domain::{Draft, Error, Kind, RecordId, UserId, Value};
use services::records::read::count;
use services::records::write::change;
use services::{Ctx, my_day, notes};
use test_support::{OPEN_WON_LOST, TestDb};

use crate::write::text;

struct Office {
    db: TestDb,
    anna: Ctx,
    bob: Ctx,
    director: Ctx,
    admin: Ctx,
    /// Where deals are won; those that are new become stale after three days.
    won: i64,
    lead_new: i64,
    lead_offer: i64,
}

impl Office {
    async fn new() -> Self {
        let db = TestDb::new().await;
        let deals = db.pipeline(Kind::Deal, "Sales", &OPEN_WON_LOST).await;
        let leads = db.pipeline(Kind::Lead, "Leads", &OPEN_WON_LOST).await;
        let new = deals.stages[0].id;
        db.rows(&format!(
            "update stage set stale_days = 3 where id = {new} returning id"
        ))
        .await;
        let person = async |name: &str, role| {
            let id = db.user(name, &[role], None).await;
            db.ctx_of(id).await
        };
        Self {
            anna: person("Anna", Role::Salesperson).await,
            bob: person("Bob", Role::Administrator).await,
            director: person("Dora", Role::Director).await,
            admin: person("Adam", Role::Administrator).await,
            won: deals.stages[2].id,
            lead_new: leads.stages[0].id,
            lead_offer: leads.stages[1].id,
            db,
        }
    }

    fn now(&self) -> DateTime<Utc> {
        self.anna.now
    }

    fn day(&self, from_today: i64) -> Value {
        let today = self.anna.today();
        Value::Date(if from_today < 0 {
            today - Days::new(from_today.unsigned_abs())
        } else {
            today + Days::new(from_today.unsigned_abs())
        })
    }

    fn me(ctx: &Ctx) -> UserId {
        ctx.actor.user_id.expect("a user")
    }

    /// A deal of Anna's that began just now.
    async fn deal<const N: usize>(&self, title: &str, values: [(&str, Value); N]) -> RecordId {
        self.insert(Kind::Deal, title, Some(Self::me(&self.anna)), &values)
            .await
    }

    async fn lead(&self, title: &str, owner: Option<UserId>, stage: i64) -> RecordId {
        self.insert(Kind::Lead, title, owner, &[("stage_id", Value::Id(stage))])
            .await
    }

    async fn insert(
        &self,
        kind: Kind,
        title: &str,
        owner: Option<UserId>,
        more: &[(&str, Value)],
    ) -> RecordId {
        let mut values = std::collections::BTreeMap::from([
            ("title".to_owned(), text(title)),
            ("stage_since".to_owned(), Value::DateTime(self.now())),
        ]);
        if let Some(owner) = owner {
            values.insert("owner_id".to_owned(), Value::Id(owner));
        }
        for (key, value) in more {
            values.insert((*key).to_owned(), value.clone());
        }
        self.db.insert_with(kind, kind.fields(), values).await
    }
}

fn titles(day: &MyDay, topic: Topic) -> Vec<String> {
    let items = day.section(topic).map_or(&[][..], |section| &section.items);
    items.iter().map(|item| item.record.title()).collect()
}

#[tokio::test]
async fn steps_that_are_due_and_deals_without_one_wait_for_their_owner() {
    let office = Office::new().await;
    office
        .deal("today", [("next_step_on", office.day(0))])
        .await;
    office
        .deal(
            "late",
            [
                ("next_step_on", office.day(-2)),
                ("next_step", text("Call")),
            ],
        )
        .await;
    office
        .deal("tomorrow", [("next_step_on", office.day(1))])
        .await;
    office.deal("without", []).await;
    let won = [
        ("stage_id", Value::Id(office.won)),
        ("closed_at", Value::DateTime(office.now())),
    ];
    office.deal("won", won).await;
    let bob = Some(Office::me(&office.bob));
    office
        .insert(
            Kind::Deal,
            "another's",
            bob,
            &[("next_step_on", office.day(0))],
        )
        .await;
    let lead = [
        ("next_step_on", office.day(-1)),
        ("stage_id", Value::Id(office.lead_offer)),
    ];
    office
        .insert(Kind::Lead, "lead", Some(Office::me(&office.anna)), &lead)
        .await;

    let day = my_day::read(&office.anna).await.expect("a day");
    assert_eq!(day.today, office.anna.today());
    // Of both kinds, the latest first.
    assert_eq!(titles(&day, Topic::Due), ["late", "lead", "today"]);
    assert_eq!(titles(&day, Topic::NoStep), ["without"]);
    assert!(titles(&day, Topic::Stale).is_empty());
    let due = day.section(Topic::Due).expect("due");
    assert!(due.items.iter().all(|item| item.may_change));
    assert_eq!(due.items[0].record.value("next_step"), &text("Call"));
    // The lists behind it hold exactly these.
    for whole in &due.all {
        let found = count(&office.anna, whole.kind, &whole.spec.query(), true).await;
        assert_eq!(found.expect("counted").value, whole.count.value);
    }
    assert_eq!(
        due.all.iter().map(|whole| whole.count.value).sum::<u64>(),
        3
    );
}

#[tokio::test]
async fn a_long_section_shows_its_beginning_and_counts_the_rest() {
    let office = Office::new().await;
    for number in 0..SHOWN + 3 {
        office.deal(&format!("deal {number}"), []).await;
    }
    let day = my_day::read(&office.anna).await.expect("a day");
    let section = day.section(Topic::NoStep).expect("deals without a step");
    assert_eq!(section.items.len(), SHOWN);
    assert_eq!(section.all[0].count.value, 13);
}

#[tokio::test]
async fn what_stands_too_long_is_told_as_cards_tell_it() {
    let office = Office::new().await;
    let since = |days: i64, minutes: i64| {
        let at = office.now() - TimeDelta::days(days) + TimeDelta::minutes(minutes);
        [
            ("stage_since", Value::DateTime(at)),
            ("next_step_on", office.day(9)),
        ]
    };
    // Three days are allowed: on the fourth it is too long.
    office.deal("just not", since(4, 1)).await;
    office.deal("just so", since(4, 0)).await;
    office.deal("long", since(30, 0)).await;
    let day = my_day::read(&office.anna).await.expect("a day");
    assert_eq!(titles(&day, Topic::Stale), ["long", "just so"]);
    // A director has none, and sees everybody's.
    let day = my_day::read(&office.director).await.expect("a day");
    assert!(day.section(Topic::Stale).is_none());
    assert_eq!(titles(&day, Topic::StaleOfAll), ["long", "just so"]);
    let section = day.section(Topic::StaleOfAll).expect("stale");
    assert!(section.items.iter().all(|item| !item.may_change));
}

#[tokio::test]
async fn a_director_sees_what_closes_today() {
    let office = Office::new().await;
    let closing = |day: i64| [("expected_close", office.day(day))];
    office.deal("today", closing(0)).await;
    office.deal("late", closing(-3)).await;
    office.deal("next week", closing(7)).await;
    let won = |days: i64| {
        let at = office.now() - TimeDelta::days(days);
        [
            ("stage_id", Value::Id(office.won)),
            ("closed_at", Value::DateTime(at)),
        ]
    };
    office.deal("won today", won(0)).await;
    office.deal("won long ago", won(9)).await;
    let day = my_day::read(&office.director).await.expect("a day");
    assert_eq!(titles(&day, Topic::Closing), ["late", "today"]);
    assert_eq!(titles(&day, Topic::Closed), ["won today"]);
}

#[tokio::test]
async fn new_leads_are_those_of_nobody_and_ones_own_that_nobody_began() {
    let office = Office::new().await;
    let anna = Some(Office::me(&office.anna));
    office.lead("nobody's", None, office.lead_new).await;
    office.lead("fresh", anna, office.lead_new).await;
    office.lead("begun", anna, office.lead_offer).await;
    // A salesperson does not see what is nobody's.
    let day = my_day::read(&office.anna).await.expect("a day");
    assert_eq!(titles(&day, Topic::NewLeads), ["fresh"]);
    // Who sees it may take it.
    let day = my_day::read(&office.admin).await.expect("a day");
    assert_eq!(titles(&day, Topic::NewLeads), ["nobody's"]);
    let item = &day.section(Topic::NewLeads).expect("leads").items[0];
    assert!(item.may_change);
    let draft = Draft::of([("owner_id", Value::Id(Office::me(&office.admin)))]);
    change(&office.admin, Via::Form, Kind::Lead, item.record.id, draft)
        .await
        .expect("taken");
}

#[tokio::test]
async fn what_others_did_with_own_records_is_told_and_what_one_did_is_not() {
    let office = Office::new().await;
    let step = [("next_step_on", office.day(9))];
    let changed = office.deal("changed", step.clone()).await;
    let noted = office.deal("noted", step.clone()).await;
    let mine = office.deal("mine", step.clone()).await;
    let bob = Some(Office::me(&office.bob));
    let named = office.insert(Kind::Deal, "named", bob, &step).await;
    let hidden = office.insert(Kind::Deal, "hidden", bob, &step).await;

    let draft = Draft::of([("source", text("web")), ("next_step", text("Call"))]);
    change(&office.bob, Via::Form, Kind::Deal, changed, draft)
        .await
        .expect("changed");
    notes::add(&office.bob, Kind::Deal, noted, "They called.")
        .await
        .expect("noted");
    let draft = Draft::of([("source", text("call"))]);
    change(&office.anna, Via::Form, Kind::Deal, mine, draft)
        .await
        .expect("changed");
    // Named where one looks on, and where one may not look.
    let anna = Office::me(&office.anna);
    let observed = Draft::of([("observers", Value::Ids(vec![anna]))]);
    change(&office.bob, Via::Form, Kind::Deal, named, observed)
        .await
        .expect("observed");
    let note = format!("<@{anna}> please look");
    notes::add(&office.bob, Kind::Deal, named, &note)
        .await
        .expect("noted");
    notes::add(&office.bob, Kind::Deal, hidden, &note)
        .await
        .expect("noted");

    let day = my_day::read(&office.anna).await.expect("a day");
    let told: Vec<&str> = day
        .changes
        .iter()
        .map(|change| change.title.as_str())
        .collect();
    assert_eq!(told, ["named", "noted", "changed"]);
    let news = &day.changes[0].news;
    assert!(news[0].names_me && news[0].what == What::Noted);
    let news = &day.changes[2].news[0];
    assert_eq!(news.by, Office::me(&office.bob));
    let mut keys: Vec<&str> = news.fields.iter().map(|(key, _)| key.as_str()).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["next_step", "source"]);

    // What is older than yesterday is old.
    let mut later = office.anna.clone();
    later.now += TimeDelta::days(2);
    let day = my_day::read(&later).await.expect("a day");
    assert!(day.changes.is_empty());
    // And its lists hold what they held.
    assert_eq!(
        count(&office.anna, Kind::Deal, &Query::default(), true)
            .await
            .expect("counted")
            .value,
        4
    );
}

#[tokio::test]
async fn nobody_has_no_day() {
    let office = Office::new().await;
    let nobody = office.db.user("Nobody", &[], None).await;
    let nobody = office.db.ctx_of(nobody).await;
    assert_eq!(my_day::read(&nobody).await, Err(Error::Unauthenticated));
    let day = my_day::read(&office.anna).await.expect("a day");
    assert!(day.is_empty());
}
