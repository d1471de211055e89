//! How many lists and boards a second the server answers when eight clients ask without rest.

use std::time::{Duration, Instant};

use anyhow::Result;
use domain::Kind;
use serde_json::{Value as Json, json};

use super::{Bench, board, list};
use crate::figures::{Figure, Goal, Times, Unit};

const GROUP: &str = "load";
/// Clients, each with a connection of its own that asks again as soon as it is answered.
const CLIENTS: usize = 8;

pub(super) async fn measure(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let [newest, ..] = list::all(&bench.facts);
    let lists = json!({ "kind": Kind::Deal, "query": newest.query });
    let boards = json!({ "query": board::PLAIN });
    let mut figures = Vec::new();
    for (what, function, arguments, goal) in [
        ("Lists", "list/api/open_list", lists, 1_500.0),
        ("Boards", "board/api/load_board", boards, 400.0),
    ] {
        let (speed, times) = at_once(bench, function, arguments).await?;
        let clients = format!("with {CLIENTS} clients");
        figures.push(
            Figure::single(
                GROUP,
                format!("{what} a second {clients}"),
                speed,
                Unit::PerSecond,
            )
            .goal(Goal::AtLeast(goal)),
        );
        figures.push(Figure::times(
            GROUP,
            format!("{what}, each {clients}"),
            &times,
        ));
    }
    Ok(figures)
}

async fn at_once(
    bench: &Bench<'_>,
    function: &'static str,
    arguments: Json,
) -> Result<(f64, Times)> {
    let warm_up = Duration::from_secs(bench.settings.choose(2, 1));
    let lasts = Duration::from_secs(bench.settings.choose(10, 2));
    let began = Instant::now();
    let mut clients = Vec::with_capacity(CLIENTS);
    for _ in 0..CLIENTS {
        let (client, arguments) = (bench.administrator.clone(), arguments.clone());
        clients.push(tokio::spawn(async move {
            let mut times = Times::default();
            while began.elapsed() < warm_up + lasts {
                let started = Instant::now();
                client.call(function, &arguments).await?;
                if began.elapsed() > warm_up {
                    times.record(started.elapsed());
                }
            }
            anyhow::Ok(times)
        }));
    }
    let mut all = Times::default();
    for client in clients {
        all.add(&client.await??);
    }
    let seconds = began.elapsed().saturating_sub(warm_up).as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "thousands of answers")]
    let speed = all.samples() as f64 / seconds;
    Ok((speed, all))
}
