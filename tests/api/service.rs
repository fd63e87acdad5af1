//! The service itself: probes, metrics, documentation, compression, request ids, CORS.

use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpListener;

use actix_web::dev::Decompress;
use actix_web::error::PayloadError;
use actix_web::http::header::ContentEncoding;
use actix_web::web::Bytes;
use diesel::connection::SimpleConnection;
use futures_util::{StreamExt, stream};
use serde_json::json;
use verbatim::http::middleware::compress::MIN_COMPRESSED_BYTES;
use verbatim::http::wire::problem::Code;

use crate::support::embedded::eventually;
use crate::support::postgres::{TestDatabase, connect};
use crate::support::{Client, Response, TestApp, refused};

#[test]
fn the_index_has_the_name_of_the_service_and_valid_links() {
    let app = TestApp::start();
    let index = app.get("/").expect(200);
    assert_eq!((&index["name"], &index["version"]), (&json!("verbatim"), &json!(env!("CARGO_PKG_VERSION"))));
    let links = index["links"].as_object().unwrap();
    assert_eq!(links.keys().collect::<Vec<_>>(), ["docs", "document", "articles", "entities", "quotes"]);
    for link in links.values() {
        assert_eq!(app.get(link.as_str().unwrap()).status, 200, "{link}");
    }
}

#[test]
fn a_service_with_its_database_is_alive_and_ready() {
    let app = TestApp::start();
    assert_eq!(app.get("/livez").expect(200), json!({"status": "ok"}));
    assert_eq!(app.get("/readyz").expect(200), json!({"status": "ready"}));
}

#[test]
fn the_address_for_probes_answers_only_them() {
    // The port is free again when the service takes it.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let app = TestApp::with(|config| config.probe_listen = Some(address));
    let probes = Client::new(format!("http://{address}"));
    assert_eq!(probes.get("/livez").expect(200), json!({"status": "ok"}));
    assert_eq!(probes.get("/readyz").expect(200), json!({"status": "ready"}));
    assert_eq!(probes.request("HEAD", "/readyz").send().status, 200);
    for path in ["/", "/v1/articles", "/v1/keys", "/metrics"] {
        assert_eq!(probes.get(path).expect(404)["code"], "no_such_route", "{path}");
    }
    app.database.close(true);
    assert_eq!(probes.get("/livez").expect(200), json!({"status": "ok"}));
    assert_eq!(probes.get("/readyz").expect(503)["code"], "unavailable");
    app.get("/livez").expect(200);
    app.database.close(false);
}

#[test]
fn a_service_is_not_ready_until_its_database_is_migrated() {
    let database = TestDatabase::empty();
    let mut other = connect(&database.url());
    // A migrating instance holds this lock, so the service has to wait.
    let lock = i64::from_be_bytes(*b"verbatim");
    other.batch_execute(&format!("SELECT pg_advisory_lock({lock})")).unwrap();
    let app = TestApp::on(database, |_| {});
    app.get("/livez").expect(200);
    let problem = refused(&app, &app.get("/readyz"), 503, "unavailable");
    assert_eq!(problem["detail"], "the database lacks migrations");
    drop(other);
    eventually("readiness", || (app.get("/readyz").status == 200).then_some(()));
    app.get("/v1/articles").expect(200);
}

#[test]
fn a_service_is_not_ready_while_its_database_is_unreachable() {
    let app = TestApp::start();
    let stored = app.article(json!({}));
    app.get("/readyz").expect(200);
    app.database.close(true);
    refused(&app, &app.get("/readyz"), 503, "unavailable");
    app.get("/livez").expect(200);
    refused(&app, &app.get("/v1/articles"), 503, "unavailable");
    let new = json!({"headline": "Dakar", "body": "Dakar."});
    refused(&app, &app.post("/v1/articles", &new), 503, "unavailable");

    app.database.close(false);
    eventually("readiness", || (app.get("/readyz").status == 200).then_some(()));
    let path = format!("/v1/articles/{}", stored["id"].as_str().unwrap());
    eventually("a read", || (app.get(&path).status == 200).then_some(()));
    eventually("a write", || (app.post("/v1/articles", &new).status == 201).then_some(()));
}

