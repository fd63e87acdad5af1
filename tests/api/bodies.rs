//! Request bodies: invalid format, size and encoding.

use std::fs;
use std::io::Write;
use std::thread;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use crate::support::answers::items;
use crate::support::document::{NOBODY, Operation, encoded, filled, operations};
use crate::support::embedded::eventually;
use crate::support::postgres::TestDatabase;
use crate::support::process::{Process, verbatim};
use crate::support::raw::Raw;
use crate::support::refusal::places;
use crate::support::{TestApp, refused};

/// Maximum size of a body in bytes.
const MAX_BODY: usize = 8 << 20;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_body_that_is_not_json_is_400() {
    let app = TestApp::start();
    let bodies: [&[u8]; 6] = [b"", b"{", b"nul", b"{} {}", b"{\"headline\": \"\xff\"}", b"{'headline': 1}"];
    for body in bodies {
        let call = app.request("POST", "/v1/articles").header("content-type", "application/json");
        refused(&app, &call.body(body).send(), 400, "malformed_body");
    }
}

#[test]
fn a_text_that_is_not_utf_8_is_400() {
    let app = TestApp::start();
    let call = app.request("POST", "/v1/articles").header("content-type", "text/plain").body(*b"Le port\xff");
    refused(&app, &call.send(), 400, "malformed_body");
}

#[test]
fn all_errors_of_a_body_are_reported_together() {
    let app = TestApp::start();
    let body = json!({
        "headline": 5, "bodyy": "Le port", "a/b~c": 1, "published_at": "yesterday", "authors": ["", null, "Awa"],
        "url": "ftp://example.org/", "keywords": "port", "language": "FR", "external_id": "x".repeat(301),
    });
    let problem = refused(&app, &app.post("/v1/articles", &body), 422, "invalid_content");
    let mut expected = vec![
        "/headline",
        "/bodyy",
        "/a~1b~0c",
        "/published_at",
        "/authors/0",
        "/authors/1",
        "/url",
        "/keywords",
        "/language",
        "/external_id",
        "/body",
    ];
    expected.sort_unstable();
    assert_eq!(places(&problem, "pointer"), expected);
}

#[test]
fn every_time_outside_of_the_years_0000_to_9999_in_utc_is_refused() {
    let app = TestApp::start();
    for (time, is_valid) in [
        ("0000-01-01T00:00:00+00:01", false),
        ("9999-12-31T23:59:59-00:01", false),
        ("9999-12-31T23:59:60Z", false),
        ("0000-01-01T00:00:00Z", true),
        ("9999-12-31T23:59:59.999999Z", true),
    ] {
        let article = json!({"headline": "Dakar", "body": "Dakar.", "published_at": time});
        let created = app.post("/v1/articles", &article);
        let listed = app.get(&format!("/v1/articles?published_from={}", encoded(time)));
        let counted = app.get(&format!("/v1/stats/top?published_to={}", encoded(time)));
        if is_valid {
            let path = created.header("location").to_owned();
            assert_eq!(created.expect(201)["published_at"], time);
            app.patch(&path, &json!({"published_at": time})).expect(200);
            listed.expect(200);
            counted.expect(200);
        } else {
            refused(&app, &created, 422, "invalid_content");
            refused(&app, &listed, 400, "invalid_parameter");
            refused(&app, &counted, 400, "invalid_parameter");
        }
    }
    // Both ends of the range are read back through cursors.
    assert_eq!(items(&app, "/v1/articles?limit=1").len(), 2);
}

#[test]
fn a_merge_patch_may_be_sent_as_json() {
    let app = TestApp::start();
    let path = format!("/v1/entities/{}", app.entity(json!({}))["id"].as_str().unwrap());
    let entity = app.request("PATCH", &path).json(&json!({"name": "Awa Ndiaye"})).send().expect(200);
    assert_eq!(entity["name"], "Awa Ndiaye");
}

#[test]
fn a_missing_member_is_named() {
    let app = TestApp::start();
    for (path, members) in [
        ("/v1/articles", &["/body", "/headline"][..]),
        ("/v1/entities", &["/kind", "/name"]),
        ("/v1/quotes", &["/article_id"]),
        ("/v1/articles/0192f0c1-2a3b-7c4d-8e5f-60718293a4b5/mentions", &["/end", "/start"]),
    ] {
        let problem = refused(&app, &app.post(path, &json!({})), 422, "invalid_content");
        assert_eq!(places(&problem, "pointer"), members, "{path}");
    }
}

