//! Import of files as they come: in other encodings, with cells of a megabyte, with days of other
//! countries. Each is read, refused row by row with the reason, or refused whole; nothing is lost
//! in silence.

use services::import::{self, Imported, Mapping, Options};
use test_support::TestDb;

const MAPPING: &str = r#"
kind = "company"
[key]
[fields]
external_id = "Номер"
name = "Имя"
parent_id = { column = "Part of", missing = "create" }
created_at = { column = "Since", format = "%d.%m.%Y" }
"#;

const CSV: &str = "Номер,Имя,Part of,Since\n\
                   1,ООО «Ромашка» №1,,31.12.2025\n\
                   2,Зелёный берег,ООО «Ромашка» №1,12/31/2025\n\
                   3,Берёзка,Ромашка-Холдинг,01.02.2026\n";

async fn import(
    db: &TestDb,
    mapping: &str,
    csv: &[u8],
) -> Result<(Imported, Vec<u8>), domain::Error> {
    let mapping = Mapping::parse(mapping)?;
    let options = Options {
        label: "test.csv".into(),
        dry_run: false,
    };
    let mut refused = Vec::new();
    let ctx = db.system();
    let imported = import::run(&ctx, &mapping, &options, csv, &mut refused, &mut |_| {}).await?;
    Ok((imported, refused))
}

fn with_encoding(name: &str) -> String {
    MAPPING.replace("[key]", &format!("[file]\nencoding = \"{name}\"\n[key]"))
}

fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

async fn names(db: &TestDb) -> Vec<String> {
    let sql = "select concat_ws('|', external_id, name,
                      (created_at at time zone 'Europe/Warsaw')::date)
                 from company where external_id is not null order by external_id";
    let rows = db.rows(sql).await;
    let text = |row: &sea_orm::QueryResult| row.try_get_by_index(0).expect("a text");
    rows.iter().map(text).collect()
}

#[tokio::test]
async fn files_in_utf_16_and_windows_1251_come_in_and_so_do_their_refused_rows() {
    let marked = format!("\u{feff}{CSV}");
    let little = utf_16(&marked, u16::to_le_bytes);
    let big = utf_16(&marked, u16::to_be_bytes);
    let unmarked = utf_16(CSV, u16::to_le_bytes);
    let (cyrillic, ..) = encoding_rs::WINDOWS_1251.encode(CSV);
    for (csv, mapping) in [
        (&*little, MAPPING.to_owned()),
        (&*big, MAPPING.to_owned()),
        (&*unmarked, with_encoding("utf-16le")),
        (&*cyrillic, with_encoding("windows-1251")),
        (marked.as_bytes(), with_encoding("windows-1251")),
    ] {
        let db = TestDb::new().await;
        let (imported, refused) = import(&db, &mapping, csv).await.expect("imported");
        assert_eq!((imported.rows.written, imported.rows.refused), (2, 1));
        let mut whole = vec!["1|ООО «Ромашка» №1|2025-12-31", "3|Берёзка|2026-02-01"];
        assert_eq!(names(&db).await, whole);
        let refused = String::from_utf8(refused).expect("UTF-8");
        assert_eq!(
            refused,
            "\u{feff}row,reason,Номер,Имя,Part of,Since\n\
             2,Created: “12/31/2025” is not written as %d.%m.%Y,\
             2,Зелёный берег,ООО «Ромашка» №1,12/31/2025\n"
        );
        // Mended, the same mapping reads them, whatever encoding it names.
        let mended = refused.replace("12/31/2025", "31.12.2025");
        let (again, _) = import(&db, &mapping, mended.as_bytes()).await.expect("in");
        assert_eq!(again.rows.written, 1);
        whole.insert(1, "2|Зелёный берег|2025-12-31");
        assert_eq!(names(&db).await, whole);
    }
}

#[tokio::test]
async fn letters_that_cannot_be_read_end_the_import_with_their_line_and_nothing_is_written() {
    let db = TestDb::new().await;
    // The first rows are written before the odd letters come: they must go again.
    let mut csv = b"id,name\n".to_vec();
    for number in 0..6_000 {
        csv.extend(format!("{number},Company {number}\n").bytes());
    }
    let (odd, ..) = encoding_rs::WINDOWS_1251.encode("6000,Общество «Ромашка»\n");
    csv.extend(&*odd);
    let mapping = MAPPING
        .replace("Номер", "id")
        .replace("Имя", "name")
        .replace("parent_id", "# parent_id")
        .replace("created_at", "# created_at");
    let words = "The CSV file: is not in UTF-8 (line 6002). By its letters it is in windows-1251: \
                 say so in the mapping file, under [file]: encoding = \"windows-1251\"";
    let before = Mapping::parse(&mapping).map(|mapping| import::check_letters(&mapping, &*csv));
    let before = before.expect("a mapping").expect_err("no UTF-8");
    assert!(before.to_string().ends_with(words), "{before}");
    let error = import(&db, &mapping, &csv).await.expect_err("no UTF-8");
    assert!(error.to_string().ends_with(words), "{error}");
    for table in ["company", "operation"] {
        let sql = format!("select count(*) from {table}");
        assert_eq!(db.number(&sql).await, 0, "{table}");
    }
    let mapping = mapping.replace("[key]", "[file]\nencoding = \"windows-1251\"\n[key]");
    let (imported, _) = import(&db, &mapping, &csv).await.expect("imported");
    assert_eq!(imported.rows.written, 6_001);
}

