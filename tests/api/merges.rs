//! Merges of entities, and their undo.

mod concurrent;
mod large;
mod properties;
mod split;
mod undo;

use serde_json::{Value, json};

use super::support::answers::{candidate_ids, column, id, pointers, refusal, settled};
use super::support::embedded::eventually;
use super::support::{Response, TestApp};

const ABSENT: &str = "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5";

fn path(entity: &Value) -> String {
    format!("/v1/entities/{}", id(entity))
}

fn ask(app: &TestApp, survivor: &Value, sources: &[&Value]) -> Response {
    let sources: Vec<&str> = sources.iter().map(|source| id(source)).collect();
    app.post(&format!("{}/merge", path(survivor)), &json!({"sources": sources}))
}

/// Merges entities, and returns the merge.
#[track_caller]
fn merge(app: &TestApp, survivor: &Value, sources: &[&Value]) -> Value {
    ask(app, survivor, sources).expect(200)["merge"].clone()
}

#[track_caller]
fn undo(app: &TestApp, merge: &Value) -> Value {
    undo_of(app, merge).expect(200)
}

fn undo_of(app: &TestApp, merge: &Value) -> Response {
    app.request("POST", &format!("/v1/merges/{}/undo", id(merge))).send()
}

/// Two spellings of one person, each mentioned and quoted in an article.
struct Spellings {
    app: TestApp,
    survivor: Value,
    source: Value,
    articles: [Value; 2],
    mentions: [Value; 2],
    quotes: [Value; 2],
}

fn spellings() -> Spellings {
    let app = TestApp::start();
    let survivor = app.entity(json!({
        "aliases": [{"name": "la maire", "language": "fr", "kind": "role"}],
        "identifiers": [{"scheme": "wikidata", "value": "Q1"}],
    }));
    let source = app.entity(json!({
        "name": "A. Diallo",
        "aliases": [{"name": "la maire", "kind": "role"}, {"name": "Awa D.", "language": null, "kind": "misspelling"}],
        "identifiers": [{"scheme": "isni", "value": "1"}, {"scheme": "viaf", "value": "2"}],
    }));
    let articles = [app.article(json!({})), app.article(json!({}))];
    let mention = |article, entity: &Value| app.mention(article, "Awa Diallo", json!({"entity_id": entity["id"]}));
    let mentions = [mention(&articles[0], &survivor), mention(&articles[1], &source)];
    let quote = |article, entity: &Value| app.quote(article, json!({"speaker_id": entity["id"]}));
    let quotes = [quote(&articles[0], &survivor), quote(&articles[1], &source)];
    Spellings { app, survivor, source, articles, mentions, quotes }
}

#[test]
fn a_merge_moves_mentions_quotes_names_and_identifiers() {
    let Spellings { app, survivor, source, mentions, quotes, articles } = spellings();
    // In the quote of the source's article.
    let about = app.mention(&articles[0], "prêts", json!({"entity_id": source["id"]}));
    let body = json!({"sources": [source["id"]], "reason": "Another spelling"});
    let answer = app.post(&format!("{}/merge", path(&survivor)), &body).expect(200);
    let moved = json!({"mentions": 2, "candidates": 0, "quotes": 1, "about": 1, "aliases": 2, "identifiers": 2});
    assert_eq!(answer["moved"], moved);
    let expected = json!({
        "version": 2, "entity_id": survivor["id"], "sources": [source["id"]], "status": "done", "actor": null,
        "reason": "Another spelling", "moved": moved, "kept": {"mentions": 0, "quotes": 0}, "undone_by": null, "undone_at": null,
    });
    assert_eq!(settled(&answer["merge"]), expected);
    assert_eq!(app.get(&format!("/v1/merges/{}", id(&answer["merge"]))).expect(200), answer["merge"]);

    let merged = app.get(&path(&survivor)).expect(200);
    let aliases = json!([
        {"name": "la maire", "language": "fr", "kind": "role"}, {"name": "A. Diallo", "language": null, "kind": "name"},
        {"name": "Awa D.", "language": null, "kind": "misspelling"},
    ]);
    let identifiers = json!([
        {"scheme": "wikidata", "value": "Q1"}, {"scheme": "isni", "value": "1"}, {"scheme": "viaf", "value": "2"},
    ]);
    assert_eq!((&merged["aliases"], &merged["identifiers"]), (&aliases, &identifiers));
    assert_eq!((&merged["name"], &merged["version"]), (&survivor["name"], &json!(2)));
    for mention in [&mentions[0], &mentions[1], &about] {
        assert_eq!(app.get(&format!("/v1/mentions/{}", id(mention))).expect(200)["entity_id"], survivor["id"]);
    }
    for quote in &quotes {
        assert_eq!(app.get(&format!("/v1/quotes/{}", id(quote))).expect(200)["speaker_id"], survivor["id"]);
    }
    assert_eq!(app.get(&format!("/v1/quotes/{}", id(&quotes[0]))).expect(200)["about"], json!([survivor["id"]]));
    assert_eq!(column(&app, "/v1/entities", "id"), [survivor["id"].clone()]);
    app.compact_counters();
    let top = app.get("/v1/stats/top?of=quotes&by=speaker").expect(200);
    assert_eq!((&top["items"][0]["key"], &top["items"][0]["count"]), (&survivor["id"], &json!(2)));
}