#[test]
fn cut_connections_cause_no_500() {
    let app = TestApp::start();
    let new = json!({"headline": "Dakar", "body": "Dakar."});
    for _ in 0..10 {
        app.get("/readyz");
        app.get("/v1/articles");
        app.post("/v1/articles", &new);
        app.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = 'verbatim'",
        );
        // Reads and writes are repeated on a fresh connection.
        app.get("/v1/articles").expect(200);
        app.post("/v1/articles", &new).expect(201);
    }
}

/// Parses the samples of an OpenMetrics text by name and labels.
#[track_caller]
fn samples(text: &str) -> BTreeMap<String, f64> {
    let mut samples = BTreeMap::new();
    let mut kinds = BTreeMap::new();
    let lines: Vec<&str> = text.strip_suffix("# EOF\n").expect("the end mark").lines().collect();
    for line in lines {
        if let Some(rest) = line.strip_prefix("# ") {
            let mut words = rest.splitn(3, ' ');
            let (kind, name, value) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
            assert!(["HELP", "TYPE", "UNIT"].contains(&kind), "{line}");
            if kind == "TYPE" {
                assert_eq!(kinds.insert(name.to_owned(), value.to_owned()), None, "{name} is declared twice");
            }
            continue;
        }
        let (sample, value) = line.rsplit_once(' ').unwrap();
        let name = sample.split('{').next().unwrap();
        let is_declared = kinds.iter().any(|(family, kind)| match kind.as_str() {
            "counter" => name == format!("{family}_total"),
            "histogram" => ["bucket", "sum", "count"].iter().any(|part| name == format!("{family}_{part}")),
            _ => name == family,
        });
        assert!(is_declared, "{line}");
        assert!(sample.contains('{') == sample.ends_with('}'), "{line}");
        assert_eq!(samples.insert(sample.to_owned(), value.parse().unwrap()), None, "{sample} is there twice");
    }
    samples
}

