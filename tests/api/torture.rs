//! Hostile text and values: none causes a server error, and stored text comes back unchanged.

use serde_json::{Value, json};

use crate::support::document::{NOBODY, encoded, operations};
use crate::support::refusal::places;
use crate::support::{Response, TestApp, refused};

/// Unusual text that is valid.
const UNUSUAL: [&str; 14] = [
    "\u{202E}gauche à droite\u{202C} \u{2066}isolé\u{2069}\u{200F}",
    "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467} \u{10FFFF} \u{2F81A}",
    "e\u{301}\u{327}\u{323}, Zalgo\u{315}\u{31B}\u{340}\u{341}\u{358}",
    "\u{FEFF}marque\u{FEFF}",
    "\u{1}\u{8}\u{b}\u{1b}[31m\u{7f}\u{85}\u{9f}",
    "\u{FFFD}\u{FFFE}\u{FFFF}\u{E000}\u{1FFFF}",
    "ligne\r\nautre\rune\nfin\u{2028}\u{2029}",
    "\u{a0}\u{202f}« à »\u{a0}\t ",
    "'; DROP TABLE articles; --",
    "%s %n {} {{0}} ${jndi:ldap://127.0.0.1/} <script>alert(1)</script>",
    "\\ \\\\ \\u0000 \\x00 \" ' ` %00 _ % * ? [a-z]",
    "ﬃ ǅ İ ı ß ẞ ς Ω Å",
    "null",
    "הפועל 中文 한국어 العربية ไทย",
];

/// JSON strings that cannot be stored, with the status and the code of the answer.
const BAD: [(&str, u16, &str); 8] = [
    ("\"\\u0000\"", 422, "invalid_content"),
    ("\"a\\u0000b\"", 422, "invalid_content"),
    ("\"\\ud800\"", 400, "malformed_body"),
    ("\"a\\udfffb\"", 400, "malformed_body"),
    ("\"\\udc00\\ud800\"", 400, "malformed_body"),
    ("\"\\ud83d\\u0041\"", 400, "malformed_body"),
    ("\"\u{1}\"", 400, "malformed_body"),
    ("\"\\x\"", 400, "malformed_body"),
];

/// Values for members of any type: numbers, nested arrays, invalid JSON.
fn odd_values() -> Vec<String> {
    let deep = |count: usize| format!("{}1{}", "[".repeat(count), "]".repeat(count));
    let objects = format!("{}1{}", "{\"a\":".repeat(100), "}".repeat(100));
    let numbers =
        ["-1", "0", "1e999", "-1e999", "1e-999", "1e308", "99999999999999999999999999", "2147483648", "0.5", "-0"];
    let words = ["null", "true", "[]", "{}", "[null]", "\"\"", "\"-\"", "NaN", "Infinity", "01", "1.", ""];
    let texts =
        ["\"infinity\"", "\"0000-00-00\"", "\"9999-12-31T23:59:60Z\"", "\"+010000-01-01T00:00:00Z\"", "\"now\""];
    let all = numbers.into_iter().chain(words).chain(texts).map(str::to_owned);
    all.chain([deep(10), deep(100), deep(100_000), objects]).collect()
}

/// An operation and its body, with `?` in place of the text.
struct Member {
    method: &'static str,
    path: String,
    body: String,
}

impl Member {
    /// Sends the body with a JSON value in place of `?`.
    #[track_caller]
    fn send(&self, app: &TestApp, value: &str) -> Response {
        let kind = if self.method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
        let body = self.body.replace("\"?\"", value);
        app.request(self.method, &self.path).header("content-type", kind).body(body).send()
    }

    /// Returns the member of a record in the position of `?`.
    fn read(&self, record: &Value) -> Value {
        let sent: Value = serde_json::from_str(&self.body).unwrap();
        fn find(sent: &Value, record: &Value) -> Option<Value> {
            match sent {
                Value::String(text) if text == "?" => Some(record.clone()),
                Value::Object(members) => members.iter().find_map(|(name, member)| find(member, &record[name])),
                Value::Array(items) => items.iter().enumerate().find_map(|(index, item)| find(item, &record[index])),
                _ => None,
            }
        }
        find(&sent, record).unwrap()
    }
}

