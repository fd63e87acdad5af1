//! An HTTP server that tests give to the service as the address of another.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// A message as an endpoint gets it.
#[derive(Debug)]
pub struct Message {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    /// With U+FFFD in place of bytes that are not UTF-8.
    pub body: String,
}

impl Message {
    pub fn header(&self, name: &str) -> &str {
        let header = self.headers.iter().find(|(given, _)| given == name);
        &header.unwrap_or_else(|| panic!("no {name} in {:?}", self.headers)).1
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// An HTTP server that records what it gets, and answers each path `/<status>` with that status.
pub struct Endpoint {
    pub address: SocketAddr,
    pub messages: Receiver<Message>,
}

impl Endpoint {
    pub fn start() -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").unwrap(), "ok")
    }

    /// Serves a body on a listener.
    pub fn on(listener: TcpListener, body: &str) -> Self {
        let body = body.to_owned();
        let address = listener.local_addr().unwrap();
        let (sender, messages) = mpsc::channel();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (sender, body) = (sender.clone(), body.clone());
                thread::spawn(move || {
                    while let Some(message) = answered(&stream, &body) {
                        if sender.send(message).is_err() {
                            return;
                        }
                    }
                });
            }
        });
        Self { address, messages }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    #[track_caller]
    pub fn next(&self) -> Message {
        self.messages.recv_timeout(Duration::from_secs(30)).expect("a message")
    }
}

/// Reads one request and answers it.
fn answered(mut stream: &TcpStream, body_of_answer: &str) -> Option<Message> {
    let mut reader = BufReader::new(stream);
    let mut line = || {
        let mut line = String::new();
        (reader.read_line(&mut line).ok()? > 0).then(|| line.trim_end().to_owned())
    };
    let head = line()?;
    let mut words = head.split(' ').map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut headers = Vec::new();
    while let Some((name, value)) = line()?.split_once(": ") {
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length").map_or(Ok(0), |(_, length)| length.parse());
    let length = length.ok()?;
    let mut body: Vec<u8> = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let status = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    let length = body_of_answer.len();
    let head = format!("HTTP/1.1 {status} x\r\nlocation: /200/redirected\r\ncontent-length: {length}\r\n\r\n");
    let answer = head + body_of_answer;
    stream.write_all(answer.as_bytes()).ok()?;
    Some(Message { method, path, headers, body: String::from_utf8_lossy(&body).into_owned() })
}
