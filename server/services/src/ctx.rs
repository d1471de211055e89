//! Who asks, when, and in which request: the first argument of every use case.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use domain::rights::Actor;
use sea_orm::DatabaseConnection;

use crate::live::Publisher;

/// The connections that use cases work on. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Pools {
    /// PostgreSQL may keep the plans of what is asked here (`plan_cache_mode = auto`): everything
    /// whose plan does not depend on its values. Planning a statement about a table with fifty
    /// indexes takes longer than running it.
    pub db: DatabaseConnection,
    /// What is asked here is planned for its values each time (`force_custom_plan`): the plan for a
    /// text that nobody has is another than that for one that everybody has.
    pub questions: DatabaseConnection,
}

impl From<DatabaseConnection> for Pools {
    /// One pool for both, planned as it is set up.
    fn from(db: DatabaseConnection) -> Self {
        Self {
            questions: db.clone(),
            db,
        }
    }
}

/// The context of a use case. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Ctx {
    /// The pool, see [`Pools::db`].
    pub db: DatabaseConnection,
    /// The pool for questions that users put together, see [`Pools::questions`].
    pub questions: DatabaseConnection,
    /// Where committed changes are handed for publishing.
    pub publisher: Publisher,
    /// Who asks.
    pub actor: Arc<Actor>,
    /// Now. Nothing below reads a clock.
    pub now: DateTime<Utc>,
    /// The time zone in which the asker's days begin.
    pub time_zone: Tz,
    /// Finds the log entries of this request.
    pub request_id: Arc<str>,
    /// The version of the custom fields when the request began, which its reading goes by; none
    /// where it is asked for each time, as in work that outlives its request.
    pub fields: Option<Arc<str>>,
}

impl Ctx {
    /// The system itself: demonstration data, the command line, background work.
    #[must_use]
    pub fn system(pools: impl Into<Pools>, publisher: Publisher, now: DateTime<Utc>) -> Self {
        let Pools { db, questions } = pools.into();
        Self {
            db,
            questions,
            publisher,
            actor: Arc::new(Actor::system()),
            now,
            time_zone: Tz::UTC,
            request_id: Arc::from("system"),
            fields: None,
        }
    }

    /// Somebody who has not signed in: may do nothing but sign in or set up.
    #[must_use]
    pub fn anonymous(
        pools: impl Into<Pools>,
        publisher: Publisher,
        now: DateTime<Utc>,
        request_id: Arc<str>,
    ) -> Self {
        let Pools { db, questions } = pools.into();
        // Not without an id: that would be the system. No user has this one, and
        // who has no role has no rights.
        let nobody = Actor {
            user_id: Some(0),
            ..Actor::system()
        };
        Self {
            db,
            questions,
            publisher,
            actor: Arc::new(nobody),
            now,
            time_zone: Tz::UTC,
            request_id,
            fields: None,
        }
    }

    /// The asker's today.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.now.with_timezone(&self.time_zone).date_naive()
    }

    /// The moment at which a day of the asker begins. Where clocks skip midnight, the first moment
    /// after it.
    #[must_use]
    pub fn start_of(&self, day: NaiveDate) -> DateTime<Utc> {
        let midnight = day.and_hms_opt(0, 0, 0).unwrap_or_default();
        midnight
            .and_local_timezone(self.time_zone)
            .earliest()
            .or_else(|| {
                (midnight + chrono::TimeDelta::hours(1))
                    .and_local_timezone(self.time_zone)
                    .earliest()
            })
            .map_or_else(|| midnight.and_utc(), |at| at.with_timezone(&Utc))
    }
}
