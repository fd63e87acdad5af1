//! The Reconciliation Service API 0.2, as OpenRefine speaks it.

use jsonschema::Draft;
use serde_json::{Value, json};

use super::support::answers::{id, pointers, refusal};
use super::support::document::encoded;
use super::support::embedded::eventually;
use super::support::{Client, Response, TestApp};

/// Sends a form.
fn send(client: &Client, form: &str) -> Response {
    let request = client.request("POST", "/reconcile").header("content-type", "application/x-www-form-urlencoded");
    request.body(form.to_owned()).send()
}

/// The answer to a batch of queries.
#[track_caller]
fn reconcile(client: &Client, queries: &Value) -> Value {
    let answer = send(client, &format!("queries={}", encoded(&queries.to_string()))).expect(200);
    assert_valid(&answer, &batch());
    answer
}

/// The name, score and match of each candidate.
fn shown<'a>(result: &'a Value) -> Vec<(&'a str, f64, bool)> {
    let shown = |found: &'a Value| {
        (found["name"].as_str().unwrap(), found["score"].as_f64().unwrap(), found["match"].as_bool().unwrap())
    };
    result["result"].as_array().unwrap().iter().map(shown).collect()
}

/// Checks an answer against what the specification says of it.
#[track_caller]
fn assert_valid(answer: &Value, schema: &Value) {
    let validator = jsonschema::options().with_draft(Draft::Draft202012).build(schema).unwrap();
    let faults: Vec<_> = validator.iter_errors(answer).map(|error| error.to_string()).collect();
    assert!(faults.is_empty(), "{faults:#?}\n{answer:#}");
}

/// An object with these required texts, and other members.
fn with_texts(required: &[&str], members: Value) -> Value {
    let mut schema = json!({"type": "object", "required": required, "properties": members});
    for member in required {
        schema["properties"].as_object_mut().unwrap().entry(*member).or_insert(json!({"type": "string"}));
    }
    schema
}

fn template() -> Value {
    json!({"type": "string", "pattern": ".*\\{\\{id\\}\\}.*"})
}

fn manifest() -> Value {
    let kind = with_texts(&["id", "name"], json!({}));
    let service = with_texts(&["service_url", "service_path"], json!({}));
    let members = json!({
        "versions": {"type": "array", "items": {"type": "string"}, "contains": {"const": "0.2"}},
        "documentation": {"type": "string"},
        "serviceVersion": {"type": "string"},
        "defaultTypes": {"type": "array", "items": kind, "uniqueItems": true},
        "view": with_texts(&["url"], json!({"url": template()})),
        "preview": {"type": "object", "required": ["url", "width", "height"], "properties": {
            "url": template(), "width": {"type": "integer"}, "height": {"type": "integer"},
        }},
        "suggest": {"type": "object", "properties": {"entity": service, "property": service, "type": service}},
        "extend": {"type": "object", "properties": {"propose_properties": service}},
    });
    let mut schema = with_texts(&["name", "identifierSpace", "schemaSpace"], members);
    schema["required"].as_array_mut().unwrap().push("versions".into());
    schema
}

fn batch() -> Value {
    let kind = with_texts(&["id"], json!({"name": {"type": "string"}}));
    let feature =
        json!({"type": "object", "properties": {"id": {"type": "string"}, "value": {"type": ["number", "boolean"]}}});
    let members = json!({
        "score": {"type": "number"},
        "match": {"type": "boolean"},
        "description": {"type": "string"},
        "type": {"type": "array", "items": kind},
        "features": {"type": "array", "items": feature},
    });
    let mut candidate = with_texts(&["id", "name"], members);
    candidate["required"].as_array_mut().unwrap().push("score".into());
    json!({"type": "object", "additionalProperties": {
        "type": "object", "required": ["result"], "properties": {"result": {"type": "array", "items": candidate}},
    }})
}

