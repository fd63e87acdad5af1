//! Claim reviews: fact-checks of quotes, published elsewhere.

use serde_json::{Value, json};

use super::changes::caught_up;
use super::support::TestApp;
use super::support::answers::{column, id, items, pointers, refusal, settled};

/// Stores a claim review of a quote at a URL.
fn reviewed(app: &TestApp, quote: &Value, url: &str) -> Value {
    let review = json!({"publisher": "Vérif", "url": url, "rating": "Faux"});
    app.post(&format!("/v1/quotes/{}/claim-reviews", id(quote)), &review).expect(201)
}

#[test]
fn a_claim_review_is_answered_with_every_member_until_it_is_deleted() {
    let app = TestApp::start();
    let quote = app.quote(&app.article(json!({})), json!({}));
    let key = app.key("desk", json!({"scope": "review"}));
    let desk = app.with_key(key["secret"].as_str().unwrap());
    let given = json!({
        "publisher": "Les Vérificateurs", "url": "https://check.example/17", "rating": "Plutôt faux",
        "title": "Non, le port n’est pas prêt", "date": "2026-03-03",
    });
    let answer = desk.post(&format!("/v1/quotes/{}/claim-reviews", id(&quote)), &given);
    let path = answer.header("location").to_owned();
    let stored = answer.expect(201);
    let mut expected = given;
    expected
        .as_object_mut()
        .unwrap()
        .extend(json!({"actor": "desk", "quote_id": quote["id"], "claim": quote["text"]}).as_object().unwrap().clone());
    assert_eq!(settled(&stored), expected);
    assert_eq!(app.get(&path).expect(200), stored);
    app.delete(&path).expect(204);
    refusal(app.get(&path), 410, "gone");
    refusal(app.delete(&path), 410, "gone");
}

#[test]
fn claim_reviews_are_listed_for_their_quote_and_shown_for_its_cluster() {
    let app = TestApp::start();
    let [first, second, other] = ["Nous sommes prêts", "« NOUS sommes PRÊTS »", "Nous irons"].map(|words| {
        let words = words.trim_matches(['«', '»', ' ']);
        let article = app.article(json!({"body": format!("« {words} », a dit Awa.")}));
        app.quote(&article, json!({"text": words}))
    });
    let urls = ["https://check.example/1", "https://check.example/2", "https://check.example/3"];
    let one = [0, 1].map(|index| reviewed(&app, &first, urls[index]));
    let two = reviewed(&app, &second, urls[2]);
    reviewed(&app, &other, urls[0]);
    assert_eq!(items(&app, &format!("/v1/quotes/{}/claim-reviews?limit=1", id(&first))), one);
    assert_eq!(column(&app, &format!("/v1/quotes/{}/claim-reviews", id(&second)), "url"), [urls[2]]);
    for quote in [&first, &second] {
        let occurrences = app.get(&format!("/v1/quotes/{}/occurrences", id(quote))).expect(200);
        assert_eq!(occurrences["claim_reviews"], json!([one[0], one[1], two]));
    }
    let lines = app.get(&format!("/v1/quotes/{}/claim-reviews?format=ndjson", id(&first))).text();
    assert_eq!(lines.lines().count(), 2);
}

#[test]
fn claim_reviews_that_cannot_be_stored_are_refused() {
    let app = TestApp::start();
    let quote = app.quote(&app.article(json!({})), json!({}));
    let path = format!("/v1/quotes/{}/claim-reviews", id(&quote));
    let faulty = json!({"publisher": "", "url": "check.example", "rating": "x".repeat(201), "date": "soon"});
    assert_eq!(pointers(app.post(&path, &faulty)), ["/date", "/publisher", "/rating", "/url"]);
    let review = reviewed(&app, &quote, "https://check.example/1");
    let again = json!({"publisher": "V", "url": review["url"], "rating": "Vrai"});
    refusal(app.post(&path, &again), 409, "claim_review_taken");
    let nobody = "/v1/quotes/0192f0c1-2a3b-7c4d-8e5f-60718293a4b5/claim-reviews";
    refusal(app.post(nobody, &again), 404, "not_found");
    refusal(app.get(nobody), 404, "not_found");
    app.delete(&format!("/v1/quotes/{}", id(&quote))).expect(204);
    refusal(app.post(&path, &again), 410, "gone");
    refusal(app.get(&path), 410, "gone");
    refusal(app.get(&format!("/v1/claim-reviews/{}", id(&review))), 404, "not_found");
}

#[test]
fn quotes_are_filtered_by_their_claim_reviews_and_embed_them() {
    let app = TestApp::start();
    let quotes = [1, 2, 3].map(|day| {
        let article = app.article(json!({"published_at": format!("2026-03-0{day}")}));
        app.quote(&article, json!({}))
    });
    let checked = reviewed(&app, &quotes[0], "https://check.example/1");
    let other = json!({"publisher": "Vérif", "url": "https://check.example/2", "rating": "Vrai"});
    app.post(&format!("/v1/quotes/{}/claim-reviews", id(&quotes[1])), &other).expect(201);
    let ids = |found: &[usize]| found.iter().map(|index| id(&quotes[*index]).to_owned()).collect::<Vec<_>>();
    for (filter, found) in [
        ("claim_review=any", &[1, 0][..]),
        ("claim_review=none", &[2]),
        ("claim_review=Faux", &[0]),
        ("claim_review=Faux&claim_review=Vrai", &[1, 0]),
        ("claim_review=Faux&claim_review=none", &[2, 0]),
        ("claim_review=any&claim_review=none", &[2, 1, 0]),
        ("claim_review=faux", &[]),
        ("claim_review=any&dedupe=cluster", &[1]),
    ] {
        assert_eq!(column(&app, &format!("/v1/quotes?{filter}"), "id"), ids(found), "{filter}");
        let count = app.get(&format!("/v1/quotes?{filter}&count=exact")).expect(200);
        assert_eq!(count["total"]["value"], found.len(), "{filter}");
    }
    let read = app.get(&format!("/v1/quotes/{}?include=claim_reviews", id(&quotes[0]))).expect(200);
    assert_eq!(read["claim_reviews"], json!([checked]));
    let listed = column(&app, "/v1/quotes?include=claim_reviews&sort=published_at", "claim_reviews");
    assert_eq!((&listed[0], &listed[2]), (&json!([checked]), &json!([])));
}