#[test]
fn an_unknown_member_is_refused_by_every_operation_that_takes_a_body() {
    let app = TestApp::start();
    let mut seen = 0;
    // An import answers line by line; see `import::faults`. `reconcile` takes a form; see `reconciliation`.
    let has_body = |operation: &&Operation| {
        !operation.value["requestBody"].is_null() && !["import_records", "reconcile"].contains(&operation.id)
    };
    for operation in operations().iter().filter(has_body) {
        let path = filled(operation.path, NOBODY);
        let body = json!({"surprise": 1});
        let answer = if operation.method == "PATCH" { app.patch(&path, &body) } else { app.post(&path, &body) };
        let problem = refused(&app, &answer, 422, "invalid_content");
        assert!(places(&problem, "pointer").contains(&"/surprise".to_owned()), "{}: {problem}", operation.id);
        seen += 1;
    }
    assert!(seen >= 9, "{seen}");
}

#[test]
fn a_body_that_is_not_an_object_is_422() {
    let app = TestApp::start();
    for body in [json!(null), json!([]), json!("text"), json!(1)] {
        let problem = refused(&app, &app.post("/v1/entities", &body), 422, "invalid_content");
        assert_eq!(places(&problem, "pointer"), [""]);
    }
}

#[test]
fn an_unsupported_media_type_is_415() {
    let app = TestApp::start();
    for (method, path, kinds) in [
        ("POST", "/v1/articles", &["application/xml", "text/html", "json", "application/json; charset=latin1"][..]),
        ("POST", "/v1/entities", &["text/plain", "application/merge-patch+json", "text/plain;charset=utf-16"]),
        ("PATCH", "/v1/entities/0192f0c1-2a3b-7c4d-8e5f-60718293a4b5", &["text/plain", "application/json-patch+json"]),
    ] {
        for kind in kinds {
            let answer = app.request(method, path).header("content-type", kind).body("{}").send();
            refused(&app, &answer, 415, "unsupported_media_type");
        }
        refused(&app, &app.request(method, path).body("{}").send(), 415, "unsupported_media_type");
    }
}

#[test]
fn a_media_type_may_have_upper_case_and_a_charset() {
    let app = TestApp::start();
    for kind in ["application/json; charset=utf-8", "Application/JSON;charset=\"UTF-8\"", "application/json;x=y"] {
        let body = json!({"kind": "place", "name": "Dakar"}).to_string();
        app.request("POST", "/v1/entities").header("content-type", kind).body(body).send().expect(201);
    }
}

#[test]
fn an_unknown_content_encoding_is_415_with_the_known_ones() {
    let app = TestApp::start();
    for encoding in ["foo", "compress", "gzip, gzip", "br, foo"] {
        let body = json!({"kind": "place", "name": "Dakar"});
        let answer = app.request("POST", "/v1/entities").header("content-encoding", encoding).json(&body).send();
        refused(&app, &answer, 415, "unsupported_encoding");
        assert_eq!(answer.header("accept-encoding"), "br, gzip, deflate, zstd");
    }
}

#[test]
fn a_compressed_body_is_accepted() {
    let app = TestApp::start();
    let body = gzip(json!({"kind": "place", "name": "Dakar"}).to_string().as_bytes());
    let call = app.request("POST", "/v1/entities").header("content-type", "application/json");
    let entity = call.header("content-encoding", "gzip").body(body).send().expect(201);
    assert_eq!(entity["name"], "Dakar");
}

#[test]
fn a_body_with_the_wrong_content_encoding_is_400() {
    let app = TestApp::start();
    for encoding in ["gzip", "br", "zstd", "deflate"] {
        let body = json!({"kind": "place", "name": "Dakar"});
        let answer = app.request("POST", "/v1/entities").header("content-encoding", encoding).json(&body).send();
        refused(&app, &answer, 400, "malformed_body");
    }
}

#[test]
fn a_content_length_above_the_limit_is_413_before_the_body_is_sent() {
    let app = TestApp::start();
    let length = format!("Content-Length: {}", MAX_BODY + 1);
    let raw = Raw::connect(&app).head("POST /v1/articles", &["Content-Type: application/json", &length]);
    refused(&app, &raw.answer(), 413, "body_too_large");
}