#[tokio::test]
async fn a_missing_column_is_named_with_those_that_are_there_and_nothing_is_written() {
    let db = TestDb::new().await;
    let csv = CSV.replacen("Since", "Founded", 1);
    let error = import(&db, MAPPING, csv.as_bytes()).await;
    assert_eq!(
        error.expect_err("no such column").to_string(),
        "fields.created_at.column: the file has no column “Since”; it has Номер, Имя, Part of, \
         Founded"
    );
    for table in ["company", "operation"] {
        let sql = format!("select count(*) from {table}");
        assert_eq!(db.number(&sql).await, 0, "{table}");
    }
}

const EVERY_TYPE: &str = r#"
kind = "deal"
[pipeline]
name = "Sales"
create = [{ name = "Talking" }, { name = "Lost", meaning = "lost" }]
[key]
[fields]
external_id = "id"
title = "title"
stage_id = { column = "stage", fallback = "Talking" }
owner_id = "owner"
amount = { column = "amount", currency = "EUR" }
company_id = { column = "company", missing = "create" }
lost_reason_id = { column = "reason", missing = "create" }
expected_close = "close"
"#;

#[tokio::test]
async fn a_cell_of_a_megabyte_refuses_its_row_whatever_field_it_is_for() {
    let db = TestDb::new().await;
    let columns = [
        "id", "title", "stage", "owner", "amount", "company", "reason", "close",
    ];
    let huge = "Ж".repeat(512 * 1024);
    let mut csv = columns.join(",") + "\n";
    for at in 0..columns.len() {
        let cell = |(index, name): (usize, &&str)| match *name {
            _ if index == at => huge.clone(),
            "id" => format!("{at}"),
            "title" => "A deal".to_owned(),
            _ => String::new(),
        };
        csv += &columns
            .iter()
            .enumerate()
            .map(cell)
            .collect::<Vec<_>>()
            .join(",");
        csv += "\n";
    }
    csv += "whole,A deal,Talking,,5,Acme,,2026-11-30\n";
    let (imported, refused) = import(&db, EVERY_TYPE, csv.as_bytes())
        .await
        .expect("imported");
    assert_eq!((imported.rows.written, imported.rows.refused), (1, 8));
    // Every row is there whole, with a reason that a person can read.
    let mut rows = csv::Reader::from_reader(&*refused);
    for row in rows.records() {
        let row = row.expect("a row");
        let at: usize = row[0].parse().expect("a number");
        assert!(
            !row[1].is_empty() && row[1].len() < 500,
            "{}",
            &row[1][..500]
        );
        assert_eq!(row[at + 1].len(), huge.len(), "{}", columns[at - 1]);
    }
    assert_eq!(db.number("select count(*) from company").await, 1);
    assert_eq!(db.number("select count(*) from lost_reason").await, 0);
}

#[tokio::test]
async fn people_with_names_of_a_megabyte_are_refused() {
    let db = TestDb::new().await;
    let before = db.number("select count(*) from app_user").await;
    let huge = "x".repeat(1024 * 1024);
    let mapping = "kind = \"user\"\n[fields]\nname = \"n\"\nemail = \"e\"\ndepartment = \"d\"\n";
    let csv = format!(
        "n,e,d\n{huge},a@example.com,\nB,{huge}@example.com,\nC,c@example.com,{huge}\n\
         D,d@example.com,West\n"
    );
    let (imported, refused) = import(&db, mapping, csv.as_bytes())
        .await
        .expect("imported");
    assert_eq!((imported.rows.written, imported.rows.refused), (1, 3));
    assert!(refused.len() < 4 * 1024 * 1024);
    assert_eq!(db.number("select count(*) from app_user").await, before + 1);
}

/// Rows whose relation stands further down wait as they are, with what is not imported of them.
#[tokio::test]
async fn wide_rows_that_wait_are_linked_part_by_part() {
    let db = TestDb::new().await;
    let remark = "long ".repeat(600_000);
    let mut csv = vec!["Номер,Имя,Part of,Since,Remark".to_owned()];
    csv.extend((1..=4).map(|number| format!("{number},Branch {number},Group,,{remark}")));
    csv.push("5,Group,,,".to_owned());
    let csv = csv.join("\n");
    let mapping = MAPPING.replace(", missing = \"create\"", "");
    let (imported, refused) = import(&db, &mapping, csv.as_bytes())
        .await
        .expect("imported");
    assert_eq!((imported.rows.written, refused.len()), (5, 0));
    let linked = "select count(*) from company b join company g on g.id = b.parent_id
                   where b.name like 'Branch %' and g.name = 'Group'";
    assert_eq!(db.number(linked).await, 4);
}
