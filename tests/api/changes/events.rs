//! The change feed as a stream of events.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{caught_up, changes, instance, now, words};
use crate::support::answers::refusal;
use crate::support::{Client, TestApp};

/// An open stream of events.
struct Events(BufReader<TcpStream>);

impl Events {
    /// Connects, and reads the head of the answer.
    #[track_caller]
    fn open(client: &Client, query: &str, headers: &str) -> Self {
        let mut stream = TcpStream::connect(client.base.trim_start_matches("http://")).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let request = format!(
            "GET /v1/changes?{query} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nAccept-Encoding: gzip, br\r\n{headers}\r\n"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut events = Self(BufReader::new(stream));
        assert!(events.line().starts_with("HTTP/1.1 200"));
        let head: Vec<String> = std::iter::from_fn(|| Some(events.line()).filter(|line| !line.is_empty())).collect();
        for header in ["content-type: text/event-stream", "cache-control: no-store", "content-encoding: identity"] {
            assert!(head.iter().any(|line| line == header), "{header} in {head:?}");
        }
        assert_eq!(events.until("retry: "), "1000");
        events
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// The rest of the next line that begins with `start`. The lines between are lengths of chunks.
    fn until(&mut self, start: &str) -> String {
        loop {
            let mut line = String::new();
            assert!(self.0.read_line(&mut line).unwrap() > 0, "the stream ended before {start:?}");
            if let Some(rest) = line.strip_prefix(start) {
                return rest.trim_end().to_owned();
            }
        }
    }

    /// The next event, whose id is that of its change.
    #[track_caller]
    fn next(&mut self) -> Value {
        let cursor = self.until("id: ");
        assert_eq!(self.until("event: "), "change");
        let change: Value = serde_json::from_str(&self.until("data: ")).unwrap();
        assert_eq!(change["id"], cursor);
        change
    }
}

#[test]
fn events_come_as_changes_are_committed_and_go_on_behind_the_last_event_id() {
    let app = TestApp::start();
    app.article(json!({}));
    let mut events = Events::open(&app, "resource=article", "");
    let first = events.next();
    app.entity(json!({}));
    app.patch(&format!("/v1/articles/{}", first["record_id"].as_str().unwrap()), &json!({"section": "x"})).expect(200);
    let second = events.next();
    assert_eq!(words(&[first.clone(), second.clone()]), ["create article 1", "update article 2"]);
    drop(events);
    // The header counts, not the parameter that the client connected with first.
    let header = format!("Last-Event-ID: {}\r\n", first["id"].as_str().unwrap());
    assert_eq!(words(&[Events::open(&app, "after=now", &header).next()]), ["create entity 1"]);
    let all = changes(&app, "");
    let mut again = Events::open(&app, "", "");
    assert_eq!([again.next(), again.next(), again.next()].to_vec(), all);
}

#[test]
fn a_stream_with_a_bad_cursor_is_refused() {
    let app = TestApp::start();
    let stream = |header: &str| {
        let request = app.request("GET", "/v1/changes").header("accept", "text/event-stream");
        request.header("last-event-id", header).send()
    };
    let problem = refusal(stream("x"), 400, "invalid_parameter");
    assert_eq!(problem["errors"][0]["parameter"], "Last-Event-ID");
    refusal(stream(&"A".repeat(32)), 410, "cursor_expired");
    let page = app.request("GET", "/v1/changes").header("accept", "application/json, text/event-stream;q=0.5").send();
    assert_eq!(page.header("content-type"), "application/json");
}

#[test]
fn the_head_of_a_stream_has_an_end() {
    let app = TestApp::start();
    let head = app.request("HEAD", "/v1/changes").header("accept", "text/event-stream").send();
    assert_eq!((head.status, head.header("content-type")), (200, "text/event-stream"));
    // On the same connection.
    app.get("/v1/changes").expect(200);
}

#[test]
fn an_event_is_out_soon_after_its_commit() {
    let app = TestApp::start();
    let mut events = Events::open(&app, "after=now&resource=entity", "");
    let mut delays: Vec<_> = (0..50)
        .map(|number| {
            let entity = app.entity(json!({"name": number.to_string()}));
            let committed = Instant::now();
            assert_eq!(events.next()["record_id"], entity["id"]);
            committed.elapsed()
        })
        .collect();
    delays.sort_unstable();
    println!("median {:?}, slowest {:?}", delays[25], delays[49]);
    // Transactions of other tests hold some of the events back.
    assert!(delays[25] < Duration::from_millis(500), "{delays:?}");
}

#[test]
fn events_of_another_instance_and_of_sql_come_too() {
    let app = TestApp::start();
    let other = instance(&app, super::HOUR);
    let mut events = Events::open(&other, &format!("after={}", now(&app)), "");
    let entity = app.entity(json!({}));
    assert_eq!(events.next()["record_id"], entity["id"]);
    app.sql("DELETE FROM entities");
    assert_eq!(words(&[events.next()]), ["delete entity 1"]);
}

#[test]
fn a_stream_ends_when_the_service_stops_and_when_its_cursor_expires() {
    let app = TestApp::with(|config| config.shutdown_timeout = Duration::from_secs(30));
    let mut expired = Events::open(&app, "after=now", "");
    caught_up(&app);
    app.sql("UPDATE change_log SET id = gen_random_uuid()");
    app.entity(json!({}));
    assert_eq!(expired.until("event: "), "error");
    let data: Value = serde_json::from_str(&expired.until("data: ")).unwrap();
    assert_eq!(data["code"], "cursor_expired");
    drop(expired);
    let mut events = Events::open(&app, "after=now", "");
    let stopped = Instant::now();
    drop(app);
    let mut rest = String::new();
    events.0.read_to_string(&mut rest).unwrap();
    assert!(rest.ends_with("0\r\n\r\n"), "the answer was not finished: {rest:?}");
    assert!(stopped.elapsed() < Duration::from_secs(10), "{:?}", stopped.elapsed());
}

#[test]
fn a_client_that_does_not_read_is_cut_off() {
    const BYTES: usize = 60_000_000;
    let app = TestApp::start();
    app.sql(
        "INSERT INTO changes (action, resource, record_id, version)
             SELECT 'create', 'entity', gen_random_uuid(), 1 FROM generate_series(1, 250000)",
    );
    caught_up(&app);
    let mut events = Events::open(&app, "", "");
    thread::sleep(Duration::from_secs(14));
    let mut received = 0;
    let mut buffer = vec![0; 1 << 20];
    // A reset is an end too.
    while let Ok(length @ 1..) = events.0.read(&mut buffer) {
        received += length;
    }
    assert!(received < BYTES, "all was sent to a client that did not read");
}
