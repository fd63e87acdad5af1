//! Reviews of mentions.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::answers::{column, id, items, pointers, refusal, settled};
use crate::support::document::NOBODY;

fn path(mention: &Value) -> String {
    format!("/v1/mentions/{}", id(mention))
}

fn review(app: &TestApp, mention: &Value, body: Value) -> Value {
    app.post(&format!("{}/reviews", path(mention)), &body).expect(201)
}

fn machine_mention(app: &TestApp, article: &Value, entity: &Value) -> Value {
    app.mention(article, "Awa Diallo", json!({"origin": "machine", "extractor": "names 1", "entity_id": entity["id"]}))
}

#[test]
fn a_mention_is_right_wrong_or_of_another_entity() {
    let app = TestApp::start();
    let (article, awa, henrik) =
        (app.article(json!({})), app.entity(json!({})), app.entity(json!({"name": "Henrik Solbakken"})));
    let by_id = json!({"action": "reattribute", "entity_id": henrik["id"]});
    for (body, status, entity) in [
        (json!({"action": "verify"}), "verified", &awa["id"]),
        (json!({"action": "reject"}), "rejected", &Value::Null),
        (by_id, "verified", &henrik["id"]),
        (json!({"action": "reattribute", "entity_name": "henrik solbakken"}), "verified", &henrik["id"]),
    ] {
        let mention = machine_mention(&app, &article, &awa);
        let reviewed = review(&app, &mention, body.clone());
        assert_eq!(app.get(&path(&mention)).expect(200), reviewed);
        let (mut from, mut to) = (json!({"status": "machine"}), json!({"status": status}));
        if *entity != awa["id"] {
            (from["entity_id"], to["entity_id"]) = (awa["id"].clone(), entity.clone());
        }
        let mut expected = settled(&mention);
        for (member, value) in [
            ("version", json!(2)),
            ("status", json!(status)),
            ("entity_id", entity.clone()),
            ("decision", json!({"actor": null, "action": body["action"]})),
            ("reviews", json!([{"actor": null, "action": body["action"], "from": from, "to": to, "note": null}])),
        ] {
            expected[member] = value;
        }
        assert_eq!(settled(&reviewed), expected);
        assert_eq!(&items(&app, &format!("{}/reviews", path(&mention))), reviewed["reviews"].as_array().unwrap());
        app.delete(&path(&mention)).expect(204);
    }
}

#[test]
fn a_rejected_mention_is_left_out_of_lists_and_counts() {
    let app = TestApp::start();
    let (article, awa) = (app.article(json!({})), app.entity(json!({})));
    let wrong = machine_mention(&app, &article, &awa);
    let right = app.mention(&article, "Dakar", json!({}));
    review(&app, &wrong, json!({"action": "reject"}));
    let listed = |parameters: &str| column(&app, &format!("/v1/mentions?limit=5{parameters}"), "id");
    assert_eq!(listed(""), [right["id"].clone()]);
    assert_eq!(listed("&status=rejected"), [wrong["id"].clone()]);
    assert_eq!(listed(&format!("&entity={}", id(&awa))), Vec::<Value>::new());
    for _ in 0..2 {
        let total = app.get("/v1/mentions?count=exact").expect(200)["total"].clone();
        assert_eq!(total, json!({"value": 1, "kind": "exact"}));
        let top = app.get("/v1/stats/top?of=mentions&by=publisher").expect(200);
        assert_eq!(top["items"][0]["count"], 1);
        app.compact_counters();
    }
    review(&app, &wrong, json!({"action": "reattribute", "entity_id": awa["id"]}));
    assert_eq!(app.get("/v1/mentions?count=exact").expect(200)["total"]["value"], 2);
}

#[test]
fn a_quote_is_not_about_the_entity_of_a_rejected_mention() {
    let app = TestApp::start();
    let article = app.article(json!({"body": "« Dakar est belle », a dit Awa."}));
    let dakar = app.entity(json!({"kind": "place", "name": "Dakar"}));
    let mention = app.mention(&article, "Dakar", json!({"entity_id": dakar["id"], "origin": "machine"}));
    let quote = app.quote(&article, json!({"text": "Dakar est belle"}));
    let about = || app.get(&format!("/v1/quotes/{}", id(&quote))).expect(200)["about"].clone();
    assert_eq!(about(), json!([dakar["id"]]));
    review(&app, &mention, json!({"action": "reject"}));
    assert_eq!(about(), json!([]));
}

