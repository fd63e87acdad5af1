//! A client of the service, over HTTP like any other.

use super::DemoError;
use crate::healthcheck::reachable;
use serde_json::Value;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};
use ureq::http::Request;

/// How long the service may take to become ready: its database may have to come up first.
const READY_LIMIT: Duration = Duration::from_secs(60);
/// For one request.
const REQUEST_LIMIT: Duration = Duration::from_secs(30);

/// A client of the service.
pub(super) struct Api {
    agent: ureq::Agent,
    /// `http://` and the address.
    pub base: String,
}

impl Api {
    pub fn new(address: SocketAddr) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(REQUEST_LIMIT));
        Self { agent: config.proxy(None).build().into(), base: format!("http://{}", reachable(address)) }
    }

    /// # Errors
    /// When it is not ready in time.
    pub fn wait_until_ready(&self) -> Result<(), DemoError> {
        let begun = Instant::now();
        loop {
            match self.get("/readyz") {
                Ok(_) => return Ok(()),
                Err(error) if begun.elapsed() > READY_LIMIT => return Err(DemoError::NotReady(error.to_string())),
                Err(_) => thread::sleep(Duration::from_millis(100)),
            }
        }
    }

    pub fn get(&self, path: &str) -> Result<Value, DemoError> {
        self.send("GET", path, ())
    }

    pub fn post(&self, path: &str, body: &Value) -> Result<Value, DemoError> {
        self.send("POST", path, body.to_string())
    }

    fn send(&self, method: &str, path: &str, body: impl ureq::AsSendBody) -> Result<Value, DemoError> {
        let request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        let request = request.header("content-type", "application/json").body(body).map_err(ureq::Error::from)?;
        let mut answer = self.agent.run(request)?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer.body_mut().read_json()?);
        }
        let body = answer.body_mut().read_to_string()?;
        Err(DemoError::Refused { request: format!("{method} {path}"), status: status.as_u16(), body })
    }
}
