//! The address of the client, also behind reverse proxies.

use crate::domain::network::Network;
use actix_web::http::header::{self, HeaderMap, HeaderName};
use actix_web::{HttpRequest, web};
use std::net::{IpAddr, Ipv4Addr};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The reverse proxies whose word on the client's address is taken.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(pub Vec<Network>);

/// The address of the client: that of the connection, or what trusted proxies say of it in `Forwarded` or `X-Forwarded-For`.
pub fn client_address(request: &HttpRequest) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip().to_canonical());
    let trusted = request.app_data::<web::Data<TrustedProxies>>();
    trusted.map_or(peer, |trusted| behind(&trusted.0, peer, request.headers()))
}

/// Goes from the connection towards the client for as long as the address is that of a trusted proxy: whatever is before
/// that, the client may have made up.
fn behind(trusted: &[Network], peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    if !is_trusted(peer) {
        return peer;
    }
    let mut client = peer;
    for address in forwarded(headers).into_iter().rev() {
        let Some(address) = address else { break };
        client = address;
        if !is_trusted(address) {
            break;
        }
    }
    client
}

/// The addresses that the proxies saw, the client's first; `None` for one that cannot be read.
fn forwarded(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let lines = |name: HeaderName| {
        let values = headers.get_all(name).map(|value| value.to_str().unwrap_or("?"));
        values.flat_map(|line| line.split(',')).map(str::trim).collect::<Vec<_>>()
    };
    let elements = lines(header::FORWARDED);
    if elements.is_empty() {
        return lines(X_FORWARDED_FOR).into_iter().map(address).collect();
    }
    let node = |element: &str| {
        let pairs = element.split(';').filter_map(|pair| pair.split_once('='));
        let node = pairs.into_iter().find(|(name, _)| name.trim().eq_ignore_ascii_case("for"));
        node.and_then(|(_, node)| address(node.trim().trim_matches('"')))
    };
    elements.into_iter().map(node).collect()
}

/// An address, with or without a port.
fn address(node: &str) -> Option<IpAddr> {
    let bare = match node.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None if node.matches(':').count() == 1 => node.split(':').next().unwrap_or_default(),
        None => node,
    };
    bare.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn client(peer: &str, name: HeaderName, lines: &[&'static str]) -> String {
        let trusted: Vec<Network> = ["10.0.0.0/8", "2001:db8::/32"].map(|network| network.parse().unwrap()).into();
        let mut headers = HeaderMap::new();
        lines.iter().for_each(|line| headers.append(name.clone(), HeaderValue::from_static(line)));
        behind(&trusted, peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_trusted_proxies_say_who_the_client_is() {
        for (peer, lines, expected) in [
            ("192.0.2.1", &["198.51.100.1"][..], "192.0.2.1"),
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["203.0.113.9, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["203.0.113.9", "198.51.100.1, 10.2.3.4"], "198.51.100.1"),
            ("2001:db8::1", &["[2001:470::7]:1234"], "2001:470::7"),
            ("10.0.0.1", &["198.51.100.1:4711"], "198.51.100.1"),
            ("10.0.0.1", &["unknown"], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1, nonsense, 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", &[], "10.0.0.1"),
        ] {
            assert_eq!(client(peer, X_FORWARDED_FOR, lines), expected, "{peer} {lines:?}");
        }
        for (lines, expected) in [
            (&["for=198.51.100.1;proto=https;by=10.0.0.1"][..], "198.51.100.1"),
            (&["proto=https; For=\"[2001:470::7]:4711\""], "2001:470::7"),
            (&["for=203.0.113.9, for=198.51.100.1"], "198.51.100.1"),
            (&["for=_hidden"], "10.0.0.1"),
        ] {
            assert_eq!(client("10.0.0.1", header::FORWARDED, lines), expected, "{lines:?}");
        }
    }
}
