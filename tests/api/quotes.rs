//! Quotes: created by text or by spans, with speaker and cue.

mod changes;
mod clusters;
mod list;
mod names;
mod quote_match;
mod sides;

use serde_json::{Value, json};

use super::support::answers::{id, items, pointers, refusal, settled};
use super::support::{Response, TestApp};

const ABSENT: &str = "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5";

fn path(quote: &Value) -> String {
    format!("/v1/quotes/{}", id(quote))
}

/// Creates a quote of an article.
fn create(app: &TestApp, article: &Value, quote: Value) -> Response {
    let mut quote = quote;
    quote["article_id"] = article["id"].clone();
    app.post("/v1/quotes", &quote)
}

/// Stores an article with this body.
fn article(app: &TestApp, body: &str) -> Value {
    app.article(json!({"body": body}))
}

fn spans(pairs: &[(i32, i32)]) -> Value {
    pairs.iter().map(|(start, end)| json!({"start": start, "end": end})).collect()
}

#[test]
fn the_response_has_every_member_of_a_quote() {
    let app = TestApp::start();
    let (article, awa) = (app.article(json!({})), app.entity(json!({})));
    let sent = json!({
        "article_id": article["id"], "text": "Nous sommes prêts", "spans": spans(&[(24, 41)]), "kind": "mixed",
        "speaker_id": awa["id"], "speaker_label": "Awa Diallo", "speaker_span": {"start": 55, "end": 65},
        "speaker_status": "collective", "cue": "a déclaré", "cue_span": {"start": 45, "end": 54},
        "cue_lemma": "déclarer", "said_on": "2026-03-01", "status": "disputed", "confidence": 0.5,
        "origin": "machine", "extractor": "quotes 1.2",
    });
    let answer = app.post("/v1/quotes", &sent);
    let (location, etag) = (answer.header("location").to_owned(), answer.header("etag").to_owned());
    let created = answer.expect(201);
    let mut expected = sent;
    for (member, value) in [
        ("version", json!(1)),
        ("body_version", json!(1)),
        ("anchor", json!("exact")),
        ("prefix", json!("Le port rouvre lundi. « ")),
        ("suffix", json!(" », a déclaré Awa Diallo à Dakar")),
        ("candidates", json!([])),
        ("about", json!([])),
        ("canonical_text", json!("nous sommes prets")),
        ("cluster_id", json!("b3caaec3-66f0-55ca-87dc-ea15dc7998e1")),
        ("decision", json!(null)),
        ("suggestion", json!(null)),
        ("reviews", json!([])),
    ] {
        expected[member] = value;
    }
    assert_eq!(settled(&created), expected);
    assert_eq!(location, path(&created));
    let read = app.get(&location);
    assert_eq!(read.header("etag"), etag);
    assert_eq!(read.expect(200), created);
}

#[test]
fn a_quote_needs_only_its_text() {
    let app = TestApp::start();
    let article = article(&app, "« Oui », dit-il.");
    let created = create(&app, &article, json!({"text": "Oui"})).expect(201);
    let expected = json!({
        "version": 1, "article_id": article["id"], "body_version": 1, "anchor": "exact", "text": "Oui",
        "spans": spans(&[(2, 5)]), "prefix": "« ", "suffix": " », dit-il.", "kind": "direct", "speaker_id": null,
        "speaker_label": null, "speaker_span": null, "speaker_status": "unattributed", "cue": null, "cue_span": null,
        "cue_lemma": null, "candidates": [], "about": [], "said_on": null, "status": "verified", "confidence": 1.0, "origin": "human",
        "extractor": null, "canonical_text": "oui", "cluster_id": created["cluster_id"], "decision": null, "suggestion": null, "reviews": [],
    });
    assert_eq!(settled(&created), expected);
}

#[test]
fn a_machine_quote_is_not_verified_by_default() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    assert_eq!(app.quote(&article, json!({"origin": "machine"}))["status"], "machine");
    assert_eq!(app.quote(&article, json!({"origin": "machine", "status": "verified"}))["status"], "verified");
    assert_eq!(app.quote(&article, json!({"origin": "human", "status": "rejected"}))["status"], "rejected");
}

#[test]
fn a_text_is_found_with_other_spaces_and_marks() {
    let app = TestApp::start();
    let body = "Il a dit\u{a0}: «\u{202f}C’est\nfini 👩\u{200d}🚀, l’é\u{301}té\u{202f}». Non.";
    let article = article(&app, body);
    for text in [
        "C'est fini 👩\u{200d}🚀, l'é\u{301}té",
        "« C’est  fini\u{a0}👩\u{200d}🚀,\tl‘é\u{301}té »",
        "\"C'est fini 👩\u{200d}🚀, l’é\u{301}té\"",
    ] {
        let created = create(&app, &article, json!({"text": text})).expect(201);
        assert_eq!(created["text"], "C’est\nfini 👩\u{200d}🚀, l’é\u{301}té", "as it is printed");
        assert_eq!(created["spans"], spans(&[(13, 35)]));
    }
}