#[test]
fn a_dry_run_answers_what_would_be_moved_and_changes_nothing() {
    let Spellings { app, survivor, source, mentions, .. } = spellings();
    let source = app.get(&path(&source)).expect(200);
    let body = json!({"sources": [source["id"]], "dry_run": true});
    let answer = app.post(&format!("{}/merge", path(&survivor)), &body).expect(200);
    let moved = json!({"mentions": 1, "candidates": 0, "quotes": 1, "about": 0, "aliases": 2, "identifiers": 2});
    assert_eq!(answer, json!({"moved": moved, "merge": null}));
    assert_eq!(app.get(&path(&survivor)).expect(200), survivor);
    assert_eq!(app.get(&path(&source)).expect(200), source);
    assert_eq!(app.get(&format!("/v1/mentions/{}", id(&mentions[1]))).expect(200), mentions[1]);
    assert_eq!(app.get("/v1/merges").expect(200)["items"], json!([]));
}

#[test]
fn requests_for_a_merged_entity_are_redirected_to_its_survivor() {
    let Spellings { app, survivor, source, .. } = spellings();
    merge(&app, &survivor, &[&source]);
    let redirected = |answer: Response, rest: &str| {
        assert_eq!((answer.status, answer.header("location")), (308, format!("{}{rest}", path(&survivor)).as_str()));
    };
    redirected(app.get(&path(&source)), "");
    redirected(app.patch(&path(&source), &json!({"description": "Maire"})), "");
    redirected(app.delete(&format!("{}?cascade=true", path(&source))), "?cascade=true");
    redirected(app.get(&format!("{}/related?min_articles=1", path(&source))), "/related?min_articles=1");
    assert_eq!(app.get(&path(&survivor)).expect(200)["description"], json!(null));
}