fn suggestions(member: &str) -> Value {
    let kind = with_texts(&["id"], json!({"name": {"type": "string"}}));
    let members = json!({"description": {"type": "string"}, "notable": {"type": "array", "items": kind}});
    let item = with_texts(&["id", "name"], members);
    json!({"type": "object", "required": [member], "properties": {(member): {"type": "array", "items": item}}})
}

fn extension() -> Value {
    let only = |member: &str, kind: &str| json!({"type": "object", "required": [member], "properties": {(member): {"type": kind}}, "additionalProperties": false});
    let values = json!({"type": "array", "items": {"oneOf": [only("str", "string"), only("int", "integer")]}});
    let row = json!({"type": "object", "additionalProperties": values});
    json!({"type": "object", "required": ["rows", "meta"], "properties": {
        "meta": {"type": "array", "items": with_texts(&["id", "name"], json!({}))},
        "rows": {"type": "object", "additionalProperties": row},
    }})
}

#[test]
fn the_manifest_names_its_addresses() {
    let app = TestApp::start();
    let answer = app.get("/reconcile").expect(200);
    assert_valid(&answer, &manifest());
    assert_eq!(answer["versions"], json!(["0.2"]));
    assert_eq!(answer["defaultTypes"][0], json!({"id": "person", "name": "Person"}));
    for service in ["entity", "property", "type"] {
        let address = &answer["suggest"][service];
        let (host, path) = (address["service_url"].as_str().unwrap(), address["service_path"].as_str().unwrap());
        assert!(host.starts_with("http://") && !host.ends_with('/'), "{host}");
        let found = app.get(&format!("{path}?prefix=p")).expect(200);
        assert_valid(&found, &suggestions("result"));
    }
}

#[test]
fn names_are_reconciled_with_scores_and_types() {
    let app = TestApp::start();
    let awa = app.entity(json!({"name": "Awa Diallo", "description": "Maire de Dakar",
        "aliases": [{"name": "Awa Marie Diallo", "kind": "name"}, {"name": "la maire", "kind": "role"}],
        "identifiers": [{"scheme": "wikidata", "value": "Q1"}]}));
    app.entity(json!({"name": "Dakar", "kind": "place"}));
    let answer = reconcile(
        &app,
        &json!({
            "q0": {"query": "AWA DIALLO", "type": "person", "type_strict": "should", "limit": 5},
            "q1": {"query": "Dakar", "type": ["person", "organization"]},
            "q2": {"query": "dakar"},
            "q3": {"query": "Somebody Else"},
            "q4": {"query": "Diallo, A.", "properties": [{"pid": "wikidata", "v": "Q1"}]},
            "q5": {"properties": [{"pid": "wikidata", "v": [{"id": "Q1", "name": "Awa"}]}]},
            "q6": {"query": "Dakar", "type": "http://example.org/Ship"},
            "q7": {"query": " "},
            "q8": {"query": "A. Diallo", "limit": 1},
        }),
    );
    assert_eq!(shown(&answer["q0"]), [("Awa Diallo", 100.0, true)]);
    let first = &answer["q0"]["result"][0];
    assert_eq!((&first["id"], &first["description"]), (&awa["id"], &json!("Maire de Dakar")));
    assert_eq!(first["type"], json!([{"id": "person", "name": "Person"}]));
    assert_eq!(first["features"], json!([{"id": "name", "value": 100.0}, {"id": "identifier", "value": 0.0}]));
    assert_eq!(shown(&answer["q2"]), [("Dakar", 100.0, true)]);
    assert_eq!(shown(&answer["q4"])[0], ("Awa Diallo", 100.0, true));
    assert_eq!(shown(&answer["q5"]), [("Awa Diallo", 100.0, true)]);
    assert_eq!(shown(&answer["q8"]), [("Awa Diallo", 70.0, false)]);
    for none in ["q1", "q3", "q6", "q7"] {
        assert_eq!(answer[none]["result"], json!([]), "{none}");
    }
    // A GET has the same answer.
    let queries = json!({"q2": {"query": "dakar"}});
    let read = app.get(&format!("/reconcile?queries={}", encoded(&queries.to_string()))).expect(200);
    assert_eq!(read["q2"], answer["q2"]);
}

