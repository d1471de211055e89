use domain::Kind;
use domain::money::Currency;

use super::*;

const OFFER: StageId = 1;
const TALKS: StageId = 2;

#[expect(clippy::unnecessary_wraps, reason = "amounts are optional")]
fn eur(amount: i64) -> Option<Money> {
    Some(Money::new(amount.into(), Currency::EUR))
}

fn card(id: RecordId, version: i64, stage_id: StageId, position: &str, amount: i64) -> Card {
    Card {
        kind: Kind::Deal,
        id,
        version,
        title: format!("Deal {id}"),
        stage_id,
        position: position.to_owned(),
        amount: eur(amount),
        client: None,
        client_kind: None,
        owner_id: None,
        stage_since: DateTime::default(),
        next_step: None,
        next_step_on: None,
        more: Vec::new(),
    }
}

fn column(stage_id: StageId, cards: Vec<Card>, next: bool) -> Column {
    let mut totals = Vec::new();
    for card in &cards {
        apply_to_totals(&mut totals, card.amount, 1);
    }
    let next = next.then(|| Cursor(vec![None]));
    Column {
        stage_id,
        totals,
        cards,
        next,
    }
}

fn board(columns: Vec<Column>, seen: EventId) -> Board {
    Board {
        pipeline: 1,
        columns,
        now: DateTime::default(),
        seen,
        holes: Vec::new(),
    }
}

/// Three cards on offer, one in talks; event 100 was the last.
fn model() -> Model {
    let offer = vec![
        card(1, 1, OFFER, "a1", 10),
        card(2, 1, OFFER, "a2", 20),
        card(3, 1, OFFER, "a3", 30),
    ];
    let talks = vec![card(4, 1, TALKS, "a1", 40)];
    Model::new(
        board(
            vec![column(OFFER, offer, false), column(TALKS, talks, false)],
            100,
        ),
        true,
    )
}

#[expect(clippy::unnecessary_wraps, reason = "placements are optional")]
fn placed(stage: StageId, amount: i64) -> Option<Placement> {
    Some(Placement {
        pipeline_id: Some(1),
        stage_id: Some(stage),
        amount: eur(amount),
    })
}

fn change(
    event: EventId,
    before: Option<Placement>,
    after: Option<Placement>,
    card: Card,
) -> LiveChange {
    LiveChange {
        event,
        by: Some(9),
        kind: Kind::Deal,
        id: card.id,
        version: card.version,
        before,
        after,
        card: after.is_some().then_some(card),
    }
}

/// Count and sum of a column.
fn sum(model: &Model, stage: StageId) -> (i64, String) {
    let totals = model.totals(stage);
    (
        Total::count(&totals),
        Total::sums(&totals)
            .iter()
            .map(Money::full)
            .collect::<Vec<_>>()
            .join(" "),
    )
}

#[test]
fn a_move_is_shown_at_once_and_taken_back_by_forgetting_it() {
    let mut model = model();
    let (place, moved) = model.landing(2, TALKS, 0).unwrap();
    assert_eq!(place, Place::Top);
    model.start_move(2, moved);
    assert_eq!(model.order(OFFER), [1, 3]);
    assert_eq!(model.order(TALKS), [2, 4]);
    assert_eq!(sum(&model, OFFER), (2, "€40".into()));
    assert_eq!(sum(&model, TALKS), (2, "€60".into()));
    model.end_move(2);
    assert_eq!(model.order(OFFER), [1, 2, 3]);
    assert_eq!(sum(&model, TALKS), (1, "€40".into()));
}

#[test]
fn a_card_dropped_between_two_names_the_upper_one() {
    let model = model();
    let (place, moved) = model.landing(4, OFFER, 1).unwrap();
    assert_eq!(place, Place::Below(1));
    assert!("a1" < moved.position.as_str() && moved.position.as_str() < "a2");
    assert_eq!(model.landing(1, OFFER, 2).unwrap().0, Place::Below(3));
    assert_eq!(model.landing(4, OFFER, 99).unwrap().0, Place::Below(3));
    assert_eq!(model.landing(2, OFFER, 1), None, "it stands there already");
}

