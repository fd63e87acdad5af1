//! The log of the service: a line for each request, as text or JSON, without personal data.

use serde_json::{Value, json};

use crate::support::embedded::folder;
#[cfg(feature = "otlp")]
use crate::support::endpoint::Endpoint;
use crate::support::postgres::TestDatabase;
use crate::support::process::{Process, verbatim};

/// Words that only request bodies contain.
const ARTICLE_WORDS: &str = "Un texte que le journal ne répète pas.";

fn article() -> Value {
    json!({"headline": "Sans bruit", "body": ARTICLE_WORDS})
}

/// `verbatim serve` on an external Postgres, with a log in JSON.
fn serve_on(database: &TestDatabase, arguments: &[&str]) -> Process {
    let all = [&["serve", "--listen", "127.0.0.1:0", "--log-format", "json"], arguments].concat();
    Process::start(verbatim(&all).env("DATABASE_URL", database.url()))
}

/// The lines of a JSON log that are about requests.
fn requests(log: &[String]) -> Vec<Value> {
    let lines = log.iter().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line["request_id"].is_string()).collect()
}

#[test]
fn the_text_log_has_one_line_per_request_and_no_warnings() {
    let dir = folder();
    let mut service = Process::serve(dir.path(), &[]);
    let client = service.client();
    client.post("/v1/articles", &article()).expect(201);
    client.request("GET", "/v1/articles?section=secret").header("x-request-id", "caller-1").send().expect(200);
    client.get("/nowhere").expect(404);
    let log = service.stop();

    assert!(!log.iter().any(|line| line.contains("WARN") || line.contains("ERROR")), "{log:#?}");
    assert!(!log.concat().contains("texte") && !log.concat().contains("secret"), "{log:#?}");
    let requests: Vec<&str> = log.iter().filter(|line| line.contains("request_id=")).map(String::as_str).collect();
    assert_eq!(requests.len(), 3, "{log:#?}");
    assert!(requests[0].contains("POST /v1/articles 201"), "{}", requests[0]);
    assert!(requests[1].contains("GET /v1/articles 200 request_id=caller-1 "), "{}", requests[1]);
    assert!(requests[2].contains("GET /nowhere 404"), "{}", requests[2]);
    for line in &log {
        let (time, rest) = line.split_at(24);
        assert!(chrono::DateTime::parse_from_rfc3339(time).is_ok() && rest.starts_with(" INFO  "), "{line}");
    }
}

#[test]
fn the_json_log_has_one_object_per_line() {
    let database = TestDatabase::migrated();
    let mut service = serve_on(&database, &["--trusted-proxy=127.0.0.1"]);
    let client = service.client();
    let read = client.request("GET", "/v1/articles").header("x-request-id", "caller-1");
    read.header("x-forwarded-for", "192.0.2.7").send().expect(200);
    let log: Vec<Value> = service.stop().iter().map(|line| serde_json::from_str(line).unwrap()).collect();

    for line in &log {
        for member in ["time", "level", "target", "message"] {
            assert!(line[member].is_string(), "{line}");
        }
        assert_eq!(line["level"], "INFO");
    }
    let request = log.iter().find(|line| line["request_id"] == "caller-1").unwrap();
    assert_eq!(request["message"], "GET /v1/articles 200");
    assert_eq!(request["status"], 200);
    // Not the proxy.
    assert_eq!(request["client"], "192.0.2.7");
    assert!(request["duration_ms"].is_f64());
}

#[test]
fn probes_and_scrapes_are_logged_at_level_debug() {
    let database = TestDatabase::migrated();
    for (level, expected) in [("info", 0), ("debug", 3)] {
        let mut service = serve_on(&database, &["--log-level", level]);
        let client = service.client();
        for path in ["/livez", "/readyz", "/metrics"] {
            client.get(path);
        }
        let lines = requests(&service.stop());
        assert_eq!(lines.len(), expected, "{lines:#?}");
        assert!(lines.iter().all(|line| line["level"] == "DEBUG"), "{lines:#?}");
    }
}

