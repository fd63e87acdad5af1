//! A small HTTP client for which no status is an error.

use std::io::Read;
use std::time::Duration;

use serde_json::Value;
use ureq::Agent;
use ureq::http::{HeaderMap, Method, Request};

/// A client of one service, with a connection pool.
#[derive(Clone)]
pub struct Client {
    agent: Agent,
    pub base: String,
    /// Sent with every request.
    authorization: Option<String>,
}

/// An answer.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// A request before it is sent.
pub struct Call<'a> {
    client: &'a Client,
    request: ureq::http::request::Builder,
    body: Option<Vec<u8>>,
}

impl Client {
    /// Creates a client for the service at `base`, such as `http://127.0.0.1:8080`.
    pub fn new(base: impl Into<String>) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .allow_non_standard_methods(true)
            .timeout_global(Some(Duration::from_secs(60)))
            .proxy(None)
            .build();
        Self { agent: config.into(), base: base.into(), authorization: None }
    }

    /// The same client with an API key.
    pub fn with_key(&self, secret: &str) -> Self {
        Self { authorization: Some(format!("Bearer {secret}")), ..self.clone() }
    }

    /// Starts a request to a path or a URL.
    pub fn request(&self, method: &str, path: &str) -> Call<'_> {
        let uri = if path.starts_with('/') { format!("{}{path}", self.base) } else { path.to_owned() };
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = Request::builder().method(method).uri(uri);
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        Call { client: self, request, body: None }
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Response {
        self.request("GET", path).send()
    }

    #[track_caller]
    pub fn post(&self, path: &str, body: &Value) -> Response {
        self.request("POST", path).json(body).send()
    }

    /// Sends a merge patch.
    #[track_caller]
    pub fn patch(&self, path: &str, body: &Value) -> Response {
        let call = self.request("PATCH", path).header("content-type", "application/merge-patch+json");
        call.body(body.to_string()).send()
    }

    #[track_caller]
    pub fn delete(&self, path: &str) -> Response {
        self.request("DELETE", path).send()
    }
}

impl Call<'_> {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string())
    }

    /// Sends the request and reads the whole answer.
    #[track_caller]
    pub fn send(self) -> Response {
        self.try_send().unwrap_or_else(|error| panic!("no answer: {error}"))
    }

    /// Like [`Call::send`], but returns an error when the connection fails.
    pub fn try_send(self) -> Result<Response, ureq::Error> {
        let agent = &self.client.agent;
        let answer = match self.body {
            Some(body) => agent.run(self.request.body(body)?)?,
            None => agent.run(self.request.body(())?)?,
        };
        let (head, body) = answer.into_parts();
        let mut bytes = Vec::new();
        body.into_reader().read_to_end(&mut bytes)?;
        Ok(Response { status: head.status.as_u16(), headers: head.headers, body: bytes })
    }
}

impl Response {
    /// Returns the body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("no JSON ({error}): {}", self.text()))
    }

    /// Returns the body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Returns the value of a header, or an empty string without it.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap_or("(not ASCII)"))
    }

    /// Asserts the status and returns the body as JSON.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        if self.body.is_empty() { Value::Null } else { self.json() }
    }
}