#[test]
fn a_text_that_is_not_in_the_body_is_refused() {
    let app = TestApp::start();
    let article = article(&app, "« C’est fini », dit-elle à L’Été.");
    for text in ["c’est fini", "C’est fin", "est finie", "C’est [...] fini", "L’Ete", "Rien", "« »", " "] {
        let problem = refusal(create(&app, &article, json!({"text": text})), 422, "invalid_content");
        let expected = json!([{"pointer": "/text", "detail": "not found in the article's body"}]);
        assert_eq!(problem["errors"], expected, "{text}");
    }
}

#[test]
fn a_text_that_occurs_more_than_once_is_refused_with_its_spans() {
    let app = TestApp::start();
    let article = article(&app, "« Oui », dit Awa. «\u{a0}Oui\u{a0}», dit Jean. Ouistiti.");
    let problem = refusal(create(&app, &article, json!({"text": "« Oui »"})), 409, "ambiguous_text");
    let expected = json!({
        "type": "/problems/ambiguous_text", "title": "Ambiguous text", "status": 409,
        "detail": "the text occurs more than once in the body: send its spans", "code": "ambiguous_text",
        "errors": [], "candidates": spans(&[(2, 5), (20, 23)]),
    });
    assert_eq!(problem, expected);
    for candidate in problem["candidates"].as_array().unwrap() {
        let created = create(&app, &article, json!({"text": "Oui", "spans": [candidate]})).expect(201);
        assert_eq!(created["spans"], json!([candidate]));
    }
}

#[test]
fn at_most_twenty_spans_are_returned() {
    let app = TestApp::start();
    let article = article(&app, &"Oui. ".repeat(30));
    let problem = refusal(create(&app, &article, json!({"text": "Oui"})), 409, "ambiguous_text");
    assert_eq!(problem["candidates"].as_array().unwrap().len(), 20);
}

#[test]
fn a_quote_that_its_cue_interrupts_has_several_spans() {
    let app = TestApp::start();
    let article = article(&app, "« Nous irons », a-t-il dit, « demain\u{a0}matin ».");
    let pair = spans(&[(2, 12), (30, 42)]);
    let created = create(&app, &article, json!({"spans": pair})).expect(201);
    assert_eq!(created["text"], "Nous irons demain\u{a0}matin", "the slices joined by one space");
    assert_eq!(created["spans"], pair);
    assert_eq!((&created["prefix"], &created["suffix"]), (&json!("« "), &json!(" ».")));
    let given = json!({"spans": pair, "text": "Nous irons demain\u{a0}matin"});
    assert_eq!(create(&app, &article, given).expect(201)["canonical_text"], "nous irons demain matin");
}

#[test]
fn adjacent_spans_are_accepted_in_order() {
    let app = TestApp::start();
    let article = article(&app, "abcdef");
    let created = create(&app, &article, json!({"spans": spans(&[(0, 2), (2, 4)])})).expect(201);
    assert_eq!((&created["text"], &created["suffix"]), (&json!("ab cd"), &json!("ef")));
}

#[test]
fn a_text_that_differs_from_its_spans_is_refused() {
    let app = TestApp::start();
    let article = article(&app, "« Nous irons », a-t-il dit, « demain\u{a0}matin ».");
    for (text, pairs) in [
        ("Nous irons demain matin", &[(2, 12), (30, 42)][..]),
        ("Nous irons, demain\u{a0}matin", &[(2, 12), (30, 42)]),
        ("nous irons", &[(2, 12)]),
        ("Nous irons", &[(2, 6)]),
    ] {
        let quote = json!({"text": text, "spans": spans(pairs)});
        assert_eq!(pointers(create(&app, &article, quote)), ["/text"], "{text}");
    }
}

#[test]
fn offsets_in_bytes_or_utf_16_units_do_not_match_the_text() {
    let app = TestApp::start();
    let body = "👩\u{200d}🚀 e\u{301}té : « Oui, Paris dort encore ce soir ».";
    let article = article(&app, body);
    let before = &body[..body.find("Oui").unwrap()];
    for start in [before.len(), before.encode_utf16().count()] {
        let quote = json!({"text": "Oui", "spans": [{"start": start, "end": start + 3}]});
        assert!(["/text", "/spans/0"].contains(&pointers(create(&app, &article, quote))[0].as_str()));
    }
    let start = before.chars().count();
    let quote = json!({"text": "Oui", "spans": [{"start": start, "end": start + 3}]});
    create(&app, &article, quote).expect(201);
}