#[test]
fn writes_and_filters_that_name_a_merged_entity_refer_to_its_survivor() {
    let Spellings { app, survivor, source, articles, mentions, quotes } = spellings();
    merge(&app, &survivor, &[&source]);
    let (old, new) = (&source["id"], &survivor["id"]);
    let mention = app.mention(&articles[0], "Dakar", json!({"entity_id": old}));
    assert_eq!(&mention["entity_id"], new);
    let several = format!("/v1/articles/{}/mentions", id(&articles[1]));
    let several = app.post(&several, &json!([{"start": 0, "end": 2, "entity_id": old}, {"start": 3, "end": 7}]));
    assert_eq!((&several.expect(201)["items"][0]["entity_id"]), new);
    let other = app.entity(json!({"name": "Fatou Sow"}));
    let mention_path = format!("/v1/mentions/{}", id(&mention));
    app.patch(&mention_path, &json!({"entity_id": other["id"]})).expect(200);
    assert_eq!(&app.patch(&mention_path, &json!({"entity_id": old})).expect(200)["entity_id"], new);
    let quote = app.quote(&articles[0], json!({"speaker_id": old}));
    assert_eq!(&quote["speaker_id"], new);
    let quote_path = format!("/v1/quotes/{}", id(&quote));
    app.patch(&quote_path, &json!({"speaker_id": other["id"]})).expect(200);
    assert_eq!(&app.patch(&quote_path, &json!({"speaker_id": old})).expect(200)["speaker_id"], new);
    let line = json!({
        "headline": "Dakar", "body": "Awa Diallo.", "external_id": "1",
        "mentions": [{"start": 0, "end": 10, "entity_id": old}],
    });
    let call = app.request("POST", "/v1/import").header("content-type", "application/x-ndjson");
    let imported = call.body(line.to_string()).send().expect(200);
    assert_eq!(
        column(&app, &format!("/v1/articles/{}/mentions", id(&imported)), "entity_id"),
        std::slice::from_ref(new)
    );

    for list in [
        "/v1/mentions?entity=ID",
        "/v1/quotes?speaker=ID",
        "/v1/quotes?speaker=ID&sort=-confidence&count=exact",
        "/v1/quotes?not.speaker=ID",
        "/v1/articles?mentions=ID",
        "/v1/articles?mentions_all=ID",
        "/v1/articles?quotes_by=ID",
        "/v1/stats/top?of=quotes&by=publisher&speaker=ID",
        "/v1/stats/timeline?of=mentions&entity=ID",
        "/v1/graph/co-mentions?mentions=ID",
        "/v1/reviews/queue?speaker=ID",
    ] {
        let [by_old, by_new] = [old, new].map(|id| {
            let mut answer = app.get(&list.replace("ID", id.as_str().unwrap())).expect(200);
            // Links repeat the filter.
            answer["items"].as_array_mut().unwrap().iter_mut().for_each(|item| item["href"] = json!(null));
            answer["items"].clone()
        });
        assert_eq!(by_old, by_new, "{list}");
    }
    let mentioned = column(&app, &format!("/v1/mentions?entity={}", id(&source)), "id");
    assert!(mentions.iter().all(|mention| mentioned.contains(&mention["id"])));
    let quoted = column(&app, &format!("/v1/quotes?speaker={}", id(&source)), "id");
    assert!(quotes.iter().all(|quote| quoted.contains(&quote["id"])));
    let matched = json!({"text": "Nous sommes prêts", "speaker": old});
    assert_eq!(app.post("/v1/quotes/match", &matched).expect(200)["items"].as_array().unwrap().len(), 3);
}

#[test]
fn moving_is_no_review() {
    let Spellings { app, survivor, source, articles, quotes, .. } = spellings();
    let machine = json!({"start": 0, "end": 2, "entity_id": source["id"], "origin": "machine", "extractor": "x/1"});
    let found = app.post(&format!("/v1/articles/{}/mentions", id(&articles[0])), &machine).expect(201);
    let quote = format!("/v1/quotes/{}", id(&quotes[1]));
    let disputed = app.patch(&quote, &json!({"status": "disputed"})).expect(200);
    merge(&app, &survivor, &[&source]);
    let moved = app.get(&format!("/v1/mentions/{}", id(&found))).expect(200);
    assert_eq!((&moved["origin"], &moved["version"]), (&json!("machine"), &json!(2)));
    let moved = app.get(&quote).expect(200);
    assert_eq!((&moved["status"], &moved["reviews"]), (&disputed["status"], &disputed["reviews"]));
    assert_eq!((&moved["origin"], &moved["version"]), (&disputed["origin"], &json!(3)));
}

#[test]
fn the_survivor_has_each_name_once_and_200_at_most() {
    let app = TestApp::start();
    let aliases: Vec<Value> = (0..199).map(|n| json!({"name": format!("A{n}")})).collect();
    let survivor = app.entity(json!({"name": "A", "aliases": aliases}));
    let one = app.entity(json!({"name": "A7", "aliases": [{"name": "B"}, {"name": "B"}, {"name": "A"}]}));
    let two = app.entity(json!({"name": "B", "aliases": [{"name": "C"}]}));
    assert_eq!(merge(&app, &survivor, &[&one, &two])["moved"]["aliases"], 1);
    let names = app.get(&path(&survivor)).expect(200)["aliases"].as_array().unwrap().clone();
    assert_eq!((names.len(), &names[199]["name"]), (200, &json!("B")));
}