#[test]
fn annotation_keeps_what_a_person_decided_about_mentions() {
    let app = TestApp::start();
    let text = json!({"headline": "Le port", "language": "fr",
        "body": "Le port rouvre. « Nous sommes prêts », a déclaré Awa Diallo. Luc Morel est venu de Dakar."});
    let article = app.post("/v1/articles?annotate=true", &text).expect(201);
    let list = format!("/v1/articles/{}/mentions", id(&article));
    let named = |name: &str| {
        items(&app, &list).into_iter().find(|mention| mention["exact"] == name).unwrap_or_else(|| panic!("no {name}"))
    };
    let henrik = app.entity(json!({"name": "Henrik Solbakken"}));
    let verified = review(&app, &named("Awa Diallo"), json!({"action": "verify"}));
    let rejected = review(&app, &named("Dakar"), json!({"action": "reject"}));
    let moved = review(&app, &named("Luc Morel"), json!({"action": "reattribute", "entity_id": henrik["id"]}));
    app.request("POST", &format!("/v1/articles/{}/annotate", id(&article))).send().expect(200);
    assert_eq!([named("Awa Diallo"), named("Dakar")], [verified.clone(), rejected.clone()]);
    assert_eq!(named("Luc Morel")["entity_id"], henrik["id"]);
    // The same after an edit, which moves them.
    let body = format!("Enfin. {}", text["body"].as_str().unwrap());
    app.patch(&format!("/v1/articles/{}", id(&article)), &json!({"body": body})).expect(200);
    app.request("POST", &format!("/v1/articles/{}/annotate", id(&article))).send().expect(200);
    for old in [verified, rejected, moved] {
        let now = app.get(&path(&old)).expect(200);
        let members = ["entity_id", "status", "reviews", "exact"];
        members.iter().for_each(|member| assert_eq!(now[member], old[member], "{member}"));
        let here = |mention: &&Value| mention["exact"] == old["exact"];
        assert_eq!(items(&app, &list).iter().filter(here).count(), 1);
    }
}

#[test]
fn bad_reviews_of_mentions_name_the_member() {
    let app = TestApp::start();
    let (article, awa) = (app.article(json!({})), app.entity(json!({})));
    let mention = machine_mention(&app, &article, &awa);
    let reviews = format!("{}/reviews", path(&mention));
    for (body, expected) in [
        (json!({"action": "dispute"}), "/action"),
        (json!({"action": "reattribute"}), "/entity_id"),
        (json!({"action": "reject", "entity_id": awa["id"]}), "/entity_id"),
        (json!({"action": "verify", "entity_name": "Awa"}), "/entity_name"),
        (json!({"action": "reattribute", "entity_id": awa["id"], "entity_name": "Awa"}), "/entity_name"),
        (json!({"action": "reattribute", "entity_id": NOBODY}), "/entity_id"),
    ] {
        assert_eq!(pointers(app.post(&reviews, &body)), [expected], "{body}");
    }
    assert_eq!(app.get(&path(&mention)).expect(200), mention);
    app.delete(&path(&mention)).expect(204);
    refusal(app.post(&reviews, &json!({"action": "verify"})), 410, "gone");
}

#[test]
fn several_mentions_are_reviewed_at_once() {
    let app = TestApp::start();
    let (article, awa) = (app.article(json!({})), app.entity(json!({})));
    let mention = machine_mention(&app, &article, &awa);
    let body = json!({"mentions": [NOBODY, mention["id"]], "mention_review": {"action": "reject"}});
    let results = app.post("/v1/reviews", &body).expect(200)["items"].clone();
    assert_eq!((&results[0]["problem"]["code"], &results[1]["version"]), (&json!("not_found"), &json!(2)));
    assert_eq!(app.get(&path(&mention)).expect(200)["status"], "rejected");
}
