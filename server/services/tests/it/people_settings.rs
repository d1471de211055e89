//! People and departments as administrators set them up.

use chrono::TimeDelta;
use domain::people::{DepartmentDraft, Invitation, MemberDraft, MemberState};
use domain::rights::Role;
use domain::{Error, Kind, OperationId, UserId, Value};
use services::Ctx;
use services::operations::undo;
use services::people_settings::{self, departments, invitations, leaving, members};
use test_support::{OPEN_WON_LOST, TestDb, now};

/// A password that fits.
const PASSWORD: &str = "correct horse battery";

struct Office {
    db: TestDb,
    admin: Ctx,
    anna: UserId,
    boris: UserId,
}

impl Office {
    async fn new() -> Self {
        let db = TestDb::new().await;
        let admin = db.user("Ada", &[Role::Administrator], None).await;
        let anna = db.user("Anna", &[Role::Salesperson], None).await;
        let boris = db.user("Boris", &[Role::Salesperson], None).await;
        db.run("update app_user set password_hash = 'x'").await;
        let admin = db.ctx_of(admin).await;
        Self {
            db,
            admin,
            anna,
            boris,
        }
    }

    fn me(&self) -> UserId {
        self.admin.actor.user_id.expect("a user")
    }

    async fn draft(&self, user: UserId) -> MemberDraft {
        let all = people_settings::load(&self.admin).await.expect("people");
        let found = all.members.into_iter().find(|member| member.id == user);
        found.expect("the user").is
    }

    async fn state(&self, user: UserId) -> MemberState {
        let all = people_settings::load(&self.admin).await.expect("people");
        let found = all.members.into_iter().find(|member| member.id == user);
        found.expect("the user").state
    }

    fn anonymous(&self) -> Ctx {
        Ctx::anonymous(
            self.db.db.clone(),
            services::live::Publisher::silent(),
            now(),
            "test".into(),
        )
    }
}

fn draft(name: &str, email: &str) -> MemberDraft {
    MemberDraft {
        name: name.into(),
        email: email.into(),
        roles: vec![Role::Salesperson],
        ..MemberDraft::default()
    }
}

fn named(error: &Error) -> Vec<&str> {
    let wrong = error.field_errors();
    wrong.iter().map(|error| error.field.as_str()).collect()
}

fn one(operation: Option<OperationId>) -> OperationId {
    operation.expect("something changed")
}

#[tokio::test]
async fn nobody_but_administrators_changes_people() {
    let office = Office::new().await;
    let director = office.db.user("Dora", &[Role::Director], None).await;
    for user in [office.anna, director] {
        let ctx = office.db.ctx_of(user).await;
        let refused = [
            people_settings::load(&ctx).await.err(),
            members::invite(&ctx, draft("Eve", "eve@example.com"))
                .await
                .err(),
            members::new_link(&ctx, office.boris).await.err(),
            members::change(&ctx, user, draft("Me", "me@example.com"))
                .await
                .err(),
            leaving::open_records(&ctx, office.boris).await.err(),
            leaving::deactivate(&ctx, office.boris, None).await.err(),
            leaving::reactivate(&ctx, office.boris).await.err(),
            departments::add(&ctx, DepartmentDraft::default())
                .await
                .err(),
            departments::change(&ctx, 1, DepartmentDraft::default())
                .await
                .err(),
            departments::delete(&ctx, 1).await.err(),
        ];
        for refused in refused {
            assert!(matches!(refused, Some(Error::Forbidden(_))), "{refused:?}");
        }
    }
}