#[test]
fn a_line_says_who_asked_which_trace_it_belongs_to_and_why_it_was_refused() {
    let database = TestDatabase::migrated();
    let key = "0123456789abcdef0123456789abcdef";
    let mut service = serve_on(&database, &["--admin-key", key, "--allow-anonymous", "all"]);
    let client = service.client();
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let sent = format!("00-{trace}-b7ad6b7169203331-01");
    let answer = client.request("GET", "/v1/articles?limit=0").header("traceparent", &sent).send();
    let continued = answer.header("traceparent").to_owned();
    assert_eq!(answer.expect(400)["code"], "invalid_parameter");
    let call = client.request("GET", "/v1/quotes").header("traceparent", "00-0-0-0");
    let answer = call.header("authorization", &format!("Bearer {key}")).send();
    assert_eq!((answer.status, answer.header("traceparent")), (200, ""));
    let lines = requests(&service.stop());
    let [refused, answered] = &lines[..] else { panic!("{lines:#?}") };
    assert_eq!((&refused["client"], &refused["code"]), (&json!("127.0.0.1"), &json!("invalid_parameter")));
    let span = refused["span_id"].as_str().unwrap();
    assert_eq!((&refused["trace_id"], continued), (&json!(trace), format!("00-{trace}-{span}-01")));
    assert!(refused["key"].is_null());
    assert_eq!(answered["key"], "admin");
    assert!(answered["code"].is_null() && answered["trace_id"].is_null(), "{answered}");
}

#[test]
fn a_slow_request_shows_its_parameters_but_no_values() {
    let database = TestDatabase::migrated();
    let mut service = serve_on(&database, &["--slow-request-ms", "1"]);
    let client = service.client();
    client.get("/v1/quotes?q=personne&speaker_name=diallo&limit=5&anything=42").expect(400);
    // Slow for certain: it opens a connection to the database.
    client.get("/v1/quotes?q=personne&speaker_name=diallo&limit=5").expect(200);
    let log = service.stop();
    assert!(!log.concat().contains("personne") && !log.concat().contains("diallo"), "{log:#?}");
    let lines = requests(&log);
    let slow: Vec<&Value> = lines.iter().filter(|line| line["slow"] == true).collect();
    assert!(!slow.is_empty() && slow.iter().all(|line| line["level"] == "WARN"), "{lines:#?}");
    let shapes: Vec<&str> = slow.iter().map(|line| line["query"].as_str().unwrap()).collect();
    let expected = ["?,limit,q,speaker_name", "limit,q,speaker_name"];
    assert!(shapes.iter().all(|shape| expected.contains(shape)) && shapes.contains(&expected[1]), "{shapes:?}");
}

#[cfg(feature = "otlp")]
#[test]
fn a_collector_gets_a_span_of_each_request() {
    let collector = Endpoint::on(std::net::TcpListener::bind("127.0.0.1:0").unwrap(), "");
    let database = TestDatabase::migrated();
    let mut service = serve_on(&database, &["--otlp-endpoint", &collector.url("/200")]);
    let client = service.client();
    // Ids whose bytes are letters, so that they can be read in the message.
    let (trace, parent) = ("verbatim-tracing", "callerid");
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let header = |flags: &str| format!("00-{}-{}-{flags}", hex(trace), hex(parent));
    client.request("GET", "/v1/articles?section=secret").header("traceparent", &header("01")).send().expect(200);
    client.request("GET", "/v1/entities").header("traceparent", &header("00")).send().expect(200);
    client.get("/v1/quotes").expect(200);
    client.get("/livez").expect(200);
    service.stop();

    let messages: Vec<_> = collector.messages.try_iter().collect();
    assert!(messages.iter().all(|message| (&*message.method, &*message.path) == ("POST", "/200/v1/traces")));
    let sent: String = messages.iter().map(|message| message.body.as_str()).collect();
    for expected in ["verbatim", "GET /v1/articles", "http.route", "127.0.0.1", trace, parent, "GET /v1/quotes"] {
        assert!(sent.contains(expected), "no {expected} in {sent}");
    }
    // Neither a trace that its caller does not record, nor probes, nor the values of the query.
    for unexpected in ["/v1/entities", "livez", "secret"] {
        assert!(!sent.contains(unexpected), "{unexpected} in {sent}");
    }
}
