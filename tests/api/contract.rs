//! Errors: parameters, paths, methods, media types and overload.

use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use serde_json::{Value, json};

use crate::support::document::{NOBODY, filled, operations, paths, with};
use crate::support::embedded::eventually;
use crate::support::postgres::connect;
use crate::support::raw::Raw;
use crate::support::refusal::places;
use crate::support::{Response, TestApp, refused};

/// A request that is valid except for its path.
#[track_caller]
fn call(app: &TestApp, method: &str, path: &str) -> Response {
    match method {
        "POST" if path.contains("/merge?") || path.ends_with("/merge") => app.post(path, &json!({"sources": [NOBODY]})),
        "POST" if path.contains("/split?") || path.ends_with("/split") => {
            app.post(path, &json!({"quotes": [NOBODY], "into": {"entity_id": NOBODY}}))
        }
        "POST" if path.contains("/claim-reviews") => {
            app.post(path, &json!({"publisher": "Vérif", "url": "https://check.example/1", "rating": "Faux"}))
        }
        "POST" if path.contains("/reviews") => app.post(path, &json!({"action": "verify"})),
        "POST" => app.post(path, &json!({"start": 0, "end": 1})),
        "PATCH" => app.patch(path, &json!({})),
        method => app.request(method, path).send(),
    }
}

#[test]
fn an_unknown_parameter_is_refused_by_every_operation() {
    let app = TestApp::start();
    for operation in operations() {
        let path = filled(operation.path, NOBODY);
        let answer = call(&app, &operation.method, &with(&path, "surprise=1&language%00=2"));
        let problem = refused(&app, &answer, 400, "invalid_parameter");
        assert_eq!(places(&problem, "parameter"), ["language\u{FFFD}", "surprise"], "{}", operation.id);
    }
}

#[test]
fn an_invalid_parameter_is_named() {
    let app = TestApp::start();
    for (path, parameter) in [
        ("/v1/articles?limit=0", "limit"),
        ("/v1/articles?limit=201", "limit"),
        ("/v1/articles?limit=ten", "limit"),
        ("/v1/articles?limit=", "limit"),
        ("/v1/articles?limit=20&limit=20", "limit"),
        ("/v1/articles?limit=20.0", "limit"),
        ("/v1/articles?sort=name", "sort"),
        ("/v1/articles?sort=published_at&sort=published_at", "sort"),
        ("/v1/articles?include=body,comments", "include"),
        ("/v1/articles?count=all", "count"),
        ("/v1/articles?language=french", "language"),
        ("/v1/articles?not.language=FR", "not.language"),
        ("/v1/articles?mentions=awa", "mentions"),
        ("/v1/articles?published_from=2026-02-30", "published_from"),
        ("/v1/articles?published_to=2026-13-02T00:00:00Z", "published_to"),
        ("/v1/articles?url=example.org", "url"),
        ("/v1/articles?publisher=", "publisher"),
        ("/v1/articles?cursor=", "cursor"),
        ("/v1/articles?cursor=a%20b", "cursor"),
        ("/v1/entities?kind=robot", "kind"),
        ("/v1/entities?identifier=Q42", "identifier"),
        ("/v1/quotes?min_confidence=1.1", "min_confidence"),
        ("/v1/quotes?min_confidence=NaN", "min_confidence"),
        ("/v1/quotes?said_from=2026-02-30", "said_from"),
        ("/v1/quotes?dedupe=text", "dedupe"),
        ("/v1/quotes?status=good", "status"),
        ("/v1/articles/0192f0c1-2a3b-7c4d-8e5f-60718293a4b5/versions/0", "n"),
        ("/v1/articles/0192f0c1-2a3b-7c4d-8e5f-60718293a4b5/versions/1.0", "n"),
        ("/v1/articles/0192f0c1-2a3b-7c4d-8e5f-60718293a4b5/versions/2147483648", "n"),
        ("/v1/articles/0192f0c1-2a3b-7c4d-8e5f-60718293a4b5/versions/first", "n"),
        ("/problems/Gone", "code"),
    ] {
        let problem = refused(&app, &app.get(path), 400, "invalid_parameter");
        assert_eq!(places(&problem, "parameter"), [parameter], "{path}");
    }
}

#[test]
fn all_invalid_parameters_are_reported_together() {
    let app = TestApp::start();
    let answer = app.get("/v1/quotes?limit=0&sort=name&surprise=1&speaker=awa&limit=3");
    let problem = refused(&app, &answer, 400, "invalid_parameter");
    assert_eq!(places(&problem, "parameter"), ["limit", "sort", "speaker", "surprise"]);
}

#[test]
fn a_query_that_is_not_utf_8_is_400() {
    let app = TestApp::start();
    let answer = app.get("/v1/articles?publisher=Le%20Monde%FF");
    let problem = refused(&app, &answer, 400, "invalid_parameter");
    assert_eq!(places(&problem, "parameter"), ["publisher"]);
}

