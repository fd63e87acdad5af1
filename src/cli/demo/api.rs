//! An HTTP client of the service.

use super::error::DemoError;
use crate::cli::healthcheck::reachable;
use crate::config::AdminKey;
use serde_json::Value;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};
use ureq::http::Request;

/// The time that the service has to become ready: its database may have to start first.
const READY_TIMEOUT: Duration = Duration::from_secs(60);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

pub(super) struct Api {
    agent: ureq::Agent,
    /// `http://` and the address.
    pub base: String,
    /// Needed when it is configured.
    key: Option<AdminKey>,
}

impl Api {
    pub fn new(address: SocketAddr, key: Option<AdminKey>) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(REQUEST_TIMEOUT));
        Self { agent: config.proxy(None).build().into(), base: format!("http://{}", reachable(address)), key }
    }

    pub fn wait_until_ready(&self) -> Result<(), DemoError> {
        let begun = Instant::now();
        loop {
            match self.get("/readyz") {
                Ok(_) => return Ok(()),
                Err(error) if begun.elapsed() > READY_TIMEOUT => return Err(DemoError::NotReady(error.to_string())),
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
        let request = match &self.key {
            Some(key) => request.header("authorization", format!("Bearer {}", key.expose())),
            None => request,
        };
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

/// A text member of a record; empty when there is none.
pub(super) fn text<'a>(record: &'a Value, member: &str) -> &'a str {
    record[member].as_str().unwrap_or_default()
}

pub(super) fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
