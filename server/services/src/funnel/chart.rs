//! The funnel as an SVG, drawn with charts-rs: a bar a stage as wide as the share that came so far,
//! a shade between two bars, the stage's name and number above its bar. It names no colours but
//! classes, so that it follows the page's theme, and has a `viewBox` and no size, so that it scales.
//! The page says what it shows; the same numbers stand in a table beside it.

use charts_rs::{Canvas, Point, Polygon, Rect, Text};
use domain::funnel::{FunnelPart, FunnelStage};
use domain::money::group_thousands;
use domain::pipeline::Meaning;

use crate::failure::Result;

/// Width of the drawing; every other length is in its units.
const WIDTH: f32 = 440.0;
/// Height of a stage: a line of text and a bar.
const STAGE: f32 = 48.0;
/// Height of a bar.
const BAR: f32 = 14.0;
/// From a stage's top to its bar.
const BAR_TOP: f32 = 22.0;
/// Height of a part's name, where there are several parts.
const NAME: f32 = 30.0;
/// A bar of a stage that somebody reached is never narrower.
const NARROWEST: f32 = 3.0;
/// Characters of a stage's name that surely fit.
const LONGEST_NAME: usize = 34;

/// Draws the parts below one another, each to its own scale.
pub(super) fn draw(parts: &[FunnelPart]) -> Result<String> {
    let named = parts.len() > 1;
    let mut canvas = Canvas::new(WIDTH, height(parts, named));
    let mut top = 0.0;
    for part in parts {
        if named {
            canvas.text(Text {
                y: Some(top + 16.0),
                class: Some("chart__part".to_owned()),
                ..text(&part.name)
            });
            top += NAME;
        }
        top = draw_part(&mut canvas, part, top);
    }
    let svg = canvas.svg().map_err(anyhow::Error::from)?;
    Ok(without_size(&svg))
}

fn shown(part: &FunnelPart) -> impl Iterator<Item = &FunnelStage> {
    part.stages
        .iter()
        .filter(|stage| stage.meaning != Meaning::Lost)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "pipelines have a handful of stages"
)]
fn height(parts: &[FunnelPart], named: bool) -> f32 {
    let stages: usize = parts.iter().map(|part| shown(part).count()).sum();
    let names = if named { parts.len() } else { 0 };
    (stages as f32 * STAGE + names as f32 * NAME).max(1.0)
}

fn draw_part(canvas: &mut Canvas, part: &FunnelPart, mut top: f32) -> f32 {
    let most = shown(part)
        .map(|stage| stage.reached)
        .max()
        .unwrap_or(0)
        .max(1);
    let mut before: Option<f32> = None;
    for stage in shown(part) {
        let width = width(stage.reached, most);
        if let Some(before) = before {
            canvas.polygon(Polygon {
                points: shade(before, width, top - STAGE + BAR_TOP + BAR, top + BAR_TOP),
                class: Some("chart__shade".to_owned()),
                ..Polygon::default()
            });
        }
        canvas.rect(Rect {
            left: (WIDTH - width) / 2.0,
            top: top + BAR_TOP,
            width,
            height: BAR,
            rx: Some(3.0),
            class: Some(bar_class(stage.meaning).to_owned()),
            dataset: vec![("stage".to_owned(), stage.stage_id.to_string())],
            ..Rect::default()
        });
        canvas.rect(Rect {
            left: 0.0,
            top: top + 4.0,
            width: 8.0,
            height: 8.0,
            rx: Some(4.0),
            class: Some("chart__dot".to_owned()),
            dataset: vec![("color".to_owned(), stage.color.clone())],
            ..Rect::default()
        });
        canvas.text(Text {
            x: Some(15.0),
            y: Some(top + 12.5),
            class: Some("chart__name".to_owned()),
            ..text(&shortened(&stage.name))
        });
        canvas.text(Text {
            x: Some(WIDTH),
            y: Some(top + 12.5),
            text_anchor: Some("end".to_owned()),
            class: Some("chart__count".to_owned()),
            ..text(&group_thousands(&stage.reached.to_string()))
        });
        if let Some(share) = stage.conversion {
            canvas.text(Text {
                x: Some(WIDTH / 2.0),
                y: Some(top + 12.0),
                text_anchor: Some("middle".to_owned()),
                class: Some("chart__share".to_owned()),
                font_size: Some(11.0),
                ..text(&format!("{:.0}%", share * 100.0))
            });
        }
        before = Some(width);
        top += STAGE;
    }
    top
}