#[test]
fn a_query_of_more_than_8_kib_is_414_on_every_path() {
    let app = TestApp::start();
    for operation in operations() {
        let path = filled(operation.path, NOBODY);
        let query = "x".repeat(8193 - path.split_once('?').map_or(0, |(_, query)| query.len() + 1));
        refused(&app, &call(&app, &operation.method, &with(&path, &query)), 414, "query_too_long");
    }
    let path = format!("/v1/articles?q={}", "a%20".repeat(2047));
    refused(&app, &app.get(&path), 400, "invalid_parameter");
}

#[test]
fn a_malformed_id_is_400_on_every_path() {
    let app = TestApp::start();
    for operation in operations().iter().filter(|operation| operation.path.contains("{id}")) {
        for id in ["1", "0192f0c1-2a3b-7c4d-8e5f-60718293a4bg", "0192f0c12a3b7c4d8e5f60718293a4b5", "%00", "null"] {
            let answer = call(&app, &operation.method, &filled(operation.path, id));
            let problem = refused(&app, &answer, 400, "invalid_parameter");
            assert_eq!(places(&problem, "parameter"), ["id"], "{} {id}", operation.id);
        }
    }
}

#[test]
fn an_unknown_id_is_404_on_every_path() {
    let app = TestApp::start();
    for operation in operations().iter().filter(|operation| operation.path.contains("{id}")) {
        let answer = call(&app, &operation.method, &filled(operation.path, NOBODY));
        refused(&app, &answer, 404, "not_found");
    }
}

#[test]
fn a_deleted_id_is_410_on_every_path() {
    let app = TestApp::start();
    let (article, other) = (app.article(json!({})), app.article(json!({})));
    let deleted = [
        ("articles", article),
        ("entities", app.entity(json!({}))),
        ("mentions", app.mention(&other, "Dakar", json!({}))),
        ("quotes", app.quote(&other, json!({}))),
        ("keys", app.key("desk", json!({}))),
    ];
    for (resource, record) in deleted {
        let prefix = format!("/v1/{resource}/");
        let id = record["id"].as_str().unwrap();
        app.delete(&format!("{prefix}{id}")).expect(204);
        let one = format!("{prefix}{{id}}");
        for operation in operations().iter().filter(|operation| operation.path.starts_with(&one)) {
            let answer = call(&app, &operation.method, &filled(operation.path, id));
            refused(&app, &answer, 410, "gone");
        }
    }
}

#[test]
fn an_unknown_route_is_404() {
    let app = TestApp::start();
    for path in ["/v1", "/v1/", "/v1/nothing", "/v1/articles/", "//v1/articles", "/V1/articles", "/docs/nothing.js"] {
        for method in ["GET", "POST", "DELETE", "OPTIONS", "PURGE"] {
            let answer = app.request(method, path).send();
            if path == "/docs/nothing.js" && method != "GET" {
                assert!([204, 405].contains(&answer.status), "{method} {path}");
            } else {
                refused(&app, &answer, 404, "no_such_route");
            }
        }
    }
}

#[test]
fn an_unknown_problem_is_404() {
    let app = TestApp::start();
    refused(&app, &app.get("/problems/surprise"), 404, "not_found");
}

#[test]
fn an_unsupported_method_is_405_with_the_supported_ones() {
    let app = TestApp::start();
    for (path, methods) in paths() {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PURGE"] {
            if !methods.iter().any(|taken| taken == method) {
                let answer = app.request(method, &filled(path, NOBODY)).send();
                refused(&app, &answer, 405, "method_not_allowed");
                assert_eq!(answer.header("allow"), allow(&methods), "{method} {path}");
            }
        }
    }
}

/// The methods of a path in the order of the document, HEAD with GET, OPTIONS last.
fn allow(methods: &[String]) -> String {
    let mut all = Vec::new();
    for method in methods {
        all.push(method.as_str());
        all.extend((method == "GET").then_some("HEAD"));
    }
    all.push("OPTIONS");
    all.join(", ")
}

#[test]
fn options_returns_the_methods_of_every_path() {
    let app = TestApp::start();
    for (path, methods) in paths() {
        let answer = app.request("OPTIONS", &filled(path, NOBODY)).send();
        assert_eq!((answer.status, answer.body.len()), (204, 0), "{path}");
        assert_eq!(answer.header("allow"), allow(&methods), "{path}");
    }
}

