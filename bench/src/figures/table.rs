//! The table: Markdown whose columns also line up on a terminal.

use std::fmt::Write as _;

use super::{Figure, Goal, Measured, Report, Unit};

const HEADS: [&str; 7] = ["what", "p50", "p95", "SQL p95", "ratio", "goal", "met"];

/// The whole report.
pub(super) fn draw(report: &Report) -> String {
    let mut text = String::new();
    let warning = if report.quick {
        " A quick run: not to be published."
    } else {
        ""
    };
    // Writing to a string does not fail.
    let _ = writeln!(
        text,
        "{} deals, {}, {}, {}.{warning}\n",
        thousands(report.records),
        report.machine,
        report.program,
        report.at
    );
    let rows: Vec<[String; 7]> = report.figures.iter().map(cells).collect();
    text.push_str(&aligned(&rows));
    let with_goal = || report.figures.iter().filter_map(Figure::is_met);
    let _ = writeln!(
        text,
        "\n{} of {} goals met.",
        with_goal().filter(|met| *met).count(),
        with_goal().count()
    );
    text
}

fn aligned(rows: &[[String; 7]]) -> String {
    let heads = HEADS.map(str::to_owned);
    let width = |column: usize| {
        rows.iter()
            .chain([&heads])
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or_default()
    };
    let widths: [usize; 7] = std::array::from_fn(width);
    let line = |row: &[String; 7]| {
        let mut line = String::from("|");
        for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
            let _ = if column == 0 {
                write!(line, " {cell:<width$} |")
            } else {
                write!(line, " {cell:>width$} |")
            };
        }
        line + "\n"
    };
    let mut text = line(&heads);
    text.push('|');
    for (column, width) in widths.into_iter().enumerate() {
        let (dashes, end) = if column == 0 {
            (width + 2, "")
        } else {
            (width + 1, ":")
        };
        let _ = write!(text, "{}{end}|", "-".repeat(dashes));
    }
    text.push('\n');
    for row in rows {
        text.push_str(&line(row));
    }
    text
}

fn cells(figure: &Figure) -> [String; 7] {
    let told = |value: f64| number(value, figure.unit);
    let (p50, p95) = match figure.measured {
        Measured::Spread { p50, p95, .. } => (told(p50), told(p95)),
        Measured::Single { value } => (told(value), String::new()),
    };
    let sql = figure
        .sql
        .map_or_else(String::new, |sql| told(sql.decisive()));
    let ratio = figure
        .ratio()
        .map_or_else(String::new, |ratio| format!("{ratio:.2}"));
    let goal = match figure.goal {
        None => String::new(),
        Some(Goal::AtMost(most)) => format!("≤ {}", number(most, figure.unit)),
        Some(Goal::AtLeast(least)) => format!("≥ {}", number(least, figure.unit)),
        Some(Goal::OverSql) => "≤ 1.3 × or + 2 ms".to_owned(),
    };
    let met = match figure.is_met() {
        None => "",
        Some(true) => "yes",
        Some(false) => "**no**",
    };
    [
        figure.what.clone(),
        p50,
        p95,
        sql,
        ratio,
        goal,
        met.to_owned(),
    ]
}

/// Three significant digits where there are that many, and the unit.
fn number(value: f64, unit: Unit) -> String {
    let text = if value >= 1_000.0 {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "what is measured here is far below 2^63"
        )]
        thousands(value.round() as i64)
    } else if value >= 100.0 {
        format!("{value:.0}")
    } else if value >= 10.0 {
        format!("{value:.1}")
    } else if value == 0.0 {
        "0".to_owned()
    } else {
        format!("{value:.2}")
    };
    let text = text
        .strip_suffix(".00")
        .or_else(|| text.strip_suffix(".0"))
        .unwrap_or(&text);
    format!("{text} {}", unit.as_str()).trim_end().to_owned()
}

/// `1,234,567`.
fn thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(what: &str, p95: f64, goal: Goal) -> Figure {
        Figure {
            group: "board".into(),
            what: what.into(),
            unit: Unit::Milliseconds,
            measured: Measured::Spread {
                p50: 1.234,
                p95,
                samples: 100,
            },
            sql: Some(Measured::Single { value: 2.0 }),
            goal: Some(goal),
        }
    }

    #[test]
    fn numbers_have_three_digits_and_their_unit() {
        assert_eq!(number(0.0, Unit::Pieces), "0");
        assert_eq!(number(0.456, Unit::Milliseconds), "0.46 ms");
        assert_eq!(number(8.0, Unit::Milliseconds), "8 ms");
        assert_eq!(number(45.64, Unit::Milliseconds), "45.6 ms");
        assert_eq!(number(345.6, Unit::Kilobytes), "346 kB");
        assert_eq!(number(12_345.6, Unit::PerSecond), "12,346 /s");
        assert_eq!(number(400.0, Unit::PerSecond), "400 /s");
    }

    #[test]
    fn long_numbers_are_cut_into_thousands() {
        assert_eq!(thousands(7), "7");
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(thousands(-100_000), "-100,000");
    }

    #[test]
    fn the_table_lines_up_and_says_what_misses() {
        let report = Report {
            records: 100_000,
            quick: true,
            program: "p".into(),
            machine: "m".into(),
            at: "now".into(),
            figures: vec![
                figure("board", 3.0, Goal::AtMost(8.0)),
                figure("a longer name", 9.0, Goal::OverSql),
            ],
        };
        let text = report.table();
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
        assert_eq!(rows.len(), 4, "{text}");
        let width = rows[0].chars().count();
        assert!(
            rows.iter().all(|row| row.chars().count() == width),
            "{text}"
        );
        assert!(
            rows[2].contains("≤ 8 ms") && rows[2].contains(" yes |"),
            "{text}"
        );
        assert!(
            rows[3].contains("4.50") && rows[3].contains("**no**"),
            "{text}"
        );
        assert!(text.contains("1 of 2 goals met") && text.contains("not to be published"));
    }
}