#[test]
fn candidates_of_mentions_are_replaced() {
    let Spellings { app, survivor, source, articles, .. } = spellings();
    let other = app.entity(json!({"name": "Fatou Sow"}));
    let mentions = ["Dakar", "lundi"].map(|words| app.mention(&articles[0], words, json!({})));
    let [survivor_id, source_id, other_id] = [&survivor, &source, &other].map(id);
    for (mention, candidates, count) in [
        (&mentions[0], format!("{source_id}, {other_id}"), 9),
        (&mentions[1], format!("{survivor_id}, {source_id}"), 2),
    ] {
        let set = format!("candidates = '{{{candidates}}}', candidate_count = {count}");
        app.sql(&format!("UPDATE mentions SET {set} WHERE id = '{}'", id(mention)));
    }
    let done = merge(&app, &survivor, &[&source]);
    assert_eq!(done["moved"]["candidates"], 2);
    let read = |mention| app.get(&format!("/v1/mentions/{}", id(mention))).expect(200);
    let [one, two] = mentions.each_ref().map(read);
    assert_eq!((candidate_ids(&one), &one["candidate_count"]), (json!([survivor_id, other_id]), &json!(9)));
    assert_eq!((candidate_ids(&two), &two["candidate_count"]), (json!([survivor_id]), &json!(1)));
    undo(&app, &done);
    let [one, two] = mentions.each_ref().map(read);
    assert_eq!((candidate_ids(&one), &one["candidate_count"]), (json!([source_id, other_id]), &json!(9)));
    assert_eq!((candidate_ids(&two), &two["candidate_count"]), (json!([survivor_id, source_id]), &json!(2)));
}

#[test]
fn entities_that_were_merged_into_a_source_redirect_to_the_last_survivor() {
    let app = TestApp::start();
    let [a, b, c] = ["A", "B", "C"].map(|name| app.entity(json!({"name": name})));
    merge(&app, &b, &[&a]);
    let last = merge(&app, &c, &[&b]);
    for old in [&a, &b] {
        assert_eq!(app.get(&path(old)).header("location"), path(&c));
    }
    undo(&app, &last);
    assert_eq!(app.get(&path(&a)).header("location"), path(&b));
    assert_eq!(app.get(&path(&b)).status, 200);
}

