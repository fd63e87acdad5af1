//! The list of mentions: filters, orders and counts.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::answers::{column, id, refusal};

struct Three {
    app: TestApp,
    articles: [Value; 3],
    mentions: [Value; 3],
    awa: String,
    port: String,
}

/// Three mentions, of `Nous`, `Oui` and `prêts`, that differ in every filtered member; the last has none that may be null.
fn three() -> Three {
    let app = TestApp::start();
    let (awa, port) = (app.entity(json!({})), app.entity(json!({"kind": "organization", "name": "Port"})));
    let articles = [
        json!({"language": "fr", "publisher": "Alpha", "published_at": "2026-03-01T00:00:00Z"}),
        json!({"language": "en", "publisher": "Beta", "published_at": "2026-03-02T00:00:00Z"}),
        json!({"language": "de", "publisher": null, "published_at": null}),
    ]
    .map(|article| app.article(article));
    let mentions = [
        app.mention(&articles[0], "Nous", json!({"entity_id": awa["id"], "kind": "nominal", "confidence": 0.5})),
        app.mention(&articles[1], "Diallo", json!({"entity_id": port["id"], "confidence": 0.75, "origin": "machine"})),
        app.mention(&articles[2], "prêts", json!({"kind": "role", "confidence": 0.25})),
    ];
    Three { app, articles, mentions, awa: id(&awa).to_owned(), port: id(&port).to_owned() }
}

fn found(app: &TestApp, query: &str) -> String {
    let found = column(app, &format!("/v1/mentions?{query}"), "exact");
    found.iter().map(|exact| &exact.as_str().unwrap()[..1]).collect()
}

#[test]
fn each_filter_of_mentions_selects_its_value_or_the_others() {
    let Three { app, articles, awa, port, .. } = three();
    for (query, expected) in [
        (String::new(), "DNp"),
        (format!("entity={awa}"), "N"),
        (format!("entity={awa}&entity={port}"), "DN"),
        (format!("not.entity={awa}"), "Dp"),
        ("entity_kind=person".to_owned(), "N"),
        ("not.entity_kind=person".to_owned(), "Dp"),
        (format!("article={}", id(&articles[2])), "p"),
        (format!("not.article={}", id(&articles[2])), "DN"),
        ("publisher=Alpha".to_owned(), "N"),
        ("not.publisher=Alpha".to_owned(), "Dp"),
        ("language=de&language=en".to_owned(), "Dp"),
        ("not.language=de".to_owned(), "DN"),
        ("kind=role".to_owned(), "p"),
        ("not.kind=role&not.kind=name".to_owned(), "N"),
        ("origin=machine".to_owned(), "D"),
        ("not.origin=machine".to_owned(), "Np"),
        ("min_confidence=0.5".to_owned(), "DN"),
        ("published_from=2026-03-02T00:00:00Z".to_owned(), "D"),
        ("published_to=2026-03-02T00:00:00Z".to_owned(), "N"),
        (format!("entity={port}&language=fr"), ""),
    ] {
        assert_eq!(found(&app, &query), expected, "{query}");
    }
    refusal(app.get("/v1/mentions?kind=direct"), 400, "invalid_parameter");
}

#[test]
fn mentions_are_in_order_of_publication_with_undated_ones_last() {
    let Three { app, articles, mentions, .. } = three();
    app.mention(&articles[2], "Dakar", json!({}));
    app.mention(&articles[0], "Dakar", json!({}));
    for limit in [1, 2, 3, 200] {
        assert_eq!(found(&app, &format!("limit={limit}")), "DDNDp", "{limit}");
        assert_eq!(found(&app, &format!("sort=published_at&limit={limit}")), "NDDpD", "{limit}");
    }
    let page = app.get("/v1/mentions?sort=published_at&limit=1&count=exact").expect(200);
    assert_eq!(page["items"], json!([mentions[0]]));
    assert_eq!(page["total"], json!({"value": 5, "kind": "exact"}));
}
