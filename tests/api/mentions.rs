//! Mentions: a span of an article in code points, checked against the text.

use serde_json::{Value, json};

use super::support::answers::{column, id, items, pointers, refusal, settled, time};
use super::support::app::span_of;
use super::support::{Response, TestApp};

const ABSENT: &str = "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5";

fn of(article: &Value) -> String {
    format!("/v1/articles/{}/mentions", id(article))
}

fn path(mention: &Value) -> String {
    format!("/v1/mentions/{}", id(mention))
}

fn create(app: &TestApp, article: &Value, mention: &Value) -> Response {
    app.post(&of(article), mention)
}

#[test]
fn the_response_has_every_member_of_a_mention() {
    let app = TestApp::start();
    let (article, awa) = (app.article(json!({})), app.entity(json!({})));
    let sent = json!({
        "entity_id": id(&awa), "start": 55, "end": 65, "exact": "Awa Diallo", "kind": "nominal", "confidence": 0.75,
        "origin": "machine", "extractor": "names 1.2",
    });
    let answer = create(&app, &article, &sent);
    let (location, etag) = (answer.header("location").to_owned(), answer.header("etag").to_owned());
    let created = answer.expect(201);
    let mut expected = sent;
    for (member, value) in [
        ("version", json!(1)),
        ("article_id", article["id"].clone()),
        ("body_version", json!(1)),
        ("anchor", json!("exact")),
        ("candidates", json!([])),
        ("candidate_count", json!(0)),
        ("status", json!("machine")),
        ("decision", json!(null)),
        ("suggestion", json!(null)),
        ("reviews", json!([])),
        ("prefix", json!(" Nous sommes prêts », a déclaré ")),
        ("suffix", json!(" à Dakar.")),
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
fn a_mention_needs_only_its_span() {
    let app = TestApp::start();
    let article = app.article(json!({"body": "Rabat a répondu."}));
    let created = create(&app, &article, &json!({"start": 0, "end": 5})).expect(201);
    let expected = json!({
        "version": 1, "article_id": article["id"], "body_version": 1, "anchor": "exact", "entity_id": null,
        "candidates": [], "candidate_count": 0, "start": 0, "end": 5, "exact": "Rabat", "prefix": "", "suffix": " a répondu.", "kind": "name",
        "status": "verified", "decision": null, "suggestion": null, "reviews": [],
        "confidence": 1.0, "origin": "human", "extractor": null,
    });
    assert_eq!(settled(&created), expected);
}

#[test]
fn a_span_may_cover_the_whole_body() {
    let app = TestApp::start();
    let article = app.article(json!({"body": "Rabat"}));
    let created = create(&app, &article, &json!({"start": 0, "end": 5})).expect(201);
    assert_eq!((&created["exact"], &created["prefix"], &created["suffix"]), (&json!("Rabat"), &json!(""), &json!("")));
}

/// Before `Paris`: an emoji of three code points and eleven bytes, an accent by itself, a space of French print.
const WIDE: &str = "👩\u{200d}🚀 e\u{301}té\u{202f}: Paris dort 𝄞.";

#[test]
fn offsets_count_code_points() {
    let app = TestApp::start();
    let article = app.article(json!({"body": WIDE}));
    let created = create(&app, &article, &json!({"start": 11, "end": 16, "exact": "Paris"})).expect(201);
    assert_eq!(created["exact"], "Paris");
    assert_eq!(created["prefix"], "👩\u{200d}🚀 e\u{301}té\u{202f}: ");
    assert_eq!(created["suffix"], " dort 𝄞.");
}

#[test]
fn a_span_may_split_an_emoji_or_an_accented_letter() {
    let app = TestApp::start();
    let article = app.article(json!({"body": WIDE}));
    for (start, exact) in [(0, "👩"), (1, "\u{200d}"), (2, "🚀"), (4, "e"), (5, "\u{301}"), (22, "𝄞")] {
        let created = create(&app, &article, &json!({"start": start, "end": start + 1})).expect(201);
        assert_eq!(created["exact"], exact);
    }
}

#[test]
fn offsets_in_bytes_or_utf_16_units_do_not_match_the_words() {
    let app = TestApp::start();
    let article = app.article(json!({"body": WIDE}));
    let before = &WIDE[..WIDE.find("Paris").unwrap()];
    let (bytes, wide) = (before.len(), before.encode_utf16().count());
    assert!(bytes > wide && wide > before.chars().count());
    let in_utf_16 = json!({"start": wide, "end": wide + 5, "exact": "Paris"});
    assert_eq!(pointers(create(&app, &article, &in_utf_16)), ["/exact"]);
    let in_bytes = json!({"start": bytes, "end": bytes + 5, "exact": "Paris"});
    assert_eq!(pointers(create(&app, &article, &in_bytes)), ["/end"]);
    assert_eq!(items(&app, &of(&article)), Vec::<Value>::new());
}

#[test]
fn words_that_differ_from_the_span_are_refused() {
    let app = TestApp::start();
    let article = app.article(json!({"body": "L’été à Rabat\u{a0}: fini."}));
    let (start, end) = span_of("L’été à Rabat\u{a0}: fini.", "Rabat\u{a0}:");
    for exact in ["rabat\u{a0}:", "Rabat :", "Rabat\u{a0}", " Rabat\u{a0}:"] {
        let problem = refusal(
            create(&app, &article, &json!({"start": start, "end": end, "exact": exact})),
            422,
            "invalid_content",
        );
        let detail = "must equal the body's text from start to end";
        assert_eq!(problem["errors"], json!([{"pointer": "/exact", "detail": detail}]));
    }
    // A combining accent makes another text, although it looks the same.
    let composed = json!({"start": 2, "end": 5, "exact": "e\u{301}te\u{301}"});
    assert_eq!(pointers(create(&app, &article, &composed)), ["/exact"]);
}

#[test]
fn a_span_that_is_empty_reversed_or_outside_of_the_body_is_refused() {
    let app = TestApp::start();
    let article = app.article(json!({"body": "Rabat"}));
    for (start, end, pointer) in
        [(2, 2, "/end"), (3, 1, "/end"), (0, 6, "/end"), (5, 6, "/end"), (-1, 2, "/start"), (0, 1_048_577, "/end")]
    {
        assert_eq!(pointers(create(&app, &article, &json!({"start": start, "end": end}))), [pointer], "{start}-{end}");
    }
}

#[test]
fn members_of_a_mention_outside_of_their_limits_are_refused_together() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    let mention = json!({
        "entity_id": "Awa", "start": 0.5, "exact": "", "kind": "verb", "confidence": 1.01, "origin": "god",
        "extractor": "e".repeat(201), "prefix": "",
    });
    let expected =
        ["/confidence", "/end", "/entity_id", "/exact", "/extractor", "/kind", "/origin", "/prefix", "/start"];
    let mut found = pointers(create(&app, &article, &mention));
    found.dedup();
    assert_eq!(found, expected);
}

#[test]
fn a_mention_of_an_unknown_entity_is_refused() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    let problem =
        refusal(create(&app, &article, &json!({"start": 0, "end": 2, "entity_id": ABSENT})), 422, "invalid_content");
    assert_eq!(problem["errors"], json!([{"pointer": "/entity_id", "detail": "there is no such entity"}]));
    let mention = app.mention(&article, "Dakar", json!({}));
    assert_eq!(pointers(app.patch(&path(&mention), &json!({"entity_id": ABSENT}))), ["/entity_id"]);
}