#[test]
fn invalid_merges_are_refused_by_source() {
    let app = TestApp::start();
    let [survivor, merged, into, deleted] = ["A", "B", "C", "D"].map(|name| app.entity(json!({"name": name})));
    let place = app.entity(json!({"kind": "place", "name": "Dakar"}));
    merge(&app, &into, &[&merged]);
    app.delete(&path(&deleted)).expect(204);
    let absent = json!({"id": ABSENT});
    let sources = [&survivor, &place, &merged, &deleted, &absent, &into, &into];
    let answer = ask(&app, &survivor, &sources).json();
    let faults: Vec<(&str, &str)> = answer["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| (fault["pointer"].as_str().unwrap(), fault["detail"].as_str().unwrap()))
        .collect();
    let expected = [
        ("/sources/0", "is the entity itself"),
        ("/sources/1", "is of the kind place, and this entity of the kind person: force=true merges them"),
        ("/sources/2", &format!("was merged into {}", id(&into))),
        ("/sources/3", "was deleted"),
        ("/sources/4", "there is no such entity"),
        ("/sources/6", "is given twice"),
    ];
    assert_eq!(faults, expected);
    assert_eq!(pointers(ask(&app, &into, &[&merged])), ["/sources/0"]);
    assert_eq!(pointers(ask(&app, &survivor, &[])), ["/sources"]);
    // A cycle.
    let problem = refusal(ask(&app, &merged, &[&into]), 409, "entity_merged");
    assert!(problem["detail"].as_str().unwrap().contains(id(&into)), "{problem}");
    refusal(ask(&app, &deleted, &[&into]), 410, "gone");
    refusal(ask(&app, &absent, &[&into]), 404, "not_found");
    let body = json!({"sources": [place["id"]], "force": true});
    app.post(&format!("{}/merge", path(&survivor)), &body).expect(200);
    assert_eq!(app.get(&path(&survivor)).expect(200)["kind"], "person");
    refusal(app.get(&format!("/v1/merges/{ABSENT}")), 404, "not_found");
}

#[test]
fn entities_that_were_judged_to_be_different_are_merged_only_by_force() {
    let app = TestApp::start();
    let [a, b, c] = ["A", "B", "C"].map(|name| app.entity(json!({"name": name})));
    app.post("/v1/judgements", &json!({"entities": [a["id"], c["id"]]})).expect(201);
    merge(&app, &b, &[&a]);
    // A judgement also holds for the entity that one of the two was merged into.
    let problem = refusal(ask(&app, &c, &[&b]), 409, "entities_different");
    assert!(problem["detail"].as_str().unwrap().contains(id(&b)), "{problem}");
    let forced = json!({"sources": [b["id"]], "force": true});
    app.post(&format!("{}/merge", path(&c)), &forced).expect(200);
}

#[test]
fn merges_are_listed_newest_first_by_entity_and_status() {
    let app = TestApp::start();
    let [a, b, c, d] = ["A", "B", "C", "D"].map(|name| app.entity(json!({"name": name})));
    let first = merge(&app, &a, &[&b]);
    let second = merge(&app, &c, &[&d]);
    let undone = undo(&app, &first);
    let ids = |query: &str| column(&app, &format!("/v1/merges{query}"), "id");
    let (one, two) = (first["id"].clone(), second["id"].clone());
    assert_eq!(ids("?limit=1"), [two.clone(), one.clone()]);
    assert_eq!(ids(&format!("?entity={}", id(&a))), std::slice::from_ref(&one));
    assert_eq!(ids(&format!("?entity={}&entity={}", id(&b), id(&d))), [two.clone(), one.clone()]);
    assert_eq!(ids("?status=done"), [two]);
    assert_eq!(ids("?status=undone"), [one]);
    assert_eq!(app.get("/v1/merges?count=exact").expect(200)["total"], json!({"value": 2, "kind": "exact"}));
    let lines = app.get("/v1/merges?format=ndjson").text();
    assert_eq!(serde_json::from_str::<Value>(lines.lines().nth(1).unwrap()).unwrap(), undone);
    assert_eq!(app.get("/v1/merges?format=csv").text().lines().count(), 3);
}

#[test]
fn merges_and_their_undo_are_in_the_change_feed_with_their_actor() {
    let Spellings { app, survivor, source, .. } = spellings();
    let desk = app.key("desk", json!({"scope": "review"}));
    let client = app.with_key(desk["secret"].as_str().unwrap());
    let merge_path = format!("{}/merge", path(&survivor));
    let answer = client.post(&merge_path, &json!({"sources": [source["id"]]})).expect(200);
    assert_eq!(answer["merge"]["actor"], "desk");
    let undone = client.request("POST", &format!("/v1/merges/{}/undo", id(&answer["merge"]))).send().expect(200);
    assert_eq!(undone["undone_by"], "desk");
    let expected = [
        "merge entity",
        "undo entity",
        "update entity",
        "update entity",
        "update mention",
        "update mention",
        "update quote",
        "update quote",
    ];
    // Transactions of other tests may delay the feed.
    eventually("the changes", || {
        let feed = app.get("/v1/changes?resource=entity&resource=mention&resource=quote&limit=200").expect(200);
        let by_desk = feed["items"].as_array().unwrap().iter().filter(|change| change["actor"] == "desk");
        let word = |value: &Value| value.as_str().unwrap().to_owned();
        let mut changes: Vec<String> =
            by_desk.map(|change| format!("{} {}", word(&change["action"]), word(&change["resource"]))).collect();
        changes.sort();
        (changes == expected).then_some(())
    });
}