#[expect(clippy::cast_precision_loss, reason = "a width in pixels")]
fn width(reached: i64, most: i64) -> f32 {
    if reached <= 0 {
        return 0.0;
    }
    (reached as f32 / most as f32 * WIDTH).clamp(NARROWEST, WIDTH)
}

fn shade(above: f32, below: f32, from: f32, to: f32) -> Vec<Point> {
    let left = |width: f32| (WIDTH - width) / 2.0;
    let right = |width: f32| f32::midpoint(WIDTH, width);
    [
        (left(above), from),
        (right(above), from),
        (right(below), to),
        (left(below), to),
    ]
    .into_iter()
    .map(Point::from)
    .collect()
}

fn bar_class(meaning: Meaning) -> &'static str {
    match meaning {
        Meaning::Won => "chart__bar chart__bar--won",
        Meaning::Open | Meaning::Lost => "chart__bar",
    }
}

fn text(text: &str) -> Text {
    Text {
        text: text.to_owned(),
        font_size: Some(13.0),
        ..Text::default()
    }
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= LONGEST_NAME {
        return name.to_owned();
    }
    let mut short: String = name.chars().take(LONGEST_NAME - 1).collect();
    short.push('…');
    short
}

/// Leaves the size to the page: the root has a `viewBox` already.
fn without_size(svg: &str) -> String {
    let Some((root, rest)) = svg.split_once('>') else {
        return String::new();
    };
    let Some((_, view)) = root.split_once(" viewBox=") else {
        return svg.to_owned();
    };
    format!(
        "<svg viewBox={view} preserveAspectRatio=\"xMinYMin\" aria-hidden=\"true\" focusable=\"false\">{rest}"
    )
}

#[cfg(test)]
mod tests {
    use domain::Kind;

    use super::*;

    fn stage(name: &str, meaning: Meaning, reached: i64, conversion: Option<f64>) -> FunnelStage {
        FunnelStage {
            stage_id: reached,
            name: name.to_owned(),
            color: "blue".to_owned(),
            meaning,
            now: Vec::new(),
            reached,
            reached_sums: Vec::new(),
            conversion,
            average_days: None,
        }
    }

    fn part(stages: Vec<FunnelStage>) -> FunnelPart {
        FunnelPart {
            kind: Kind::Deal,
            pipeline_id: 1,
            name: "Sales".to_owned(),
            all: Vec::new(),
            stages,
            lost_reasons: Vec::new(),
        }
    }

    #[test]
    fn it_scales_follows_the_theme_and_says_nothing_that_is_not_escaped() {
        let svg = draw(&[part(vec![
            stage("<script>alert(1)</script>", Meaning::Open, 1200, None),
            stage("Offer & more", Meaning::Open, 600, Some(0.5)),
            stage("Won", Meaning::Won, 0, Some(0.0)),
            stage("Lost", Meaning::Lost, 300, None),
        ])])
        .unwrap();
        assert!(svg.starts_with("<svg viewBox=\"0 0 440 144\""), "{svg}");
        assert!(!svg.contains("<script"), "{svg}");
        assert!(svg.contains("Offer &amp; more"), "{svg}");
        assert!(svg.contains("1,200") && svg.contains("50%"), "{svg}");
        assert!(!svg.contains("Lost"), "{svg}");
        for fixed in ["fill=", "stroke=", "style=", "#"] {
            assert!(!svg.contains(fixed), "{fixed} in {svg}");
        }
    }

    #[test]
    fn half_as_many_make_a_bar_half_as_wide() {
        assert!((width(1, 2) - WIDTH / 2.0).abs() < 0.01);
        assert!((width(1, 1_000_000) - NARROWEST).abs() < 0.01);
        assert!(width(0, 5).abs() < 0.01);
    }
}
