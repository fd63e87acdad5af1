//! Records and pages as JSON-LD. `.ci/json_ld.py` checks them with a processor.

use serde_json::{Value, json};

use crate::support::answers::{id, refusal};
use crate::support::{Client, Response, TestApp};

#[track_caller]
fn linked(client: &Client, path: &str) -> Response {
    let answer = client.request("GET", path).header("accept", "application/ld+json").send();
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/ld+json"), "{}", answer.text());
    answer
}

/// A record as JSON-LD without its context.
#[track_caller]
fn node(client: &Client, path: &str) -> Value {
    let mut node = linked(client, path).json();
    let context = node.as_object_mut().unwrap().shift_remove("@context").unwrap();
    assert_eq!(context["schema"], "https://schema.org/");
    node
}

fn iri(record: &Value) -> String {
    format!("urn:uuid:{}", id(record))
}

fn target(article: &Value, span: (i32, i32), words: Value) -> Value {
    let mut quote = json!({"@type": "TextQuoteSelector"});
    quote.as_object_mut().unwrap().extend(words.as_object().unwrap().clone());
    json!({
        "@type": "SpecificResource", "source": iri(article), "version": 1,
        "selector": [{"@type": "TextPositionSelector", "start": span.0, "end": span.1}, quote],
    })
}

#[test]
fn an_article_is_a_news_article() {
    let app = TestApp::start();
    let article = app.article(json!({
        "authors": ["Awa Ndiaye"], "keywords": ["port"], "section": "Monde", "external_id": "a-1",
        "url": "https://example.org/port",
    }));
    let path = format!("/v1/articles/{}", id(&article));
    let expected = json!({
        "@id": iri(&article), "@type": "NewsArticle", "version": 1, "headline": "Le port rouvre",
        "articleBody": article["body"], "inLanguage": "fr", "url": "https://example.org/port", "identifier": ["a-1"],
        "publisher": {"@type": "Organization", "name": "Le Quotidien"}, "author": ["Awa Ndiaye"],
        "articleSection": "Monde", "keywords": ["port"], "datePublished": "2026-03-02T08:00:00Z",
    });
    assert_eq!(node(&app, &path), expected);
    let mention = app.mention(&article, "Dakar", json!({}));
    let quote = app.quote(&article, json!({}));
    let whole = node(&app, &format!("{path}?include=mentions,quotes"));
    assert_eq!(whole["@included"], json!([node(&app, &format!("/v1/mentions/{}", id(&mention)))]));
    assert_eq!(whole["hasPart"], json!([node(&app, &format!("/v1/quotes/{}", id(&quote)))]));
}

#[test]
fn an_entity_is_of_the_type_of_its_kind() {
    let app = TestApp::start();
    let place = app.entity(json!({
        "kind": "place", "name": "Maroc", "description": "État",
        "aliases": [{"name": "le royaume", "language": "fr", "kind": "periphrasis"}, {"name": "MA", "kind": "acronym"}],
        "identifiers": [{"scheme": "wikidata", "value": "Q1028"}, {"scheme": "iso", "value": "MA"}],
    }));
    let expected = json!({
        "@id": iri(&place), "@type": "Place", "name": "Maroc", "description": "État",
        "alternateName": [{"@value": "le royaume", "@language": "fr"}, "MA"],
        "identifier": [
            {"@type": "PropertyValue", "propertyID": "wikidata", "value": "Q1028"},
            {"@type": "PropertyValue", "propertyID": "iso", "value": "MA"},
        ],
        "sameAs": ["http://www.wikidata.org/entity/Q1028"],
    });
    assert_eq!(node(&app, &format!("/v1/entities/{}", id(&place))), expected);
    for (kind, name) in [("person", "Person"), ("organization", "Organization"), ("other", "Thing")] {
        let entity = app.entity(json!({"kind": kind}));
        assert_eq!(node(&app, &format!("/v1/entities/{}", id(&entity)))["@type"], name);
    }
}