#[test]
fn head_returns_the_response_of_get_without_the_body() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    let edited = json!({"body": format!("{} Fin.", article["body"].as_str().unwrap())});
    let article = app.patch(&format!("/v1/articles/{}", article["id"].as_str().unwrap()), &edited).expect(200);
    let entity = app.entity(json!({}));
    let namesake = app.entity(json!({}));
    let judgement = app.post("/v1/judgements", &json!({"entities": [entity["id"], namesake["id"]]})).expect(201);
    let mention = app.mention(&article, "Dakar", json!({}));
    let quote = app.quote(&article, json!({}));
    let review = json!({"publisher": "Vérif", "url": "https://check.example/1", "rating": "Faux"});
    let review = app.post(&format!("/v1/quotes/{}/claim-reviews", quote["id"].as_str().unwrap()), &review).expect(201);
    let key = app.key("desk", json!({}));
    let webhook = app.post("/v1/webhooks", &json!({"url": "https://desk.example/changes"})).expect(201);
    let merge = json!({"sources": [app.entity(json!({}))["id"]]});
    let merge = app.post(&format!("/v1/entities/{}/merge", entity["id"].as_str().unwrap()), &merge).expect(200);
    for (path, _) in paths().into_iter().filter(|(_, methods)| methods.iter().any(|method| method == "GET")) {
        let record = match path.split('/').nth(2) {
            Some("claim-reviews") => &review,
            Some("entities" | "preview") => &entity,
            Some("mentions") => &mention,
            Some("quotes") => &quote,
            Some("judgements") => &judgement,
            Some("keys") => &key,
            Some("merges") => &merge["merge"],
            Some("webhooks") => &webhook,
            _ => &article,
        };
        let path = filled(path, record["id"].as_str().unwrap());
        let (get, head) = (app.get(&path), app.request("HEAD", &path).send());
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
        let mut names: Vec<_> = get.headers.keys().map(|name| name.as_str()).collect();
        names.retain(|name| !["date", "x-request-id"].contains(name) && path != "/metrics");
        for name in names {
            assert_eq!(head.header(name), get.header(name), "{path}: {name}");
        }
    }
    let refusal = app.request("HEAD", &format!("/v1/articles/{NOBODY}")).send();
    assert_eq!((refusal.status, refusal.body.len()), (404, 0));
}

#[test]
fn an_unavailable_media_type_is_406() {
    let app = TestApp::start();
    for operation in operations() {
        let responses = operation.value["responses"].as_object().unwrap();
        let has_content =
            |(status, response): (&String, &Value)| status.starts_with('2') && response["content"] != json!(null);
        let path = filled(operation.path, NOBODY);
        for accept in ["image/png", "application/json;q=0, text/html;q=0, */*;q=0", "nonsense"] {
            let mut request = app.request(&operation.method, &path).header("accept", accept);
            if operation.method == "PATCH" || operation.method == "POST" {
                request = request.json(&json!({}));
            }
            let answer = request.send();
            if responses.iter().any(has_content) {
                refused(&app, &answer, 406, "not_acceptable");
            } else {
                assert_ne!(answer.status, 406, "{}", operation.id);
            }
        }
    }
}

#[test]
fn every_accept_that_includes_json_succeeds() {
    let app = TestApp::start();
    for accept in ["*/*", "application/*", "text/html, application/json;q=0.1", "text/html,*/*;q=0.8", ""] {
        app.request("GET", "/v1/articles").header("accept", accept).send().expect(200);
    }
}

/// Locks the table of articles until it is dropped.
fn locked(app: &TestApp) -> diesel::PgConnection {
    let mut connection = connect(&app.database.url());
    connection.batch_execute("BEGIN; LOCK TABLE articles IN ACCESS EXCLUSIVE MODE").unwrap();
    connection
}

const WAITING: &str = "SELECT count(*) FROM pg_locks
    WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

#[test]
fn an_overloaded_service_answers_503_except_to_probes() {
    let app = TestApp::with(|config| {
        config.pool_size = 2;
        config.queue_timeout = Duration::from_millis(50);
    });
    app.get("/readyz").expect(200);
    let lock = locked(&app);
    thread::scope(|scope| {
        let first = scope.spawn(|| app.get("/v1/articles"));
        eventually("a waiting read", || (app.database.ask(WAITING) == "1").then_some(()));
        refused(&app, &app.get("/v1/articles"), 503, "overloaded");
        app.get("/livez").expect(200);
        app.get("/readyz").expect(200);
        drop(lock);
        first.join().unwrap().expect(200);
    });
}

#[test]
fn a_request_whose_client_disconnects_is_counted_as_499() {
    let app = TestApp::start();
    let lock = locked(&app);
    let client = Raw::connect(&app).head("GET /v1/articles", &[]);
    eventually("a waiting read", || (app.database.ask(WAITING) == "1").then_some(()));
    client.reset();
    let sample = "verbatim_http_requests_total{method=\"GET\",route=\"/v1/articles\",status=\"499\"} 1";
    eventually("a count", || app.get("/metrics").text().contains(sample).then_some(()));
    drop(lock);
}

#[test]
fn a_request_past_its_deadline_is_503() {
    let app = TestApp::with(|config| config.request_deadline = Duration::from_millis(300));
    let _lock = locked(&app);
    refused(&app, &app.get("/v1/articles"), 503, "deadline_passed");
}

#[test]
fn a_statement_past_its_timeout_is_503() {
    let app = TestApp::with(|config| config.statement_timeout = Duration::from_millis(300));
    let _lock = locked(&app);
    refused(&app, &app.get("/v1/articles"), 503, "deadline_passed");
}
