//! Import: what a mapping can say, what is refused and why, and that all of it can be undone.

use std::path::PathBuf;

use services::Ctx;
use services::import::{self, Imported, Mapping, Options};
use services::operations;
use test_support::TestDb;

struct Outcome {
    imported: Imported,
    refused: String,
}

async fn import(ctx: &Ctx, mapping: &str, csv: &str) -> Result<Outcome, domain::Error> {
    let mapping = Mapping::parse(mapping)?;
    let options = Options {
        label: "test.csv".into(),
        dry_run: false,
    };
    let mut refused = Vec::new();
    let imported = import::run(
        ctx,
        &mapping,
        &options,
        csv.as_bytes(),
        &mut refused,
        &mut |_| {},
    )
    .await?;
    Ok(Outcome {
        imported,
        refused: String::from_utf8(refused).expect("text"),
    })
}

async fn text(db: &TestDb, sql: &str) -> String {
    db.rows(sql).await[0].try_get_by_index(0).expect("a text")
}

const COMPANIES: &str = r#"
kind = "company"
[key]
[file]
empty = ["n/a"]
[[skip]]
column = "Name"
is = ["Total"]
[fields]
external_id = "Name"
name = "Name"
parent_id = { column = "Part of" }
industry = { column = "Trade", values = { technolgy = "technology" } }
revenue = { column = "Turnover", decimal = ",", multiply = 1000, currency = "EUR" }
created_at = { column = "Since", format = "%d.%m.%Y" }
"#;

const COMPANIES_CSV: &str = "\u{feff}Name;Part of;Trade;Turnover;Since
Daughter;Mother;technolgy;1.200,5;01.02.2020
Mother;n/a;retail;n/a;
Orphan;Nobody;;;
Sick;;retail;much;31.02.2020
Total;;;;
Mother;;;;
";

#[tokio::test]
async fn companies_link_to_rows_further_down_and_refused_rows_say_why() {
    let db = TestDb::new().await;
    let outcome = import(&db.system(), COMPANIES, COMPANIES_CSV)
        .await
        .expect("imported");
    let rows = outcome.imported.rows;
    assert_eq!(
        (rows.read, rows.written, rows.refused, rows.skipped),
        (6, 3, 2, 1)
    );
    assert_eq!(outcome.imported.incomplete, 1);
    assert_eq!(
        outcome.refused,
        "row;reason;Name;Part of;Trade;Turnover;Since\n\
         4;\"Created: “31.02.2020” is not written as %d.%m.%Y; Revenue: “much” is not a number such as 1200.50\";Sick;;retail;much;31.02.2020\n\
         6;stands in the file twice;Mother;;;;\n\
         3;written, but without a link: Part of: there is no company “Nobody”;Orphan;Nobody;;;\n"
    );
    let daughter = "select concat_ws('|', c.name, p.name, c.industry, c.revenue::numeric(12, 2),
                      c.revenue_currency, c.created_at at time zone 'Europe/Warsaw')
                      from company c join company p on p.id = c.parent_id";
    assert_eq!(
        text(&db, daughter).await,
        "Daughter|Mother|technology|1200500.00|EUR|2020-02-01 00:00:00"
    );
    let operations = "select count(*) from operation where via = 'import' and label = 'test.csv'";
    assert_eq!(db.number(operations).await, 1);
}

/// Gathering them reads thirty thousand rows of every index, which of a large table took longer than
/// the import.
#[tokio::test]
async fn statistics_are_gathered_of_tables_that_were_small() {
    let db = TestDb::new().await;
    db.run("alter table company set (autovacuum_enabled = off)")
        .await;
    let mapping = "kind = \"company\"\n[fields]\nname = \"Name\"";
    let csv: String = std::iter::once("Name\n".to_owned())
        .chain((0..1_100).map(|number| format!("Company {number}\n")))
        .collect();
    let known = "select reltuples::bigint from pg_class where oid = 'company'::regclass";

    import(&db.system(), mapping, &csv).await.expect("imported");
    assert_eq!(db.number(known).await, 1_100, "there were none");

    db.run("update pg_class set reltuples = 1000000 where oid = 'company'::regclass")
        .await;
    import(&db.system(), mapping, &csv).await.expect("imported");
    assert_eq!(db.number(known).await, 1_000_000, "left as it was");
}