#[test]
fn a_claim_review_is_read_and_written_as_schema_org_has_it() {
    let app = TestApp::start();
    let quote = app.quote(&app.article(json!({})), json!({}));
    let path = format!("/v1/quotes/{}/claim-reviews", id(&quote));
    let send = |document: &Value| {
        let request = app.request("POST", &path).header("content-type", "application/ld+json");
        request.body(document.to_string()).send()
    };
    let published = json!({
        "@context": "https://schema.org", "@type": "ClaimReview", "url": "https://check.example/17",
        "author": {"@type": "Organization", "name": "Les Vérificateurs", "url": "https://check.example"},
        "headline": "Non, le port n’est pas prêt", "datePublished": "2026-03-03T08:00:00+01:00", "claimReviewed": "Nous sommes prêts",
        "reviewRating": {"@type": "Rating", "ratingValue": 1, "bestRating": 5, "alternateName": "Faux"},
    });
    let stored =
        send(&json!({"@context": "https://schema.org", "@graph": [{"@type": "WebPage"}, published]})).expect(201);
    assert_eq!(
        settled(&stored),
        json!({"actor": null, "quote_id": quote["id"], "claim": quote["text"], "publisher": "Les Vérificateurs",
            "url": "https://check.example/17", "rating": "Faux", "title": "Non, le port n’est pas prêt", "date": "2026-03-03"})
    );
    let answer = app.get(&format!("/v1/claim-reviews/{}?format=jsonld", id(&stored)));
    assert_eq!(answer.header("content-type"), "application/ld+json");
    let mut linked = answer.expect(200);
    linked.as_object_mut().unwrap().shift_remove("@context");
    let iri = |record: &Value| format!("urn:uuid:{}", id(record));
    let node = json!({
        "@id": iri(&stored), "@type": "ClaimReview", "url": "https://check.example/17", "name": "Non, le port n’est pas prêt",
        "author": {"@type": "Organization", "name": "Les Vérificateurs"}, "datePublished": "2026-03-03",
        "claimReviewed": quote["text"], "itemReviewed": iri(&quote),
        "reviewRating": {"@type": "Rating", "alternateName": "Faux"},
    });
    assert_eq!(linked, node);
    let page = app.get(&format!("{path}?format=jsonld")).expect(200);
    assert_eq!((&page["@type"], &page["itemListElement"]), (&json!("ItemList"), &json!([node])));
    let quote = app.get(&format!("/v1/quotes/{}?include=claim_reviews&format=jsonld", id(&quote))).expect(200);
    assert_eq!(quote["review"], json!([node]));
    // What is written can be sent again: here it is known.
    refusal(send(&linked), 409, "claim_review_taken");
    let rated = json!([{"@type": ["ClaimReview"], "author": [{"name": "V"}], "url": {"@id": "https://check.example/2"},
        "reviewRating": [{"ratingValue": 2}]}]);
    assert_eq!(send(&rated).expect(201)["rating"], "2");
    assert_eq!(
        pointers(send(&json!({"@type": "Review", "url": "https://check.example/3"}))),
        ["/publisher", "/rating", "/url"]
    );
    refusal(send(&json!({"@type": "ClaimReview", "name": "x".repeat(300_000)})), 413, "body_too_large");
    let broken = app.request("POST", &path).header("content-type", "application/ld+json").body("{").send();
    refusal(broken, 400, "malformed_body");
}

#[test]
fn claim_reviews_are_in_the_change_feed_and_keep_their_quotes() {
    let app = TestApp::start();
    let article = app.article(json!({"body": "« Nous sommes prêts », a déclaré Awa Diallo, maire de Dakar."}));
    let path = format!("/v1/articles/{}", id(&article));
    app.post(&format!("{path}/annotate"), &json!({})).expect(200);
    let quote = items(&app, &format!("{path}/quotes")).remove(0);
    let review = reviewed(&app, &quote, "https://check.example/1");
    // A new text without the quote: the extractor does not delete what others refer to.
    app.patch(&path, &json!({"body": "Le port est fermé."})).expect(200);
    app.post(&format!("{path}/annotate"), &json!({})).expect(200);
    app.get(&format!("/v1/quotes/{}", id(&quote))).expect(200);
    app.delete(&format!("/v1/claim-reviews/{}", id(&review))).expect(204);
    caught_up(&app);
    let changes = app.get("/v1/changes?resource=claim_review").expect(200)["items"].as_array().unwrap().clone();
    let expected = ["create", "delete"].map(|action| {
        json!({"actor": null, "action": action, "resource": "claim_review", "record_id": review["id"],
            "article_id": article["id"], "version": null})
    });
    let shown: Vec<Value> = changes
        .into_iter()
        .map(|mut change| {
            let members = change.as_object_mut().unwrap();
            members.retain(|member, _| !["id", "at"].contains(&member.as_str()));
            change
        })
        .collect();
    assert_eq!(shown, expected);
}
