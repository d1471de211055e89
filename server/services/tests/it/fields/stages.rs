//! Fields of records that go through stages: demanded, and shown on a card.

use domain::board::BoardQuery;
use domain::field::FieldType;
use domain::field_settings::FieldDraft;
use domain::query::Filter;
use domain::timeline::Via;
use domain::{Draft, Error, FieldDef, Kind, RecordId, StageId, Value};
use services::records::{read, write};
use services::{operations, timeline};
use test_support::OPEN_WON_LOST;

use super::{Office, draft, refusal, text};
use crate::write::eur;

struct Sales {
    office: Office,
    stages: Vec<StageId>,
}

impl Sales {
    async fn new() -> Self {
        let office = Office::new().await;
        let pipeline = office
            .db
            .pipeline(Kind::Deal, "Sales", &OPEN_WON_LOST)
            .await;
        office.db.lost_reason("Price").await;
        let stages = pipeline.stages.iter().map(|stage| stage.id).collect();
        Self { office, stages }
    }

    async fn deal(&self) -> RecordId {
        let draft = Draft::of([("title", text("Roof"))]);
        self.office.create(Kind::Deal, draft).await.expect("a deal")
    }

    async fn go(
        &self,
        deal: RecordId,
        stage: usize,
        values: &[(&FieldDef, Value)],
    ) -> Result<(), Error> {
        let draft = draft(&[("stage_id", Value::Id(self.stages[stage]))], values);
        write::change(&self.office.admin, Via::Board, Kind::Deal, deal, draft)
            .await
            .map(drop)
    }
}

#[tokio::test]
async fn what_is_required_since_is_asked_with_the_next_change_of_field_or_stage() {
    let sales = Sales::new().await;
    let office = &sales.office;
    let deal = sales.deal().await;
    let field = office
        .make(
            Kind::Deal,
            FieldDraft {
                required: true,
                ..FieldDraft::new("Budget", FieldType::Money)
            },
        )
        .await;
    let asked = [(field.key.to_string(), "must be filled in".to_owned())];
    // Another field may be changed.
    let change = Draft::of([("next_step", text("Call"))]);
    write::change(&office.admin, Via::Form, Kind::Deal, deal, change)
        .await
        .unwrap();
    assert_eq!(refusal(sales.go(deal, 1, &[]).await), asked);
    sales.go(deal, 1, &[(&field, eur(5))]).await.unwrap();
    let emptied = office
        .set(Kind::Deal, deal, &[(&field, Value::Empty)])
        .await;
    assert_eq!(refusal(emptied), asked);
    let new = office
        .create(Kind::Deal, Draft::of([("title", text("New"))]))
        .await;
    assert_eq!(refusal(new), asked);
    // An undo brings back what was before it was required.
    let told = timeline::read(
        &office.admin,
        Kind::Deal,
        deal,
        domain::timeline::Told::All,
        None,
    )
    .await
    .unwrap();
    operations::undo(&office.admin, told.entries[0].operation)
        .await
        .unwrap();
    assert!(
        office
            .get(Kind::Deal, deal)
            .await
            .value(&field.key)
            .is_empty()
    );
}

#[tokio::test]
async fn a_field_is_required_from_a_stage_on() {
    let sales = Sales::new().await;
    let office = &sales.office;
    let mut budget = FieldDraft::new("Budget", FieldType::Money);
    budget.required_from = vec![sales.stages[1]];
    let budget = office.make(Kind::Deal, budget).await;
    let deal = sales.deal().await;
    let asked = |stage: &str| {
        let words = format!("must be filled in before “{stage}”");
        [(budget.key.to_string(), words)]
    };
    assert_eq!(refusal(sales.go(deal, 1, &[]).await), asked("Offer"));
    assert_eq!(refusal(sales.go(deal, 2, &[]).await), asked("Won"));
    // Lost deals need nothing but their reason.
    assert_eq!(refusal(sales.go(deal, 3, &[]).await)[0].0, "lost_reason_id");
    sales.go(deal, 1, &[(&budget, eur(5))]).await.unwrap();
    let emptied = office
        .set(Kind::Deal, deal, &[(&budget, Value::Empty)])
        .await;
    assert_eq!(refusal(emptied), asked("Offer"));
    sales.go(deal, 0, &[]).await.unwrap();
    office
        .set(Kind::Deal, deal, &[(&budget, Value::Empty)])
        .await
        .unwrap();
    // A new one in that stage is asked for all at once.
    let size = FieldDraft {
        required: true,
        ..FieldDraft::new("Size", FieldType::Text)
    };
    let size = office.make(Kind::Deal, size).await;
    let new = draft(
        &[
            ("title", text("New")),
            ("stage_id", Value::Id(sales.stages[1])),
        ],
        &[],
    );
    let keys: Vec<String> = refusal(office.create(Kind::Deal, new).await)
        .into_iter()
        .map(|(field, _)| field)
        .collect();
    assert_eq!(keys, [size.key.as_ref(), budget.key.as_ref()]);
}

#[tokio::test]
async fn a_card_shows_it_and_a_board_asks_for_it() {
    let sales = Sales::new().await;
    let office = &sales.office;
    let field = office
        .make(
            Kind::Deal,
            FieldDraft {
                on_card: true,
                ..FieldDraft::new("Region", FieldType::Text)
            },
        )
        .await;
    let deal = sales.deal().await;
    let other = sales.deal().await;
    office
        .set(
            Kind::Deal,
            deal,
            &[(&field, text("<script>alert(1)</script>"))],
        )
        .await
        .unwrap();
    office
        .set(Kind::Deal, other, &[(&field, text("صنعاء"))])
        .await
        .unwrap();
    let query = BoardQuery {
        kind: Kind::Deal,
        pipeline: None,
        filter: Filter::everything(),
        text: None,
    };
    let board = read::board(&office.admin, &query).await.unwrap();
    let card = board.columns[0]
        .cards
        .iter()
        .find(|card| card.id == deal)
        .unwrap();
    assert_eq!(
        card.more,
        [(field.key.to_string(), text("<script>alert(1)</script>"))]
    );
    let asked = BoardQuery {
        filter: Filter::is(&field.key, domain::query::Operator::Is, &["صنعاء"]),
        ..query
    };
    let board = read::board(&office.admin, &asked).await.unwrap();
    let cards: Vec<_> = board.columns[0].cards.iter().map(|card| card.id).collect();
    assert_eq!(cards, [other]);
}