#[test]
fn the_metrics_are_openmetrics_and_count_requests() {
    let app = TestApp::start();
    let answer = app.get("/metrics");
    assert_eq!(answer.header("content-type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
    let before = samples(&answer.text());
    let article = app.article(json!({}));
    let path = format!("/v1/articles/{}", article["id"].as_str().unwrap());
    app.get(&path).expect(200);
    app.request("HEAD", &path).send().expect(200);
    app.get("/v1/articles?limit=0").expect(400);
    app.get("/nowhere").expect(404);
    let after = samples(&app.get("/metrics").text());

    let grown = |method: &str, route: &str, status: u16| {
        let sample =
            format!("verbatim_http_requests_total{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}}");
        after.get(&sample).copied().unwrap_or_default() - before.get(&sample).copied().unwrap_or_default()
    };
    assert_eq!(grown("POST", "/v1/articles", 201), 1.0);
    assert_eq!(grown("GET", "/v1/articles/{id}", 200), 1.0);
    assert_eq!(grown("HEAD", "/v1/articles/{id}", 200), 1.0);
    assert_eq!(grown("GET", "/v1/articles", 400), 1.0);
    assert_eq!(grown("GET", "unknown", 404), 1.0);
    assert_eq!(grown("GET", "/metrics", 200), 1.0);
    let count = "verbatim_http_request_duration_seconds_count{method=\"POST\",route=\"/v1/articles\"}";
    assert_eq!(after[count], 1.0);
    assert_eq!(after["verbatim_http_requests_in_flight"], 1.0);
    assert!(after["verbatim_database_connections"] >= 1.0);
    for (pool, free) in [("lookup", 1.0), ("read", 1.0), ("write", 2.0)] {
        assert_eq!(after[&*format!("verbatim_database_workers_free{{pool=\"{pool}\"}}")], free);
    }
    assert_eq!(after["verbatim_http_refusals_total{code=\"invalid_parameter\"}"], 1.0);
    assert_eq!(after["verbatim_http_refusals_total{code=\"internal\"}"], 0.0);
    assert_eq!(after[&format!("verbatim_build_info{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"))], 1.0);
    for wait in ["queue", "connection"] {
        assert!(after[&format!("verbatim_database_{wait}_wait_seconds_count{{pool=\"write\"}}")] >= 1.0);
    }
    assert!(after["process_resident_memory_bytes"] > 1e6 && after["process_open_fds"] > 3.0);
    assert!(after["process_cpu_seconds_total"] >= before["process_cpu_seconds_total"]);
}

#[test]
fn the_metrics_are_plain_text_for_those_who_prefer_it() {
    let app = TestApp::start();
    let kind = |accept: &str| app.request("GET", "/metrics").header("accept", accept).send();
    let prometheus = "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,\
                      text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
    for (accept, expected) in [
        ("text/plain", "text/plain; version=0.0.4; charset=utf-8"),
        ("text/plain;version=0.0.4, */*;q=0.1", "text/plain; version=0.0.4; charset=utf-8"),
        (prometheus, "application/openmetrics-text; version=1.0.0; charset=utf-8"),
        ("*/*", "application/openmetrics-text; version=1.0.0; charset=utf-8"),
    ] {
        let answer = kind(accept);
        assert_eq!((answer.status, answer.header("content-type")), (200, expected), "{accept}");
    }
    let text = kind("text/plain").text();
    assert!(text.contains("# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total "), "{text}");
    assert!(!text.contains("EOF") && !text.contains("# UNIT"), "{text}");
    refused(&app, &kind("text/html"), 406, "not_acceptable");
}

#[test]
fn annotated_texts_are_counted_with_what_was_found() {
    let app = TestApp::start();
    app.post("/v1/annotate", &json!({"body": "« Nous sommes prêts », a déclaré Awa Diallo."})).expect(200);
    let counted = samples(&app.get("/metrics").text());
    assert_eq!(counted["verbatim_annotation_duration_seconds_count"], 1.0);
    assert_eq!(counted["verbatim_annotation_quotes_total"], 1.0);
    assert_eq!(counted["verbatim_annotation_mentions_total"], 1.0);
}

/// Returns the URLs that a page loads or links to.
fn addresses(page: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for attribute in ["src=\"", "href=\"", "url(", "url: \"", "\"url\": \"", "@import \""] {
        for piece in page.split(attribute).skip(1) {
            found.push(piece.split(['"', ')']).next().unwrap());
        }
    }
    found
}

#[test]
fn the_documentation_page_loads_nothing_from_other_hosts() {
    let app = TestApp::start();
    let page = app.get("/docs");
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    let html = page.text();
    assert!(html.contains("<title>Verbatim</title>"), "{html}");
    let base = url::Url::parse(&format!("{}/docs", app.base)).unwrap();
    let files: Vec<_> = addresses(&html).into_iter().map(|address| base.join(address).unwrap()).collect();
    assert!(files.iter().any(|file| file.path().ends_with("scalar.js")), "{html}");
    for file in &files {
        assert!(file.as_str().starts_with(&app.base), "{file}");
        let answer = app.get(file.as_str());
        assert_eq!(answer.status, 200, "{file}");
        let kind = answer.header("content-type");
        let is_right = match file.path().rsplit('.').next() {
            Some("js") => kind.contains("javascript"),
            Some("json") => kind == "application/json",
            _ => kind.starts_with("image/"),
        };
        assert!(is_right, "{file} is {kind}");
    }
    // Scalar reads the document of this service, and has nothing that asks other hosts.
    let starter = files.iter().find(|file| file.path().ends_with("start.js")).unwrap();
    let script = app.get(starter.as_str()).text();
    for setting in ["openapi.json", "telemetry: false", "agent: { disabled: true }", "withDefaultFonts: false"] {
        assert!(script.contains(setting), "{setting}: {script}");
    }
}

#[test]
fn every_problem_is_explained() {
    let app = TestApp::start();
    for code in Code::ALL {
        let kind = app.get(&format!("/problems/{}", code.as_str())).expect(200);
        let expected = json!({
            "code": code.as_str(), "status": code.status().as_u16(), "title": code.title(), "meaning": code.meaning(),
        });
        assert_eq!(kind, expected);
    }
    let codes: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(codes.len(), Code::ALL.len());
}

/// Decompresses the body of an answer.
#[track_caller]
fn decompressed(answer: &Response) -> Vec<u8> {
    let encoding: ContentEncoding = answer.header("content-encoding").parse().unwrap();
    let bytes = Bytes::from(answer.body.clone());
    let stream = stream::iter([Ok::<_, PayloadError>(bytes)]);
    let chunks = actix_web::rt::System::new().block_on(Decompress::new(stream, encoding).collect::<Vec<_>>());
    chunks.into_iter().flat_map(Result::unwrap).collect()
}

#[test]
fn a_response_has_the_requested_encoding() {
    let app = TestApp::start();
    let plain = app.get("/openapi.json");
    assert_eq!(plain.header("content-encoding"), "");
    for (accepted, encoding) in [
        ("br", "br"),
        ("zstd", "zstd"),
        ("gzip", "gzip"),
        ("gzip;q=0.5, br;q=0.1", "gzip"),
        ("zstd;q=0, gzip", "gzip"),
        ("foo, gzip", "gzip"),
    ] {
        let answer = app.request("GET", "/openapi.json").header("accept-encoding", accepted).send();
        assert_eq!((answer.status, answer.header("content-encoding")), (200, encoding), "{accepted}");
        assert!(answer.header("vary").to_lowercase().contains("accept-encoding"), "{accepted}");
        assert!(answer.body.len() * 4 < plain.body.len(), "{accepted}: {} bytes", answer.body.len());
        assert!(decompressed(&answer) == plain.body, "{accepted}");
    }
    for accepted in ["identity", "", "foo", "gzip;q=0"] {
        let answer = app.request("GET", "/openapi.json").header("accept-encoding", accepted).send();
        assert_eq!(answer.header("content-encoding"), "", "{accepted}");
        assert!(answer.body == plain.body, "{accepted}");
    }
}

#[test]
fn only_large_responses_are_compressed() {
    let app = TestApp::start();
    let path = |body: String| {
        let article = app.article(json!({"body": body}));
        // Times have a variable number of digits.
        let time = "timestamptz '2026-01-01T00:00:00.123456Z'";
        app.sql(&format!("UPDATE articles SET created_at = {time}, updated_at = {time}"));
        format!("/v1/articles/{}", article["id"].as_str().unwrap())
    };
    let length = app.get(&path("x".to_owned())).body.len();
    // One byte below the minimum size for compression, exactly that size, and a size that is compressed on the blocking
    // pool.
    for (size, encoding) in [(MIN_COMPRESSED_BYTES - 1, ""), (MIN_COMPRESSED_BYTES, "gzip"), (200_000, "gzip")] {
        // The answer also contains the length of the body, as the end of its only block.
        let body = size - length + 2;
        let path = path("x".repeat(body - body.to_string().len()));
        let plain = app.get(&path);
        assert_eq!(plain.body.len(), size);
        let answer = app.request("GET", &path).header("accept-encoding", "gzip").send();
        assert_eq!((answer.status, answer.header("content-encoding")), (200, encoding), "{size}");
        let sent = if encoding.is_empty() { answer.body.clone() } else { decompressed(&answer) };
        assert!(sent == plain.body, "{size}");
        assert_eq!(answer.header("content-type"), plain.header("content-type"));
        assert_eq!(answer.header("content-length"), answer.body.len().to_string());
        let same_etag = answer.header("etag") == plain.header("etag");
        assert_eq!(same_etag, encoding.is_empty(), "{size}");
        // `Vary` tells caches that the answer depends on `Accept-Encoding`.
        let vary = if size < MIN_COMPRESSED_BYTES { "accept" } else { "accept, accept-encoding" };
        assert_eq!((plain.header("vary"), answer.header("vary")), (vary, vary), "{size}");
    }
}

#[test]
fn a_request_that_accepts_no_encoding_is_406() {
    let app = TestApp::start();
    let answer = app.request("GET", "/livez").header("accept-encoding", "identity;q=0, foo").send();
    refused(&app, &answer, 406, "not_acceptable");
}

/// Requests that are answered by handlers, refused by validation, or not routed.
const SORTS: [(&str, &str, u16); 7] = [
    ("GET", "/livez", 200),
    ("GET", "/v1/articles", 200),
    ("GET", "/v1/articles?limit=0", 400),
    ("GET", "/nowhere", 404),
    ("PUT", "/v1/articles", 405),
    ("OPTIONS", "/v1/articles", 204),
    ("POST", "/v1/articles", 415),
];

#[test]
fn a_valid_request_id_is_returned_in_every_response() {
    let app = TestApp::start();
    for (method, path, status) in SORTS {
        for id in ["caller-1", "A.b_C-9", &"x".repeat(128)] {
            let answer = app.request(method, path).header("x-request-id", id).send();
            assert_eq!((answer.status, answer.header("x-request-id")), (status, id), "{method} {path}");
        }
    }
}

#[test]
fn an_invalid_request_id_is_replaced() {
    let app = TestApp::start();
    let mut seen = BTreeSet::new();
    for (method, path, status) in SORTS {
        for id in [
            None,
            Some(""),
            Some("a b"),
            Some("a\tb"),
            Some("é"),
            Some("a;b"),
            Some("{\"a\":1}"),
            Some(&*"x".repeat(129)),
        ] {
            let mut call = app.request(method, path);
            if let Some(id) = id {
                call = call.header("x-request-id", id);
            }
            let answer = call.send();
            let made = uuid::Uuid::parse_str(answer.header("x-request-id")).unwrap();
            assert_eq!((answer.status, made.get_version_num()), (status, 7));
            assert!(seen.insert(made), "{made} was given twice");
        }
    }
}

fn cors_headers(answer: &Response) -> Vec<&str> {
    answer.headers.keys().map(|name| name.as_str()).filter(|name| name.starts_with("access-control-")).collect()
}

fn preflight(app: &TestApp, origin: &str) -> Response {
    let call = app.request("OPTIONS", "/v1/articles").header("origin", origin);
    call.header("access-control-request-method", "POST").header("access-control-request-headers", "content-type").send()
}

#[test]
fn no_other_origin_is_allowed_by_default() {
    let app = TestApp::start();
    let answer = app.request("GET", "/v1/articles").header("origin", "https://a.example").send();
    assert_eq!((answer.status, cors_headers(&answer)), (200, vec![]));
    let answer = preflight(&app, "https://a.example");
    assert_eq!((answer.status, cors_headers(&answer)), (204, vec![]));
}

#[test]
fn only_configured_origins_are_allowed() {
    let app = TestApp::with(|config| config.cors_origins = vec!["https://a.example".to_owned()]);
    for (path, status) in [("/v1/articles", 200), ("/v1/articles?limit=0", 400), ("/nowhere", 404)] {
        let answer = app.request("GET", path).header("origin", "https://a.example").send();
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (status, "https://a.example"));
        let exposed = answer.header("access-control-expose-headers");
        for name in ["etag", "link", "location", "x-request-id"] {
            assert!(exposed.contains(name), "{exposed}");
        }
        let answer = app.request("GET", path).header("origin", "https://b.example").send();
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (status, ""));
    }
    let answer = preflight(&app, "https://a.example");
    assert!([200, 204].contains(&answer.status), "{}", answer.text());
    assert_eq!(answer.header("access-control-allow-origin"), "https://a.example");
    assert!(answer.header("access-control-allow-methods").contains("POST"));
    assert!(answer.header("access-control-allow-headers").contains("content-type"));
    let answer = preflight(&app, "https://b.example");
    refused(&app, &answer, 400, "invalid_parameter");
    assert_eq!(answer.header("access-control-allow-origin"), "");
}

