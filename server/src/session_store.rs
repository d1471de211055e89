//! Keeps the sessions of `tower-sessions` in our own table.

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sea_orm::{DatabaseConnection, DbErr};
use services::sessions::{self, Stored, USER_ID};
use time::OffsetDateTime;
use tower_sessions::{
    ExpiredDeletion, SessionStore,
    session::{Id, Record},
    session_store::{Error, Result},
};

/// How many new ids are tried when one is taken, which 128 random bits make a matter of form.
const TRIES: usize = 4;

/// The store.
#[derive(Clone)]
pub struct DatabaseStore {
    db: DatabaseConnection,
}

impl DatabaseStore {
    /// A store in this database.
    pub fn new(db: DatabaseConnection) -> Self {
        Self { db }
    }
}

impl fmt::Debug for DatabaseStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseStore")
    }
}

#[async_trait]
impl SessionStore for DatabaseStore {
    async fn create(&self, record: &mut Record) -> Result<()> {
        for _ in 0..TRIES {
            let token = record.id.to_string();
            if sessions::create_if_absent(&self.db, &token, stored(record)?)
                .await
                .map_err(backend)?
            {
                return Ok(());
            }
            record.id = Id::default();
        }
        Err(Error::Backend("every new session id was taken".to_owned()))
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let token = record.id.to_string();
        sessions::save(&self.db, &token, stored(record)?)
            .await
            .map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let found = sessions::load(&self.db, &id.to_string(), now())
            .await
            .map_err(backend)?;
        let Some(found) = found else {
            return Ok(None);
        };
        // What an older version wrote and we cannot read is as good as no session.
        let Ok(data) = serde_json::from_slice(&found.data) else {
            return Ok(None);
        };
        let expiry_date = OffsetDateTime::from_unix_timestamp(found.expires_at.timestamp())
            .map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record {
            id: *id,
            data,
            expiry_date,
        }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        sessions::delete(&self.db, &id.to_string())
            .await
            .map_err(backend)
    }
}

#[async_trait]
impl ExpiredDeletion for DatabaseStore {
    async fn delete_expired(&self) -> Result<()> {
        let deleted = sessions::delete_expired(&self.db, now())
            .await
            .map_err(backend)?;
        tracing::debug!(deleted, "deleted sessions that had ended");
        Ok(())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a cookie is read before there is a Ctx"
)]
fn now() -> DateTime<Utc> {
    Utc::now()
}

fn stored(record: &Record) -> Result<Stored> {
    let data =
        serde_json::to_vec(&record.data).map_err(|error| Error::Encode(error.to_string()))?;
    let expires_at = DateTime::from_timestamp(record.expiry_date.unix_timestamp(), 0)
        .ok_or_else(|| Error::Encode("the session ends beyond what can be stored".to_owned()))?;
    let user_id = record.data.get(USER_ID).and_then(serde_json::Value::as_i64);
    Ok(Stored {
        user_id,
        data,
        expires_at,
    })
}

fn backend(error: DbErr) -> Error {
    Error::Backend(error.to_string())
}
