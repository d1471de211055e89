//! The demonstration: as much as promised, the same again, and sums that add up.

use services::demo::{self, Amounts, Found};
use test_support::TestDb;

const LITTLE: Amounts = Amounts {
    companies: 20,
    contacts: 45,
    leads: 60,
    new_business: 80,
    renewals: 30,
};

async fn filled(amounts: Amounts) -> TestDb {
    let db = TestDb::empty().await;
    demo::fill(&db.system(), amounts, &mut |_| {})
        .await
        .expect("filled");
    db
}

/// Everything that people see, in one text.
async fn picture(db: &TestDb) -> String {
    let sql = "select md5(string_agg(line, '|' order by line)) from (
        select concat_ws(',', 'deal', d.title, s.name, d.stage_since, d.amount, d.currency, u.name,
                 c.name, d.created_at, d.closed_at, d.next_step, d.position, d.version) as line
          from deal d join stage s on s.id = d.stage_id join app_user u on u.id = d.owner_id
          left join company c on c.id = d.company_id
        union all select concat_ws(',', 'lead', title, person_name, company_name, stage_since) from lead
        union all select concat_ws(',', 'contact', name, job_title, created_at) from contact
        union all select concat_ws(',', 'note', kind, body, created_at) from note
        union all select concat_ws(',', 'event', kind, what, at, version) from event
      ) as lines";
    db.rows(sql).await[0].try_get_by_index(0).expect("a text")
}

#[tokio::test]
async fn the_demonstration_is_as_large_as_promised() {
    let db = filled(Amounts::FULL).await;
    for (table, count) in [
        ("app_user", 12),
        ("company", 400),
        ("contact", 900),
        ("product", 20),
        ("lead", 1_200),
        ("deal", 2_500),
    ] {
        assert_eq!(
            db.number(&format!("select count(*) from {table}")).await,
            count,
            "{table}"
        );
    }
    let pipelines = "select count(*) from pipeline where kind = 'deal'";
    assert_eq!(db.number(pipelines).await, 2);
    // The first column is long enough to scroll, and the salesperson has enough to do.
    let first = "select count(*) from deal where stage_id =
                   (select min(id) from stage where pipeline_id =
                     (select min(id) from pipeline where kind = 'deal'))";
    assert!(db.number(first).await > 60, "{}", db.number(first).await);
    let open = "select count(*) from deal d join app_user u on u.id = d.owner_id
                 where u.email = 'sales@dealwright.test' and d.closed_at is null";
    let open = db.number(open).await;
    assert!((40..=90).contains(&open), "{open} open deals");
    let won = "select count(*) * 100 / (select count(*) from deal where closed_at is not null)
                 from deal d join stage s on s.id = d.stage_id where s.meaning = 'won'";
    assert!(
        (25..=38).contains(&db.number(won).await),
        "{} % won",
        db.number(won).await
    );
    // In four scripts.
    for sample in ["%ł%", "%Расходомеры%", "%प्रवाहमापक%", "%Flow meters%"]
    {
        let sql = format!("select count(*) from deal where title like '{sample}'");
        assert!(db.number(&sql).await > 0, "{sample}");
    }
    assert_eq!(demo::look(&db.system()).await, Ok(Found::Demonstration));
}

#[tokio::test]
async fn the_same_seed_makes_the_same_company() {
    let (one, two) = (filled(LITTLE).await, filled(LITTLE).await);
    assert_eq!(picture(&one).await, picture(&two).await);
}

#[tokio::test]
async fn its_past_adds_up() {
    let db = filled(LITTLE).await;
    // Kept totals are what a recount gives.
    let wrong = "select count(*) from (
        select kind, pipeline_id, stage_id, owner_id, everyone, currency, count, amount
          from stage_total where count <> 0 or amount <> 0
        except
        select 'deal', pipeline_id, stage_id, coalesce(owner_id, 0), everyone,
               case when amount is null then '' else currency end, count(*), coalesce(sum(amount), 0)
          from deal where deleted_at is null group by 1, 2, 3, 4, 5, 6
        except
        select 'lead', pipeline_id, stage_id, coalesce(owner_id, 0), everyone,
               case when amount is null then '' else currency end, count(*), coalesce(sum(amount), 0)
          from lead where deleted_at is null group by 1, 2, 3, 4, 5, 6) as wrong";
    assert_eq!(db.number(wrong).await, 0);
    for kind in ["deal", "lead"] {
        // Every record has been made once, and moved as often as it changed its stage.
        let sql = format!(
            "select count(*) from {kind} r
              where (select count(*) from event e where e.kind = '{kind}' and e.record_id = r.id
                        and e.what = 'created' and e.at = r.created_at) <> 1
                 or (select count(*) from event e where e.kind = '{kind}' and e.record_id = r.id
                        and e.what = 'moved')
                    <> (select count(*) - 1 from stage_stay s
                         where s.kind = '{kind}' and s.record_id = r.id)
                 or not exists (select 1 from stage_stay s
                         where s.kind = '{kind}' and s.record_id = r.id and s.left_at is null
                           and s.stage_id = r.stage_id and s.entered_at = r.stage_since)"
        );
        assert_eq!(db.number(&sql).await, 0, "{kind}");
    }
    // Stays follow each other without a gap, and nothing happens after now.
    let gaps = "select count(*) from stage_stay s where left_at is not null and not exists
                  (select 1 from stage_stay n where n.kind = s.kind and n.record_id = s.record_id
                      and n.entered_at = s.left_at)";
    assert_eq!(db.number(gaps).await, 0);
    let late = "select count(*) from event where at > '2026-11-22T10:30:00Z'";
    assert_eq!(db.number(late).await, 0);
    // The log reads in the order of time.
    let disorder =
        "select count(*) from (select at, lag(at) over (order by id) as before from event
                      where kind in ('deal', 'lead')) as e where at < before";
    assert_eq!(db.number(disorder).await, 0);
}

#[tokio::test]
async fn it_never_lands_in_real_data() {
    let db = TestDb::new().await;
    assert_eq!(demo::look(&db.system()).await, Ok(Found::RealOrganisation));
    let refused = demo::fill(&db.system(), LITTLE, &mut |_| {}).await;
    assert!(
        matches!(refused, Err(domain::Error::Forbidden(_))),
        "{refused:?}"
    );
    assert_eq!(db.number("select count(*) from company").await, 0);
}

#[tokio::test]
async fn what_somebody_did_in_the_past_can_be_undone() {
    let db = filled(LITTLE).await;
    let last_move = "select e.operation_id from event e join deal d on d.id = e.record_id
                      where e.kind = 'deal' and e.what = 'moved' and d.closed_at is not null
                        and e.version = d.version and not exists (select 1 from event x
                          where x.kind = 'deal' and x.record_id = e.record_id and x.id > e.id)
                      order by e.id desc limit 1";
    let operation = db.number(last_move).await;
    let undone = services::operations::undo(&db.system(), operation)
        .await
        .expect("undone");
    assert_eq!((undone.records, undone.kept), (1, Vec::new()));
    let sql = format!(
        "select count(*) from deal d join event e on e.kind = 'deal' and e.record_id = d.id
          where e.operation_id = {operation} and d.closed_at is null
            and d.stage_id = (e.difference->'stage_id'->>0)::bigint"
    );
    assert_eq!(db.number(&sql).await, 1);
}
