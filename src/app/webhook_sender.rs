//! Sends messages to webhooks, signed according to [Standard Webhooks](https://www.standardwebhooks.com).
//!
//! A webhook must not give its creator access to the network of the service (SSRF). The resolver drops forbidden addresses, and
//! the connection uses the addresses that it returns: there is no second look-up that could return others (DNS rebinding).
//! Redirects are not followed, and no proxy is used.

use crate::domain::network::Network;
use crate::store::webhooks::deliveries::{Attempt, DueDelivery};
use crate::tls;
use aws_lc_rs::hmac;
use data_encoding::BASE64;
use std::io::Read;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error};

/// How long one attempt may take.
const TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The most bytes of a response that are read. Only its status matters.
const MAX_ANSWER: u64 = 16 << 10;

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

/// Sends messages. Cheap to clone.
#[derive(Clone)]
pub struct WebhookSender {
    allowed: Arc<[Network]>,
    agent: Arc<OnceLock<Agent>>,
}

impl WebhookSender {
    /// A sender that may also connect to the `allowed` networks.
    pub fn new(allowed: Vec<Network>) -> Self {
        Self { allowed: allowed.into(), agent: Arc::default() }
    }

    /// Sends a message. Blocks for [`TIMEOUT`] at most.
    pub fn send(&self, due: &DueDelivery) -> Attempt {
        let timestamp = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let id = due.id.to_string();
        // The root certificates of the system are read when they are first needed.
        let request = self.agent.get_or_init(|| agent(&self.allowed)).post(&due.url);
        let sent = request
            .header("content-type", "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", timestamp.to_string())
            .header("webhook-signature", signature(&due.secret, &id, timestamp, &due.body))
            .send(due.body.as_str());
        match sent {
            Ok(answer) => {
                let status = answer.status().as_u16();
                // The connection is reused only if the response was read to its end.
                let _ = std::io::copy(&mut answer.into_body().into_reader().take(MAX_ANSWER), &mut std::io::sink());
                Attempt::Answered(status)
            }
            Err(error) => Attempt::Failed(error.to_string()),
        }
    }
}

fn agent(allowed: &Arc<[Network]>) -> Agent {
    let config = Config::builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .timeout_global(Some(TIMEOUT))
        .timeout_connect(Some(CONNECT_TIMEOUT))
        .max_response_header_size(MAX_ANSWER as usize)
        .user_agent(concat!("verbatim/", env!("CARGO_PKG_VERSION")))
        .tls_config(tls::client())
        .build();
    Agent::with_parts(config, DefaultConnector::new(), PublicResolver::new(Arc::clone(allowed)))
}

/// `v1,` and the HMAC-SHA256 of the id, the time and the body.
fn signature(secret: &[u8], id: &str, timestamp: u64, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let signature = hmac::sign(&key, format!("{id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", BASE64.encode(signature.as_ref()))
}

/// Resolves names, and drops the addresses that must not be connected to.
#[derive(Debug)]
struct PublicResolver {
    resolver: DefaultResolver,
    forbidden: Vec<Network>,
    allowed: Arc<[Network]>,
}

impl PublicResolver {
    fn new(allowed: Arc<[Network]>) -> Self {
        let forbidden = FORBIDDEN.iter().map(|network| network.parse().expect("a network")).collect();
        Self { resolver: DefaultResolver::default(), forbidden, allowed }
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
            return Err(Error::Other(
                "the address is not on the public internet; --webhook-network can allow it".into(),
            ));
        }
        Ok(addresses)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_signed_as_in_the_example_of_the_specification() {
        let secret = BASE64.decode(b"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature = signature(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn only_addresses_of_the_public_internet_and_allowed_ones_are_connected_to() {
        let resolver =
            |allowed: &[&str]| PublicResolver::new(allowed.iter().map(|network| network.parse().unwrap()).collect());
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