#[tokio::test]
async fn an_invited_user_comes_in_once_and_sets_name_and_password() {
    let office = Office::new().await;
    let sales = office.db.department("Sales", None).await;
    let wanted = MemberDraft {
        department: Some(sales),
        manager: Some(office.anna),
        ..draft(" Eve ", "Eve@Example.com")
    };
    let old = members::invite(&office.admin, wanted).await.expect("made");
    let link = members::new_link(&office.admin, old.user)
        .await
        .expect("made");
    let stored = format!(
        "select count(*) from invitation where token_hash in ('{}', '{}')",
        old.token, link.token
    );
    assert_eq!(office.db.number(&stored).await, 0, "a token is stored");
    assert_eq!(office.state(link.user).await, MemberState::Invited);

    let anonymous = office.anonymous();
    let look = async |token: &str| invitations::look(&anonymous, token).await.expect("told");
    assert_eq!(look(&old.token).await, Invitation::Unknown, "replaced");
    assert_eq!(look("nonsense").await, Invitation::Unknown);
    let Invitation::Open(invited) = look(&link.token).await else {
        panic!("the newest link is open");
    };
    assert_eq!(
        (invited.email.as_str(), invited.name.as_str(), invited.again),
        ("eve@example.com", "Eve", false)
    );

    let wrong = invitations::take_up(&anonymous, &link.token, " ", "short").await;
    assert_eq!(named(&wrong.expect_err("refused")), ["name", "password"]);
    let user = invitations::take_up(&anonymous, &link.token, "Eve Adams", PASSWORD)
        .await
        .expect("in");
    assert_eq!(user, link.user);
    assert_eq!(look(&link.token).await, Invitation::Used);
    let again = invitations::take_up(&anonymous, &link.token, "Eve", PASSWORD).await;
    assert!(matches!(again, Err(Error::Forbidden(_))), "{again:?}");
    let signed_in = services::accounts::sign_in(&anonymous, "eve@example.com", PASSWORD).await;
    assert_eq!(signed_in, Ok(user));
    assert_eq!(office.draft(user).await.name, "Eve Adams");
    assert_eq!(office.state(user).await, MemberState::Active);
    let logged = "select count(*) from event where kind = 'user'";
    assert_eq!(office.db.number(logged).await, 3);
}

#[tokio::test]
async fn a_link_runs_out_and_one_for_a_new_password_ends_the_old_sessions() {
    let office = Office::new().await;
    let link = members::new_link(&office.admin, office.anna)
        .await
        .expect("made");
    let late = Ctx {
        now: now() + TimeDelta::days(7),
        ..office.anonymous()
    };
    let told = invitations::look(&late, &link.token).await;
    assert_eq!(told, Ok(Invitation::Expired));
    let refused = invitations::take_up(&late, &link.token, "Anna", PASSWORD).await;
    assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");

    office
        .db
        .run(&format!(
            "insert into session (id, user_id, data, expires_at) \
             values ('a', {}, '', now() + interval '1 day'), ('b', {}, '', now() + interval '1 day')",
            office.anna, office.boris
        ))
        .await;
    invitations::take_up(&office.anonymous(), &link.token, "Anna", PASSWORD)
        .await
        .expect("set");
    let left = "select user_id from session";
    assert_eq!(office.db.number(left).await, office.boris);
}

#[tokio::test]
async fn every_field_that_does_not_fit_is_named() {
    let office = Office::new().await;
    let taken = office.draft(office.boris).await.email.to_uppercase();
    let wrong = MemberDraft {
        name: " ".into(),
        email: taken,
        department: Some(999),
        manager: Some(999),
        roles: Vec::new(),
    };
    let error = members::invite(&office.admin, wrong)
        .await
        .expect_err("refused");
    assert_eq!(
        named(&error),
        ["name", "roles", "email", "department", "manager"]
    );
    // Anna reports to Boris; so Boris cannot report to Anna, nor to himself.
    let mut anna = office.draft(office.anna).await;
    anna.manager = Some(office.boris);
    members::change(&office.admin, office.anna, anna)
        .await
        .expect("changed");
    for manager in [office.anna, office.boris] {
        let mut boris = office.draft(office.boris).await;
        boris.manager = Some(manager);
        let error = members::change(&office.admin, office.boris, boris)
            .await
            .expect_err("a circle");
        assert_eq!(named(&error), ["manager"]);
    }
}

