//! An HTTP client of a running service, for the commands that use one.

use crate::http::wire::problem::MEDIA_TYPE;
use crate::tls;
use clap::Args;
use serde_json::Value;
use std::time::Duration;
use ureq::Body;
use ureq::http::{Request, Response};

/// How long the service may take until its response begins.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(120);

/// Which service to use.
#[derive(Debug, Args)]
#[command(next_help_heading = "Service")]
pub(super) struct ServiceSettings {
    /// Address of the service
    #[arg(long, env = "VERBATIM_URL", value_name = "URL", default_value = "http://127.0.0.1:8080")]
    url: String,

    /// API key, when the service needs one
    #[arg(long, env = "VERBATIM_KEY", value_name = "KEY", hide_env_values = true)]
    key: Option<String>,
}

impl ServiceSettings {
    /// The service at an address, with a key of it.
    pub fn at(url: String, key: String) -> Self {
        Self { url, key: Some(key) }
    }
}

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum ClientError {
    #[error("the service at {url} cannot be reached: {source}")]
    Unreachable { url: String, source: ureq::Error },
    #[error("the service answers {status}: {detail}")]
    Refused { status: u16, detail: String },
}

/// A client of a service.
pub(super) struct ServiceClient {
    agent: ureq::Agent,
    base: String,
    key: Option<String>,
}

impl ServiceClient {
    pub fn new(settings: &ServiceSettings) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_recv_response(Some(ANSWER_TIMEOUT))
            .tls_config(tls::client())
            .proxy(None);
        let key = settings.key.clone().map(|key| key.trim().to_owned()).filter(|key| !key.is_empty());
        Self { agent: config.build().into(), base: settings.url.trim_end_matches('/').to_owned(), key }
    }

    pub fn get(&self, path: &str) -> Result<Response<Body>, ClientError> {
        self.send("GET", path, None, ())
    }

    pub fn post(&self, path: &str, media_type: &str, body: Vec<u8>) -> Result<Response<Body>, ClientError> {
        self.send("POST", path, Some(media_type), body)
    }

    /// Sends a request, and returns the response with its body unread.
    fn send(
        &self,
        method: &str,
        path: &str,
        media_type: Option<&str>,
        body: impl ureq::AsSendBody,
    ) -> Result<Response<Body>, ClientError> {
        let unreachable = |source| ClientError::Unreachable { url: self.base.clone(), source };
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        if let Some(key) = &self.key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        if let Some(media_type) = media_type {
            request = request.header("content-type", media_type);
        }
        let request = request.body(body).map_err(|error| unreachable(error.into()))?;
        let mut answer = self.agent.run(request).map_err(unreachable)?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let is_problem = answer.headers().get("content-type").is_some_and(|kind| kind == MEDIA_TYPE);
        let text = answer.body_mut().read_to_string().unwrap_or_default();
        let problem: Value = serde_json::from_str(&text).unwrap_or_default();
        let detail = problem["detail"].as_str().filter(|_| is_problem).unwrap_or(&text).to_owned();
        Err(ClientError::Refused { status: answer.status().as_u16(), detail })
    }
}