/// A write as a browser sends it for a page.
fn write_from(app: &TestApp, headers: &[(&str, &str)]) -> Response {
    let call = app.request("POST", "/v1/entities").json(&json!({"kind": "place", "name": "Dakar"}));
    headers.iter().fold(call, |call, (name, value)| call.header(name, value)).send()
}

#[test]
fn a_write_from_a_page_of_another_site_is_403() {
    let app = TestApp::with(|config| config.cors_origins = vec!["https://a.example".to_owned()]);
    for headers in [
        &[("origin", "https://evil.example")][..],
        &[("origin", "null")],
        &[("origin", "http://127.0.0.1:1")],
        &[("sec-fetch-site", "cross-site")],
        &[("origin", "https://b.example"), ("sec-fetch-site", "same-site")],
    ] {
        refused(&app, &write_from(&app, headers), 403, "cross_site");
    }
    for headers in [
        &[][..],
        &[("origin", app.base.as_str()), ("sec-fetch-site", "same-origin")],
        &[("origin", "https://a.example"), ("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "none")],
    ] {
        write_from(&app, headers).expect(201);
    }
    let path = "/v1/entities";
    for method in ["GET", "HEAD", "OPTIONS"] {
        let call = app.request(method, path).header("sec-fetch-site", "cross-site");
        assert!(call.header("origin", "https://evil.example").send().status < 400, "{method}");
    }
    for method in ["PATCH", "DELETE", "PURGE"] {
        let answer = app.request(method, path).header("origin", "https://evil.example").send();
        refused(&app, &answer, 403, "cross_site");
    }
}

#[test]
fn a_service_on_a_loopback_address_answers_only_to_its_own_names() {
    let app = TestApp::with(|config| config.allowed_hosts = vec!["verbatim.test".to_owned()]);
    for host in ["localhost", "LOCALHOST:1234", "127.0.0.1", "[::1]:80", "verbatim.test:8080"] {
        app.request("GET", "/livez").header("host", host).send().expect(200);
    }
    for host in ["evil.example", "evil.example:80", "localhost.evil.example", "verbatim.test.evil.example", "192.0.2.1"]
    {
        refused(&app, &app.request("GET", "/livez").header("host", host).send(), 421, "unknown_host");
    }
}

#[test]
fn behind_a_reverse_proxy_every_link_has_its_prefix() {
    let url = url::Url::parse("https://news.example/verbatim/").unwrap();
    let app = TestApp::with(|config| config.public_url = Some(url));
    let proxied = |path: &str| app.request("GET", path).header("host", "news.example").send();
    let below = |address: &str| address.strip_prefix("/verbatim").unwrap_or_else(|| panic!("{address}")).to_owned();
    for link in proxied("/").expect(200)["links"].as_object().unwrap().values() {
        assert_eq!(proxied(&below(link.as_str().unwrap())).status, 200, "{link}");
    }
    let created = write_from(&app, &[("host", "news.example"), ("origin", "https://news.example")]);
    assert_eq!((created.status, proxied(&below(created.header("location"))).status), (201, 200));
    write_from(&app, &[]).expect(201);
    let page = proxied("/v1/entities?limit=1");
    let next = page.header("link").trim_start_matches('<').split('>').next().unwrap();
    assert_eq!(proxied(&below(next)).expect(200)["items"].as_array().unwrap().len(), 1);
    let problem = proxied("/v1/nothing").expect(404);
    assert_eq!(proxied(&below(problem["type"].as_str().unwrap())).status, 200);
    app.article(json!({}));
    let top = proxied("/v1/stats/top?of=articles").expect(200);
    proxied(&below(top["items"][0]["href"].as_str().unwrap())).expect(200);
    // The document and the page are relative to their own address.
    assert_eq!(proxied("/openapi.json").expect(200)["servers"][0]["url"], ".");
    let html = proxied("/docs").text();
    let base = url::Url::parse("https://news.example/verbatim/docs").unwrap();
    assert!(addresses(&html).into_iter().all(|address| base.join(address).unwrap().path().starts_with("/verbatim/")));
}

#[test]
fn no_answer_may_be_framed_and_html_loads_only_what_it_needs() {
    let app = TestApp::start();
    for path in ["/docs", "/v1/articles", "/nothing"] {
        let answer = app.get(path);
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert_eq!(policy.contains("script-src 'self'"), path == "/docs", "{path}: {policy}");
        assert!(!policy.contains("unsafe-eval") && !policy.contains("script-src 'self' 'unsafe"), "{path}: {policy}");
    }
    // The page has no script of its own text, which the policy would not run.
    let page = app.get("/docs").text();
    for script in page.split("<script").skip(1) {
        let (tag, text) = script.split_once('>').unwrap();
        assert!(tag.contains("src=") && text.trim_start().starts_with("</script>"), "{page}");
    }
}