#[tokio::test]
async fn rows_that_are_there_are_refused_or_updated_as_the_mapping_says() {
    let db = TestDb::new().await;
    let ctx = db.system();
    import(&ctx, COMPANIES, COMPANIES_CSV)
        .await
        .expect("imported");
    let again = import(&ctx, COMPANIES, COMPANIES_CSV)
        .await
        .expect("imported");
    assert_eq!(
        (again.imported.rows.written, again.imported.operation),
        (0, None)
    );
    assert!(
        again.refused.contains("1;is there already;Daughter"),
        "{}",
        again.refused
    );
    let updating = COMPANIES.replace("[key]", "[key]\non_existing = \"update\"");
    let csv = "Name;Part of;Trade;Turnover;Since\nDaughter;Mother;retail;5;\n";
    let updated = import(&ctx, &updating, csv).await.expect("imported");
    assert_eq!(updated.imported.rows.written, 1);
    let sql = "select industry || ' ' || revenue::integer from company where name = 'Daughter'";
    assert_eq!(text(&db, sql).await, "retail 5000");
    let undone = operations::undo(&ctx, updated.imported.operation.expect("one")).await;
    assert_eq!(undone.expect("undone").records, 1);
    assert_eq!(text(&db, sql).await, "technology 1200500");
}

const DEALS: &str = r#"
kind = "deal"
[pipeline]
name = "Sales"
create = [{ name = "Talking" }, { name = "Won", meaning = "won" }, { name = "Lost", meaning = "lost" }]
[key]
[fields]
external_id = "id"
title = { template = "{what} for {who}", fallback = "{what}" }
stage_id = { column = "stage", values = { w = "Won", l = "Lost", t = "Talking" } }
owner_id = { column = "owner", missing = "empty" }
company_id = { column = "who", missing = "create" }
amount = { column = "sum", currency_column = "in" }
created_at = { column = "from", fallback = "2020-01-01" }
closed_at = "to"
stage_since = { columns = ["to", "from"], fallback = "2020-01-01" }
lost_reason_id = { value = "Not said", missing = "create", when = { column = "stage", is = ["l"] } }
"#;

const DEALS_CSV: &str = "id,what,who,stage,owner,sum,in,from,to
1,Roof,Acme,w,Anna,100,EUR,2021-01-10,2021-02-20
2,Door,ACME,l,anna@example.com,0,EUR,2021-01-11,2021-03-01
3,Wall,,t,Nobody,,,,
4,Floor,Acme,x,Anna,5,EUR,2021-01-01,
5,Lamp,Acme,t,Anna,5,,2021-01-01,
";

#[tokio::test]
async fn deals_keep_their_dates_and_make_what_is_missing() {
    let db = TestDb::new().await;
    let ctx = db.system();
    db.run(
        "insert into app_user (email, name, created_at) values ('anna@example.com', 'Anna', now())",
    )
    .await;
    let outcome = import(&ctx, DEALS, DEALS_CSV).await.expect("imported");
    let rows = outcome.imported.rows;
    assert_eq!((rows.written, rows.refused), (3, 2), "{}", outcome.refused);
    let refused = &outcome.refused;
    assert!(
        refused.contains("“x” is no stage of “Sales”; it has Talking, Won, Lost"),
        "{refused}"
    );
    assert!(refused.contains("Amount: has no currency"), "{refused}");
    assert_eq!(db.number("select count(*) from company").await, 1);
    let picture = "select string_agg(concat_ws('|', d.title, s.name, u.name, c.name,
                     d.amount::integer, d.currency, d.created_at::date, d.closed_at::date,
                     d.stage_since::date, r.name), E'\\n' order by d.external_id)
                     from deal d join stage s on s.id = d.stage_id
                     left join app_user u on u.id = d.owner_id
                     left join company c on c.id = d.company_id
                     left join lost_reason r on r.id = d.lost_reason_id";
    db.run("set timezone to 'Europe/Warsaw'").await;
    let picture = picture.replace("::date", " at time zone 'Europe/Warsaw')::date");
    let picture = picture
        .replace("d.created_at at", "(d.created_at at")
        .replace("d.closed_at at", "(d.closed_at at")
        .replace("d.stage_since at", "(d.stage_since at");
    assert_eq!(
        text(&db, &picture).await,
        "Roof for Acme|Won|Anna|Acme|100|EUR|2021-01-10|2021-02-20|2021-02-20\n\
         Door for ACME|Lost|Anna|Acme|0|EUR|2021-01-11|2021-03-01|2021-03-01|Not said\n\
         Wall|Talking|2020-01-01|2020-01-01"
    );

    let operation = outcome.imported.operation.expect("one operation");
    let undone = operations::undo(&ctx, operation).await.expect("undone");
    assert_eq!(undone.kept, Vec::<String>::new());
    assert_nothing_left(&db).await;
}

const PEOPLE: &str = r#"
kind = "user"
[fields]
name = "agent"
email = { template = "{agent|slug}@example.com" }
department = { template = "{office} / Team of {boss}" }
manager = { column = "boss", missing = "create" }
[manager]
email = "{boss|slug}@example.com"
role = "head_of_sales"
heads = true
"#;

