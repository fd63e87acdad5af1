//! ETags and conditional requests.

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;

use serde_json::{Value, json};

use crate::support::document::NOBODY;
use crate::support::{Response, TestApp, refused};

fn path_of(resource: &str, record: &Value) -> String {
    format!("/v1/{resource}/{}", record["id"].as_str().unwrap())
}

/// Path of a record of each kind, and a patch that changes it.
fn records(app: &TestApp) -> [(String, Value); 4] {
    let article = app.article(json!({}));
    [
        (path_of("entities", &app.entity(json!({}))), json!({"description": "Maire de Dakar"})),
        (path_of("mentions", &app.mention(&article, "Dakar", json!({}))), json!({"confidence": 0.5})),
        (path_of("quotes", &app.quote(&article, json!({}))), json!({"status": "disputed"})),
        (path_of("articles", &article), json!({"section": "Monde"})),
    ]
}

#[track_caller]
fn read_if_changed(app: &TestApp, path: &str, tags: &str) -> Response {
    app.request("GET", path).header("if-none-match", tags).send()
}

#[track_caller]
fn patch_if(app: &TestApp, path: &str, tags: &str, patch: &Value) -> Response {
    let call = app.request("PATCH", path).header("content-type", "application/merge-patch+json");
    call.header("if-match", tags).body(patch.to_string()).send()
}

#[test]
fn an_etag_is_strong_and_contains_the_version_and_a_digest() {
    let app = TestApp::start();
    for (path, patch) in records(&app) {
        let first = app.get(&path);
        let changed = app.patch(&path, &patch);
        for (answer, version) in [(&first, "1"), (&changed, "2")] {
            let tag = answer.header("etag");
            let inner = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).unwrap();
            let (number, digest) = inner.split_once('-').unwrap();
            assert_eq!((answer.status, number, digest.len()), (200, version, 16), "{path}");
            assert!(digest.bytes().all(|byte| byte.is_ascii_hexdigit()), "{tag}");
        }
        assert_eq!(app.get(&path).header("etag"), changed.header("etag"), "{path}");
    }
}

#[test]
fn a_created_record_has_the_etag_of_a_later_read() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    let mentions = format!("{}/mentions", path_of("articles", &article));
    for (path, body) in [
        ("/v1/articles", json!({"headline": "Dakar", "body": "Dakar.", "published_at": "2026-03-02T08:00:00.5Z"})),
        ("/v1/entities", json!({"kind": "place", "name": "Dakar", "aliases": [{"name": "la capitale"}]})),
        (&mentions, json!({"start": 0, "end": 2})),
        ("/v1/quotes", json!({"article_id": article["id"], "text": "Nous sommes prêts"})),
    ] {
        let made = app.post(path, &body);
        let read = app.get(made.header("location"));
        assert_eq!((made.status, read.status), (201, 200), "{}", made.text());
        assert_eq!((made.header("etag"), made.text()), (read.header("etag"), read.text()));
    }
}

#[test]
fn another_include_is_another_representation() {
    let app = TestApp::start();
    let [.., (quote, _), (article, _)] = records(&app);
    for path in
        [format!("{article}?include=mentions"), format!("{article}?include=quotes"), format!("{quote}?include=article")]
    {
        let bare = app.get(path.split('?').next().unwrap());
        let with = app.get(&path);
        assert_ne!(bare.header("etag"), with.header("etag"), "{path}");
        assert_eq!(read_if_changed(&app, &path, bare.header("etag")).status, 200);
        assert_eq!(read_if_changed(&app, &path, with.header("etag")).status, 304);
    }
}

#[test]
fn a_changed_derived_member_changes_the_etag() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    let quote = path_of("quotes", &app.quote(&article, json!({})));
    let before = app.get(&quote);
    let entity = app.entity(json!({}));
    app.mention(&article, "Nous", json!({"entity_id": entity["id"]}));
    let after = read_if_changed(&app, &quote, before.header("etag")).expect(200);
    assert_eq!(after["about"], json!([entity["id"]]));
}

