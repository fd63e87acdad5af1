//! Graphs: speaks-about, co-mentions and related entities, with links to their records.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::answers::{id, items, refusal};

struct Collection {
    app: TestApp,
    /// A, B, C and D.
    entities: [Value; 4],
    articles: Vec<Value>,
}

/// Five articles on five days. `Nous` and `prêts` stand inside the quote, `Dakar` outside of it.
fn collection() -> Collection {
    let app = TestApp::start();
    let entities = ["A", "B", "C", "D"].map(|name| app.entity(json!({"name": name, "kind": "organization"})));
    let mut articles = Vec::new();
    for (day, inside, outside, speaker) in [
        (1, [Some(1), None], Some(0), Some(0)),
        (2, [Some(1), Some(2)], Some(0), Some(0)),
        (3, [Some(1), None], Some(2), Some(3)),
        (4, [Some(1), Some(2)], Some(0), None),
        (5, [None, None], Some(3), Some(3)),
    ] {
        let article = app.article(json!({
            "published_at": format!("2026-03-0{day}T00:00:00Z"), "publisher": if day < 3 { "Alpha" } else { "Beta" },
        }));
        for (words, entity) in ["Nous", "prêts"].into_iter().zip(inside).chain([("Dakar", outside)]) {
            if let Some(entity) = entity {
                let entity: &Value = &entities[entity];
                app.mention(&article, words, json!({"entity_id": entity["id"]}));
            }
        }
        let speaker = speaker.map(|speaker: usize| entities[speaker]["id"].clone());
        app.quote(&article, json!({"speaker_id": speaker}));
        articles.push(article);
    }
    Collection { app, entities, articles }
}

fn node(entity: &Value) -> Value {
    json!({"id": entity["id"], "kind": entity["kind"], "name": entity["name"]})
}

/// Reads statistics, and compares the count of each item with the list that it links to.
#[track_caller]
fn opened(app: &TestApp, question: &str) -> Value {
    let answer = app.get(question).expect(200);
    for item in answer["items"].as_array().unwrap() {
        let behind = items(app, item["href"].as_str().unwrap()).len();
        assert_eq!(json!(behind), item["count"], "{question}: {item}");
    }
    answer
}

/// Returns the names and the count of each edge.
#[track_caller]
fn edges(app: &TestApp, question: &str) -> String {
    let answer = opened(app, question);
    let edge = |item: &Value| {
        let ends = match item["entities"].as_array() {
            Some(ends) => [ends[0].clone(), ends[1].clone()],
            None => [item["speaker"].clone(), item["about"].clone()],
        };
        format!("{}{} {}", ends[0]["name"].as_str().unwrap(), ends[1]["name"].as_str().unwrap(), item["count"])
    };
    answer["items"].as_array().unwrap().iter().map(edge).collect::<Vec<_>>().join(", ")
}

#[test]
fn edges_lead_from_speakers_to_the_entities_of_their_quotes() {
    let Collection { app, entities, articles } = collection();
    let answer = opened(&app, "/v1/graph/speaks-about?limit=1");
    let newest = |article: &Value| {
        let quotes = app.get(&format!("/v1/quotes?article={}", id(article))).expect(200);
        quotes["items"][0]["id"].clone()
    };
    assert_eq!(
        answer,
        json!({
            "items": [{
                "speaker": node(&entities[0]), "about": node(&entities[1]), "count": 2,
                "quotes": [newest(&articles[1]), newest(&articles[0])],
                "href": format!("/v1/quotes?speaker={}&about={}", id(&entities[0]), id(&entities[1])),
            }],
            "considered": {"records": 4, "complete": true, "published_from": null},
        })
    );
    for (question, expected) in [
        (String::new(), "AB 2, AC 1, DB 1"),
        (format!("about={}", id(&entities[2])), "AC 1"),
        (format!("speaker={}", id(&entities[3])), "DB 1"),
        (format!("not.speaker={}", id(&entities[3])), "AB 2, AC 1"),
        ("publisher=Beta".to_owned(), "DB 1"),
        ("dedupe=cluster".to_owned(), "AB 1, AC 1, DB 1"),
        ("status=rejected".to_owned(), ""),
        ("window=3".to_owned(), "AB 1, AC 1, DB 1"),
        (format!("article={}&q=absent", id(&articles[0])), ""),
    ] {
        assert_eq!(edges(&app, &format!("/v1/graph/speaks-about?{question}")), expected, "{question}");
    }
    let answer = app.get("/v1/graph/speaks-about?window=3").expect(200);
    let considered = json!({"records": 3, "complete": false, "published_from": "2026-03-01T00:00:00.000001Z"});
    assert_eq!(answer["considered"], considered);
}

