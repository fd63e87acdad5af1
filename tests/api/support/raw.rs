//! A raw connection for requests that no HTTP client would send.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use socket2::{Domain, Socket, Type};
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

    /// A connection whose system holds few bytes that were not read yet.
    #[track_caller]
    pub fn with_small_buffer(client: &Client) -> Self {
        let address: SocketAddr = client.base.trim_start_matches("http://").parse().unwrap();
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.set_recv_buffer_size(64 << 10).unwrap();
        socket.connect(&address.into()).unwrap();
        Self(socket.into())
    }

    /// Sends bytes. A closed connection is no error.
    pub fn send(mut self, bytes: impl AsRef<[u8]>) -> Self {
        // The service may answer and close the connection before it has read everything.
        drop(self.0.write_all(bytes.as_ref()));
        self
    }

    /// Sends a request line and headers with `Connection: close`.
    pub fn head(self, request: &str, headers: &[&str]) -> Self {
        let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
        self.send(format!("{request} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n"))
    }

    /// Resets the connection, as a client that is killed does.
    pub fn reset(self) {
        socket2::SockRef::from(&self.0).set_linger(Some(Duration::ZERO)).unwrap();
    }

    /// Reads what there is of the answer; 0 at its end.
    pub fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(buffer)
    }

    /// Reads the answer until the service closes the connection.
    #[track_caller]
    pub fn answer(self) -> Response {
        let mut stream = BufReader::new(self.0);
        let mut line = || {
            let mut line = String::new();
            stream.read_line(&mut line).unwrap();
            line.trim_end().to_owned()
        };
        let status = line().split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let mut headers = HeaderMap::new();
        while let Some((name, value)) = line().split_once(": ") {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        let length = headers["content-length"].to_str().unwrap().parse().unwrap();
        let mut body = vec![0; length];
        stream.read_exact(&mut body).unwrap();
        Response { status, headers, body }
    }
}