#[test]
fn a_chunked_body_above_the_limit_is_413() {
    let app = TestApp::start();
    let headers = ["Content-Type: application/json", "Transfer-Encoding: chunked"];
    let mut raw = Raw::connect(&app).head("POST /v1/articles", &headers);
    let chunk = [b"10000\r\n", &vec![b' '; 0x10000][..], b"\r\n"].concat();
    for _ in 0..=MAX_BODY / 0x10000 {
        raw = raw.send(&chunk);
    }
    refused(&app, &raw.answer(), 413, "body_too_large");
}

#[test]
fn a_body_of_exactly_the_limit_is_read() {
    let app = TestApp::start();
    let body = vec![b' '; MAX_BODY];
    let answer = app.request("POST", "/v1/articles").header("content-type", "application/json").body(body).send();
    refused(&app, &answer, 400, "malformed_body");
}

#[test]
fn a_body_that_grows_too_large_when_decompressed_is_413() {
    let app = TestApp::start();
    let call = app.request("POST", "/v1/articles").header("content-type", "application/json");
    let answer = call.header("content-encoding", "gzip").body(gzip(&vec![b' '; MAX_BODY + 1])).send();
    refused(&app, &answer, 413, "body_too_large");
}

#[test]
fn a_body_that_does_not_arrive_is_408() {
    let app = TestApp::with(|config| config.request_deadline = Duration::from_millis(300));
    let headers = ["Content-Type: application/json", "Content-Length: 100"];
    let raw = Raw::connect(&app).head("POST /v1/articles", &headers).send("{\"headline\": ");
    refused(&app, &raw.answer(), 408, "request_timeout");
}

#[test]
fn the_memory_of_received_bodies_is_bounded_over_all_connections() {
    let app = TestApp::with(|config| config.receive_budget_mb = 8);
    let length = format!("Content-Length: {MAX_BODY}");
    let slow = Raw::connect(&app).head("POST /v1/articles", &["Content-Type: application/json", &length]);
    let slow = slow.send(vec![b' '; MAX_BODY - 1]);
    let article = json!({"headline": "Dakar", "body": "Dakar."});
    let answer = eventually("a full budget", || {
        let answer = app.post("/v1/articles", &article);
        (answer.status != 201).then_some(answer)
    });
    refused(&app, &answer, 503, "overloaded");
    app.get("/v1/articles").expect(200);
    drop(slow);
    eventually("a free budget", || (app.post("/v1/articles", &article).status == 201).then_some(()));
}

/// A zstd frame of 64 KiB that decompresses to 2 GiB: each block repeats one byte 128 Ki times.
fn bomb() -> Vec<u8> {
    const BLOCK: u32 = 128 << 10;
    const MAGIC: [u8; 4] = 0xFD2F_B528_u32.to_le_bytes();
    const WINDOW_OF_128_KIB: [u8; 2] = [0, 7 << 3];
    let repeated = 1 << 1;
    let block = |last: u32| [&(BLOCK << 3 | repeated | last).to_le_bytes()[..3], b" "].concat();
    [&MAGIC[..], &WINDOW_OF_128_KIB, &block(0).repeat(16383), &block(1)].concat()
}

/// Peak memory of a process in KiB.
#[cfg(target_os = "linux")]
fn peak_memory(process: nix::unistd::Pid) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    peak.trim().trim_end_matches(" kB").parse().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn a_decompression_bomb_is_refused_without_decompressing_it() {
    let database = TestDatabase::migrated();
    let arguments = ["serve", "--listen", "127.0.0.1:0"];
    let mut service = Process::start(verbatim(&arguments).env("DATABASE_URL", database.url()));
    let client = service.client();
    client.get("/readyz").expect(200);
    let before = peak_memory(service.id());
    for _ in 0..3 {
        let call = client.request("POST", "/v1/articles").header("content-type", "application/json");
        let answer = call.header("content-encoding", "zstd").body(bomb()).send();
        refused(&client, &answer, 413, "body_too_large");
    }
    let grown = peak_memory(service.id()) - before;
    assert!(grown < 64 << 10, "{grown} KiB more");
    service.stop();
}

/// A body of the largest size in a few kilobytes, full of faults of one sort.
#[cfg(target_os = "linux")]
fn hostile(before: &str, repeated: &str, after: &str) -> Vec<u8> {
    let count = (MAX_BODY - before.len() - after.len()) / repeated.len();
    gzip([before, &repeated.repeat(count), after].concat().as_bytes())
}