#[test]
fn entities_are_paired_by_the_articles_that_mention_both() {
    let Collection { app, entities, .. } = collection();
    let answer = opened(&app, "/v1/graph/co-mentions?limit=1");
    let (a, b) = (id(&entities[0]), id(&entities[1]));
    assert_eq!(
        answer,
        json!({
            "items": [{
                "entities": [node(&entities[0]), node(&entities[1])], "count": 3,
                "href": format!("/v1/articles?mentions_all={a}&mentions_all={b}"),
            }],
            "considered": {"records": 5, "complete": true, "published_from": null},
        })
    );
    for (question, expected) in [
        (String::new(), "AB 3, BC 3, AC 2"),
        (format!("mentions={a}"), "AB 3, AC 2, BC 2"),
        (format!("not.mentions={a}"), "BC 1"),
        (format!("mentions_all={a}&mentions_all={}", id(&entities[2])), "AB 2, AC 2, BC 2"),
        ("publisher=Alpha".to_owned(), "AB 2, AC 1, BC 1"),
        ("window=2".to_owned(), "AB 1, AC 1, BC 1"),
        ("published_to=2026-03-01T00:00:00Z".to_owned(), ""),
    ] {
        assert_eq!(edges(&app, &format!("/v1/graph/co-mentions?{question}")), expected, "{question}");
    }
}

#[test]
fn an_article_with_many_entities_counts_for_each_pair_of_them() {
    let app = TestApp::start();
    let entities: Vec<Value> = (0..150)
        .map(|n| app.post("/v1/entities", &json!({"kind": "place", "name": format!("Lieu {n}")})).expect(201))
        .collect();
    let store = |entities: &[&Value]| {
        let (mut body, mut mentions) = (String::new(), Vec::new());
        for entity in entities {
            let start = body.len();
            body += entity["name"].as_str().unwrap();
            mentions.push(json!({"start": start, "end": body.len(), "entity_id": entity["id"]}));
            body += ". ";
        }
        let article = app.article(json!({"body": body}));
        app.post(&format!("/v1/articles/{}/mentions", id(&article)), &json!(mentions)).expect(201);
    };
    let (first, last) = (&entities[0], &entities[149]);
    store(&entities.iter().collect::<Vec<_>>());
    store(&[first, last]);
    let pair = format!("/v1/graph/co-mentions?mentions_all={}&mentions_all={}&limit=1", id(first), id(last));
    let answer = opened(&app, &pair);
    assert_eq!(answer["items"][0]["entities"], json!([node(first), node(last)]));
    assert_eq!(answer["items"][0]["count"], 2);
}

#[test]
fn related_entities_are_unusually_frequent_in_the_same_articles() {
    let Collection { app, entities, .. } = collection();
    let (a, b) = (id(&entities[0]), id(&entities[1]));
    // Of 11 mentions 8 are in the articles of A: 3 of the 4 of B, 2 of the 3 of C.
    let answer = opened(&app, &format!("/v1/entities/{a}/related?min_articles=1"));
    let (items, expected) = (answer["items"].as_array().unwrap(), 4.0 * 8.0 / 11.0);
    let score = 2.0 * (3.0 * (3.0_f64 / expected).ln() + (1.0 / (4.0 - expected)).ln());
    assert_eq!(items.len(), 1, "C is rarer with A than elsewhere: {answer}");
    assert_eq!(items[0]["entity"], node(&entities[1]));
    assert_eq!([&items[0]["count"], &items[0]["mentions"]], [3, 3]);
    assert!((items[0]["expected"].as_f64().unwrap() - expected).abs() < 1e-9);
    assert!((items[0]["score"].as_f64().unwrap() - score).abs() < 1e-9);
    assert_eq!(items[0]["href"], format!("/v1/articles?mentions_all={a}&mentions_all={b}"));
    assert_eq!(answer["considered"], json!({"records": 3, "complete": true, "published_from": null}));

    let names = |question: &str| {
        let answer = opened(&app, question);
        answer["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["entity"]["name"].as_str().unwrap())
            .collect::<String>()
    };
    assert_eq!(names(&format!("/v1/entities/{a}/related?min_articles=4")), "");
    assert_eq!(names(&format!("/v1/entities/{b}/related")), "AC");
    assert_eq!(names(&format!("/v1/entities/{b}/related?publisher=Beta")), "C");
    assert_eq!(names(&format!("/v1/entities/{b}/related?window=1&min_articles=1")), "AC");
}

#[test]
fn a_graph_refuses_the_filters_that_its_list_refuses() {
    let Collection { app, entities, .. } = collection();
    for (question, parameter) in [
        ("/v1/graph/speaks-about?mentions=0192f0c1-2a3b-7c4d-8e5f-60718293a4b5".to_owned(), "mentions"),
        ("/v1/graph/co-mentions?window=0".to_owned(), "window"),
        (format!("/v1/entities/{}/related?language=french", id(&entities[0])), "language"),
    ] {
        let problem = refusal(app.get(&question), 400, "invalid_parameter");
        assert_eq!(problem["errors"][0]["parameter"], parameter, "{question}");
    }
    refusal(app.get("/v1/entities/0192f0c1-2a3b-7c4d-8e5f-60718293a4b5/related"), 404, "not_found");
    // Also while articles still mention it.
    let [merged, into] = [0, 1].map(|n| id(&entities[n]));
    app.sql(&format!("UPDATE entities SET merged_into = '{into}' WHERE id = '{merged}'"));
    let answer = app.get(&format!("/v1/entities/{merged}/related"));
    assert_eq!((answer.status, answer.header("location")), (308, format!("/v1/entities/{into}/related").as_str()));
}