#[tokio::test]
async fn a_change_is_logged_and_taken_back_by_administrators_alone() {
    let office = Office::new().await;
    let before = office.draft(office.anna).await;
    let wanted = MemberDraft {
        name: "Anna Nowak".into(),
        roles: vec![Role::HeadOfSales, Role::Director],
        ..before.clone()
    };
    let same = members::change(&office.admin, office.anna, before.clone()).await;
    assert_eq!(same, Ok(None));
    let operation = members::change(&office.admin, office.anna, wanted).await;
    let operation = one(operation.expect("changed"));
    let anna = office.db.ctx_of(office.boris).await;
    assert_eq!(undo(&anna, operation).await, Err(Error::NotFound));
    let undone = undo(&office.admin, operation).await.expect("undone");
    assert_eq!((undone.records, undone.kept.len()), (1, 0));
    assert_eq!(office.draft(office.anna).await, before);
}

#[tokio::test]
async fn the_last_administrator_stays_one() {
    let office = Office::new().await;
    let me = office.me();
    let mut mine = office.draft(me).await;
    mine.roles = vec![Role::Salesperson];
    let error = members::change(&office.admin, me, mine.clone()).await;
    assert_eq!(named(&error.expect_err("refused")), ["roles"]);
    let error = leaving::deactivate(&office.admin, me, None).await;
    assert_eq!(named(&error.expect_err("refused")), ["user"]);

    // An invited administrator cannot sign in yet, and does not count.
    let mut second = draft("Eve", "eve@example.com");
    second.roles = vec![Role::Administrator];
    let link = members::invite(&office.admin, second).await.expect("made");
    let error = members::change(&office.admin, me, mine.clone()).await;
    assert_eq!(named(&error.expect_err("refused")), ["roles"]);
    invitations::take_up(&office.anonymous(), &link.token, "Eve", PASSWORD)
        .await
        .expect("in");
    // Now there are two: one may go. What made the other one an administrator stays.
    members::change(&office.admin, me, mine)
        .await
        .expect("changed");
    let eve = office.db.ctx_of(link.user).await;
    let made = office
        .db
        .number(&format!(
            "select operation_id from event where kind = 'user' and what = 'created' \
             and record_id = {}",
            link.user
        ))
        .await;
    let refused = undo(&eve, made).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
}

#[tokio::test]
async fn who_leaves_hands_over_what_is_open_in_one_operation_that_can_be_undone() {
    let office = Office::new().await;
    let pipeline = office
        .db
        .pipeline(Kind::Deal, "Sales", &OPEN_WON_LOST)
        .await;
    let of = |user: UserId| ("owner_id", Value::Id(user));
    let stage = |at: usize| ("stage_id", Value::Id(pipeline.stages[at].id));
    let anna = office.anna;
    for _ in 0..3 {
        office.db.insert(Kind::Deal, [of(anna), stage(0)]).await;
    }
    let won = office.db.insert(Kind::Deal, [of(anna), stage(2)]).await;
    office.db.insert(Kind::Company, [of(anna)]).await;
    office.db.insert(Kind::Contact, [of(office.boris)]).await;
    office
        .db
        .run(&format!(
            "insert into session (id, user_id, data, expires_at) \
             values ('a', {anna}, '', now() + interval '1 day')"
        ))
        .await;
    let counts = leaving::open_records(&office.admin, anna).await;
    assert_eq!(
        counts,
        Ok(vec![(Kind::Deal, 3), (Kind::Company, 1)]),
        "what is won stays"
    );
    let error = leaving::deactivate(&office.admin, anna, None).await;
    assert_eq!(named(&error.expect_err("refused")), ["to"]);
    let error = leaving::deactivate(&office.admin, anna, Some(anna)).await;
    assert_eq!(named(&error.expect_err("refused")), ["to"]);
    assert_eq!(office.state(anna).await, MemberState::Active);

    let done = leaving::deactivate(&office.admin, anna, Some(office.boris)).await;
    let operation = one(done.expect("deactivated"));
    assert_eq!(office.state(anna).await, MemberState::Deactivated);
    assert_eq!(
        office.db.number("select count(*) from session").await,
        0,
        "sessions end at once"
    );
    let owned = async |user: UserId| {
        office
            .db
            .number(&format!(
                "select count(*) from deal where owner_id = {user}"
            ))
            .await
    };
    assert_eq!((owned(anna).await, owned(office.boris).await), (1, 3));
    let kept = format!("select owner_id from deal where id = {won}");
    assert_eq!(office.db.number(&kept).await, anna);
    let events = format!("select count(*) from event where operation_id = {operation}");
    assert_eq!(office.db.number(&events).await, 5, "one operation");
    let link = members::new_link(&office.admin, anna).await;
    assert_eq!(named(&link.expect_err("refused")), ["user"]);

    undo(&office.admin, operation).await.expect("undone");
    assert_eq!(office.state(anna).await, MemberState::Active);
    assert_eq!((owned(anna).await, owned(office.boris).await), (4, 0));

    leaving::deactivate(&office.admin, anna, Some(office.boris))
        .await
        .expect("deactivated");
    leaving::reactivate(&office.admin, anna)
        .await
        .expect("in again");
    assert_eq!(office.state(anna).await, MemberState::Active);
}

