//! One connection, byte for byte: what a decent client would not send.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use ureq::http::{HeaderMap, HeaderName, HeaderValue};

use super::client::{Client, Response};

/// A connection to a service.
pub struct Raw(TcpStream);

impl Raw {
    #[track_caller]
    pub fn connect(client: &Client) -> Self {
        let stream = TcpStream::connect(client.base.trim_start_matches("http://")).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        Self(stream)
    }

    /// Sends bytes, unless the service has hung up.
    pub fn send(mut self, bytes: impl AsRef<[u8]>) -> Self {
        // Whoever was refused early is not listened to.
        drop(self.0.write_all(bytes.as_ref()));
        self
    }

    /// Sends a request line and headers; the service is to hang up after its answer.
    pub fn head(self, request: &str, headers: &[&str]) -> Self {
        let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
        self.send(format!("{request} HTTP/1.1\r\nHost: verbatim\r\nConnection: close\r\n{headers}\r\n"))
    }

    /// The answer, up to the end of the connection.
    #[track_caller]
    pub fn answer(mut self) -> Response {
        let mut bytes = Vec::new();
        self.0.read_to_end(&mut bytes).unwrap();
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("an answer");
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).expect("a status");
        let mut headers = HeaderMap::new();
        for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        Response { status, headers, body: bytes[end + 4..].to_vec() }
    }
}
