//! `verbatim healthcheck`: checks that a service is alive, for containers that contain no other client.

use super::outcome::Outcome;
use crate::config::ListenSetting;
use crate::tls;
use clap::Args;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use ureq::tls::TlsConfig;

/// Shorter than the three seconds that the health check of a container usually has.
const TIMEOUT: Duration = Duration::from_secs(2);

#[derive(Debug, Args)]
pub(super) struct HealthcheckSettings {
    #[command(flatten)]
    listen: ListenSetting,

    /// The certificate of the service, if it uses TLS
    #[arg(long, env = "VERBATIM_TLS_CERT", value_name = "FILE")]
    tls_cert: Option<String>,
}

/// Requests `/livez`. Fails unless the answer is 200 within two seconds.
///
/// The certificate is for the public name of the service. It is not checked, because nothing secret is sent.
pub(super) fn run(settings: &HealthcheckSettings) -> Outcome {
    let address = reachable(settings.listen.read()?);
    let uses_tls = settings.tls_cert.as_ref().is_some_and(|file| !file.trim().is_empty());
    let (scheme, tls) = if uses_tls { ("https", tls::client_without_checks()) } else { ("http", TlsConfig::default()) };
    let config = ureq::Agent::config_builder().timeout_global(Some(TIMEOUT)).proxy(None).tls_config(tls);
    ureq::Agent::from(config.build()).get(format!("{scheme}://{address}/livez")).call()?;
    Ok(())
}

/// The address at which a client on this machine reaches a service: the loopback one for a wildcard.
pub(super) fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_address_is_reached_on_loopback() {
        let address = |listen: &str| reachable(listen.parse().unwrap()).to_string();
        assert_eq!(address("0.0.0.0:8080"), "127.0.0.1:8080");
        assert_eq!(address("[::]:8080"), "[::1]:8080");
        assert_eq!(address("192.0.2.7:80"), "192.0.2.7:80");
    }
}