#[tokio::test]
async fn people_come_with_departments_and_managers_and_go_again() {
    let db = TestDb::new().await;
    let ctx = db.system();
    let csv = "agent,boss,office\nAnna Lis,Jan Bąk,West\nOla Wilk,Jan Bąk,West\nPiotr Żak,Ewa Kos,East\nAnna Lis,Jan Bąk,West\n";
    let outcome = import(&ctx, PEOPLE, csv).await.expect("imported");
    assert_eq!(outcome.imported.rows.written, 5, "{}", outcome.refused);
    assert!(
        outcome
            .refused
            .contains("4,anna.lis@example.com is somebody's address already")
    );
    let sql = "select string_agg(concat_ws('|', u.name, r.role, m.name, d.name, o.name, h.name),
                 E'\\n' order by u.name collate \"C\")
                 from app_user u join user_role r on r.user_id = u.id
                 join department d on d.id = u.department_id
                 join department o on o.id = d.parent_id
                 join app_user h on h.id = d.head_id
                 left join app_user m on m.id = u.manager_id";
    assert_eq!(
        text(&db, sql).await,
        "Anna Lis|salesperson|Jan Bąk|Team of Jan Bąk|West|Jan Bąk\n\
         Ewa Kos|head_of_sales|Team of Ewa Kos|East|Ewa Kos\n\
         Jan Bąk|head_of_sales|Team of Jan Bąk|West|Jan Bąk\n\
         Ola Wilk|salesperson|Jan Bąk|Team of Jan Bąk|West|Jan Bąk\n\
         Piotr Żak|salesperson|Ewa Kos|Team of Ewa Kos|East|Ewa Kos"
    );
    let passwords = "select count(*) from app_user where password_hash is not null";
    assert_eq!(db.number(passwords).await, 0);
    let operation = outcome.imported.operation.expect("one operation");
    operations::undo(&ctx, operation).await.expect("undone");
    assert_eq!(db.number("select count(*) from app_user").await, 0);
    assert_eq!(db.number("select count(*) from department").await, 0);
}

#[tokio::test]
async fn mistakes_in_a_mapping_name_the_key_and_nothing_is_written() {
    let db = TestDb::new().await;
    let ctx = db.system();
    let wrong = async |mapping: &str| {
        import(&ctx, mapping, DEALS_CSV)
            .await
            .err()
            .expect("a mistake")
            .to_string()
    };
    let column = DEALS.replace("\"owner\"", "\"seller\"");
    assert_eq!(
        wrong(&column).await,
        "fields.owner_id.column: the file has no column “seller”; it has id, what, who, stage, \
         owner, sum, in, from, to"
    );
    let field = DEALS.replace("company_id =", "client =");
    assert!(
        wrong(&field)
            .await
            .starts_with("fields.client: a deal has no such field; it has title")
    );
    let currency = DEALS.replace(", currency_column = \"in\"", "");
    assert!(
        wrong(&currency)
            .await
            .starts_with("fields.amount.currency: is needed")
    );
    let pipeline = DEALS.replace("create = [", "# [");
    assert_eq!(
        wrong(&pipeline).await,
        "pipeline.name: there is no “Sales”, only none; give its stages under pipeline.create to \
         have it made"
    );
    let set_by_us = DEALS.replace("company_id =", "updated_at =");
    assert!(
        wrong(&set_by_us)
            .await
            .contains("is filled in by Dealwright")
    );
    assert_nothing_left(&db).await;
    assert_eq!(db.number("select count(*) from operation").await, 0);
}

#[tokio::test]
async fn a_dry_run_counts_and_keeps_nothing() {
    let db = TestDb::new().await;
    let mapping = Mapping::parse(COMPANIES).expect("a mapping");
    let options = Options {
        label: "test.csv".into(),
        dry_run: true,
    };
    let mut refused = Vec::new();
    let imported = import::run(
        &db.system(),
        &mapping,
        &options,
        COMPANIES_CSV.as_bytes(),
        &mut refused,
        &mut |_| {},
    )
    .await
    .expect("counted");
    assert_eq!((imported.rows.written, imported.operation), (3, None));
    assert_nothing_left(&db).await;
}