#[test]
fn a_matching_if_none_match_is_304_without_a_body() {
    let app = TestApp::start();
    for (path, _) in records(&app) {
        let tag = app.get(&path).header("etag").to_owned();
        let forms =
            [tag.clone(), format!("W/{tag}"), format!("\"1-0\", {tag}"), format!("W/\"x\" ,W/{tag}"), "*".to_owned()];
        for tags in forms {
            let answer = read_if_changed(&app, &path, &tags);
            assert_eq!((answer.status, answer.body.len()), (304, 0), "{tags}");
            assert_eq!(answer.header("etag"), tag);
            assert!(!answer.header("x-request-id").is_empty());
        }
    }
}

#[test]
fn each_encoding_has_its_own_etag() {
    let app = TestApp::start();
    let path = path_of("articles", &app.article(json!({"body": "Dakar. ".repeat(3000)})));
    let mut tags = vec![app.get(&path).header("etag").to_owned()];
    for encoding in ["br", "zstd", "gzip", "deflate"] {
        let answer = app.request("GET", &path).header("accept-encoding", encoding).send();
        assert_eq!((answer.status, answer.header("content-encoding")), (200, encoding));
        tags.push(answer.header("etag").to_owned());
    }
    let distinct: BTreeSet<_> = tags.iter().collect();
    assert_eq!(distinct.len(), tags.len(), "{tags:?}");
    for tag in &tags {
        let answer = read_if_changed(&app, &path, tag);
        assert_eq!((answer.status, answer.header("etag")), (304, &**tag));
        assert_eq!(answer.header("vary"), "accept, accept-encoding");
        assert_eq!(patch_if(&app, &path, tag, &json!({})).status, 200, "{tag}");
    }
    assert_eq!(read_if_changed(&app, &path, &tags[0].replace("\"1", "\"2")).status, 200);
}

#[test]
fn the_redirect_of_a_merged_entity_is_not_cached_permanently() {
    let app = TestApp::start();
    let (merged, survivor) = (app.entity(json!({})), app.entity(json!({})));
    app.sql(&format!("UPDATE entities SET merged_into = {} WHERE id = {}", quoted(&survivor), quoted(&merged)));
    let answer = app.get(&path_of("entities", &merged));
    assert_eq!((answer.status, answer.header("cache-control")), (308, "no-cache"));
}

fn quoted(record: &Value) -> String {
    format!("'{}'", record["id"].as_str().unwrap())
}

#[test]
fn a_non_matching_if_none_match_returns_the_record() {
    let app = TestApp::start();
    for (path, patch) in records(&app) {
        let stale = app.get(&path).header("etag").to_owned();
        app.patch(&path, &patch).expect(200);
        for tags in [stale.as_str(), "\"1-0123456789abcdef\"", "W/\"2\", \"2-\""] {
            assert_eq!(read_if_changed(&app, &path, tags).expect(200)["version"], 2, "{tags}");
        }
    }
}

#[test]
fn a_version_of_an_article_has_an_etag() {
    let app = TestApp::start();
    let path = format!("{}/versions/1", path_of("articles", &app.article(json!({}))));
    let answer = app.get(&path);
    assert!(answer.header("etag").starts_with("\"1-"));
    assert_eq!(read_if_changed(&app, &path, answer.header("etag")).status, 304);
}

#[test]
fn a_condition_on_an_absent_record_changes_nothing() {
    let app = TestApp::start();
    let path = format!("/v1/articles/{NOBODY}");
    for tags in ["*", "\"1-a\""] {
        refused(&app, &read_if_changed(&app, &path, tags), 404, "not_found");
        refused(&app, &patch_if(&app, &path, tags, &json!({})), 404, "not_found");
        let delete = app.request("DELETE", &path).header("if-match", tags).send();
        refused(&app, &delete, 404, "not_found");
    }
}