#[tokio::test]
async fn departments_are_a_tree_and_stay_one() {
    let office = Office::new().await;
    let ctx = &office.admin;
    let department = |name: &str, parent| DepartmentDraft {
        name: name.into(),
        parent,
        head: None,
    };
    let sales = departments::add(ctx, department(" Sales ", None))
        .await
        .expect("made");
    let north = departments::add(ctx, department("North", Some(sales)))
        .await
        .expect("made");
    let city = departments::add(ctx, department("City", Some(north)))
        .await
        .expect("made");
    for under in [sales, north, city] {
        let error = departments::change(ctx, sales, department("Sales", Some(under))).await;
        assert_eq!(named(&error.expect_err("a circle")), ["parent"]);
    }
    let error = departments::change(ctx, north, department("", Some(999))).await;
    assert_eq!(named(&error.expect_err("refused")), ["name", "parent"]);
    let wanted = DepartmentDraft {
        head: Some(office.anna),
        ..department("Far north", Some(sales))
    };
    let operation = departments::change(ctx, north, wanted).await;
    let operation = one(operation.expect("changed"));
    undo(ctx, operation).await.expect("undone");
    let all = async || {
        people_settings::load(ctx)
            .await
            .expect("people")
            .departments
    };
    let find = async |id| all().await.into_iter().find(|d| d.id == id);
    let restored = find(north).await.expect("there");
    assert_eq!((restored.name.as_str(), restored.head), ("North", None));

    // Deleted, its people and what is below it move up; undone, they come back.
    let mut anna = office.draft(office.anna).await;
    anna.department = Some(north);
    members::change(ctx, office.anna, anna)
        .await
        .expect("changed");
    let operation = departments::delete(ctx, north).await.expect("deleted");
    assert_eq!(office.draft(office.anna).await.department, Some(sales));
    assert_eq!(find(city).await.expect("there").parent, Some(sales));
    undo(ctx, one(operation)).await.expect("undone");
    assert_eq!(office.draft(office.anna).await.department, Some(north));
    assert_eq!(find(city).await.expect("there").parent, Some(north));
    assert_eq!(find(north).await.expect("there").name, "North");
    let gone = departments::delete(ctx, 999).await;
    assert_eq!(gone, Err(Error::NotFound));
}

#[tokio::test]
async fn an_undo_tells_what_was_changed_since() {
    let office = Office::new().await;
    let mut first = office.draft(office.anna).await;
    first.name = "Anna One".into();
    let operation = members::change(&office.admin, office.anna, first).await;
    let operation = one(operation.expect("changed"));
    let mut second = office.draft(office.anna).await;
    second.name = "Anna Two".into();
    members::change(&office.admin, office.anna, second)
        .await
        .expect("changed");
    let undone = undo(&office.admin, operation).await.expect("answered");
    assert_eq!(undone.kept.len(), 1, "{undone:?}");
    assert_eq!(office.draft(office.anna).await.name, "Anna Two");
}
