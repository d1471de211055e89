//! The address that users type to reach Dealwright.

use std::{fmt, net::IpAddr, net::SocketAddr};

use http::Uri;

use super::Error;

/// An origin: `http` or `https`, a host, perhaps a port, and nothing after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    https: bool,
    /// Host and, where it is not the scheme's own, port; as browsers write it into `Host`.
    authority: String,
    local: bool,
}

impl PublicUrl {
    /// Reads `DEALWRIGHT_URL`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let wrong = || {
            Error::invalid(
                "DEALWRIGHT_URL",
                &text,
                "the address users type, such as https://crm.example.com, without a path",
            )
        };
        let uri: Uri = text.trim().parse().map_err(|_| wrong())?;
        let https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(wrong()),
        };
        let authority = uri.authority().ok_or_else(wrong)?;
        if !matches!(uri.path(), "" | "/")
            || uri.query().is_some()
            || authority.as_str().contains('@')
        {
            return Err(wrong());
        }
        // What the library cannot read as a port it leaves out.
        if authority.port_u16().is_none() && authority.as_str() != authority.host() {
            return Err(wrong());
        }
        let local = is_local(authority.host());
        if !https && !local {
            return Err(Error::PlainHttp(text.to_owned()));
        }
        let own_port = if https { 443 } else { 80 };
        let authority = match authority.port_u16() {
            Some(port) if port != own_port => format!("{}:{port}", authority.host()),
            _ => authority.host().to_owned(),
        };
        Ok(Self {
            https,
            authority: authority.to_ascii_lowercase(),
            local,
        })
    }

    /// What the listening address stands for when nobody said how users reach it: itself when it
    /// is this machine, and an unknown HTTPS proxy otherwise.
    pub(super) fn of_address(addr: SocketAddr) -> Self {
        let local = addr.ip().is_loopback();
        Self {
            https: !local,
            authority: addr.to_string(),
            local,
        }
    }

    /// Whether cookies may only travel over HTTPS: everywhere but on this machine.
    pub fn secure_cookies(&self) -> bool {
        !self.local
    }

    /// Whether the address is HTTPS.
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// Host and port, as in the `Host` header.
    pub fn authority(&self) -> &str {
        &self.authority
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.https { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.authority)
    }
}

fn is_local(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}