#[test]
fn a_span_with_marks_or_spaces_at_its_edges_is_refused_with_the_correct_span() {
    let app = TestApp::start();
    let article = article(&app, "«\u{a0}Oui\u{202f}» et “non”.");
    for (start, end) in [(0, 7), (1, 5), (2, 6), (2, 7)] {
        let problem = refusal(create(&app, &article, json!({"spans": spans(&[(start, end)])})), 422, "invalid_content");
        let detail = "must not begin or end with white space or a quotation mark: send start 2 and end 5";
        assert_eq!(problem["errors"], json!([{"pointer": "/spans/0", "detail": detail}]));
    }
    let nothing = json!({"spans": spans(&[(0, 2), (5, 7), (11, 14)])});
    let problem = refusal(create(&app, &article, nothing), 422, "invalid_content");
    let expected = json!([
        {"pointer": "/spans/0", "detail": "contains only white space and quotation marks"},
        {"pointer": "/spans/1", "detail": "contains only white space and quotation marks"},
        {"pointer": "/spans/2", "detail":
            "must not begin or end with white space or a quotation mark: send start 12 and end 14"},
    ]);
    assert_eq!(problem["errors"], expected);
    create(&app, &article, json!({"spans": spans(&[(2, 5), (12, 15)])})).expect(201);
}

#[test]
fn spans_that_are_empty_out_of_order_or_outside_of_the_body_are_refused() {
    let app = TestApp::start();
    let article = article(&app, "abcdef");
    for (pairs, pointer) in [
        (&[][..], "/spans"),
        (&[(2, 2)], "/spans/0"),
        (&[(3, 1)], "/spans/0"),
        (&[(0, 7)], "/spans/0"),
        (&[(0, 2), (6, 7)], "/spans/1"),
        (&[(3, 4), (0, 1)], "/spans/1"),
        (&[(0, 3), (2, 4)], "/spans/1"),
        (&[(-1, 2)], "/spans/0/start"),
        (&[(0, 1); 51], "/spans"),
    ] {
        assert_eq!(pointers(create(&app, &article, json!({"spans": spans(pairs)}))), [pointer], "{pairs:?}");
    }
}

#[test]
fn members_of_a_quote_outside_of_their_limits_are_refused_together() {
    let app = TestApp::start();
    let quote = json!({
        "text": "", "kind": "said", "speaker_id": 1, "speaker_label": "l".repeat(501), "speaker_span": {"start": 0},
        "speaker_status": "", "cue": "c".repeat(201), "cue_span": [0, 1], "cue_lemma": "", "said_on": "2026-02-30",
        "status": "new", "confidence": 2, "origin": "", "extractor": "", "about": [], "spans": [{"start": 0, "end": "1"}],
    });
    let expected = [
        "/about",
        "/article_id",
        "/confidence",
        "/cue",
        "/cue_lemma",
        "/cue_span",
        "/extractor",
        "/kind",
        "/origin",
        "/said_on",
        "/spans/0/end",
        "/speaker_id",
        "/speaker_label",
        "/speaker_span/end",
        "/speaker_status",
        "/status",
        "/text",
    ];
    let mut found = pointers(app.post("/v1/quotes", &quote));
    found.dedup();
    assert_eq!(found, expected);
}

#[test]
fn members_of_a_quote_of_maximum_length_are_stored() {
    let app = TestApp::start();
    let article = article(&app, &"a ".repeat(50));
    let wide = |count: usize| "𝄞".repeat(count);
    let spans: Value = (0..50).map(|n| json!({"start": 2 * n, "end": 2 * n + 1})).collect();
    let sent = json!({
        "spans": spans, "speaker_label": wide(500), "cue": wide(200), "cue_lemma": wide(200), "extractor": wide(200),
    });
    let created = create(&app, &article, sent.clone()).expect(201);
    for (member, value) in sent.as_object().unwrap() {
        assert_eq!(&created[member], value, "{member}");
    }
    assert_eq!(created["text"], "a ".repeat(50).trim_end());
}

#[test]
fn a_quote_has_at_most_20_000_characters() {
    let app = TestApp::start();
    let body = "é".repeat(20_001);
    let article = article(&app, &body);
    assert_eq!(pointers(create(&app, &article, json!({"spans": spans(&[(0, 20_001)])}))), ["/spans"]);
    let created = create(&app, &article, json!({"spans": spans(&[(0, 20_000)])})).expect(201);
    assert!(created["text"] == "é".repeat(20_000) && created["canonical_text"] == "e".repeat(20_000));
    assert_eq!(items(&app, "/v1/quotes?limit=1"), [created]);
}

#[test]
fn a_quote_without_text_and_spans_is_refused() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    assert_eq!(pointers(create(&app, &article, json!({}))), ["/text"]);
    assert_eq!(pointers(create(&app, &article, json!({"text": null, "spans": null}))), ["/text"]);
}

