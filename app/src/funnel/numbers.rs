//! The funnel's numbers in tables: stage by stage, and why records were lost.

use domain::PipelineId;
use domain::board::Total;
use domain::funnel::{Funnel, FunnelPart, FunnelStage};
use domain::money::{Currency, group_thousands};
use domain::pipeline::Meaning;
use leptos::prelude::*;

use super::currency::sum;
use super::shown::Fresh;
use crate::i18n::{t, t_string, use_i18n};
use crate::labels;
use crate::ui::Bar;

/// What stands where there is no number.
pub(super) const NONE: &str = "–";

/// A pipeline's stages.
#[component]
pub(super) fn Numbers(
    /// The funnel.
    funnel: ReadSignal<Funnel>,
    /// The pipeline.
    pipeline: PipelineId,
    /// The currency of sums.
    currency: Memo<Option<Currency>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let heading = Memo::new(move |_| heading(i18n, &funnel.read(), pipeline));
    let stages = Memo::new(move |_| {
        part(&funnel.read(), pipeline)
            .map(|part| {
                part.stages
                    .iter()
                    .map(|stage| stage.stage_id)
                    .collect::<Vec<_>>()
            })
            .unwrap_or_default()
    });
    view! {
        <section class="funnel__part">
            <h2 class="section__title" dir="auto">{move || heading.get()}</h2>
            // Scrolls sideways where it must, by keyboard too.
            <div class="tablewrap" tabindex="0" role="group" aria-label=move || heading.get()>
                <table class="table table--plain">
                    <thead>
                        <tr>
                            <th scope="col">{t!(i18n, funnel.stage)}</th>
                            <th scope="col" class="table__num">{t!(i18n, funnel.now)}</th>
                            <th scope="col" class="table__num">{t!(i18n, funnel.now_sum)}</th>
                            <th scope="col" class="table__num">{t!(i18n, funnel.reached)}</th>
                            <th scope="col" class="table__num">{t!(i18n, funnel.reached_sum)}</th>
                            <th scope="col" class="table__num">{t!(i18n, funnel.conversion)}</th>
                            <th scope="col" class="table__num">{t!(i18n, funnel.days)}</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || stages.get() key=|stage| *stage let:id>
                            {
                                let stage = Memo::new(move |_| {
                                    let funnel = funnel.read();
                                    let part = part(&funnel, pipeline)?;
                                    part.stages.iter().find(|stage| stage.stage_id == id).cloned()
                                });
                                view! { <StageRow stage currency /> }
                            }
                        </For>
                    </tbody>
                </table>
            </div>
        </section>
    }
}

#[component]
fn StageRow(
    /// The stage; none when it has just gone.
    stage: Memo<Option<FunnelStage>>,
    /// The currency of sums.
    currency: Memo<Option<Currency>>,
) -> impl IntoView {
    let show = move |text: fn(&FunnelStage, Option<Currency>) -> String| {
        Signal::derive(move || {
            let currency = currency.get();
            stage.with(|stage| {
                stage
                    .as_ref()
                    .map_or_else(String::new, |it| text(it, currency))
            })
        })
    };
    let name = show(|stage, _| stage.name.clone());
    let color = show(|stage, _| stage.color.clone());
    view! {
        <tr>
            <th scope="row" class="table__main" dir="auto">
                <i class="dot" data-color=move || color.get() aria-hidden="true"></i>
                {move || name.get()}
            </th>
            <td class="table__num num">
                <Fresh text=show(|stage, _| whole(Total::count(&stage.now))) />
            </td>
            <td class="table__num num">
                <Fresh text=show(|stage, currency| sum(&stage.now, currency)) />
            </td>
            <td class="table__num num">
                <Fresh text=show(|stage, _| whole(stage.reached)) />
            </td>
            <td class="table__num num">
                <Fresh text=show(|stage, currency| sum(&stage.reached_sums, currency)) />
            </td>
            <td class="table__num num">
                <Fresh text=show(|stage, _| percent(stage.conversion)) />
            </td>
            <td class="table__num num">
                {show(|stage, _| days(stage))}
            </td>
        </tr>
    }
}

