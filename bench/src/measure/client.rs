//! A client such as a browser is to the server: a session, kept connections, server functions.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use domain::UserId;
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, COOKIE, HeaderMap, ORIGIN, SET_COOKIE,
};
use reqwest::redirect::Policy;
use sea_orm::DatabaseConnection;
use serde::Serialize;
use serde::de::DeserializeOwned;
use services::sessions::{self, Stored, USER_ID};

use crate::seed::{EMAIL, PASSWORD};

/// Somebody's session.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    /// `name=token`.
    cookie: String,
}

/// An answer, and when it came.
pub struct Answered {
    /// Until its head was there.
    pub first_byte: Duration,
    /// Its head.
    pub headers: HeaderMap,
    /// Its body as it was sent.
    pub body: Vec<u8>,
}

impl Client {
    /// Signs in through the form's server function.
    pub async fn sign_in(url: &str, user: UserId) -> Result<Self> {
        let http = http()?;
        let form = format!(
            "email={}&password={PASSWORD}",
            EMAIL(user).replace('@', "%40")
        );
        let answer = http
            .post(format!("{url}/api/app/sign_in/api/sign_in"))
            .header(ORIGIN, url)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ACCEPT, "application/json")
            .body(form)
            .send()
            .await?;
        let cookie = answer.headers().get(SET_COOKIE).and_then(|cookie| {
            let (cookie, _) = cookie.to_str().ok()?.split_once(';')?;
            Some(cookie.to_owned())
        });
        Ok(Self {
            http,
            url: url.to_owned(),
            cookie: cookie.with_context(|| format!("user {user}: {}", answer.status()))?,
        })
    }

    /// A session of somebody else, written as the server would have: two hundred sign-ins would take
    /// a minute of hashing, and rightly be refused for their number.
    pub async fn other(&self, db: &DatabaseConnection, user: UserId) -> Result<Self> {
        let (name, _) = self.cookie.split_once('=').context("a cookie has a name")?;
        let now = crate::now();
        let bits = i128::from(now.timestamp_micros()) << 32 | i128::from(user);
        let token = BASE64_URL_SAFE_NO_PAD.encode(bits.to_le_bytes());
        let stored = Stored {
            user_id: Some(user),
            data: serde_json::to_vec(&serde_json::json!({ USER_ID: user }))?,
            expires_at: now + TimeDelta::days(1),
        };
        let made = sessions::create_if_absent(db, &token, stored).await?;
        ensure!(made, "the session of user {user} is there already");
        Ok(Self {
            http: http()?,
            url: self.url.clone(),
            cookie: format!("{name}={token}"),
        })
    }

    /// The session's cookie, for a browser to go on with.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    /// A page or a file, compressed as a browser would get it.
    pub async fn get(&self, path: &str) -> Result<Answered> {
        self.get_as(path, "text/html,*/*").await
    }

    async fn get_as(&self, path: &str, accepted: &str) -> Result<Answered> {
        let started = Instant::now();
        let answer = self
            .http
            .get(format!("{}{path}", self.url))
            .header(COOKIE, &self.cookie)
            .header(ACCEPT, accepted)
            .header(ACCEPT_ENCODING, "br")
            .send()
            .await?;
        let first_byte = started.elapsed();
        ensure!(answer.status().is_success(), "{path}: {}", answer.status());
        let headers = answer.headers().clone();
        let body = answer.bytes().await?.to_vec();
        Ok(Answered {
            first_byte,
            headers,
            body,
        })
    }

    /// A page as text.
    pub async fn text(&self, path: &str) -> Result<String> {
        let answer = self
            .http
            .get(format!("{}{path}", self.url))
            .header(COOKIE, &self.cookie)
            .header(ACCEPT, "text/html")
            .send()
            .await?;
        Ok(answer.error_for_status()?.text().await?)
    }

    /// A stream that goes on.
    pub async fn open(&self, path: &str) -> Result<reqwest::Response> {
        let answer = self
            .http
            .get(format!("{}{path}", self.url))
            .header(COOKIE, &self.cookie)
            .header(ACCEPT, "text/event-stream")
            .send()
            .await?;
        ensure!(answer.status().is_success(), "{path}: {}", answer.status());
        Ok(answer)
    }

    /// Calls a server function that takes JSON; its answer unread, but no refusal.
    pub async fn call(&self, function: &str, arguments: &impl Serialize) -> Result<Vec<u8>> {
        let answer = self
            .http
            .post(format!("{}/api/app/{function}", self.url))
            .header(COOKIE, &self.cookie)
            .header(ORIGIN, &self.url)
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/json")
            .body(serde_json::to_vec(arguments)?)
            .send()
            .await?;
        let status = answer.status();
        let body = answer.bytes().await?.to_vec();
        if !status.is_success() || body.starts_with(b"{\"Err\"") {
            bail!("{function}: {status} {}", String::from_utf8_lossy(&body));
        }
        Ok(body)
    }

    /// The same of a server function that takes its arguments in the address.
    pub async fn ask(&self, function: &str, arguments: &str) -> Result<Vec<u8>> {
        // Not as a form of a page without scripts would ask, which is sent back to its page.
        let path = format!("/api/app/{function}?{arguments}");
        let answered = self.get_as(&path, "application/json").await?;
        if answered.body.starts_with(b"{\"Err\"") {
            bail!("{function}: {}", String::from_utf8_lossy(&answered.body));
        }
        Ok(answered.body)
    }
}

/// Reads an answer, whether it is one that can be a refusal or not.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Answer<T> {
        Wrapped {
            #[serde(rename = "Ok")]
            ok: T,
        },
        Plain(T),
    }
    Ok(match serde_json::from_slice(body)? {
        Answer::Wrapped { ok } | Answer::Plain(ok) => ok,
    })
}

fn http() -> Result<reqwest::Client> {
    Ok(reqwest::Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .tcp_nodelay(true)
        .build()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_with_and_without_a_wrapping() {
        assert_eq!(read::<Vec<i64>>(b"{\"Ok\":[1,2]}").expect("reads"), [1, 2]);
        assert_eq!(read::<Vec<i64>>(b"[3]").expect("reads"), [3]);
        assert!(read::<Vec<i64>>(b"{\"Err\":\"NotFound\"}").is_err());
    }
}
