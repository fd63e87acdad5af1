//! Anchoring: a span never says that it is where its words are not.

use serde_json::{Value, json};

use super::{edit, mention_in, now};
use crate::support::TestApp;
use crate::support::app::span_of;

/// Returns the anchor and the words of a quote after an edit of its article.
fn edited_quote(app: &TestApp, body: &str, quote: Value, new_body: &str) -> (String, String) {
    let article = app.article(json!({"body": body, "language": "en"}));
    let quote = app.quote(&article, quote);
    edit(app, &article, new_body);
    let after = now(app, "quotes", &quote);
    (after["anchor"].as_str().unwrap().to_owned(), after["text"].as_str().unwrap().to_owned())
}

#[test]
fn a_change_of_typography_alone_is_followed() {
    let app = TestApp::start();
    for (body, words, new_body, new_words) in [
        ("Dana Orr said: “We stay  here.”", "We stay  here.", "Dana Orr said: “We stay here.”", "We stay here."),
        ("Lia : « C'est\u{a0}: fini. »", "C'est\u{a0}: fini.", "Lia : « C’est : fini. »", "C’est : fini."),
        (
            "Lia : « Le Sénat a voté. »",
            "Le Sénat a voté.",
            "Lia : « Le Se\u{301}nat a vote\u{301}. »",
            "Le Se\u{301}nat a vote\u{301}.",
        ),
        ("Lia : « Le port... rouvre. »", "Le port... rouvre.", "Lia : « Le port… rouvre. »", "Le port… rouvre."),
        ("Lia : « Un port - fermé. »", "Un port - fermé.", "Lia : « Un port – fermé. »", "Un port – fermé."),
        (
            "Lia : « Oui,\r\nnous \"irons\". »",
            "Oui,\r\nnous \"irons\".",
            "Lia : “Oui,\nnous «\u{202f}irons\u{202f}».”",
            "Oui,\nnous «\u{202f}irons\u{202f}».",
        ),
    ] {
        let article = app.article(json!({"body": body}));
        let (start, end) = span_of(body, words);
        let quote = app.quote(&article, json!({"text": words, "spans": [{"start": start, "end": end}]}));
        edit(&app, &article, new_body);
        let after = now(&app, "quotes", &quote);
        assert_eq!((&after["anchor"], &after["text"]), (&json!("moved"), &json!(new_words)), "{body}");
        let (start, end) = span_of(new_body, new_words);
        assert_eq!(after["spans"], json!([{"start": start, "end": end}]), "{body}");
        assert_eq!(after["cluster_id"], quote["cluster_id"], "the same words: {body}");
    }
    let (article, mention) = mention_in(&app, "L'armateur d'Orr-Ville parle.", "d'Orr-Ville");
    edit(&app, &article, "L’armateur d’Orr–Ville parle.");
    let after = now(&app, "mentions", &mention);
    assert_eq!((&after["anchor"], &after["exact"]), (&json!("moved"), &json!("d’Orr–Ville")));
}

#[test]
fn a_span_never_ends_inside_a_word() {
    let app = TestApp::start();
    for (body, words, new_body) in [
        ("Orr parle.", "Orr", "Orrville parle."),
        ("Orr parle.", "Orr", "À Orrville, on parle."),
        ("Le Se\u{301}nat", "Le Se\u{301}", "Le Sénateur"),
    ] {
        let (article, mention) = mention_in(&app, body, words);
        edit(&app, &article, new_body);
        assert_eq!(now(&app, "mentions", &mention)["anchor"], "orphaned", "{words} in {new_body}");
    }
    let quote = json!({"text": "Non"});
    let (anchor, _) = edited_quote(&app, "Elle dit : « Non »", quote, "Elle dit : « Nonobstant »");
    assert_eq!(anchor, "orphaned");
}

#[test]
fn a_quote_never_becomes_the_reporters_own_words() {
    let app = TestApp::start();
    let body = "Dana Orr said: “the port is closed”.\n\nGood bye.";
    let edited = |kind: &str, new_body: &str| {
        edited_quote(&app, body, json!({"text": "the port is closed", "kind": kind}), new_body).0
    };
    assert_eq!(edited("direct", "Since Monday the port is closed.\n\nGood bye."), "orphaned");
    assert_eq!(edited("direct", "Dana Orr said that the port is closed.\n\nGood bye."), "orphaned");
    assert_eq!(edited("direct", "Dana Orr said: “Since Monday the port is closed, all of it”."), "moved");
    assert_eq!(edited("direct", "Dana Orr said: ‘the port is closed’.\n\nGood bye."), "exact");
    assert_eq!(edited("indirect", "Dana Orr said that the port is closed."), "moved");
}

#[test]
fn a_quote_never_becomes_the_words_of_somebody_else() {
    let app = TestApp::start();
    let body = "“We stay,” said Dana Orr.\n\nLater Tom Bright said: “We stay,” and left.";
    let (start, end) = span_of(body, "We stay,");
    let (from, to) = span_of(body, "Dana Orr");
    let spans = json!([{"start": start, "end": end}]);
    for quote in [
        json!({"text": "We stay,", "spans": spans}),
        json!({"text": "We stay,", "spans": spans, "speaker_label": "Dana Orr"}),
        json!({"text": "We stay,", "spans": spans, "speaker_span": {"start": from, "end": to}}),
    ] {
        let edited = |new_body: &str| edited_quote(&app, body, quote.clone(), new_body).0;
        assert_eq!(edited("Later Tom Bright said: “We stay,” and left."), "orphaned", "{quote}");
        assert_eq!(edited("“We stay,” said Tom Bright."), "orphaned", "{quote}");
        assert_eq!(edited("Later Tom Bright left. “We stay,” said Dana Orr."), "moved", "{quote}");
        assert_eq!(edited("“We stay,” said Orr."), "exact", "{quote}");
        assert_eq!(edited("“We stay,” she said."), "exact", "{quote}");
    }
}