#[test]
fn a_quote_of_an_unknown_article_or_speaker_is_refused() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    let quote = json!({"text": "Nous sommes prêts", "speaker_id": ABSENT});
    assert_eq!(pointers(create(&app, &article, quote)), ["/speaker_id"]);
    let nowhere = json!({"article_id": ABSENT, "text": "Nous sommes prêts"});
    assert_eq!(pointers(app.post("/v1/quotes", &nowhere)), ["/article_id"]);
    app.delete(&format!("/v1/articles/{}", id(&article))).expect(204);
    assert_eq!(pointers(create(&app, &article, json!({"text": "Nous sommes prêts"}))), ["/article_id"]);
}

#[test]
fn a_deleted_quote_is_gone() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    let quote = app.quote(&article, json!({}));
    assert_eq!(app.delete(&path(&quote)).expect(204), Value::Null);
    let occurrences = format!("{}/occurrences", path(&quote));
    for answer in
        [app.get(&path(&quote)), app.get(&occurrences), app.delete(&path(&quote)), app.patch(&path(&quote), &json!({}))]
    {
        assert_eq!(refusal(answer, 410, "gone")["detail"], "this quote was deleted");
    }
    assert_eq!(app.get("/v1/quotes").expect(200), json!({"items": [], "next_cursor": null}));
}

#[test]
fn an_unknown_quote_is_404_and_a_malformed_id_is_400() {
    let app = TestApp::start();
    for below in ["", "/occurrences"] {
        let problem = refusal(app.get(&format!("/v1/quotes/{ABSENT}{below}")), 404, "not_found");
        assert_eq!(problem["detail"], "there is no such quote");
        refusal(app.get(&format!("/v1/quotes/17{below}")), 400, "invalid_parameter");
    }
}

#[test]
fn the_quotes_of_an_article_include_rejected_ones_in_order_of_start_then_id() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    app.quote(&app.article(json!({})), json!({}));
    let pairs = [(55, 65), (3, 7), (55, 58), (0, 2), (3, 14), (68, 73)];
    let made = pairs.map(|pair| create(&app, &article, json!({"spans": spans(&[pair])})).expect(201));
    let made = made.map(|quote| match quote["spans"][0]["start"].as_i64() {
        Some(68) => app.patch(&path(&quote), &json!({"status": "rejected"})).expect(200),
        _ => quote,
    });
    let expected: Vec<Value> = [3, 1, 4, 0, 2, 5].iter().map(|n: &usize| made[*n].clone()).collect();
    let list = format!("/v1/articles/{}/quotes", id(&article));
    for limit in [1, 2, 3, 200] {
        assert_eq!(items(&app, &format!("{list}?limit={limit}")), expected);
    }
    let page = app.get(&format!("{list}?limit=2&count=exact")).expect(200);
    assert_eq!(page["total"], json!({"value": 6, "kind": "exact"}));
}

#[test]
fn an_array_creates_quotes_of_several_articles_in_its_order_or_none_of_them() {
    let app = TestApp::start();
    let (first, second) = (article(&app, "« Oui », dit-elle."), article(&app, "« Non », dit-il. « Non », dit-elle."));
    let quote = |article: &Value, text: &str| json!({"article_id": article["id"], "text": text});
    let speaker = app.entity(json!({}));
    let mut named = quote(&first, "Oui");
    named["speaker_id"] = speaker["id"].clone();
    let answer = app.post("/v1/quotes", &json!([{"article_id": second["id"], "spans": spans(&[(2, 5)])}, named]));
    assert_eq!((answer.header("location"), answer.header("etag")), ("", ""));
    let created = answer.expect(201);
    let texts: Vec<&Value> = created["items"].as_array().unwrap().iter().map(|quote| &quote["text"]).collect();
    assert_eq!(texts, ["Non", "Oui"]);
    for quote in created["items"].as_array().unwrap() {
        assert_eq!(&app.get(&path(quote)).expect(200), quote);
    }
    for (bad, pointer) in [
        (json!([quote(&first, "Oui"), quote(&first, "Peut-être")]), "/1/text"),
        (json!([quote(&first, "Oui"), quote(&second, "Non")]), "/1/text"),
        (json!([quote(&first, "Oui"), {"article_id": ABSENT, "text": "Oui"}]), "/1/article_id"),
        (
            json!([quote(&first, "Oui"), {"article_id": first["id"], "text": "Oui", "speaker_id": ABSENT}]),
            "/1/speaker_id",
        ),
    ] {
        assert_eq!(pointers(app.post("/v1/quotes", &bad)), [pointer]);
    }
    assert_eq!(app.database.ask("SELECT count(*) FROM quotes"), "2");
}
