//! Where a request comes from, also behind a proxy.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName},
    middleware::Next,
    response::Response,
};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address of who asks, among the request's extensions. It is for limits only: it is neither
/// stored nor logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientIp(pub IpAddr);

/// Notes the address. `trusted` are the proxies whose word is taken, besides any on this machine.
pub async fn note_address(
    State(trusted): State<Arc<[IpAddr]>>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |ConnectInfo(peer)| {
            peer.ip()
        });
    let address = address(peer, request.headers(), &trusted);
    request.extensions_mut().insert(ClientIp(address));
    next.run(request).await
}

/// The last address in the chain that no proxy of ours wrote: what stands before it is the client's
/// own word.
fn address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let is_trusted = |ip: IpAddr| ip.is_loopback() || trusted.contains(&ip);
    let mut nearest = peer.to_canonical();
    let chain = headers
        .get_all(X_FORWARDED_FOR)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut before = chain.flat_map(|value| value.split(',')).collect::<Vec<_>>();
    while is_trusted(nearest) {
        let Some(Ok(next)) = before.pop().map(|text| text.trim().parse::<IpAddr>()) else {
            break;
        };
        nearest = next.to_canonical();
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&'static str], trusted: &[&str]) -> String {
        let headers = forwarded
            .iter()
            .map(|value| (X_FORWARDED_FOR, http::HeaderValue::from_static(value)))
            .collect();
        let ip = |text: &&str| text.parse::<IpAddr>().expect("an address");
        let trusted = trusted.iter().map(ip).collect::<Vec<_>>();
        address(ip(&peer), &headers, &trusted).to_string()
    }

    #[test]
    fn a_stranger_cannot_say_to_be_another() {
        assert_eq!(seen("203.0.113.7", &["198.51.100.1"], &[]), "203.0.113.7");
    }

    #[test]
    fn a_proxy_here_or_trusted_is_believed_as_far_as_it_saw() {
        assert_eq!(seen("127.0.0.1", &["198.51.100.1"], &[]), "198.51.100.1");
        assert_eq!(
            seen("127.0.0.1", &["6.6.6.6, 198.51.100.1"], &[]),
            "198.51.100.1"
        );
        assert_eq!(
            seen("10.0.0.2", &["6.6.6.6", "198.51.100.1"], &["10.0.0.2"]),
            "198.51.100.1"
        );
        assert_eq!(
            seen("127.0.0.1", &["198.51.100.1, 10.0.0.2"], &["10.0.0.2"]),
            "198.51.100.1"
        );
        assert_eq!(seen("127.0.0.1", &[], &[]), "127.0.0.1");
        assert_eq!(seen("127.0.0.1", &["unknown"], &[]), "127.0.0.1");
        assert_eq!(seen("::ffff:203.0.113.7", &[], &[]), "203.0.113.7");
    }
}