#[test]
fn a_patch_changes_the_mention_and_sets_its_origin_to_human() {
    let app = TestApp::start();
    let (article, dakar) = (app.article(json!({})), app.entity(json!({"kind": "place", "name": "Dakar"})));
    for (member, value) in [("entity_id", dakar["id"].clone()), ("kind", json!("role")), ("confidence", json!(0.25))] {
        let found = json!({"origin": "machine", "extractor": "names 1.2", "confidence": 0.5});
        let mention = app.mention(&article, "Dakar", found);
        let changed = app.patch(&path(&mention), &json!({member: value})).expect(200);
        let mut expected = settled(&mention);
        expected[member] = value;
        expected["version"] = json!(2);
        expected["origin"] = json!("human");
        expected["status"] = json!("verified");
        assert_eq!(settled(&changed), expected);
        assert!(time(&changed["updated_at"]) > time(&mention["updated_at"]));
        assert_eq!(app.get(&path(&mention)).expect(200), changed);
    }
}

#[test]
fn a_patch_of_the_span_changes_the_words_of_a_mention() {
    let app = TestApp::start();
    let article = app.article(json!({"body": "Rabat et Tunis parlent."}));
    let mention = app.mention(&article, "Rabat", json!({}));
    let changed = app.patch(&path(&mention), &json!({"start": 9, "end": 14})).expect(200);
    let mut expected = settled(&mention);
    for (member, value) in [
        ("version", json!(2)),
        ("start", json!(9)),
        ("end", json!(14)),
        ("exact", json!("Tunis")),
        ("prefix", json!("Rabat et ")),
        ("suffix", json!(" parlent.")),
    ] {
        expected[member] = value;
    }
    assert_eq!(settled(&changed), expected);
    let longer = app.patch(&path(&mention), &json!({"start": 0})).expect(200);
    assert_eq!(longer["exact"], "Rabat et Tunis");
}

