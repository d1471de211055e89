//! Passwords: hashed with Argon2id, away from the threads that answer requests.

use std::sync::LazyLock;

use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher as _, PasswordVerifier as _, Version,
};
use tokio::{sync::Semaphore, task};

/// How much memory a hash takes (19 MiB) and how often it goes over it: what OWASP recommends.
const PARAMS: Params = Params::DEFAULT;

/// How many hashes are made at once: a burst of sign-ins must not take all cores from the others.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// A hash that no password fits, so that asking for an unknown user takes as long as for a known
/// one.
static NOBODY: LazyLock<Option<String>> = LazyLock::new(|| {
    argon2()
        .hash_password(b"\0 nobody")
        .ok()
        .map(|hash| hash.to_string())
});

/// Whether a password fits, and whether its hash should be made anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is the password.
    Right,
    /// It is the password, but its hash was made with less work than hashes are now: store a new
    /// one.
    RightButOutdated,
    /// It is not, or there is no such user.
    Wrong,
}

impl Verdict {
    /// Whether it is the password.
    #[must_use]
    pub const fn is_right(self) -> bool {
        matches!(self, Self::Right | Self::RightButOutdated)
    }
}

/// Why a password could be neither hashed nor checked: a fault of ours, never the user's.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// The hashing itself failed, for want of memory or randomness.
    #[error("hashing failed: {0}")]
    Hashing(String),
    /// What is stored is not a hash.
    #[error("the stored hash cannot be read: {0}")]
    Malformed(String),
    /// The server stops.
    #[error("the server is stopping")]
    Stopping,
}

/// A hash of a password, to be stored: it holds its own salt and parameters.
pub async fn hash(password: impl Into<String>) -> Result<String, PasswordError> {
    let password = password.into();
    blocking(move || hash_now(password.as_bytes())).await
}

/// Whether a password fits the stored hash. `stored` is none when there is no such user; that
/// takes the same work.
pub async fn verify(
    password: impl Into<String>,
    stored: Option<String>,
) -> Result<Verdict, PasswordError> {
    let password = password.into();
    blocking(move || verify_now(password.as_bytes(), stored.as_deref())).await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
) -> Result<T, PasswordError> {
    let permit = AT_ONCE
        .acquire()
        .await
        .map_err(|_| PasswordError::Stopping)?;
    let done = task::spawn_blocking(move || {
        // Held by the work, not by who waits for it: a browser that hangs up frees nothing early.
        let _permit = permit;
        work()
    });
    done.await.map_err(|_| PasswordError::Stopping)?
}

fn hash_now(password: &[u8]) -> Result<String, PasswordError> {
    let hash = argon2().hash_password(password);
    hash.map(|hash| hash.to_string())
        .map_err(|error| PasswordError::Hashing(error.to_string()))
}

fn verify_now(password: &[u8], stored: Option<&str>) -> Result<Verdict, PasswordError> {
    let Some(stored) = stored else {
        if let Some(nobody) = NOBODY.as_deref() {
            let _ = verify_now(password, Some(nobody))?;
        }
        return Ok(Verdict::Wrong);
    };
    let hash =
        PasswordHash::new(stored).map_err(|error| PasswordError::Malformed(error.to_string()))?;
    match argon2().verify_password(password, &hash) {
        Ok(()) if is_current(&hash) => Ok(Verdict::Right),
        Ok(()) => Ok(Verdict::RightButOutdated),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(Verdict::Wrong),
        Err(error) => Err(PasswordError::Malformed(error.to_string())),
    }
}

fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, PARAMS)
}

fn is_current(hash: &PasswordHash) -> bool {
    hash.algorithm == Algorithm::Argon2id.ident()
        && Params::try_from(hash).is_ok_and(|params| {
            params.m_cost() == PARAMS.m_cost()
                && params.t_cost() == PARAMS.t_cost()
                && params.p_cost() == PARAMS.p_cost()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_hash_and_no_other() {
        let stored = hash("correct horse").await.expect("hashed");
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        let right = verify("correct horse", Some(stored.clone()))
            .await
            .expect("checked");
        assert_eq!(right, Verdict::Right);
        let wrong = verify("battery staple", Some(stored))
            .await
            .expect("checked");
        assert_eq!(wrong, Verdict::Wrong);
    }

    #[tokio::test]
    async fn two_hashes_of_one_password_differ() {
        let (one, two) = (
            hash("same").await.expect("hashed"),
            hash("same").await.expect("hashed"),
        );
        assert_ne!(one, two);
    }

    #[tokio::test]
    async fn a_hash_of_less_work_is_right_but_outdated() {
        let weak = Params::new(8 * 1024, 1, 1, None).expect("valid");
        let stored = Argon2::new(Algorithm::Argon2id, Version::V0x13, weak)
            .hash_password(b"correct horse")
            .expect("hashed")
            .to_string();
        let verdict = verify("correct horse", Some(stored))
            .await
            .expect("checked");
        assert_eq!(verdict, Verdict::RightButOutdated);
        assert!(verdict.is_right());
    }

    #[tokio::test]
    async fn an_unknown_user_takes_the_same_work() {
        let stored = hash("correct horse").await.expect("hashed");
        let _warm = verify("x", None).await.expect("checked");
        let time = async |stored: Option<String>| {
            let started = std::time::Instant::now();
            for _ in 0..3 {
                let verdict = verify("wrong", stored.clone()).await.expect("checked");
                assert_eq!(verdict, Verdict::Wrong);
            }
            started.elapsed()
        };
        let known = time(Some(stored)).await;
        let unknown = time(None).await;
        // Roughly: other work on the machine disturbs either.
        assert!(
            unknown * 4 > known && known * 4 > unknown,
            "{known:?} and {unknown:?}"
        );
    }

    #[tokio::test]
    async fn what_is_not_a_hash_is_our_fault_not_the_users() {
        assert!(matches!(
            verify("x", Some("plain".into())).await,
            Err(PasswordError::Malformed(_))
        ));
    }
}