/// Members of POST and PATCH bodies that accept any text.
fn members(app: &TestApp) -> Vec<Member> {
    let article = app.article(json!({}));
    let path = format!("/v1/articles/{}", article["id"].as_str().unwrap());
    let entity = format!("/v1/entities/{}", app.entity(json!({}))["id"].as_str().unwrap());
    let quote = format!("/v1/quotes/{}", app.quote(&article, json!({}))["id"].as_str().unwrap());
    let mentions = format!("{path}/mentions");
    let made = [
        ("/v1/articles", json!({"headline": "?", "body": "Dakar."})),
        ("/v1/articles", json!({"headline": "Dakar", "body": "?"})),
        ("/v1/articles", json!({"headline": "Dakar", "body": "Dakar.", "publisher": "?"})),
        ("/v1/articles", json!({"headline": "Dakar", "body": "Dakar.", "external_id": "?"})),
        ("/v1/articles", json!({"headline": "Dakar", "body": "Dakar.", "section": "?"})),
        ("/v1/articles", json!({"headline": "Dakar", "body": "Dakar.", "authors": ["Awa", "?"]})),
        ("/v1/articles", json!({"headline": "Dakar", "body": "Dakar.", "keywords": ["?"]})),
        ("/v1/entities", json!({"kind": "place", "name": "?"})),
        ("/v1/entities", json!({"kind": "place", "name": "Dakar", "description": "?"})),
        ("/v1/entities", json!({"kind": "place", "name": "Dakar", "aliases": [{"name": "?"}]})),
        ("/v1/entities", json!({"kind": "place", "name": "Dakar", "identifiers": [{"scheme": "x", "value": "?"}]})),
        (&mentions, json!({"start": 0, "end": 2, "extractor": "?"})),
        ("/v1/quotes", json!({"article_id": article["id"], "text": "Nous", "speaker_label": "?"})),
        ("/v1/quotes", json!({"article_id": article["id"], "text": "Nous", "cue": "?"})),
        ("/v1/quotes", json!({"article_id": article["id"], "text": "Nous", "cue_lemma": "?"})),
        ("/v1/quotes", json!({"article_id": article["id"], "text": "Nous", "extractor": "?"})),
    ];
    let changed = [
        (&path, json!({"headline": "?"})),
        (&path, json!({"body": "?"})),
        (&path, json!({"publisher": "?"})),
        (&path, json!({"external_id": "?"})),
        (&path, json!({"section": "?"})),
        (&path, json!({"authors": ["?"]})),
        (&path, json!({"keywords": ["?", "port"]})),
        (&entity, json!({"name": "?"})),
        (&entity, json!({"description": "?"})),
        (&entity, json!({"aliases": [{"name": "?"}]})),
        (&quote, json!({"speaker_label": "?"})),
        (&quote, json!({"cue": "?"})),
        (&quote, json!({"cue_lemma": "?"})),
    ];
    let made = made.map(|(path, body)| Member { method: "POST", path: path.to_owned(), body: body.to_string() });
    let changed = changed.map(|(path, body)| Member { method: "PATCH", path: path.clone(), body: body.to_string() });
    made.into_iter().chain(changed).collect()
}