#[test]
fn behind_a_filter_the_top_is_meant_beside_the_first_card_shown() {
    let talks = vec![card(4, 1, TALKS, "a1", 40)];
    let offer = vec![card(1, 1, OFFER, "a1", 10)];
    let board = board(
        vec![column(OFFER, offer, false), column(TALKS, talks, false)],
        1,
    );
    let model = Model::new(board, false);
    assert_eq!(model.landing(1, TALKS, 0).unwrap().0, Place::Above(4));
}

#[test]
fn the_echo_of_an_own_move_counts_once_whichever_comes_first() {
    let echo = change(
        101,
        placed(OFFER, 20),
        placed(TALKS, 20),
        card(2, 2, TALKS, "a0", 20),
    );
    for echo_first in [true, false] {
        let mut model = model();
        let (_, moved) = model.landing(2, TALKS, 0).unwrap();
        model.start_move(2, moved);
        if echo_first {
            model.apply(echo.clone());
        }
        model.put(card(2, 2, TALKS, "a0", 20), 101);
        model.end_move(2);
        assert_eq!(sum(&model, TALKS), (2, "€60".into()));
        assert_eq!(sum(&model, OFFER), (2, "€40".into()));
        model.apply(echo.clone());
        model.apply(echo.clone());
        assert_eq!(sum(&model, TALKS), (2, "€60".into()));
        assert_eq!(sum(&model, OFFER), (2, "€40".into()));
        assert_eq!(model.order(TALKS), [2, 4]);
    }
}

#[test]
fn a_change_that_the_board_contains_is_not_counted_again() {
    let mut model = model();
    let old = change(
        100,
        placed(TALKS, 10),
        placed(OFFER, 10),
        card(1, 1, OFFER, "a1", 10),
    );
    assert!(!model.apply(old));
    assert_eq!(sum(&model, OFFER), (3, "€60".into()));
    assert_eq!(model.order(OFFER), [1, 2, 3]);
    // A late commit with a low number: the board was read before it.
    let late = change(
        99,
        placed(OFFER, 10),
        placed(TALKS, 10),
        card(1, 2, TALKS, "a5", 10),
    );
    assert!(model.apply(late));
    assert_eq!(sum(&model, OFFER), (2, "€50".into()));
    assert_eq!(model.order(TALKS), [4, 1]);
}

#[test]
fn messages_out_of_order_end_in_the_newest_state() {
    let first = change(
        101,
        placed(OFFER, 10),
        placed(TALKS, 10),
        card(1, 2, TALKS, "a0", 10),
    );
    let second = change(
        102,
        placed(TALKS, 10),
        placed(OFFER, 15),
        card(1, 3, OFFER, "a9", 15),
    );
    for order in [[&first, &second], [&second, &first]] {
        let mut model = model();
        for message in order {
            model.apply(message.clone());
        }
        assert_eq!(model.order(OFFER), [2, 3, 1]);
        assert_eq!(model.order(TALKS), [4]);
        assert_eq!(sum(&model, OFFER), (3, "€65".into()));
        assert_eq!(sum(&model, TALKS), (1, "€40".into()));
    }
}

#[test]
fn what_is_gone_stays_gone_when_an_older_message_comes_late() {
    let mut model = model();
    let gone = change(102, placed(OFFER, 10), None, card(1, 3, OFFER, "a1", 10));
    let late = change(
        101,
        placed(OFFER, 10),
        placed(OFFER, 10),
        card(1, 2, OFFER, "a1", 10),
    );
    assert!(model.apply(gone));
    assert!(!model.apply(late));
    assert_eq!(model.order(OFFER), [2, 3]);
    assert_eq!(sum(&model, OFFER), (2, "€50".into()));
}

