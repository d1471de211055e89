//! How often one may try to sign in.
//!
//! Of our own rather than the `governor` crate: a success gives the tries back, which a limiter of
//! pure rates cannot, and eighty lines cost less than its nine crates. Each node counts for itself:
//! a guesser who finds three nodes has three times as many tries, which is still few.

use std::{
    collections::{HashMap, hash_map::RandomState},
    hash::BuildHasher as _,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// For one address and one e-mail address: five tries, then one in half a minute.
const PAIR: Quota = Quota {
    burst: 5.0,
    refill: Duration::from_secs(30),
};

/// For one address, which may be a whole office: sixty tries, then one in two seconds.
const ADDRESS: Quota = Quota {
    burst: 60.0,
    refill: Duration::from_secs(2),
};

/// How many addresses and pairs are remembered at most: a few megabytes.
const MOST: usize = 50_000;

/// Counts tries to sign in.
#[derive(Debug)]
pub struct SignInLimit {
    hasher: RandomState,
    buckets: Mutex<HashMap<Key, Bucket>>,
}

impl Default for SignInLimit {
    fn default() -> Self {
        Self {
            hasher: RandomState::new(),
            buckets: Mutex::new(HashMap::new()),
        }
    }
}

impl SignInLimit {
    /// Counts a try, or says how long to wait before the next.
    pub fn try_once(&self, ip: IpAddr, email: &str, now: Instant) -> Result<(), Duration> {
        let (address, pair) = self.keys(ip, email);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST {
            buckets.retain(|key, bucket| !bucket.is_full(key.quota(), now));
            if buckets.len() >= MOST {
                // Somebody tries from everywhere; forgetting helps them less than forgetting nobody
                // would hurt us.
                buckets.clear();
            }
        }
        for key in [pair, address] {
            let bucket = buckets
                .entry(key)
                .or_insert_with(|| Bucket::full(key.quota(), now));
            bucket.take(key.quota(), now)?;
        }
        Ok(())
    }

    /// Gives the tries back after one that was right.
    pub fn succeeded(&self, ip: IpAddr, email: &str) {
        let (_, pair) = self.keys(ip, email);
        self.buckets
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&pair);
    }

    /// Digests under a key of this process: no address is kept.
    fn keys(&self, ip: IpAddr, email: &str) -> (Key, Key) {
        let ip = network(ip);
        let email = email.trim().to_lowercase();
        let address = self.hasher.hash_one(ip);
        (
            Key::Address(address),
            Key::Pair(self.hasher.hash_one((ip, email))),
        )
    }
}

/// One home or server has a whole /64 of IPv6.
fn network(ip: IpAddr) -> u128 {
    match ip.to_canonical() {
        IpAddr::V4(ip) => u128::from(ip.to_bits()),
        IpAddr::V6(ip) => ip.to_bits() & !u128::from(u64::MAX),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Address(u64),
    Pair(u64),
}

impl Key {
    const fn quota(self) -> Quota {
        match self {
            Self::Address(_) => ADDRESS,
            Self::Pair(_) => PAIR,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Quota {
    burst: f64,
    refill: Duration,
}

/// Tries left, which come back with time.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl Bucket {
    const fn full(quota: Quota, now: Instant) -> Self {
        Self {
            left: quota.burst,
            at: now,
        }
    }

    fn left(&self, quota: Quota, now: Instant) -> f64 {
        let refilled = now
            .saturating_duration_since(self.at)
            .div_duration_f64(quota.refill);
        (self.left + refilled).min(quota.burst)
    }

    fn is_full(&self, quota: Quota, now: Instant) -> bool {
        self.left(quota, now) >= quota.burst
    }

    fn take(&mut self, quota: Quota, now: Instant) -> Result<(), Duration> {
        let left = self.left(quota, now);
        if left < 1.0 {
            return Err(quota.refill.mul_f64(1.0 - left));
        }
        *self = Self {
            left: left - 1.0,
            at: now,
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    fn there(last: u8) -> IpAddr {
        IpAddr::from([198, 51, 100, last])
    }

    #[test]
    fn five_tries_then_a_wait_that_ends() {
        let (limit, now) = (SignInLimit::default(), Instant::now());
        for _ in 0..5 {
            limit
                .try_once(HERE, "ada@example.com", now)
                .expect("within the limit");
        }
        let wait = limit
            .try_once(HERE, "Ada@Example.com ", now)
            .expect_err("beyond it");
        assert!(
            wait > Duration::from_secs(29) && wait <= Duration::from_secs(30),
            "{wait:?}"
        );
        limit
            .try_once(HERE, "ada@example.com", now + wait)
            .expect("after the wait");
        limit
            .try_once(HERE, "bob@example.com", now)
            .expect("somebody else");
        limit
            .try_once(there(1), "ada@example.com", now)
            .expect("from elsewhere");
    }

    #[test]
    fn a_success_gives_the_tries_back() {
        let (limit, now) = (SignInLimit::default(), Instant::now());
        for _ in 0..20 {
            limit
                .try_once(HERE, "ada@example.com", now)
                .expect("within the limit");
            limit.succeeded(HERE, "ada@example.com");
        }
    }

    #[test]
    fn one_address_cannot_try_every_user() {
        let (limit, now) = (SignInLimit::default(), Instant::now());
        let refused = (0..100)
            .filter(|user| {
                limit
                    .try_once(HERE, &format!("{user}@example.com"), now)
                    .is_err()
            })
            .count();
        assert_eq!(refused, 40);
    }

    #[test]
    fn one_network_of_ipv6_is_one_address() {
        let (one, two) = ("2001:db8::1".parse(), "2001:db8::ffff:2".parse());
        assert_eq!(
            network(one.expect("an address")),
            network(two.expect("an address"))
        );
    }

    #[test]
    fn memory_is_bounded() {
        let (limit, now) = (SignInLimit::default(), Instant::now());
        for n in 0..60_000_u32 {
            let _ = limit.try_once(IpAddr::from(n.to_be_bytes()), "ada@example.com", now);
        }
        assert!(limit.buckets.lock().expect("no panic").len() <= MOST + 1);
    }
}