#[test]
fn a_mention_and_a_quote_select_code_points() {
    let app = TestApp::start();
    let awa = app.entity(json!({}));
    // A character outside the Basic Multilingual Plane is one code point.
    let body = "🚢 « Nous partons », a dit Awa Diallo, « demain soir ».";
    let article = app.article(json!({"body": body}));
    let mention = app.mention(&article, "Awa Diallo", json!({"entity_id": awa["id"]}));
    let read = node(&app, &format!("/v1/mentions/{}", id(&mention)));
    assert_eq!((&read["@type"], &read["motivation"]), (&json!("Annotation"), &json!("identifying")));
    assert_eq!((&read["body"], &read["created"]), (&json!(iri(&awa)), &mention["created_at"]));
    let words = json!({"exact": "Awa Diallo", "prefix": mention["prefix"], "suffix": mention["suffix"]});
    assert_eq!(read["target"], json!([target(&article, (26, 36), words)]));

    let quote = app.post(
        "/v1/quotes",
        &json!({
            "article_id": article["id"], "spans": [{"start": 4, "end": 16}, {"start": 40, "end": 51}],
            "speaker_id": awa["id"], "speaker_label": "Awa Diallo", "said_on": "2026-03-01",
        }),
    );
    let quote = quote.expect(201);
    let targets = [
        target(&article, (4, 16), json!({"exact": "Nous partons", "prefix": quote["prefix"]})),
        target(&article, (40, 51), json!({"exact": "demain soir", "suffix": quote["suffix"]})),
    ];
    let mut expected = json!({
        "@id": iri(&quote), "@type": "Quotation", "text": "Nous partons demain soir", "spokenByCharacter": iri(&awa),
        "creditText": "Awa Diallo", "dateCreated": "2026-03-01", "creativeWorkStatus": quote["status"],
        "isPartOf": iri(&article),
        "annotation": [{"@type": "Annotation", "motivation": "highlighting", "target": targets}],
    });
    let path = format!("/v1/quotes/{}", id(&quote));
    assert_eq!(node(&app, &path), expected);
    let embedded = node(&app, &format!("{path}?include=article,speaker"));
    expected["spokenByCharacter"] = node(&app, &format!("/v1/entities/{}", id(&awa)));
    expected["isPartOf"] = node(&app, &format!("/v1/articles/{}", id(&article)));
    expected["isPartOf"].as_object_mut().unwrap().shift_remove("articleBody");
    assert_eq!(embedded, expected);
}

#[test]
fn a_page_is_a_list_of_its_records() {
    let app = TestApp::start();
    let articles = [3, 2, 1].map(|day| app.article(json!({"published_at": format!("2026-03-0{day}T08:00:00Z")})));
    let answer = app.get("/v1/articles?format=jsonld&limit=2&count=exact");
    assert_eq!(answer.header("content-type"), "application/ld+json");
    assert!(answer.header("link").contains("format=jsonld"), "{}", answer.header("link"));
    let page = answer.json();
    assert_eq!((&page["@type"], &page["numberOfItems"]), (&json!("ItemList"), &json!(3)));
    let ids: Vec<_> = page["itemListElement"].as_array().unwrap().iter().map(|item| &item["@id"]).collect();
    assert_eq!(ids, [&iri(&articles[0]), &iri(&articles[1])]);
    let article = format!("/v1/articles/{}", id(&articles[0]));
    app.mention(&articles[0], "Dakar", json!({}));
    app.quote(&articles[0], json!({}));
    for list in
        ["/v1/mentions", "/v1/quotes", "/v1/entities", &format!("{article}/mentions"), &format!("{article}/quotes")]
    {
        assert_eq!(node(&app, list)["@type"], "ItemList", "{list}");
    }
    // Other lists have no such form.
    refusal(app.get(&format!("{article}/versions?format=jsonld")), 400, "invalid_parameter");
    let accepted = app.request("GET", &format!("{article}/versions")).header("accept", "application/ld+json").send();
    refusal(accepted, 406, "not_acceptable");
    let changed = app.get("/v1/entities?format=json");
    assert_eq!(changed.header("content-type"), "application/json");
}

#[test]
fn each_form_of_a_record_has_its_own_etag() {
    let app = TestApp::start();
    let path = format!("/v1/articles/{}", id(&app.article(json!({}))));
    let (plain, ld) = (app.get(&path), linked(&app, &path));
    assert_eq!(app.get(&format!("{path}?format=jsonld")).body, ld.body);
    assert!(ld.header("vary").starts_with("accept"), "{}", ld.header("vary"));
    for (accept, tag, status) in [
        ("application/json", ld.header("etag"), 200),
        ("application/json", plain.header("etag"), 304),
        ("application/ld+json", plain.header("etag"), 200),
        ("application/ld+json", ld.header("etag"), 304),
    ] {
        let read = app.request("GET", &path).header("accept", accept).header("if-none-match", tag).send();
        assert_eq!((read.status, read.header("cache-control")), (status, "no-cache"), "{accept} {tag}");
    }
    app.patch(&path, &json!({"headline": "Le port ferme"})).expect(200);
    assert_eq!(node(&app, &path)["headline"], "Le port ferme");
}
