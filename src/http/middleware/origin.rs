//! Refuses requests that a page of another site makes a browser send.
//!
//! A service on a developer's machine needs no key. It must not obey any page that the developer opens: neither a write across sites, nor any request under a name that was rebound to the loopback address (DNS rebinding).

use crate::http::respond::problem::{Problem, refuse};
use crate::http::wire::problem::Code;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, web};
use std::net::IpAddr;

pub(super) const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The origins and hosts that requests may come from and go to.
#[derive(Debug, Clone, Default)]
pub struct TrustedOrigins {
    /// Other origins whose pages may write, such as `https://news.example`.
    pub origins: Vec<String>,
    /// The names under which the service may be addressed, besides those of the loopback address; `None` for any name.
    pub hosts: Option<Vec<String>>,
}

impl TrustedOrigins {
    /// Whether `Host` may be `host`, which may have a port.
    fn allows_host(&self, host: &str) -> bool {
        let Some(hosts) = &self.hosts else { return true };
        let name = without_port(host).to_ascii_lowercase();
        let address = name.trim_matches(['[', ']']).parse::<IpAddr>();
        let is_loopback = name == "localhost" || address.is_ok_and(|address| address.is_loopback());
        is_loopback || hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(&name))
    }

    /// Whether a page of `origin` may write to `host`.
    fn allows_origin(&self, origin: &str, host: &str) -> bool {
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host))
            || self.origins.iter().any(|allowed| allowed == origin)
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Refuses a foreign `Host` on a loopback listener with 421, and a write from another site with 403.
pub async fn refuse_foreign_origins(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse, Error> {
    if let Some(trusted) = request.app_data::<web::Data<TrustedOrigins>>()
        && let Err(problem) = check(trusted, &request)
    {
        return Ok(refuse(request, &problem));
    }
    next.call(request).await
}

fn check(trusted: &TrustedOrigins, request: &ServiceRequest) -> Result<(), Problem> {
    let text = |value: &HeaderValue| value.to_str().unwrap_or("?").trim().to_owned();
    let host = request.headers().get(header::HOST).map(text).unwrap_or_default();
    let target = request.uri().authority().map_or(host.as_str(), |authority| authority.as_str());
    // HTTP/1.0 needs no Host; a browser always sends one.
    if let Some(foreign) =
        [host.as_str(), target].into_iter().find(|host| !host.is_empty() && !trusted.allows_host(host))
    {
        let detail = format!("this service is not {foreign}: add the name with --allowed-host");
        return Err(Problem::new(Code::UnknownHost, detail));
    }
    if request.method().is_safe() {
        return Ok(());
    }
    let refuse = |what: &str| Err(Problem::new(Code::CrossSite, format!("{what} is not allowed to write here")));
    match request.headers().get(header::ORIGIN).map(text) {
        Some(origin) if trusted.allows_origin(&origin, &host) => Ok(()),
        Some(origin) => refuse(&format!("the origin {origin}")),
        None if request.headers().get(SEC_FETCH_SITE).is_some_and(|site| site == "cross-site") => {
            refuse("a page of another site")
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_the_loopback_address_are_allowed_and_those_that_were_added() {
        let trusted = TrustedOrigins { hosts: Some(vec!["News.example".to_owned()]), ..TrustedOrigins::default() };
        for host in
            ["localhost", "LOCALHOST:8080", "127.0.0.1:1", "127.9.9.9", "[::1]:8080", "[::1]", "news.example:443"]
        {
            assert!(trusted.allows_host(host), "{host}");
        }
        for host in
            ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "192.168.0.1", "[2001:db8::1]:80", ""]
        {
            assert!(!trusted.allows_host(host), "{host}");
        }
        assert!(TrustedOrigins::default().allows_host("evil.example"));
    }

    #[test]
    fn a_page_of_the_same_host_may_write_and_one_of_a_configured_origin() {
        let trusted = TrustedOrigins { origins: vec!["https://a.example".to_owned()], hosts: None };
        assert!(trusted.allows_origin("http://localhost:8080", "localhost:8080"));
        assert!(trusted.allows_origin("https://a.example", "localhost:8080"));
        for origin in ["null", "http://localhost:8081", "http://a.example", "https://b.example"] {
            assert!(!trusted.allows_origin(origin, "localhost:8080"), "{origin}");
        }
    }
}