#[test]
fn a_card_moved_by_another_during_ones_own_move_stays_under_ones_hand_and_then_follows_the_server()
{
    let mut model = model();
    let (_, moved) = model.landing(1, TALKS, 1).unwrap();
    model.start_move(1, moved);
    model.apply(change(
        101,
        placed(OFFER, 10),
        placed(OFFER, 10),
        card(1, 2, OFFER, "a9", 10),
    ));
    assert_eq!(model.order(TALKS), [4, 1]);
    assert_eq!(model.order(OFFER), [2, 3]);
    assert_eq!(sum(&model, TALKS), (2, "€50".into()));
    model.end_move(1);
    assert_eq!(model.order(OFFER), [2, 3, 1], "the other's place holds");
    assert_eq!(sum(&model, OFFER), (3, "€60".into()));
}

#[test]
fn cards_beyond_what_is_loaded_wait_until_one_scrolls_there() {
    let offer = vec![card(1, 1, OFFER, "a1", 10), card(2, 1, OFFER, "a2", 20)];
    let board = board(
        vec![column(OFFER, offer, true), column(TALKS, vec![], false)],
        100,
    );
    let mut model = Model::new(board, true);
    assert!(!model.apply(change(
        101,
        None,
        placed(OFFER, 70),
        card(7, 1, OFFER, "a7", 70)
    )));
    assert_eq!(model.order(OFFER), [1, 2]);
    assert_eq!(sum(&model, OFFER), (3, "€100".into()));
    // An own card dropped below the last one stays in sight all the same.
    model.put(card(2, 2, OFFER, "a5", 20), 102);
    model.apply(change(
        102,
        placed(OFFER, 20),
        placed(OFFER, 20),
        card(2, 2, OFFER, "a5", 20),
    ));
    assert_eq!(model.order(OFFER), [1, 2]);
    // The next page brings the first, and an old state of neither.
    let page = vec![card(2, 1, OFFER, "a5", 20), card(7, 2, OFFER, "a7", 70)];
    model.append(Column {
        totals: vec![],
        ..column(OFFER, page, false)
    });
    assert_eq!(model.order(OFFER), [1, 2, 7]);
    assert_eq!(model.card(2).unwrap().version, 2);
    assert_eq!(sum(&model, OFFER), (3, "€100".into()));
}

#[test]
fn a_page_that_was_read_before_a_card_left_does_not_bring_it_back() {
    let board = board(
        vec![column(OFFER, vec![card(1, 1, OFFER, "a1", 10)], true)],
        100,
    );
    let mut model = Model::new(board, true);
    model.apply(change(
        101,
        placed(OFFER, 70),
        None,
        card(7, 2, OFFER, "a7", 70),
    ));
    model.append(Column {
        totals: vec![],
        ..column(OFFER, vec![card(7, 1, OFFER, "a7", 70)], false)
    });
    assert_eq!(model.order(OFFER), [1]);
}

#[test]
fn a_board_read_again_keeps_what_is_newer_here() {
    let mut model = model();
    // One event that the new board contains, one that it does not, one own move on its way.
    model.apply(change(
        101,
        placed(OFFER, 10),
        placed(TALKS, 10),
        card(1, 2, TALKS, "a0", 10),
    ));
    model.apply(change(
        103,
        placed(OFFER, 20),
        placed(TALKS, 20),
        card(2, 2, TALKS, "a2", 20),
    ));
    let (_, moved) = model.landing(3, TALKS, 0).unwrap();
    model.start_move(3, moved);
    let offer = vec![card(2, 1, OFFER, "a2", 20), card(3, 1, OFFER, "a3", 30)];
    let talks = vec![card(1, 2, TALKS, "a0", 10), card(4, 1, TALKS, "a1", 40)];
    model.replace(board(
        vec![column(OFFER, offer, false), column(TALKS, talks, false)],
        102,
    ));
    assert_eq!(model.order(OFFER), [] as [RecordId; 0]);
    assert_eq!(model.order(TALKS), [3, 1, 4, 2]);
    assert_eq!(sum(&model, OFFER), (0, String::new()));
    assert_eq!(sum(&model, TALKS), (4, "€100".into()));
    model.end_move(3);
    assert_eq!(sum(&model, OFFER), (1, "€30".into()));
    assert_eq!(model.order(OFFER), [3]);
}