#[test]
fn a_malformed_condition_is_400() {
    let app = TestApp::start();
    let [.., (path, _)] = records(&app);
    for tags in ["1-a", "\"1-a", "\"1-a\" \"2-b\"", "w/\"1-a\"", "\"1-a\",", "é"] {
        let problem = refused(&app, &read_if_changed(&app, &path, tags), 400, "invalid_parameter");
        assert_eq!(problem["errors"][0]["parameter"], "If-None-Match", "{tags}");
        let problem = refused(&app, &patch_if(&app, &path, tags, &json!({})), 400, "invalid_parameter");
        assert_eq!(problem["errors"][0]["parameter"], "If-Match", "{tags}");
    }
}

#[test]
fn if_match_compares_the_version_alone() {
    let app = TestApp::start();
    for (path, patch) in records(&app) {
        let include = if path.contains("articles") { "?include=mentions" } else { "" };
        let tag = app.get(&format!("{path}{include}")).header("etag").to_owned();
        assert_eq!(patch_if(&app, &path, &tag, &patch).expect(200)["version"], 2);
        for tags in ["\"2-\"", "\"2-0000000000000000\"", "\"1-a\", \"2-b\"", "*"] {
            assert_eq!(patch_if(&app, &path, tags, &patch).expect(200)["version"], 2, "{path} {tags}");
        }
    }
}

#[test]
fn a_stale_writer_is_412_and_changes_nothing() {
    let app = TestApp::start();
    for (path, patch) in records(&app) {
        let stale = app.get(&path).header("etag").to_owned();
        let now = app.patch(&path, &patch).expect(200);
        // A weak tag never matches in a strong comparison.
        for tags in [stale.as_str(), "\"3-a\"", "W/\"2-a\"", "\"\"", "\"-2\"", "\"99999999999-a\""] {
            refused(&app, &patch_if(&app, &path, tags, &patch), 412, "version_mismatch");
            let delete = app.request("DELETE", &path).header("if-match", tags).send();
            refused(&app, &delete, 412, "version_mismatch");
        }
        assert_eq!(app.get(&path).expect(200), now);
    }
}

#[test]
fn a_delete_at_the_expected_version_succeeds() {
    let app = TestApp::start();
    for (path, _) in records(&app) {
        let tag = app.get(&path).header("etag").to_owned();
        app.request("DELETE", &path).header("if-match", &tag).send().expect(204);
        refused(&app, &patch_if(&app, &path, &tag, &json!({})), 410, "gone");
    }
}

/// Adds a keyword with `If-Match` and returns the status.
#[track_caller]
fn add_keyword(app: &TestApp, path: &str, keyword: &str) -> u16 {
    let read = app.get(path);
    let mut keywords = read.json()["keywords"].as_array().unwrap().clone();
    keywords.push(keyword.into());
    patch_if(app, path, read.header("etag"), &json!({"keywords": keywords})).status
}

#[test]
fn sixteen_concurrent_writers_lose_no_update() {
    let app = TestApp::start();
    let path = path_of("articles", &app.article(json!({})));
    let start = Barrier::new(16);
    let outcomes: Vec<(String, u16)> = thread::scope(|scope| {
        let write = |writer: usize| {
            start.wait();
            let keywords = (0..3).map(|round| format!("{writer}-{round}"));
            keywords.map(|keyword| (keyword.clone(), add_keyword(&app, &path, &keyword))).collect::<Vec<_>>()
        };
        let writers: Vec<_> = (0..16).map(|writer| scope.spawn(move || write(writer))).collect();
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });
    assert!(outcomes.iter().all(|(_, status)| [200, 412].contains(status)), "{outcomes:?}");
    let mut written: Vec<_> = outcomes.iter().filter(|(_, status)| *status == 200).map(|(word, _)| word).collect();
    let last = app.get(&path).expect(200);
    assert_eq!(last["version"], written.len() + 1);
    let mut kept: Vec<_> = last["keywords"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    written.sort();
    kept.sort_unstable();
    assert_eq!(kept, written);
    assert!(outcomes.len() > written.len(), "nobody was in anybody's way");
}
