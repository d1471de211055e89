//! What is measured, for Prometheus: `GET /metrics`.
//!
//! Labels name routes, server functions and statuses, of which there are some hundreds and never
//! more: no id, no address, nothing about a person (docs/decisions/0017).

use std::sync::Arc;

use chrono::{DateTime, Utc};
use prometheus::{
    Gauge, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge,
    IntGaugeVec, Opts, Registry, core::Collector,
};
use services::live::publish::{Published, Watch};

mod gather;
mod measure;
mod scrape;

pub use measure::measure;
pub use scrape::router;

/// Seconds that divide answers into quick ones and slow ones.
const SECONDS: [f64; 13] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0,
];

/// Everything that is measured in this process.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    request_seconds: HistogramVec,
    function_seconds: HistogramVec,
    live_announcements: IntCounter,
    live_notifications: IntCounter,
    live_failures: IntCounter,
    live_publish_seconds: Histogram,
    live_waiting: IntGauge,
    live_pages: IntGauge,
    live_listening: IntGauge,
    database_up: IntGauge,
    pool: IntGaugeVec,
    pool_wait: Gauge,
    jobs: IntGaugeVec,
    oldest_job: Gauge,
    memory: IntGauge,
    files: IntGauge,
}

/// Makes a measure and has it written with the others.
fn new<M: Collector + Clone + 'static>(registry: &Registry, made: prometheus::Result<M>) -> M {
    let measure = made.expect("names and labels are constants that fit");
    registry
        .register(Box::new(measure.clone()))
        .expect("no name is used twice");
    measure
}

impl Metrics {
    /// Measures of a process that began at this moment.
    pub fn new(began: DateTime<Utc>) -> Self {
        let r = Registry::new();
        let seconds =
            |name: &str, help: &str| HistogramOpts::new(name, help).buckets(SECONDS.to_vec());
        let build = new(
            &r,
            IntGaugeVec::new(
                Opts::new("dealwright_build_info", "Which program this is."),
                &["version"],
            ),
        );
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        let started = new(
            &r,
            Gauge::new("process_start_time_seconds", "When it began, since 1970."),
        );
        #[expect(
            clippy::cast_precision_loss,
            reason = "milliseconds fit for ages to come"
        )]
        started.set(began.timestamp_millis() as f64 / 1_000.0);
        Self {
            requests: new(
                &r,
                IntCounterVec::new(
                    Opts::new(
                        "dealwright_http_requests_total",
                        "Requests that were answered.",
                    ),
                    &["method", "route", "status"],
                ),
            ),
            request_seconds: new(
                &r,
                HistogramVec::new(
                    seconds(
                        "dealwright_http_request_seconds",
                        "From a request to the beginning of its answer.",
                    ),
                    &["route"],
                ),
            ),
            function_seconds: new(
                &r,
                HistogramVec::new(
                    seconds(
                        "dealwright_server_function_seconds",
                        "From the call of a server function to its answer.",
                    ),
                    &["function"],
                ),
            ),
            live_announcements: new(
                &r,
                IntCounter::new(
                    "dealwright_live_announcements_total",
                    "Changes of this node that were published.",
                ),
            ),
            live_notifications: new(
                &r,
                IntCounter::new(
                    "dealwright_live_notifications_total",
                    "Notifications that they were folded into.",
                ),
            ),
            live_failures: new(
                &r,
                IntCounter::new(
                    "dealwright_live_publish_failures_total",
                    "Tries to publish that failed.",
                ),
            ),
            live_publish_seconds: new(
                &r,
                Histogram::with_opts(seconds(
                    "dealwright_live_publish_seconds",
                    "From when a batch is taken up until PostgreSQL has it: how far browsers lag.",
                )),
            ),
            live_waiting: new(
                &r,
                IntGauge::new(
                    "dealwright_live_waiting",
                    "Changes that waited when the last batch was sent.",
                ),
            ),
            live_pages: new(
                &r,
                IntGauge::new("dealwright_live_connections", "Browsers that are told."),
            ),
            live_listening: new(
                &r,
                IntGauge::new(
                    "dealwright_live_listening",
                    "Whether this node hears what is committed.",
                ),
            ),
            database_up: new(
                &r,
                IntGauge::new("dealwright_database_up", "Whether the database answers."),
            ),
            pool: new(
                &r,
                IntGaugeVec::new(
                    Opts::new(
                        "dealwright_database_connections",
                        "Connections of both pools: in use, idle, and how many there may be.",
                    ),
                    &["state"],
                ),
            ),
            pool_wait: new(
                &r,
                Gauge::new(
                    "dealwright_database_wait_seconds",
                    "How long this look itself waited for a connection of the first of the two pools.",
                ),
            ),
            jobs: new(
                &r,
                IntGaugeVec::new(
                    Opts::new(
                        "dealwright_jobs",
                        "Work in the background that is not done, of all nodes.",
                    ),
                    &["job"],
                ),
            ),
            oldest_job: new(
                &r,
                Gauge::new(
                    "dealwright_jobs_oldest_seconds",
                    "Age of the oldest change of many records under way.",
                ),
            ),
            memory: new(
                &r,
                IntGauge::new("process_resident_memory_bytes", "Memory in use."),
            ),
            files: new(
                &r,
                IntGauge::new("process_open_fds", "Open files and connections."),
            ),
            registry: r,
        }
    }

    /// Counts what is published.
    pub fn watch(self: &Arc<Self>) -> Watch {
        let metrics = self.clone();
        Arc::new(move |published| metrics.published(published))
    }

    fn published(&self, published: Published) {
        let waiting = match published {
            Published::Sent {
                announcements,
                notifications,
                took,
                waiting,
            } => {
                self.live_announcements.inc_by(announcements as u64);
                self.live_notifications.inc_by(notifications as u64);
                self.live_publish_seconds.observe(took.as_secs_f64());
                waiting
            }
            Published::Failed { waiting } => {
                self.live_failures.inc();
                waiting
            }
        };
        self.live_waiting.set(signed(waiting));
    }
}

fn signed(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
