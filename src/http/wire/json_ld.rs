//! Records as linked data (JSON-LD 1.1): schema.org for what they are, Web Annotation of the W3C for where they are.
//!
//! They are made of the JSON of a read, which the response cache keeps. The context is part of each answer, so that nobody
//! has to fetch one.

use serde_json::{Map, Value, json};
use std::sync::LazyLock;
use utoipa::ToSchema;

/// The media type of JSON-LD.
pub const JSON_LD: &str = "application/ld+json";

/// A record, or a page of them as an `ItemList`, as linked data: schema.org, and Web Annotation for spans.
#[derive(ToSchema)]
#[schema(value_type = Object, example = json!({"@context": {"schema": "https://schema.org/", "Place": "schema:Place", "name": "schema:name"}, "@id": "urn:uuid:0192f0c1-2a3b-7c4d-8e5f-60718293a4b5", "@type": "Place", "name": "Maroc"}))]
pub struct JsonLd(#[allow(dead_code, reason = "describes a body that is made of JSON")] Value);

static CONTEXT: LazyLock<Value> = LazyLock::new(|| {
    let mut context = json!({
        "schema": "https://schema.org/",
        "oa": "http://www.w3.org/ns/oa#",
        "dcterms": "http://purl.org/dc/terms/",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
        "ClaimReview": {"@id": "schema:ClaimReview", "@context": {
            "author": "schema:author",
            "datePublished": {"@id": "schema:datePublished", "@type": "schema:Date"},
        }},
        "Rating": {"@id": "schema:Rating", "@context": {"alternateName": "schema:alternateName"}},
        "about": {"@id": "schema:about", "@type": "@id", "@container": "@set"},
        "alternateName": {"@id": "schema:alternateName", "@container": "@set"},
        "annotation": {"@reverse": "oa:hasBody", "@container": "@set"},
        "author": {"@id": "schema:author", "@container": "@set"},
        "body": {"@id": "oa:hasBody", "@type": "@id"},
        "created": {"@id": "dcterms:created", "@type": "xsd:dateTime"},
        "dateCreated": {"@id": "schema:dateCreated", "@type": "schema:Date"},
        "datePublished": {"@id": "schema:datePublished", "@type": "schema:DateTime"},
        "end": {"@id": "oa:end", "@type": "xsd:nonNegativeInteger"},
        "hasPart": {"@id": "schema:hasPart", "@type": "@id", "@container": "@set"},
        "identifier": {"@id": "schema:identifier", "@container": "@set"},
        "isPartOf": {"@id": "schema:isPartOf", "@type": "@id"},
        "itemReviewed": {"@id": "schema:itemReviewed", "@type": "@id"},
        "itemListElement": {"@id": "schema:itemListElement", "@container": "@list"},
        "keywords": {"@id": "schema:keywords", "@container": "@set"},
        "modified": {"@id": "dcterms:modified", "@type": "xsd:dateTime"},
        "motivation": {"@id": "oa:motivatedBy", "@type": "@vocab"},
        "review": {"@id": "schema:review", "@container": "@set"},
        "sameAs": {"@id": "schema:sameAs", "@type": "@id", "@container": "@set"},
        "selector": {"@id": "oa:hasSelector", "@container": "@set"},
        "source": {"@id": "oa:hasSource", "@type": "@id"},
        "spokenByCharacter": {"@id": "schema:spokenByCharacter", "@type": "@id"},
        "start": {"@id": "oa:start", "@type": "xsd:nonNegativeInteger"},
        "target": {"@id": "oa:hasTarget", "@container": "@set"},
        "url": {"@id": "schema:url", "@type": "@id"},
    });
    let of_schema = "CreativeWork Event ItemList NewsArticle Organization Person Place Product PropertyValue Quotation Thing \
                     articleBody articleSection claimReviewed creativeWorkStatus creditText description headline inLanguage name \
                     numberOfItems propertyID publisher reviewRating text value version";
    let of_annotation = "Annotation SpecificResource TextPositionSelector TextQuoteSelector exact highlighting identifying \
                         prefix suffix";
    for (vocabulary, terms) in [("schema", of_schema), ("oa", of_annotation)] {
        for term in terms.split_whitespace() {
            context[term] = format!("{vocabulary}:{term}").into();
        }
    }
    context
});

/// The answer to a read of `resource`, a record or a page, as linked data.
pub fn document(resource: &str, answer: &Value) -> Value {
    let node = match resource {
        "articles" => article,
        "claim reviews" => claim_review,
        "entities" => entity,
        "mentions" => mention,
        _ => quote,
    };
    let mut document = Map::from_iter([("@context".to_owned(), CONTEXT.clone())]);
    let content = match answer["items"].as_array() {
        Some(items) => page(items.iter().map(node).collect(), &answer["total"]),
        None => node(answer),
    };
    document.extend(members(content));
    Value::Object(document)
}

fn page(items: Vec<Value>, total: &Value) -> Value {
    let mut page = json!({"@type": "ItemList", "itemListElement": items});
    if total["kind"] == "exact" {
        page["numberOfItems"] = total["value"].clone();
    }
    page
}

fn article(article: &Value) -> Value {
    let publisher = article["publisher"].as_str().map(|name| json!({"@type": "Organization", "name": name}));
    let identifiers: Vec<_> = article["external_id"].as_str().into_iter().collect();
    with_values(json!({
        "@id": iri(&article["id"]),
        "@type": "NewsArticle",
        "version": article["body_version"],
        "headline": article["headline"],
        "articleBody": article["body"],
        "inLanguage": article["language"],
        "url": article["url"],
        "identifier": identifiers,
        "publisher": publisher,
        "author": article["authors"],
        "articleSection": article["section"],
        "keywords": article["keywords"],
        "datePublished": article["published_at"],
        "hasPart": all(&article["quotes"], quote),
        "@included": all(&article["mentions"], mention),
    }))
}

fn entity(entity: &Value) -> Value {
    let kind = match entity["kind"].as_str().unwrap_or_default() {
        "person" => "Person",
        "organization" => "Organization",
        "place" => "Place",
        "product" => "Product",
        "event" => "Event",
        "work" => "CreativeWork",
        _ => "Thing",
    };
    let alias = |alias: &Value| match alias["language"].as_str() {
        Some(language) => json!({"@value": alias["name"], "@language": language}),
        None => alias["name"].clone(),
    };
    let identifier = |identifier: &Value| json!({"@type": "PropertyValue", "propertyID": identifier["scheme"], "value": identifier["value"]});
    let of_wikidata = |identifier: &&Value| identifier["scheme"] == "wikidata";
    let items = entity["identifiers"].as_array().into_iter().flatten().filter(of_wikidata);
    let items = items.filter_map(|item| Some(format!("http://www.wikidata.org/entity/{}", item["value"].as_str()?)));
    with_values(json!({
        "@id": iri(&entity["id"]),
        "@type": kind,
        "name": entity["name"],
        "description": entity["description"],
        "alternateName": all(&entity["aliases"], alias),
        "identifier": all(&entity["identifiers"], identifier),
        "sameAs": items.collect::<Vec<_>>(),
    }))
}

fn mention(mention: &Value) -> Value {
    with_values(json!({
        "@id": iri(&mention["id"]),
        "@type": "Annotation",
        "motivation": "identifying",
        "created": mention["created_at"],
        "modified": mention["updated_at"],
        "body": iri(&mention["entity_id"]),
        "target": [target(mention, mention, &mention["exact"], &mention["prefix"], &mention["suffix"])],
    }))
}

fn quote(quote: &Value) -> Value {
    let part_of = if quote["article"].is_object() { article(&quote["article"]) } else { iri(&quote["article_id"]) };
    let speaker = if quote["speaker"].is_object() { entity(&quote["speaker"]) } else { iri(&quote["speaker_id"]) };
    with_values(json!({
        "@id": iri(&quote["id"]),
        "@type": "Quotation",
        "text": quote["text"],
        "spokenByCharacter": speaker,
        "creditText": quote["speaker_label"],
        "dateCreated": quote["said_on"],
        "creativeWorkStatus": quote["status"],
        "about": all(&quote["about"], iri),
        "isPartOf": part_of,
        "review": all(&quote["claim_reviews"], claim_review),
        "annotation": [{"@type": "Annotation", "motivation": "highlighting", "target": targets(quote)}],
    }))
}

fn claim_review(review: &Value) -> Value {
    with_values(json!({
        "@id": iri(&review["id"]),
        "@type": "ClaimReview",
        "url": review["url"],
        "name": review["title"],
        "author": {"@type": "Organization", "name": review["publisher"]},
        "datePublished": review["date"],
        "claimReviewed": review["claim"],
        "itemReviewed": iri(&review["quote_id"]),
        "reviewRating": {"@type": "Rating", "alternateName": review["rating"]},
    }))
}

/// The spans of a quote. Its text is their words, with a space between two spans.
fn targets(quote: &Value) -> Vec<Value> {
    let spans: Vec<_> = quote["spans"].as_array().into_iter().flatten().collect();
    let mut text = quote["text"].as_str().unwrap_or_default().chars();
    let targets = spans.iter().enumerate().map(|(index, span)| {
        let length = span["end"].as_u64().unwrap_or_default() - span["start"].as_u64().unwrap_or_default();
        let exact: String = text.by_ref().take(usize::try_from(length).unwrap_or_default()).collect();
        text.next();
        let prefix = if index == 0 { &quote["prefix"] } else { &Value::Null };
        let suffix = if index + 1 == spans.len() { &quote["suffix"] } else { &Value::Null };
        target(quote, span, &exact.into(), prefix, suffix)
    });
    targets.collect()
}

/// The words at a span of the version of an article that `record` refers to.
fn target(record: &Value, span: &Value, exact: &Value, prefix: &Value, suffix: &Value) -> Value {
    json!({
        "@type": "SpecificResource",
        "source": iri(&record["article_id"]),
        "version": record["body_version"],
        "selector": [
            {"@type": "TextPositionSelector", "start": span["start"], "end": span["end"]},
            with_values(json!({"@type": "TextQuoteSelector", "exact": exact, "prefix": prefix, "suffix": suffix})),
        ],
    })
}

/// The IRI of a record; null without an id.
fn iri(id: &Value) -> Value {
    id.as_str().map(|id| format!("urn:uuid:{id}")).into()
}

fn all(items: &Value, node: impl Fn(&Value) -> Value) -> Vec<Value> {
    items.as_array().into_iter().flatten().map(node).collect()
}

/// A node without the members that have no value.
fn with_values(node: Value) -> Value {
    let has_value =
        |(_, value): &(String, Value)| !value.is_null() && value.as_array().is_none_or(|all| !all.is_empty());
    members(node).filter(has_value).collect()
}

fn members(node: Value) -> impl Iterator<Item = (String, Value)> {
    match node {
        Value::Object(members) => members,
        _ => Map::new(),
    }
    .into_iter()
}