/// Why a pipeline's records were lost.
#[component]
pub(super) fn LostReasons(
    /// The funnel.
    funnel: ReadSignal<Funnel>,
    /// The pipeline.
    pipeline: PipelineId,
    /// The currency of sums.
    currency: Memo<Option<Currency>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let shares = Memo::new(move |_| {
        part(&funnel.read(), pipeline)
            .map(|part| part.lost_reasons.clone())
            .unwrap_or_default()
    });
    let title = Memo::new(move |_| {
        let name = heading(i18n, &funnel.read(), pipeline);
        t_string!(i18n, funnel.lost_reasons, name = name)
    });
    let rows = move || {
        let shares = shares.get();
        let all: i64 = shares.iter().map(|share| share.count).sum();
        shares
            .into_iter()
            .map(|share| {
                let part = ratio(share.count, all);
                let reason = match share.reason {
                    Some(reason) => reason,
                    None => t_string!(i18n, funnel.no_reason).to_owned(),
                };
                view! {
                    <tr>
                        <th scope="row" class="table__main" dir="auto">{reason}</th>
                        <td class="funnel__share">
                            <Bar share=part color="red" />
                        </td>
                        <td class="table__num num">{percent(Some(part))}</td>
                        <td class="table__num num">{whole(share.count)}</td>
                        <td class="table__num num">{sum(&share.sums, currency.get())}</td>
                    </tr>
                }
            })
            .collect_view()
    };
    view! {
        <Show when=move || { shares.with(|shares| !shares.is_empty()) }>
            <section class="funnel__lost">
                <h2 class="section__title" dir="auto">{move || title.get()}</h2>
                <div class="tablewrap" tabindex="0" role="group" aria-label=move || title.get()>
                    <table class="table table--plain">
                        <thead>
                            <tr>
                                <th scope="col">{t!(i18n, funnel.reason)}</th>
                                <td></td>
                                <th scope="col" class="table__num">{t!(i18n, funnel.share)}</th>
                                <th scope="col" class="table__num">{t!(i18n, funnel.count)}</th>
                                <th scope="col" class="table__num">{t!(i18n, funnel.sum)}</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </section>
        </Show>
    }
}

fn part(funnel: &Funnel, pipeline: PipelineId) -> Option<&FunnelPart> {
    funnel
        .parts
        .iter()
        .find(|part| part.pipeline_id == pipeline)
}

/// “Deals · Sales”; one word where both are the same.
fn heading(i18n: crate::dates::I18n, funnel: &Funnel, pipeline: PipelineId) -> String {
    let Some(part) = part(funnel, pipeline) else {
        return String::new();
    };
    let kind = labels::kind_many(i18n, part.kind);
    if kind == part.name {
        kind
    } else {
        format!("{kind} · {}", part.name)
    }
}

fn whole(number: i64) -> String {
    group_thousands(&number.to_string())
}

#[expect(clippy::cast_precision_loss, reason = "a share for the eye")]
fn ratio(part: i64, all: i64) -> f64 {
    if all > 0 {
        part as f64 / all as f64
    } else {
        0.0
    }
}

/// A share in percent; a dash where there is none.
pub(super) fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| NONE.to_owned(), |share| format!("{:.0}%", share * 100.0))
}

fn days(stage: &FunnelStage) -> String {
    match (stage.meaning, stage.average_days) {
        // Nobody leaves those; days in them say nothing.
        (Meaning::Won | Meaning::Lost, _) | (_, None) => NONE.to_owned(),
        (Meaning::Open, Some(days)) if days < 10.0 => format!("{days:.1}"),
        (Meaning::Open, Some(days)) => format!("{days:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_a_dash() {
        assert_eq!(percent(None), NONE);
        assert_eq!(percent(Some(0.256)), "26%");
        assert!((ratio(1, 4) - 0.25).abs() < f64::EPSILON);
        assert!(ratio(1, 0).abs() < f64::EPSILON);
    }
}