#[test]
fn a_patch_is_checked_against_the_text() {
    let app = TestApp::start();
    let article = app.article(json!({"body": "Rabat et Tunis parlent."}));
    let mention = app.mention(&article, "Rabat", json!({}));
    for (patch, pointer) in [
        (json!({"start": 9, "end": 14, "exact": "Rabat"}), "/exact"),
        (json!({"exact": "Tunis"}), "/exact"),
        (json!({"end": 24}), "/end"),
        (json!({"start": 5}), "/end"),
        (json!({"start": null}), "/start"),
        (json!({"confidence": -0.1}), "/confidence"),
        (json!({"origin": "machine"}), "/origin"),
    ] {
        assert_eq!(pointers(app.patch(&path(&mention), &patch)), [pointer], "{patch}");
    }
    assert_eq!(app.get(&path(&mention)).expect(200), mention);
}

#[test]
fn null_removes_the_entity_of_a_mention() {
    let app = TestApp::start();
    let (article, dakar) = (app.article(json!({})), app.entity(json!({"kind": "place", "name": "Dakar"})));
    let mention = app.mention(&article, "Dakar", json!({"entity_id": dakar["id"]}));
    let changed = app.patch(&path(&mention), &json!({"entity_id": null})).expect(200);
    assert_eq!((&changed["entity_id"], &changed["version"]), (&json!(null), &json!(2)));
}

#[test]
fn a_patch_without_changes_does_not_change_the_mention() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    let mention = app.mention(&article, "Dakar", json!({"origin": "machine"}));
    let same = json!({
        "entity_id": null, "start": mention["start"], "end": mention["end"], "exact": "Dakar", "kind": "name",
        "confidence": 1,
    });
    for patch in [json!({}), same, json!({"exact": "Dakar"}), json!({"start": mention["start"]})] {
        assert_eq!(app.patch(&path(&mention), &patch).expect(200), mention, "{patch}");
    }
}

#[test]
fn a_deleted_mention_is_gone() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    let mention = app.mention(&article, "Dakar", json!({}));
    assert_eq!(app.delete(&path(&mention)).expect(204), Value::Null);
    for answer in [app.get(&path(&mention)), app.delete(&path(&mention)), app.patch(&path(&mention), &json!({}))] {
        assert_eq!(refusal(answer, 410, "gone")["detail"], "this mention was deleted");
    }
    assert_eq!(app.get(&of(&article)).expect(200), json!({"items": [], "next_cursor": null}));
}

#[test]
fn an_unknown_mention_is_404_and_a_malformed_id_is_400() {
    let app = TestApp::start();
    let problem = refusal(app.get(&format!("/v1/mentions/{ABSENT}")), 404, "not_found");
    assert_eq!(problem["detail"], "there is no such mention");
    refusal(app.get("/v1/mentions/17"), 400, "invalid_parameter");
    // The id of an article is not the id of a mention.
    let article = app.article(json!({}));
    refusal(app.get(&path(&article)), 404, "not_found");
}

