//! The audit log: one JSON object a line for each request that writes, and each that is refused to its caller.

use crate::auth::Caller;
use crate::domain::Scope;
use crate::http::context;
use crate::http::extract::client_address::client_address;
use crate::http::extract::contract::Operation;
use actix_web::dev::ServiceRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web;
use chrono::{SecondsFormat, Utc};
use serde::Serialize;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Status of a request whose client left before it was answered: the outcome is not known.
const CLIENT_CLOSED_REQUEST: u16 = 499;

/// The file that the audit log is appended to.
pub struct AuditLog(Mutex<File>);

impl AuditLog {
    /// Opens the file, and creates it for its owner alone when it is missing.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(path: &Path) -> io::Result<Self> {
        use std::os::unix::fs::OpenOptionsExt;
        OpenOptions::new().create(true).append(true).mode(0o600).open(path).map(|file| Self(Mutex::new(file)))
    }

    fn write(&self, line: &Line) {
        let Ok(mut text) = serde_json::to_vec(line) else { return };
        text.push(b'\n');
        // One write for a line: several instances may append to one file.
        let written = self.0.lock().unwrap_or_else(PoisonError::into_inner).write_all(&text);
        if let Err(error) = written {
            log::error!(request_id = line.request_id; "the audit log cannot be written: {error}");
        }
    }
}

#[derive(Serialize)]
struct Line {
    at: String,
    request_id: String,
    /// The name of the key; null for an anonymous or unknown caller.
    actor: Option<String>,
    address: String,
    operation: String,
    method: String,
    /// The path without the query, which may contain personal data.
    path: String,
    /// The path of the record that was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<String>,
    status: u16,
}

/// A request that may be logged. Written when it is dropped: actix drops the request of a client that hangs up.
pub struct AuditEntry {
    log: web::Data<AuditLog>,
    line: Line,
    writes: bool,
}

impl AuditEntry {
    /// Begins the entry of a request. `None` without an audit log, and for operations that are open to everybody.
    pub fn begin(request: &ServiceRequest) -> Option<Self> {
        let log = request.app_data::<web::Data<AuditLog>>()?.clone();
        let operation = Operation::of(request.request())?;
        let line = Line {
            at: Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true),
            request_id: context::request_id(),
            actor: None,
            address: client_address(request.request()).to_string(),
            operation: operation.id.clone(),
            method: request.method().to_string(),
            path: request.path().to_owned(),
            created: None,
            status: CLIENT_CLOSED_REQUEST,
        };
        Some(Self { log, line, writes: operation.scope? > Scope::Read })
    }

    /// Notes who makes the request.
    pub fn set_caller(&mut self, caller: &Caller) {
        self.line.actor = caller.name().map(str::to_owned);
    }

    /// Notes how the request was answered.
    pub fn finish(mut self, status: StatusCode, headers: Option<&HeaderMap>) {
        self.line.status = status.as_u16();
        if status == StatusCode::CREATED {
            let location = headers.and_then(|headers| headers.get(header::LOCATION)?.to_str().ok());
            self.line.created = location.map(str::to_owned);
        }
    }
}

impl Drop for AuditEntry {
    fn drop(&mut self) {
        if self.writes || matches!(self.line.status, 401 | 403 | 429) {
            self.log.write(&self.line);
        }
    }
}