#[test]
fn namesakes_are_no_certain_match_and_merged_entities_are_left_out() {
    let app = TestApp::start();
    let [first, second] = [(), ()].map(|()| app.entity(json!({"name": "Paul Ndiaye"})));
    let query = json!({"q": {"query": "Paul Ndiaye"}});
    assert_eq!(shown(&reconcile(&app, &query)["q"]), [("Paul Ndiaye", 100.0, false); 2]);
    app.post(&format!("/v1/entities/{}/merge", id(&first)), &json!({"sources": [second["id"]]})).expect(200);
    assert_eq!(shown(&reconcile(&app, &query)["q"]), [("Paul Ndiaye", 100.0, true)]);
}

#[test]
fn batches_that_cannot_be_answered_are_refused() {
    let app = TestApp::start();
    let many: serde_json::Map<String, Value> =
        (0..51).map(|index| (format!("q{index}"), json!({"query": "Awa"}))).collect();
    for (queries, detail) in [
        (json!(many), "must have at most 50 queries"),
        (json!({"q": {}}), "q: needs a query or properties"),
        (json!({"q": {"query": "Awa", "surprise": 1}}), "unknown field"),
        (json!([]), "expected a map"),
        (json!({"q": {"query": "A\u{0}"}}), "must not have U+0000"),
    ] {
        let text = encoded(&queries.to_string());
        let answer = send(&app, &format!("queries={text}"));
        let problem = refusal(answer, 422, "invalid_content");
        assert_eq!(problem["errors"][0]["pointer"], "/queries");
        let given = problem["errors"][0]["detail"].as_str().unwrap();
        assert!(given.contains(detail), "{given}");
        let problem = refusal(app.get(&format!("/reconcile?queries={text}")), 400, "invalid_parameter");
        assert_eq!(problem["errors"][0]["parameter"], "queries");
    }
    assert_eq!(pointers(send(&app, "")), ["/queries"]);
    assert_eq!(pointers(send(&app, "queries={}&extend={}")), ["/extend"]);
    assert_eq!(pointers(send(&app, "surprise=1")), ["/surprise"]);
    refusal(app.post("/reconcile", &json!({"queries": "{}"})), 415, "unsupported_media_type");
    refusal(app.get("/reconcile/preview?entity=0192f0c1-2a3b-7c4d-8e5f-60718293a4b5"), 400, "invalid_parameter");
}