#[test]
fn the_mentions_of_an_article_are_in_order_of_start_then_id() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    let other = app.article(json!({}));
    app.mention(&other, "Dakar", json!({}));
    let spans = [(55, 65), (3, 7), (55, 58), (0, 2), (3, 7), (68, 73)];
    let made = spans.map(|(start, end)| create(&app, &article, &json!({"start": start, "end": end})).expect(201));
    let expected: Vec<Value> = [3, 1, 4, 0, 2, 5].iter().map(|n: &usize| made[*n].clone()).collect();
    for limit in [1, 2, 3, 200] {
        assert_eq!(items(&app, &format!("{}?limit={limit}", of(&article))), expected);
    }
    let page = app.get(&format!("{}?limit=2&count=exact", of(&article))).expect(200);
    assert_eq!(page["total"], json!({"value": 6, "kind": "exact"}));
}

#[test]
fn a_mention_created_between_pages_does_not_change_the_rest_of_the_list() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    for start in [10, 20, 30] {
        create(&app, &article, &json!({"start": start, "end": start + 1})).expect(201);
    }
    let first = app.get(&format!("{}?limit=2", of(&article))).expect(200);
    create(&app, &article, &json!({"start": 5, "end": 6})).expect(201);
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = column(&app, &format!("{}?limit=2&cursor={cursor}", of(&article)), "start");
    assert_eq!(rest, [json!(30)]);
}

#[test]
fn a_mention_is_at_most_300_characters() {
    let app = TestApp::start();
    let article = app.article(json!({"body": "é".repeat(400)}));
    let path = format!("/v1/articles/{}/mentions", id(&article));
    let longest = app.post(&path, &json!({"start": 0, "end": 300, "extractor": "𝄞".repeat(200)})).expect(201);
    assert_eq!(longest["exact"], "é".repeat(300));
    assert_eq!(pointers(app.post(&path, &json!({"start": 0, "end": 301}))), ["/end"]);
    assert_eq!(pointers(app.patch(&format!("/v1/mentions/{}", id(&longest)), &json!({"end": 301}))), ["/end"]);
}

#[test]
fn an_array_creates_mentions_together_in_its_order_or_none_of_them() {
    let app = TestApp::start();
    let (article, awa) = (app.article(json!({})), app.entity(json!({})));
    let sent = json!([{"start": 55, "end": 65, "entity_id": awa["id"]}, {"start": 3, "end": 7, "exact": "port"}]);
    let answer = app.post(&of(&article), &sent);
    assert_eq!((answer.header("location"), answer.header("etag")), ("", ""));
    let created = answer.expect(201);
    let mentions = created["items"].as_array().unwrap();
    assert_eq!(mentions.iter().map(|mention| &mention["exact"]).collect::<Vec<_>>(), ["Awa Diallo", "port"]);
    for mention in mentions {
        assert_eq!(&app.get(&path(mention)).expect(200), mention);
    }
    // As if each had been created alone.
    let alone = create(&app, &article, &json!({"start": 3, "end": 7})).expect(201);
    let ignored = ["id", "created_at", "updated_at"];
    for (member, value) in alone.as_object().unwrap().iter().filter(|(member, _)| !ignored.contains(&member.as_str())) {
        assert_eq!(&created["items"][1][member], value, "{member}");
    }

    let bad = json!([{"start": 3, "end": 7}, {"start": 3, "end": 7, "exact": "quai"}]);
    assert_eq!(pointers(app.post(&of(&article), &bad)), ["/1/exact"]);
    let absent = json!([{"start": 3, "end": 7}, {"start": 3, "end": 7, "entity_id": ABSENT}]);
    assert_eq!(pointers(app.post(&of(&article), &absent)), ["/1/entity_id"]);
    assert_eq!(app.post(&of(&article), &json!([])).status, 422);
    assert_eq!(items(&app, &of(&article)).len(), 3);
}

#[test]
fn many_mentions_are_created_in_one_request() {
    let app = TestApp::start();
    let article = app.article(json!({"body": "Dakar. ".repeat(1000)}));
    let mentions: Value = (0..1000).map(|n| json!({"start": 7 * n, "end": 7 * n + 5})).collect();
    let created = app.post(&of(&article), &mentions).expect(201);
    assert_eq!(created["items"].as_array().unwrap().len(), 1000);
    assert_eq!(app.database.ask("SELECT count(*) FROM mentions WHERE exact = 'Dakar'"), "1000");
    let Value::Array(mut mentions) = mentions else { panic!("no array") };
    mentions.push(json!({"start": 0, "end": 5}));
    assert_eq!(pointers(app.post(&of(&article), &Value::Array(mentions))), [""]);
}