#[test]
fn a_new_card_counts_before_its_event_comes_and_not_twice_after() {
    let mut model = model();
    model.put(card(8, 1, TALKS, "Zz", 5), 101);
    assert_eq!(sum(&model, TALKS), (2, "€45".into()));
    model.apply(change(
        101,
        None,
        placed(TALKS, 5),
        card(8, 1, TALKS, "Zz", 5),
    ));
    assert_eq!(sum(&model, TALKS), (2, "€45".into()));
    assert_eq!(model.order(TALKS), [8, 4]);
}

#[test]
fn a_card_that_went_to_another_pipeline_leaves() {
    let mut model = model();
    let other = Some(Placement {
        pipeline_id: Some(2),
        stage_id: Some(77),
        amount: eur(10),
    });
    assert!(model.apply(change(
        101,
        placed(OFFER, 10),
        other,
        card(1, 2, 77, "a0", 10)
    )));
    assert_eq!(model.order(OFFER), [2, 3]);
    assert_eq!(sum(&model, OFFER), (2, "€50".into()));
}

#[test]
fn a_gap_told_in_one_message_counts_from_where_the_totals_have_the_card() {
    let mut model = model();
    model.apply(change(
        101,
        placed(OFFER, 10),
        placed(TALKS, 10),
        card(1, 2, TALKS, "a0", 10),
    ));
    // After a lost connection the server folds what it told already with what it did not.
    model.apply(change(
        105,
        placed(OFFER, 10),
        placed(TALKS, 15),
        card(1, 4, TALKS, "a0", 15),
    ));
    assert_eq!(sum(&model, OFFER), (2, "€50".into()));
    assert_eq!(sum(&model, TALKS), (2, "€55".into()));
}

#[test]
fn a_change_heard_after_the_page_that_shows_it_is_counted() {
    let talks = column(TALKS, vec![card(4, 1, TALKS, "a1", 40)], false);
    let mut offer = column(OFFER, vec![card(1, 1, OFFER, "a1", 10)], true);
    apply_to_totals(&mut offer.totals, eur(70), 1);
    let mut model = Model::new(board(vec![offer, talks], 100), true);
    model.append(Column {
        totals: vec![],
        ..column(OFFER, vec![card(7, 2, OFFER, "a7", 75)], false)
    });
    model.apply(change(
        101,
        placed(OFFER, 70),
        placed(OFFER, 75),
        card(7, 2, OFFER, "a7", 75),
    ));
    assert_eq!(sum(&model, OFFER), (2, "€85".into()));
}

#[test]
fn a_change_with_a_lower_number_that_is_committed_later_is_counted() {
    // Of a deal further down in a column that is not loaded so far: event 99 was under way when the
    // board was read, which says so.
    let talks = column(TALKS, vec![card(4, 1, TALKS, "a1", 40)], false);
    let mut offer = column(OFFER, vec![card(1, 1, OFFER, "a1", 10)], true);
    apply_to_totals(&mut offer.totals, eur(70), 1);
    let read = |holes| Board {
        holes,
        ..board(vec![offer.clone(), talks.clone()], 100)
    };
    let late = || {
        change(
            99,
            placed(OFFER, 70),
            placed(TALKS, 70),
            card(7, 2, TALKS, "a0", 70),
        )
    };
    let mut model = Model::new(read(vec![99]), true);
    model.apply(late());
    model.apply(late());
    assert_eq!(sum(&model, OFFER), (1, "€10".into()));
    assert_eq!(sum(&model, TALKS), (2, "€110".into()));
    // Read again meanwhile, the board contains it.
    model.replace(Board {
        columns: vec![
            column(OFFER, vec![card(1, 1, OFFER, "a1", 10)], false),
            column(
                TALKS,
                vec![card(7, 2, TALKS, "a0", 70), card(4, 1, TALKS, "a1", 40)],
                false,
            ),
        ],
        ..read(vec![])
    });
    model.apply(late());
    assert_eq!(sum(&model, TALKS), (2, "€110".into()));
}