#[test]
fn prefixes_are_completed_to_entities_types_and_properties() {
    let app = TestApp::start();
    let dakar = app.entity(json!({"name": "Dakar", "kind": "place", "aliases": [{"name": "Ndakaaru", "kind": "name"}],
        "identifiers": [{"scheme": "wikidata", "value": "Q3718"}, {"scheme": "geonames", "value": "2253354"}]}));
    let suggest = |what: &str, prefix: &str| {
        let found = app.get(&format!("/reconcile/suggest/{what}?prefix={prefix}")).expect(200);
        assert_valid(&found, &suggestions("result"));
        found["result"].clone()
    };
    let place = json!([{"id": "place", "name": "Place"}]);
    assert_eq!(suggest("entity", "dak"), json!([{"id": dakar["id"], "name": "Dakar", "notable": place}]));
    assert_eq!(suggest("entity", "nda")[0]["description"], "Ndakaaru");
    assert_eq!(suggest("entity", ""), json!([]));
    assert_eq!(suggest("type", "pl"), place);
    assert_eq!(suggest("property", "wiki"), json!([{"id": "wikidata", "name": "wikidata"}]));
    assert_eq!(suggest("property", "number%20of%20m"), json!([{"id": "mentions", "name": "Number of mentions"}]));
    let proposed = app.get("/reconcile/properties?type=place&limit=7").expect(200);
    assert_valid(&proposed, &suggestions("properties"));
    assert_eq!((&proposed["type"], &proposed["limit"]), (&json!("place"), &json!(7)));
    let properties: Vec<_> = proposed["properties"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
    assert_eq!(properties, ["name", "kind", "description", "aliases", "mentions", "quotes", "geonames"]);
}

#[test]
fn properties_of_entities_are_read_in_a_batch() {
    let app = TestApp::start();
    let article = app.article(json!({}));
    let awa = app.entity(json!({"aliases": [{"name": "la maire", "kind": "role"}],
        "identifiers": [{"scheme": "wikidata", "value": "Q1"}]}));
    app.mention(&article, "Awa Diallo", json!({"entity_id": awa["id"]}));
    let extend = json!({"ids": [awa["id"], "Q42"], "properties": [
        {"id": "wikidata"}, {"id": "aliases", "settings": {"limit": 1}}, {"id": "mentions"}, {"id": "viaf"}]});
    let extend = format!("extend={}", encoded(&extend.to_string()));
    // Counters are added up in the background.
    let answer = eventually("the counters", || {
        let answer = send(&app, &extend).expect(200);
        (answer["rows"][id(&awa)]["mentions"] != json!([{"int": 0}])).then_some(answer)
    });
    assert_valid(&answer, &extension());
    assert_eq!(answer["meta"][2], json!({"id": "mentions", "name": "Number of mentions"}));
    let expected =
        json!({"wikidata": [{"str": "Q1"}], "aliases": [{"str": "la maire"}], "mentions": [{"int": 1}], "viaf": []});
    assert_eq!(answer["rows"][id(&awa)], expected);
    assert_eq!(answer["rows"]["Q42"]["wikidata"], json!([]));
    let many: Vec<String> = (0..201).map(|index| index.to_string()).collect();
    let many = json!({"ids": many, "properties": []});
    assert_eq!(pointers(send(&app, &format!("extend={}", encoded(&many.to_string())))), ["/extend"]);
}

#[test]
fn a_preview_is_harmless_html_that_any_page_may_frame() {
    let app = TestApp::start();
    let entity = app.entity(json!({"name": "<script>alert(1)</script>", "description": "A & \"B\"",
        "identifiers": [{"scheme": "wikidata", "value": "Q1"}]}));
    let answer = app.get(&format!("/reconcile/preview?entity={}", id(&entity)));
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/html; charset=utf-8"));
    let policy = answer.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none';") && policy.ends_with("frame-ancestors *"), "{policy}");
    let page = answer.text();
    assert!(page.contains("<h1>&lt;script&gt;alert(1)&lt;/script&gt;</h1>") && page.contains("A &amp; &quot;B&quot;"));
    assert!(!page.contains("<script"), "{page}");
    assert!(page.contains("wikidata: Q1") && page.contains("0 mentions, 0 quotes"));
}

#[test]
fn pages_of_any_origin_may_reconcile_and_nothing_else() {
    let app = TestApp::start();
    let form = format!("queries={}", encoded(&json!({"q": {"query": "Awa"}}).to_string()));
    let from = |method: &str, path: &str| app.request(method, path).header("origin", "https://refine.example");
    let asked =
        from("POST", "/reconcile").header("content-type", "application/x-www-form-urlencoded").body(form).send();
    assert_eq!((asked.status, asked.header("access-control-allow-origin")), (200, "*"));
    for path in ["/reconcile", "/reconcile/suggest/type", "/reconcile/preview?entity=x"] {
        assert_eq!(from("GET", path).send().header("access-control-allow-origin"), "*", "{path}");
    }
    let preflight = from("OPTIONS", "/reconcile").header("access-control-request-method", "POST").send();
    assert_eq!((preflight.status, preflight.header("access-control-allow-methods")), (204, "GET, HEAD, POST"));
    assert_eq!(from("GET", "/v1/entities").send().header("access-control-allow-origin"), "");
    refusal(from("POST", "/v1/entities").body("{}".to_owned()).send(), 403, "cross_site");
    assert_eq!(app.get("/reconcile").header("access-control-allow-origin"), "");
}
