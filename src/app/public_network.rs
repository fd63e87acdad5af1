//! Connections to addresses that others name: only to the public internet, and to networks that the settings allow.

use crate::domain::network::Network;
use crate::tls;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use ureq::config::{Config, ConfigBuilder};
use ureq::http::Uri;
use ureq::typestate::AgentScope;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error};

/// Networks that are refused unless the settings allow them: loopback, private and link-local ones, all others outside the
/// public internet, and the IPv6 prefixes that embed IPv4 addresses.
const FORBIDDEN: [&str; 22] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
    "::/96",
    "64:ff9b::/32",
    "100::/64",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    "fc00::/6",
];

/// A client with these settings that connects only to the public internet and to the `allowed` networks, which an option of the
/// command line names. It uses no proxy, because a proxy would resolve the names itself.
pub fn agent(settings: ConfigBuilder<AgentScope>, allowed: Arc<[Network]>, option: &'static str) -> Agent {
    let config = settings
        .http_status_as_error(false)
        .proxy(None)
        .user_agent(concat!("verbatim/", env!("CARGO_PKG_VERSION")))
        .tls_config(tls::client())
        .build();
    Agent::with_parts(config, DefaultConnector::new(), PublicResolver::new(allowed, option))
}

/// Resolves names, and drops the addresses that must not be connected to. The connection uses the addresses that it returns: there
/// is no second look-up that could return others (DNS rebinding).
#[derive(Debug)]
struct PublicResolver {
    resolver: DefaultResolver,
    forbidden: Vec<Network>,
    allowed: Arc<[Network]>,
    option: &'static str,
}

impl PublicResolver {
    /// A resolver that also allows the `allowed` networks, which an option of the command line names.
    fn new(allowed: Arc<[Network]>, option: &'static str) -> Self {
        let forbidden = FORBIDDEN.iter().map(|network| network.parse().expect("a network")).collect();
        Self { resolver: DefaultResolver::default(), forbidden, allowed, option }
    }

    fn allows(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let is_in = |networks: &[Network]| networks.iter().any(|network| network.contains(address));
        is_in(&self.allowed) || !is_in(&self.forbidden)
    }
}

impl Resolver for PublicResolver {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.resolver.resolve(uri, config, timeout)?;
        let mut addresses = self.empty();
        for address in found.iter().filter(|address: &&SocketAddr| self.allows(address.ip())) {
            addresses.push(*address);
        }
        if addresses.is_empty() {
            let detail = format!("the address is not on the public internet; {} can allow it", self.option);
            return Err(Error::Other(detail.into()));
        }
        Ok(addresses)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_public_internet_and_allowed_ones_are_connected_to() {
        let resolver = |allowed: &[&str]| {
            let allowed = allowed.iter().map(|network| network.parse().unwrap());
            PublicResolver::new(allowed.collect(), "--network")
        };
        let allows = |resolver: &PublicResolver, address: &str| resolver.allows(address.parse().unwrap());
        let public = resolver(&[]);
        for address in ["1.1.1.1", "8.8.8.8", "172.32.0.1", "2606:4700::1111", "::ffff:1.1.1.1"] {
            assert!(allows(&public, address), "{address}");
        }
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "198.19.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!allows(&public, address), "{address}");
        }
        let own = resolver(&["10.0.0.0/8", "::1"]);
        assert!(allows(&own, "10.1.2.3") && allows(&own, "::1") && !allows(&own, "192.168.1.1"));
    }
}