/// Members of other types, and members that must match stored text.
fn strict_members(app: &TestApp) -> Vec<Member> {
    let article = app.article(json!({}));
    let mentions = format!("/v1/articles/{}/mentions", article["id"].as_str().unwrap());
    let all = [
        ("/v1/articles", json!({"headline": "Dakar", "body": "Dakar.", "url": "?"})),
        ("/v1/articles", json!({"headline": "Dakar", "body": "Dakar.", "language": "?"})),
        ("/v1/articles", json!({"headline": "Dakar", "body": "Dakar.", "published_at": "?"})),
        ("/v1/entities", json!({"kind": "?", "name": "Dakar"})),
        ("/v1/entities", json!({"kind": "place", "name": "Dakar", "aliases": [{"name": "D", "language": "?"}]})),
        ("/v1/entities", json!({"kind": "place", "name": "Dakar", "identifiers": [{"scheme": "?", "value": "1"}]})),
        (&mentions, json!({"start": 0, "end": 2, "exact": "?"})),
        (&mentions, json!({"start": "?", "end": 2})),
        (&mentions, json!({"start": 0, "end": "?"})),
        (&mentions, json!({"start": 0, "end": 2, "entity_id": "?"})),
        (&mentions, json!({"start": 0, "end": 2, "confidence": "?"})),
        ("/v1/annotate", json!({"body": "?"})),
        ("/v1/annotate", json!({"body": "Dakar.", "headline": "?"})),
        ("/v1/articles?annotate=true", json!({"headline": "Dakar", "body": "?"})),
        ("/v1/quotes", json!({"article_id": "?", "text": "Nous"})),
        ("/v1/quotes", json!({"article_id": article["id"], "text": "?"})),
        ("/v1/quotes", json!({"article_id": article["id"], "spans": "?"})),
        ("/v1/quotes", json!({"article_id": article["id"], "spans": [{"start": 0, "end": "?"}]})),
        ("/v1/quotes", json!({"article_id": article["id"], "text": "Nous", "said_on": "?"})),
        ("/v1/quotes", json!({"article_id": article["id"], "text": "Nous", "speaker_span": "?"})),
        ("/v1/quotes", json!({"article_id": article["id"], "text": "Nous", "speaker_id": "?"})),
    ];
    all.map(|(path, body)| Member { method: "POST", path: path.to_owned(), body: body.to_string() }).into()
}

/// Asserts that the answer is a success or a client error.
#[track_caller]
fn assert_no_server_error(app: &TestApp, answer: &Response, what: &str) {
    assert!(answer.status < 500, "{what}: {}", answer.text());
    if answer.status >= 400 {
        let code = answer.json()["code"].as_str().unwrap().to_owned();
        refused(app, answer, answer.status, &code);
    }
}

#[test]
fn unusual_text_comes_back_unchanged_in_every_member() {
    let app = TestApp::start();
    for member in members(&app) {
        for text in UNUSUAL {
            let answer = member.send(&app, &json!(text).to_string());
            assert!([200, 201].contains(&answer.status), "{text:?} in {}: {}", member.body, answer.text());
            let mut record = answer.json();
            assert_eq!(member.read(&record), text, "{}", member.body);
            // Only the answer of a creation has the similar entities.
            record.as_object_mut().unwrap().remove("similar");
            let read = if answer.status == 201 { answer.header("location") } else { &member.path };
            assert_eq!(app.get(read).expect(200), record);
        }
    }
}

#[test]
fn text_that_cannot_be_stored_is_refused_in_every_member() {
    let app = TestApp::start();
    for member in members(&app).iter().chain(&strict_members(&app)) {
        for (value, status, code) in BAD {
            let answer = member.send(&app, value);
            let problem = refused(&app, &answer, status, code);
            assert_eq!(status == 422, !places(&problem, "pointer").is_empty(), "{value} in {}", member.body);
        }
    }
}

#[test]
fn no_value_of_a_member_causes_a_server_error() {
    let app = TestApp::start();
    let values: Vec<String> = odd_values().into_iter().chain(UNUSUAL.map(|text| json!(text).to_string())).collect();
    for member in members(&app).iter().chain(&strict_members(&app)) {
        for value in &values {
            let answer = member.send(&app, value);
            assert_no_server_error(&app, &answer, &format!("{:.60} in {}", value, member.body));
        }
    }
}

#[test]
fn the_last_of_repeated_members_counts() {
    let app = TestApp::start();
    let body = "{\"kind\": \"robot\", \"name\": \"Dakar\", \"kind\": \"place\", \"name\": \"Rabat\"}";
    let call = app.request("POST", "/v1/entities").header("content-type", "application/json").body(body);
    let entity = call.send().expect(201);
    assert_eq!((&entity["kind"], &entity["name"]), (&json!("place"), &json!("Rabat")));
}

#[test]
fn plain_text_is_stored_byte_for_byte() {
    let app = TestApp::start();
    for text in UNUSUAL {
        let call = app.request("POST", "/v1/articles").header("content-type", "text/plain; charset=utf-8").body(text);
        let article = call.send().expect(201);
        let read = app.get(&format!("/v1/articles/{}", article["id"].as_str().unwrap())).expect(200);
        assert_eq!(read["body"], text);
    }
}

