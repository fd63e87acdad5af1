//! `sort=relevance`: the order, and the number of ranked records.

use serde_json::{Value, json};

use super::headlines;
use crate::support::TestApp;
use crate::support::answers::{items, refusal};

#[test]
fn headline_frequent_and_close_matches_rank_higher() {
    let app = TestApp::start();
    for (headline, body) in [
        ("Un", "Le port est à Dakar."),
        ("Deux", "Le port est ouvert, et le port de Dakar est grand ; le port de Dakar !"),
        ("Trois", "Le port, dit-on depuis longtemps dans tous les quartiers de la ville, est à Dakar."),
        ("Port de Dakar", "Rien de neuf."),
    ] {
        app.article(json!({"headline": headline, "body": body}));
    }
    assert_eq!(headlines(&app, "q=port+dakar&sort=relevance"), "Port de DakarDeuxUnTrois");
    assert_eq!(headlines(&app, "q=port+dakar&sort=relevance&limit=1"), "Port de DakarDeuxUnTrois");
    let page = app.get("/v1/articles?q=port+dakar&sort=relevance&limit=2").expect(200);
    assert_eq!(page["ranked"], json!({"considered": 4, "complete": true}));
    let by_date = app.get("/v1/articles?q=port+dakar").expect(200);
    assert_eq!(by_date.get("ranked"), None);
}

#[test]
fn the_newest_200_matches_are_ranked_and_ranked_has_their_number() {
    let app = TestApp::start();
    app.sql(
        "INSERT INTO articles (id, headline, body, content_hash, language, published_at)
        SELECT gen_random_uuid(), CASE WHEN n = 1 THEN 'Port' WHEN n % 10 = 0 THEN 'Le port' ELSE 'Titre' END, 'Un port ' || n,
            sha256(n::text::bytea), 'fr', timestamptz '2026-01-01' + n * interval '1 hour'
        FROM generate_series(1, 201) AS n",
    );
    let page = app.get("/v1/articles?q=port&sort=relevance").expect(200);
    assert_eq!(page["ranked"], json!({"considered": 200, "complete": false}));
    let found = items(&app, "/v1/articles?q=port&sort=relevance&limit=30");
    assert_eq!(found.len(), 200);
    assert_eq!(found, items(&app, "/v1/articles?q=port&sort=relevance&limit=200"));
    let is_in_headline = |article: &Value| article["headline"] == "Le port";
    assert!(found[..20].iter().all(is_in_headline) && !found[20..].iter().any(is_in_headline));
    // The oldest one, which would otherwise rank first.
    assert!(found.iter().all(|article| article["headline"] != "Port"));
    let some = app.get("/v1/articles?q=port&sort=relevance&published_to=2026-01-02T00:00:00Z").expect(200);
    assert_eq!(some["ranked"], json!({"considered": 23, "complete": true}));
    let headlines: Vec<_> = some["items"].as_array().unwrap().iter().map(|article| &article["headline"]).collect();
    assert!(headlines[..3].iter().all(|headline| **headline != "Titre"), "{headlines:?}");
    assert!(headlines[3..].iter().all(|headline| **headline == "Titre"), "{headlines:?}");
}

#[test]
fn quotes_are_ranked_too() {
    let app = TestApp::start();
    let article =
        app.article(json!({"body": "« Oui au port », dit-il. « Le port, le port et encore le port », dit-elle."}));
    app.quote(&article, json!({"text": "Oui au port"}));
    app.quote(&article, json!({"text": "Le port, le port et encore le port"}));
    let page = app.get("/v1/quotes?q=port&sort=relevance&limit=1").expect(200);
    assert_eq!(page["items"][0]["text"], "Le port, le port et encore le port");
    assert_eq!(page["ranked"], json!({"considered": 2, "complete": true}));
    let found = items(&app, "/v1/quotes?q=port&sort=relevance&limit=1");
    assert_eq!(found[1]["text"], "Oui au port");
}

#[test]
fn relevance_without_a_search_is_refused() {
    let app = TestApp::start();
    for list in ["articles", "quotes"] {
        let problem = refusal(app.get(&format!("/v1/{list}?sort=relevance")), 400, "invalid_parameter");
        assert_eq!(problem["errors"][0]["parameter"], "sort");
    }
}
