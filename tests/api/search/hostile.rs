//! Hostile queries and texts.

use serde_json::json;

use super::{article, assert_found, encoded};
use crate::support::TestApp;
use crate::support::answers::column;

#[test]
fn operators_of_postgres_are_punctuation() {
    let app = TestApp::start();
    article(&app, "A", "fr", "Le port rouvre.");
    for search in [
        "port & rouvre",
        "port | nothing",
        "port:*",
        "!port rouvre",
        "port <-> rouvre",
        "(port",
        "'port'",
        "port\\",
        "\\'port\\'",
        "port'); DROP TABLE articles; --",
        "port $1 $$",
        "port%00%",
        "\"port",
        "port\" \"",
        "- port",
    ] {
        let path = format!("/v1/articles?q={}", encoded(search));
        assert_eq!(app.get(&path).status, 200, "{search}");
    }
    assert_found(
        &app,
        &[
            ("port & rouvre", "A"),
            ("!port", "A"),
            ("port:*", "A"),
            ("'port'", "A"),
            ("port\\", "A"),
            ("(port <-> (rouvre", "A"),
        ],
    );
}

#[test]
fn long_searches_are_answered() {
    let app = TestApp::start();
    article(&app, "A", "fr", "Le port rouvre.");
    let dashes = "-".repeat(499) + "a";
    let words = "a ".repeat(250);
    let either = "xyz OR ".repeat(70);
    let phrases = "\"b c\" ".repeat(80);
    let nots = "-x ".repeat(160);
    let other_scripts = "日本語".repeat(166);
    for search in [&dashes, &words, &either, &phrases, &nots, &other_scripts] {
        for list in ["articles", "quotes"] {
            for sort in ["-published_at", "relevance"] {
                let path = format!("/v1/{list}?q={}&sort={sort}&count=exact", encoded(search));
                let answer = app.get(&path);
                assert_eq!(answer.status, 200, "{search}: {}", answer.text());
            }
        }
    }
    assert_found(&app, &[(&nots, "A"), (&either, "")]);
}

#[test]
fn a_text_of_a_megabyte_is_stored_and_found_by_its_beginning() {
    let app = TestApp::start();
    let distinct: String = (0..).map(|n| format!("mot{n:x} ")).take(200_000).collect();
    for (headline, body) in [
        ("A", &distinct[..1 << 20]),
        ("B", &"é".repeat(1 << 19)),
        ("C", &"a.b-".repeat(1 << 18)),
        ("D", &"𝕬 ".repeat((1 << 20) / 5)),
        ("E", &"\u{fdfa}".repeat((1 << 20) / 3)),
    ] {
        app.article(json!({"headline": headline, "language": "fr", "body": body}));
    }
    let quotes = json!({"headline": "F", "body": format!("« {} »", &distinct[..900_000])});
    let article = app.article(quotes);
    let quote = distinct[..20_000].trim_end();
    app.quote(&article, json!({"text": null, "spans": [{"start": 2, "end": 2 + quote.len()}]}));
    assert_found(&app, &[("mot1", "AF"), ("mot1000", "AF"), ("\"b a\"", "C"), ("mot15000", "")]);
    assert_eq!(column(&app, "/v1/quotes?q=mot500", "article_id"), [article["id"].clone()]);
}