#[test]
fn plain_text_that_cannot_be_stored_is_refused() {
    let app = TestApp::start();
    let bodies: [(&[u8], u16, &str); 7] = [
        (b"Dakar\0", 422, "invalid_content"),
        (b"\xed\xa0\x80", 400, "malformed_body"),
        (b"\xc0\x80", 400, "malformed_body"),
        (b"\xf4\x90\x80\x80", 400, "malformed_body"),
        (b"Dakar \xe2\x80", 400, "malformed_body"),
        (b"", 422, "invalid_content"),
        (b" \r\n\t\n", 422, "invalid_content"),
    ];
    for (body, status, code) in bodies {
        let answer = app.request("POST", "/v1/articles").header("content-type", "text/plain").body(body).send();
        refused(&app, &answer, status, code);
    }
}

#[test]
fn a_mebibyte_of_combining_marks_is_stored_and_quoted() {
    let app = TestApp::start();
    let body = format!("e{}.", "\u{301}".repeat((1 << 19) - 1));
    assert_eq!(body.len(), 1 << 20);
    let article = app.article(json!({"headline": format!("e{}", "\u{327}".repeat(499)), "body": body}));
    let path = format!("/v1/articles/{}", article["id"].as_str().unwrap());
    assert!(app.get(&path).expect(200)["body"] == body.as_str());
    // A mention has at most 300 characters, a quote 20,000.
    let mention = app.post(&format!("{path}/mentions"), &json!({"start": 0, "end": 300})).expect(201);
    assert!(mention["exact"] == body[..1 + 2 * 299]);
    let quote = app.post("/v1/quotes", &json!({"article_id": article["id"], "spans": [{"start": 0, "end": 20_000}]}));
    assert!(quote.expect(201)["text"] == body[..1 + 2 * 19_999]);
    let found = app.post("/v1/quotes", &json!({"article_id": article["id"], "text": &body[..body.len() - 1]}));
    assert_no_server_error(&app, &found, "a quote of marks by its text");
    let plain =
        app.request("POST", "/v1/articles").header("content-type", "text/plain").body(format!("Dakar\n{}", &body[9..]));
    plain.send().expect(201);
    // One more byte is too large.
    let more = app.post("/v1/articles", &json!({"headline": "Dakar", "body": format!("{body}.")}));
    assert_eq!(places(&refused(&app, &more, 422, "invalid_content"), "pointer"), ["/body"]);
}

/// Percent-encoded parts of a query or a path, most of them invalid.
fn odd_pieces() -> Vec<String> {
    let texts = UNUSUAL.iter().map(|text| encoded(text));
    let bytes =
        ["%00", "a%00b", "%FF", "%C0%80", "%ED%A0%80", "%", "%zz", "%u0000", "+", "%2F", "%2E%2E%2F", ";", "%0D%0A"];
    let numbers = ["-1", "0", "1e9", "9223372036854775808", "1e999", "NaN", "0x10", "%D9%A3"];
    let long = [encoded(&"\u{301}".repeat(500)), "x".repeat(5000)];
    texts.chain(bytes.into_iter().chain(numbers).map(str::to_owned)).chain(long).collect()
}

#[test]
fn no_value_of_a_query_parameter_causes_a_server_error() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    app.quote(&article, json!({}));
    let id = article["id"].as_str().unwrap();
    let mut count = 0;
    for operation in operations() {
        for parameter in operation.parameters("query") {
            let name = parameter["name"].as_str().unwrap();
            let path = operation.path.replace("{id}", if operation.path.contains("articles") { id } else { NOBODY });
            for piece in odd_pieces() {
                let answer = app.request(&operation.method, &format!("{path}?{name}={piece}")).send();
                assert_no_server_error(&app, &answer, &format!("{name}={piece:.40} of {}", operation.id));
                count += 1;
            }
        }
    }
    assert!(count > 2000, "{count}");
}

#[test]
fn no_path_segment_causes_a_server_error() {
    let app = TestApp::start();
    for operation in operations() {
        for piece in odd_pieces() {
            let path = operation.path.replace("{id}", &piece).replace("{n}", &piece).replace("{code}", &piece);
            let answer = app.request(&operation.method, &path).send();
            assert_no_server_error(&app, &answer, &format!("{piece:.40} in {}", operation.path));
            let answer = app.get(&format!("{path}/{piece}"));
            assert_no_server_error(&app, &answer, &format!("{piece:.40} after {}", operation.path));
        }
    }
}