#[tokio::test]
async fn only_those_who_may_import_do() {
    let db = TestDb::new().await;
    let anna = db
        .user("Anna", &[domain::rights::Role::Salesperson], None)
        .await;
    let ctx = db.ctx_of(anna).await;
    for mapping in [COMPANIES, PEOPLE] {
        let refused = import(&ctx, mapping, COMPANIES_CSV).await.err();
        assert!(
            matches!(refused, Some(domain::Error::Forbidden(_))),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn a_file_of_several_chunks_is_one_operation() {
    let db = TestDb::new().await;
    let ctx = db.system();
    let mut csv = "id,what,who,stage,owner,sum,in,from,to\n".to_owned();
    for number in 0..2_500 {
        let stage = ["t", "w", "l"][number % 3];
        let client = number % 40;
        let line = format!("{number},Thing,Client {client},{stage},,{number},EUR,2021-01-10,\n");
        csv += &line;
    }
    let outcome = import(&ctx, DEALS, &csv).await.expect("imported");
    assert_eq!(outcome.imported.rows.written, 2_500, "{}", outcome.refused);
    assert_eq!(db.number("select count(*) from company").await, 40);
    assert_eq!(db.number("select count(*) from operation").await, 1);
    let sum = "select sum(amount)::bigint from stage_total";
    assert_eq!(db.number(sum).await, 2_499 * 2_500 / 2);
    let operation = outcome.imported.operation.expect("one operation");
    operations::undo(&ctx, operation).await.expect("undone");
    assert_nothing_left(&db).await;
}

async fn assert_nothing_left(db: &TestDb) {
    for table in ["deal", "company", "pipeline", "lost_reason"] {
        let sql = format!("select count(*) from {table} where deleted_at is null");
        assert_eq!(db.number(&sql).await, 0, "{table}");
    }
    let totals = "select count(*) from stage_total where count <> 0 or amount <> 0";
    assert_eq!(db.number(totals).await, 0);
}

/// The folder of the Maven set, where there is one.
#[expect(
    clippy::disallowed_methods,
    reason = "tests are told where real data lies"
)]
fn maven() -> Option<PathBuf> {
    let default = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/data/maven-crm"
    );
    let folder = std::env::var("DEALWRIGHT_MAVEN").map_or_else(|_| default.into(), PathBuf::from);
    folder.is_dir().then_some(folder)
}

#[tokio::test]
async fn the_maven_set_comes_whole_and_goes_again() {
    let Some(folder) = maven() else {
        println!("skipped: no Maven set beside the repository, and DEALWRIGHT_MAVEN names none");
        return;
    };
    let db = TestDb::new().await;
    let ctx = db.system();
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/examples/maven");
    let mut operations = Vec::new();
    for (mapping, csv, written) in [
        ("users", "sales_teams", 41),
        ("companies", "accounts", 85),
        ("products", "products", 7),
        ("deals", "sales_pipeline", 8_800),
    ] {
        let mapping = std::fs::read_to_string(format!("{examples}/{mapping}.toml")).expect("there");
        let csv = std::fs::read_to_string(folder.join(format!("{csv}.csv"))).expect("there");
        let outcome = import(&ctx, &mapping, &csv).await.expect("imported");
        assert_eq!(outcome.refused, "");
        assert_eq!(outcome.imported.rows.written, written);
        operations.push(outcome.imported.operation.expect("one operation"));
    }
    let stages = "select string_agg(concat_ws(' ', s.name, t.count, t.amount::bigint), ', ' order by s.position)
                    from stage s join lateral (select sum(count) as count, sum(amount) as amount
                      from stage_total where stage_id = s.id) t on true";
    assert_eq!(
        text(&db, stages).await,
        "Prospecting 500 0, Engaging 1589 0, Won 4238 10005534, Lost 2473 0"
    );
    for (sql, count) in [
        (
            "select count(*) from company where parent_id is not null",
            15,
        ),
        (
            "select count(*) from company where everyone and revenue >= 1000000",
            85,
        ),
        ("select count(*) from deal where company_id is null", 1_425),
        ("select count(*) from deal where owner_id is null", 0),
        (
            "select count(*) from record_link where field = 'products'",
            8_800,
        ),
        (
            "select count(*) from deal where lost_reason_id is not null",
            2_473,
        ),
        (
            "select count(*) from app_user where manager_id is not null",
            35,
        ),
        ("select count(*) from department where parent_id is null", 3),
        (
            "select count(distinct head_id) from department where head_id is not null",
            6,
        ),
    ] {
        assert_eq!(db.number(sql).await, count, "{sql}");
    }
    for operation in operations.into_iter().rev() {
        operations::undo(&ctx, operation).await.expect("undone");
    }
    assert_nothing_left(&db).await;
    let left = "select (select count(*) from app_user where active)
                     + (select count(*) from department)
                     + (select count(*) from product where deleted_at is null)";
    assert_eq!(db.number(left).await, 0);
}

#[test]
fn the_examples_of_the_documentation_are_mappings() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/examples");
    let text = std::fs::read_to_string(format!("{folder}/README.md")).expect("there");
    let example = text
        .split("```toml\n")
        .filter_map(|part| part.split("```").next())
        .find(|block| block.starts_with("kind"))
        .expect("an example");
    let mapping = Mapping::parse(example).expect("a mapping");
    assert_eq!(mapping.fields.len(), 11);
    for file in std::fs::read_dir(format!("{folder}/maven")).expect("there") {
        let path = file.expect("a file").path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            let text = std::fs::read_to_string(&path).expect("there");
            Mapping::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        }
    }
}