#[cfg(target_os = "linux")]
#[test]
fn a_body_with_many_errors_takes_little_memory_and_reports_100() {
    let database = TestDatabase::migrated();
    let arguments = ["serve", "--listen", "127.0.0.1:0"];
    let mut service = Process::start(verbatim(&arguments).env("DATABASE_URL", database.url()));
    let client = service.client();
    client.get("/readyz").expect(200);
    let before = peak_memory(service.id());
    for (path, body, faults) in [
        ("/v1/articles", hostile("{", "\"\":0,", "\"\":0}"), 100),
        ("/v1/articles", hostile("{\"x\":[", "[],", "[]]}"), 3),
        ("/v1/articles", hostile("{\"authors\":[", "0,", "0]}"), 53),
        ("/v1/articles", hostile("{\"authors\":[", "[[]],", "0]}"), 53),
        ("/v1/articles", hostile("[", "{},", "{}]"), 1),
        ("/v1/entities", hostile("{\"aliases\":[", "{\"a\":0,\"b\":0},", "0]}"), 100),
        ("/v1/quotes", hostile("{\"text\":\"", "\\u0000", "\"}"), 2),
    ] {
        assert!(body.len() < 64 << 10, "{} bytes", body.len());
        let call = client.request("POST", path).header("content-type", "application/json");
        let answer = call.header("content-encoding", "gzip").body(body).send();
        let problem = refused(&client, &answer, 422, "invalid_content");
        assert_eq!(problem["errors"].as_array().unwrap().len(), faults, "{path}: {}", problem["detail"]);
    }
    let grown = peak_memory(service.id()) - before;
    assert!(grown < 64 << 10, "{grown} KiB more");
    service.stop();
}

#[test]
fn a_body_in_a_million_pieces_is_cut_off_at_the_deadline() {
    let app = TestApp::with(|config| {
        config.request_deadline = Duration::from_secs(1);
        config.statement_timeout = Duration::from_millis(900);
        config.lock_timeout = Duration::from_millis(200);
    });
    let head = ["content-type: text/plain", "transfer-encoding: chunked"];
    let asked = Instant::now();
    let mut client = Raw::connect(&app).head("POST /v1/articles", &head);
    let pieces = "1\r\nx\r\n".repeat(1000);
    // After its answer the service reads on for a second.
    while asked.elapsed() < Duration::from_millis(1500) {
        client = client.send(&pieces);
    }
    let answer = client.answer();
    assert_eq!(answer.status, 408, "{}", answer.text());
    app.get("/livez").expect(200);
}

/// Stores articles of one megabyte each.
fn large_articles(app: &TestApp, count: usize) {
    let body = "x ".repeat(500_000);
    for n in 0..count {
        app.article(json!({"body": format!("{body}{n}")}));
    }
}

/// Open connections of the service with bytes that wait to be sent.
fn stuck_connections(app: &TestApp) -> usize {
    let port = app.base.rsplit(':').next().unwrap().parse::<u16>().unwrap();
    let sockets = fs::read_to_string("/proc/net/tcp").unwrap();
    let is_stuck = |line: &&str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let is_established = words.len() > 4 && words[3] == "01";
        is_established && words[1].ends_with(&format!(":{port:04X}")) && !words[4].starts_with("00000000:")
    };
    sockets.lines().filter(is_stuck).count()
}

#[test]
fn a_client_that_reads_slowly_is_cut_off() {
    let app = TestApp::start();
    large_articles(&app, 20);
    let path = "/v1/articles?include=body&limit=20";
    assert!(app.get(path).body.len() > 20_000_000);
    let mut slow = Raw::with_small_buffer(&app).head(&format!("GET {path}"), &[]);
    eventually("an answer that waits for its reader", || (stuck_connections(&app) == 1).then_some(()));
    let (started, mut read) = (Instant::now(), 0);
    while stuck_connections(&app) > 0 {
        read += slow.read(&mut [0; 4 << 10]).unwrap();
        assert!(started.elapsed() < Duration::from_secs(60), "{read} bytes were read");
        thread::sleep(Duration::from_millis(50));
    }
    assert!((1..10_000_000).contains(&read), "{read}");
}

#[test]
fn a_client_that_reads_nothing_of_its_answer_is_cut_off() {
    let app = TestApp::start();
    large_articles(&app, 5);
    let slow = Raw::connect(&app).head("GET /v1/articles?include=body&limit=5", &[]);
    eventually("an answer that nobody reads", || (stuck_connections(&app) == 1).then_some(()));
    eventually("the end of the connection", || (stuck_connections(&app) == 0).then_some(()));
    drop(slow);
}
